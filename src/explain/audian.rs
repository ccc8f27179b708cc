//! Audian's own codes, of both dialects.
//!
//! Pure; words only.

use super::{Explanation, Source};

/// Words of the flat dialect, then Kazoo's.
pub(super) const CODES: &[Explanation] = &[
    Explanation {
        code: "invalid_api_key",
        source: Source::Audian,
        meaning: "Audian does not accept the API key.",
        mend: "check AUDIAN_API_KEY",
        more: "",
    },
    Explanation {
        code: "missing_authentication",
        source: Source::Audian,
        meaning: "Audian saw no token in the call.",
        mend: "check AUDIAN_API_KEY or AUDIAN_AUTH_TOKEN",
        more: "",
    },
    Explanation {
        code: "unauthorized",
        source: Source::Audian,
        meaning: "The token is wrong or has run out, and a new one did not help.",
        mend: "check AUDIAN_API_KEY and AUDIAN_ACCOUNT_ID",
        more: "",
    },
    Explanation {
        code: "invalid_credentials",
        source: Source::Audian,
        meaning: "Audian does not accept the key or token.",
        mend: "check AUDIAN_API_KEY and AUDIAN_ACCOUNT_ID",
        more: "",
    },
    Explanation {
        code: "forbidden",
        source: Source::Audian,
        meaning: "The key is right but may not do this.",
        mend: "use a key that may manage users",
        more: "",
    },
    Explanation {
        code: "invalid_request_error",
        source: Source::Audian,
        meaning: "Audian refuses the content of the request; the message names the field.",
        mend: "correct the cell that the message speaks of",
        more: "",
    },
    Explanation {
        code: "bad_request",
        source: Source::Audian,
        meaning: "Audian refuses the request.",
        mend: "read the message in the results and correct the row",
        more: "",
    },
    Explanation {
        code: "invalid_data",
        source: Source::Audian,
        meaning: "Audian refuses the content of a field: it is missing, too short, too long, or of the \
                  wrong form.",
        mend: "correct the cell that the message speaks of",
        more: "",
    },
    Explanation {
        code: "invalid_phone_number",
        source: Source::Audian,
        meaning: "Audian does not take the phone number.",
        mend: "write the number as +, calling code and number",
        more: "",
    },
    Explanation {
        code: "insufficient_funds",
        source: Source::Audian,
        meaning: "The Audian account has not enough funds for this change.",
        mend: "top the account up, then run the same command",
        more: "",
    },
    Explanation {
        code: "accept_charges",
        source: Source::Audian,
        meaning: "The change costs money: the message says how much is charged at once and at which rates, in the \
                  account's currency. callroster never agrees by itself.",
        mend: "run the same command with --accept-charges to agree",
        more: "",
    },
    Explanation {
        code: "unique",
        source: Source::Audian,
        meaning: "Somebody in the account has this user name, e-mail or extension already.",
        mend: "use another one, or end the other user first",
        more: "",
    },
    Explanation {
        code: "bad_identifier",
        source: Source::Audian,
        meaning: "Audian knows no user or device with this id. Users who were deleted are answered like \
                  that, too.",
        mend: "take the id from a fresh callroster export",
        more: "",
    },
    Explanation {
        code: "datastore_conflict",
        source: Source::Audian,
        meaning: "Somebody else changed the same user at the same moment.",
        mend: "run the row again",
        more: "",
    },
    Explanation {
        code: "too_many_requests",
        source: Source::Audian,
        meaning: "Audian limits how many calls it takes in a time. Nothing happened.",
        mend: "run the command again later, or slower with --rate 8/s",
        more: "",
    },
    Explanation {
        code: "rate_limit_exceeded",
        source: Source::Audian,
        meaning: "The provider limits how many calls it takes in a time. Nothing happened.",
        mend: "run the command again later, or slower with --rate",
        more: "",
    },
    Explanation {
        code: "datastore_unreachable",
        source: Source::Audian,
        meaning: "Audian cannot reach its own store at the moment.",
        mend: "run the command again later; it looks before it sends anything",
        more: "",
    },
    Explanation {
        code: "resource_conflict",
        source: Source::Audian,
        meaning: "Something stands against the change: the user is on a call or still has devices, or somebody \
                  else has the value already.",
        mend: "end the calls, name who gets the devices in reassign_to, or use another value",
        more: "",
    },
    Explanation {
        code: "insufficient_permissions",
        source: Source::Audian,
        meaning: "The key is right but may not do this.",
        mend: "use a key that may manage users",
        more: "",
    },
    Explanation {
        code: "user_archived",
        source: Source::Audian,
        meaning: "The user is archived already.",
        mend: "bring the person back with callroster restore, or delete the archived data with --mode purge",
        more: "",
    },
    Explanation {
        code: "user_not_archived",
        source: Source::Audian,
        meaning: "Only the data of an archived user can be purged, and only an archived user can be restored.",
        mend: "to purge the user, archive it first or write delete into mode; to restore it, ask first who disabled it",
        more: "",
    },
    Explanation {
        code: "not_reassigned",
        source: Source::Audian,
        meaning: "The provider said that it gave a leaver's devices to somebody else, and does not list them there.",
        mend: "look at both users at the provider, and give the devices to the heir by hand",
        more: "",
    },
    Explanation {
        code: "not_archived",
        source: Source::Audian,
        meaning: "The provider deleted a user for good although an archive was asked for. The run stopped, and spared \
                  the rows after that one.",
        mend: "use --mode disable until the provider says that the account keeps an archive",
        more: "A plain Kazoo knows no archive and takes the call for a delete. The first archive of a run goes \
               alone, so that one user is lost and not several.",
    },
];
