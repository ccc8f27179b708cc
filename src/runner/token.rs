//! The token that all workers share: exchanged once, renewed once for all when it has ended.
//!
//! An exchange is dear at the provider, so one worker makes it while the others wait for it.

use tokio::time::Instant;

use super::caller::{Broken, Caller};
use crate::provider::{Answer, Call, CallError, Content, Failure, TokenKeeper};
use crate::retry::{self, Next};

impl Caller<'_> {
    /// One call with the current token; if that has ended, the same call again with a new one.
    pub(super) async fn with_token(
        &self,
        keeper: &TokenKeeper,
        call: &Call,
        row: Option<u64>,
    ) -> Result<Answer, Broken> {
        let mut fresh = keeper.generation() == 0 && self.renew(keeper, 0).await?;
        loop {
            let (used, result) = self.once(call, row).await;
            match result {
                Err(Broken::Failed { error, .. })
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
        let (began, mut failures) = (Instant::now(), 0);
        loop {
            let (error, counts) = match self.once(&Call::Exchange, None).await.1 {
                Ok(answer) => {
                    if let Content::Token(token) = answer.content {
                        keeper.take(token);
                    }
                    return Ok(true);
                }
                Err(Broken::Stopped) => return Err(Broken::Stopped),
                Err(Broken::Failed { error, counts }) => (error, counts),
            };
            failures += u32::from(counts);
            match retry::next(&error, failures, self.retries, self.chance()) {
                Next::Again(wait) => self.rest(wait).await?,
                Next::UsedUp => {
                    self.used_up(&error, began);
                    return Err(not_sent(error, counts));
                }
                Next::Final => return Err(not_sent(error, counts)),
            }
        }
    }
}

/// Whatever became of the exchange, the call that it was for has not left.
fn not_sent(error: CallError, counts: bool) -> Broken {
    let failure = if error.failure.effect_possible() { Failure::NotSent } else { error.failure };
    Broken::Failed { error: CallError { failure, ..error }, counts }
}
