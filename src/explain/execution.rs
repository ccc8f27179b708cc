//! The codes of what callroster itself meets while it works on a row.
//!
//! Pure; words only. Codes of a provider have files of their own.

use super::{Explanation, Source};

/// In the order of a row's life.
pub(super) const CODES: &[Explanation] = &[
    Explanation {
        code: "user_not_found",
        source: Source::Execution,
        meaning: "Nobody in the account has this user_id, e-mail or number. That is an error even for a \
                  leaver: a typing error must not look like success.",
        mend: "compare the row with a fresh callroster export",
        more: "If the person went in an earlier run of callroster, the row is unchanged instead.",
    },
    Explanation {
        code: "user_ambiguous",
        source: Source::Execution,
        meaning: "More than one user fits what the row says.",
        mend: "name the user by user_id",
        more: "A fresh callroster export has the ids.",
    },
    Explanation {
        code: "device_not_found",
        source: Source::Execution,
        meaning: "The user has no device that fits: none with this id or number, or none of the kind that \
                  the change needs (a telephone for a number, a SIP device for a password).",
        mend: "name a device that the user has",
        more: "callroster export --layout device lists every device.",
    },
    Explanation {
        code: "device_ambiguous",
        source: Source::Execution,
        meaning: "The user has several devices that fit, and the row does not say which.",
        mend: "name one in device_id",
        more: "callroster export --layout device lists every device.",
    },
    Explanation {
        code: "email_already_set",
        source: Source::Execution,
        meaning: "The user has an e-mail address, and the provider never changes one. Only a missing \
                  address can be added.",
        mend: "empty new_email, or offboard the user and onboard the person anew",
        more: "",
    },
    Explanation {
        code: "already_exists",
        source: Source::Execution,
        meaning: "A user with this e-mail or number is there already, and differs from the row. \
                  callroster never takes over a user whom it did not make from this row.",
        mend: "correct the row, or change the user with callroster update",
        more: "The message names what differs. A role cannot be changed by API; an administrator does it \
               in the dashboard.",
    },
    Explanation {
        code: "outcome_unknown",
        source: Source::Execution,
        meaning: "A call was sent, its answer was lost, and looking did not settle whether it took \
                  effect. The user may be there or not.",
        mend: "run the command again later, it looks before it sends anything; look by hand for a row that has neither \
               e-mail nor number",
        more: "A row without e-mail and number cannot be looked up: search for the name in the dashboard, and if nobody \
               is there, send that row alone in a sheet of its own, with --again.",
    },
    Explanation {
        code: "interrupted",
        source: Source::Execution,
        meaning: "The run stopped before this row was done. Nothing is lost.",
        mend: "run the same command again; it goes on with what is left",
        more: "",
    },
    Explanation {
        code: "guard",
        source: Source::Execution,
        meaning: "A guard stopped the run before this row: a row is invalid under --strict, more rows failed than \
                  --max-errors allows, more users would go than --max-delete allows (a fifth of the roster where nothing \
                  is said), or a question was not answered with yes.",
        mend: "error_message names the guard; if that many are meant, run the same command with a higher bound",
        more: "--max-delete 50 or --max-errors 5% sets another bound.",
    },
    Explanation {
        code: "timeout",
        source: Source::Execution,
        meaning: "The provider did not answer in time. The call may have arrived all the same, so \
                  callroster looked before it sent it again.",
        mend: "run the command again; it looks before it sends anything",
        more: "--timeout gives a slow provider more seconds.",
    },
    Explanation {
        code: "connection",
        source: Source::Execution,
        meaning: "The connection could not be made or broke. If it broke before anything was sent, \
                  nothing happened at the provider.",
        mend: "check the network, proxy and --base-url, then run the command again",
        more: "callroster obeys HTTPS_PROXY and NO_PROXY; a company network may need SSL_CERT_FILE.",
    },
    Explanation {
        code: "bad_response",
        source: Source::Execution,
        meaning: "The answer made no sense: it was cut, was no JSON, or said success without the id of \
                  what was made. A proxy or a maintenance page often answers like that.",
        mend: "check --base-url, then run the command again; it looks before it sends anything",
        more: "",
    },
];
