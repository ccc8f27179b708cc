//! Bugs on purpose: each is a line of the program done wrong, and the rig must find every one of them.
//!
//! Without the feature `planted-bugs` the question is a constant no, and nothing of this is left in the program.

/// Makes the list of bugs and the type from one list of names.
macro_rules! bugs {
    ($($(#[$attribute:meta])* $name:ident,)*) => {
        /// A bug that can be planted, named by what the program then does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Bug {
            $($(#[$attribute])* $name,)*
        }

        /// Every bug that there is.
        #[cfg(feature = "planted-bugs")]
        pub const ALL: &[Bug] = &[$(Bug::$name,)*];
    };
}

bugs! {
    AccountRefusalFailsRows,
    AdoptsAnybody,
    AlwaysHolds,
    CreatesWithoutLook,
    #[cfg(feature = "planted-bugs")]
    DeletesByEmail,
    DifferenceIsUnchanged,
    DisablesAllDevices,
    DoneStepsAgain,
    DoubtIsNotAttempted,
    EchoedSecretTold,
    EndedRowsAgain,
    EndingShownFirst,
    ExistsIsOurs,
    FailedSyncForgotten,
    FailedWriteIgnored,
    FirstFoundCounts,
    ForgetsIds,
    IntentIsNoDoubt,
    LateEffectForgotten,
    LeavesOthersOn,
    LooksAtOnce,
    LooksByEmailOnly,
    LostEndingTold,
    MissingIsDeleted,
    NamelessSentAgain,
    NeverHolds,
    NoDeviceWait,
    NoEffectEndsDoubt,
    NumbersNotAsked,
    OpenRowsFinished,
    PartialIsFailed,
    PasswordInIntent,
    PasswordInJournal,
    PasswordRefusedIsFailed,
    RefusalEndsDoubt,
    SecondNameUnchecked,
    SendsBeforeIntent,
    StepForgetsDoubt,
    StoppedIsFinished,
    TailGlued,
    TimeoutIsNoEffect,
    TwiceIsFine,
    UnknownIsFailed,
    UsedUpIsFailed,
    UsedUpStepIsFailed,
}

/// Whether the program is to have this bug.
#[cfg(not(feature = "planted-bugs"))]
pub(crate) const fn planted(_: Bug) -> bool {
    false
}

#[cfg(feature = "planted-bugs")]
pub use chosen::plant;
#[cfg(feature = "planted-bugs")]
pub(crate) use chosen::planted;

#[cfg(feature = "planted-bugs")]
mod chosen {
    use std::cell::Cell;

    use super::Bug;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Plants one bug, or none, in every run of this thread.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.set(bug);
    }

    pub(crate) fn planted(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }
}
