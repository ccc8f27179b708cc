//! The token that all workers share: exchanged once, renewed once for all when it has ended.
//!
//! An exchange is dear at the provider, so one worker makes it while the others wait for it.

use super::caller::{Broken, Caller, Ready, Tries};
use crate::pace::Does;
use crate::provider::{Answer, Call, CallError, Content, Failure, TokenKeeper};
use crate::retry::Next;

impl Caller<'_> {
    /// One call with the current token; if that has ended, the same call again with a new one.
    pub(super) async fn with_token(
        &self,
        keeper: &TokenKeeper,
        ready: &mut Ready<'_>,
        call: &Call,
        row: Option<u64>,
    ) -> Result<Answer, Broken> {
        let mut fresh = keeper.generation() == 0 && self.renew(keeper, 0).await?;
        loop {
            let (used, result) = self.once(ready, call, row).await;
            match result {
                Err(Broken::Failed(error))
                    if error.failure == Failure::Unauthorized && keeper.can_renew() && !fresh =>
                {
                    fresh = self.renew(keeper, used).await?;
                }
                result => return result,
            }
        }
    }

    /// Exchanges the key for a token that follows `used`; `false` where another worker did so meanwhile.
    async fn renew(&self, keeper: &TokenKeeper, used: usize) -> Result<bool, Broken> {
        let _turn = self.renewal.lock().await;
        if keeper.generation() != used {
            return Ok(false);
        }
        let mut tries = Tries::new(self, Does::Read);
        loop {
            let error = match self.once(&mut None, &Call::Exchange, None).await.1 {
                Ok(answer) => {
                    if let Content::Token(token) = answer.content {
                        keeper.take(token);
                    }
                    return Ok(true);
                }
                Err(Broken::Stopped) => return Err(Broken::Stopped),
                Err(Broken::Failed(error)) => error,
            };
            match tries.after(&error) {
                Next::Again(wait) => self.rest(wait).await?,
                Next::UsedUp => {
                    tries.used_up(&error);
                    return Err(not_sent(error));
                }
                Next::Final => return Err(not_sent(error)),
            }
        }
    }
}

/// Whatever became of the exchange, the call that it was for has not left.
fn not_sent(error: CallError) -> Broken {
    let failure = if error.failure.effect_possible() { Failure::NotSent } else { error.failure };
    Broken::Failed(CallError { failure, ..error })
}
