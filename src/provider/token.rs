//! A token that all calls share, and the key that it is exchanged for when it ends.
//!
//! It knows no clock and sends nothing: the runner's caller sees to it that one exchange serves all.

use std::cell::RefCell;

use crate::secret::Secret;

/// The token of an account.
pub struct TokenKeeper {
    key: Option<Secret>,
    /// All tokens so far, the current one last: answers may still echo an older one.
    tokens: RefCell<Vec<Secret>>,
}

impl TokenKeeper {
    /// With a key to exchange, a token to use as it is, or both: the token first, and the key when it ends.
    pub fn new(key: Option<Secret>, token: Option<Secret>) -> TokenKeeper {
        TokenKeeper { key, tokens: RefCell::new(token.into_iter().collect()) }
    }

    /// Which token is the current one, counted from 1; 0 where there is none yet.
    pub fn generation(&self) -> usize {
        self.tokens.borrow().len()
    }

    /// Whether another token can be had.
    pub fn can_renew(&self) -> bool {
        self.key.is_some()
    }

    /// Takes in the token that an exchange brought.
    pub fn take(&self, token: Secret) {
        self.tokens.borrow_mut().push(token);
    }

    /// The current token; an empty one where there is none.
    pub fn current(&self) -> Secret {
        self.tokens.borrow().last().cloned().unwrap_or_else(|| Secret::new(""))
    }

    pub fn key(&self) -> Secret {
        self.key.clone().unwrap_or_else(|| Secret::new(""))
    }

    /// The text without the key, any token, and the other secret of the call.
    pub fn redact(&self, text: &str, other: Option<&Secret>) -> String {
        let tokens = self.tokens.borrow();
        Secret::cut_out_of(text, self.key.iter().chain(tokens.iter()).chain(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_token_serves_and_none_of_them_shows() {
        let keeper = TokenKeeper::new(Some(Secret::new("k3y")), None);
        assert_eq!((keeper.generation(), keeper.current().reveal()), (0, ""));
        keeper.take(Secret::new("first"));
        keeper.take(Secret::new("second"));
        assert_eq!((keeper.generation(), keeper.current().reveal()), (2, "second"));
        assert_eq!(
            keeper.redact("k3y gave first, then second", None),
            "[secret] gave [secret], then [secret]"
        );
        let given = TokenKeeper::new(None, Some(Secret::new("given")));
        assert_eq!((given.generation(), given.can_renew()), (1, false));
    }
}
