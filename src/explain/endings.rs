//! How rows and runs end: the words of `result_status`, and the exit codes.
//!
//! Pure; words only.

use super::{Explanation, Source};

/// The words of the result_status column.
pub(super) const STATUSES: &[Explanation] = &[
    Explanation {
        code: "created",
        source: Source::Status,
        meaning: "The user was not there and was made by this run.",
        mend: "nothing to do",
        more: "The user_id column has the new id.",
    },
    Explanation {
        code: "updated",
        source: Source::Status,
        meaning: "The user was there and was changed as the row says.",
        mend: "nothing to do",
        more: "steps_done says which changes took effect.",
    },
    Explanation {
        code: "unchanged",
        source: Source::Status,
        meaning: "The user is as the row wishes already, or went in an earlier run. Nothing was sent.",
        mend: "nothing to do",
        more: "",
    },
    Explanation {
        code: "deleted",
        source: Source::Status,
        meaning: "The user is gone for good.",
        mend: "nothing to do",
        more: "",
    },
    Explanation {
        code: "disabled",
        source: Source::Status,
        meaning: "The user is still there and cannot make or take calls. At Exotel that means that all \
                  devices are off; the login still works.",
        mend: "nothing to do",
        more: "",
    },
    Explanation {
        code: "archived",
        source: Source::Status,
        meaning: "The user is disabled and can be brought back for 90 days (Audian).",
        mend: "nothing to do",
        more: "callroster restore brings archived users back.",
    },
    Explanation {
        code: "purged",
        source: Source::Status,
        meaning: "The archived user was removed for good before the 90 days were over.",
        mend: "nothing to do",
        more: "",
    },
    Explanation {
        code: "restored",
        source: Source::Status,
        meaning: "The archived user is back, still disabled, without the devices that were handed on.",
        mend: "enable the user with callroster update, if wished",
        more: "",
    },
    Explanation {
        code: "invalid",
        source: Source::Status,
        meaning: "The row breaks a rule. Nothing was sent for it.",
        mend: "correct the row in NAME.failed.csv and send that file",
        more: "error_code names the rules; every problem of the row is listed.",
    },
    Explanation {
        code: "failed",
        source: Source::Status,
        meaning: "The provider or the roster refused. Nothing took effect.",
        mend: "correct the row in NAME.failed.csv and send that file",
        more: "error_code names the reason.",
    },
    Explanation {
        code: "partial",
        source: Source::Status,
        meaning: "A first step took effect and a later one did not, for example the user was made and the \
                  password was refused.",
        mend: "correct the row in NAME.failed.csv and send that file",
        more: "steps_done says what took effect; that is not done twice.",
    },
    Explanation {
        code: "unknown",
        source: Source::Status,
        meaning: "A call was sent, and whether it took effect could not be found out.",
        mend: "run the same command again later; it looks before it sends anything",
        more: "A row without e-mail and number cannot be looked up, so no later run sends it: look for the person at \
               the provider by hand, and if nobody is there, send that row alone in a sheet of its own, with --again.",
    },
    Explanation {
        code: "not_attempted",
        source: Source::Status,
        meaning: "The run stopped before this row. Nothing was sent for it.",
        mend: "run the same command again; it goes on with what is left",
        more: "",
    },
    Explanation {
        code: "would_create",
        source: Source::Status,
        meaning: "The word of a dry run: the row would be created. would_update, would_delete, \
                  would_disable, would_archive, would_purge and would_restore say the same of other \
                  endings.",
        mend: "run the command without --dry-run",
        more: "",
    },
];

/// The exit codes, in front of which `explain` wants `exit-`.
pub(super) const EXITS: &[Explanation] = &[
    Explanation {
        code: "exit-0",
        source: Source::Exit,
        meaning: "Every row reached its goal, or nothing was to do.",
        mend: "nothing to do",
        more: "",
    },
    Explanation {
        code: "exit-1",
        source: Source::Exit,
        meaning: "The disk failed (the journal or the results could not be written), or callroster itself \
                  did.",
        mend: "make room or mend the disk, then run the same command; it goes on",
        more: "",
    },
    Explanation {
        code: "exit-2",
        source: Source::Exit,
        meaning: "The command line or the configuration is wrong, or the provider does not know the account. Nothing \
                  was sent.",
        mend: "read the message; callroster help shows what there is",
        more: "",
    },
    Explanation {
        code: "exit-3",
        source: Source::Exit,
        meaning: "The input was refused: the file is no table, a column is missing, the file changed in \
                  the middle of a run, or a row is invalid under --strict or validate. Nothing was sent.",
        mend: "mend the file, then run the same command",
        more: "callroster explain lists the file problems.",
    },
    Explanation {
        code: "exit-4",
        source: Source::Exit,
        meaning: "The run came to its end, and some rows are invalid, failed or partial. Or the roster \
                  never came to rest while it was exported, or the provider sent users who cannot be read.",
        mend: "correct NAME.failed.csv and send it; for an export, export again at a quiet time, or ask the provider \
               to mend the users whom it named",
        more: "",
    },
    Explanation {
        code: "exit-5",
        source: Source::Exit,
        meaning: "A guard stopped the run: more rows failed than --max-errors allows, more users would go than \
                  --max-delete allows (a fifth of the roster where nothing is said), a question was not answered with \
                  yes, or an archive turned out to be a final delete.",
        mend: "the last line of the run names the guard and the way on; if that many are meant, run the same command with \
               a higher bound",
        more: "--max-delete 50 or --max-errors 5% sets another bound.",
    },
    Explanation {
        code: "exit-6",
        source: Source::Exit,
        meaning: "The provider refused the credentials or the permission. The other rows are \
                  not_attempted.",
        mend: "mend the credentials, then run the same command; it goes on",
        more: "",
    },
    Explanation {
        code: "exit-7",
        source: Source::Exit,
        meaning: "Something that passes: the provider cannot be reached or still limits, or another run \
                  works on the account.",
        mend: "run the same command later; it goes on",
        more: "",
    },
    Explanation {
        code: "exit-8",
        source: Source::Exit,
        meaning: "Some rows are unknown: a call was sent and its effect could not be found out.",
        mend: "run the same command again later; it looks before it sends anything",
        more: "A row without e-mail and number cannot be looked up, so no later run sends it: look for the person at \
               the provider by hand, and if nobody is there, send that row alone in a sheet of its own, with --again.",
    },
    Explanation {
        code: "exit-9",
        source: Source::Exit,
        meaning: "Kept for plans that are stale or were applied already; no command of this version ends so.",
        mend: "nothing to do",
        more: "",
    },
    Explanation {
        code: "exit-10",
        source: Source::Exit,
        meaning: "Kept for comparisons that found changes; no command of this version ends so.",
        mend: "nothing to do",
        more: "",
    },
    Explanation {
        code: "exit-130",
        source: Source::Exit,
        meaning: "You interrupted the run. Calls in flight were finished and noted, and the results are \
                  written.",
        mend: "run the same command again, or callroster resume; it goes on",
        more: "",
    },
];
