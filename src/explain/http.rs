//! The codes `http_STATUS` of answers that bring no code of their own.
//!
//! Pure; words only.

use super::{Explanation, Source};

/// Known statuses, then one for all others of their hundred.
pub(super) const CODES: &[Explanation] = &[
    Explanation {
        code: "http_400",
        source: Source::Http,
        meaning: "The provider calls the request wrong and gives no code of its own.",
        mend: "read the message in the results and correct the row",
        more: "",
    },
    Explanation {
        code: "http_401",
        source: Source::Http,
        meaning: "The key or token was not accepted. An account of the other region gives the same answer.",
        mend: "check the credentials and --region",
        more: "The rest of the run was not attempted; the same command goes on when the key is right.",
    },
    Explanation {
        code: "http_402",
        source: Source::Http,
        meaning: "The provider asks for money: funds are missing, or the change costs a fee that somebody \
                  must agree to. callroster never agrees by itself.",
        mend: "settle it with the provider, or agree with --accept-charges",
        more: "",
    },
    Explanation {
        code: "http_403",
        source: Source::Http,
        meaning: "The key is right but may not do this, or the account may not (incomplete KYC, trial).",
        mend: "use a key that may manage users, or ask the provider",
        more: "",
    },
    Explanation {
        code: "http_404",
        source: Source::Http,
        meaning: "What the call was for is not there: the user, the device, or the address itself.",
        mend: "compare the row with a fresh callroster export",
        more: "If every row fails so, look at --account and --base-url.",
    },
    Explanation {
        code: "http_405",
        source: Source::Http,
        meaning: "The provider does not know this kind of call at this address.",
        mend: "for Audian try the other --dialect, else check --base-url",
        more: "",
    },
    Explanation {
        code: "http_408",
        source: Source::Http,
        meaning: "The provider waited too long for the request. It may have arrived all the same.",
        mend: "run the command again; it looks before it sends anything",
        more: "",
    },
    Explanation {
        code: "http_409",
        source: Source::Http,
        meaning: "Something is in the way: a double, or for a leaver something that still belongs to the \
                  user.",
        mend: "read the message in the results",
        more: "",
    },
    Explanation {
        code: "http_413",
        source: Source::Http,
        meaning: "The request is too long for the provider.",
        mend: "shorten the long cells of the row",
        more: "",
    },
    Explanation {
        code: "http_422",
        source: Source::Http,
        meaning: "The provider understands the request and refuses its content.",
        mend: "read the message in the results and correct the row",
        more: "",
    },
    Explanation {
        code: "http_429",
        source: Source::Http,
        meaning: "The provider limits how many calls it takes in a time, and still did after every wait. \
                  Nothing happened.",
        mend: "run the command again later, or slower with --rate 50/min",
        more: "Other programs on the same account use up the same limit; --headroom 30% leaves room for \
               them.",
    },
    Explanation {
        code: "http_500",
        source: Source::Http,
        meaning: "Something broke at the provider. The call may have taken effect, so callroster looked \
                  before it sent it again.",
        mend: "run the command again later; it looks before it sends anything",
        more: "",
    },
    Explanation {
        code: "http_502",
        source: Source::Http,
        meaning: "A gateway in front of the provider got no sensible answer. The call may have taken \
                  effect.",
        mend: "run the command again later; it looks before it sends anything",
        more: "",
    },
    Explanation {
        code: "http_503",
        source: Source::Http,
        meaning: "The provider is under maintenance or overloaded. The call may have taken effect.",
        mend: "run the command again later; it looks before it sends anything",
        more: "",
    },
    Explanation {
        code: "http_504",
        source: Source::Http,
        meaning: "A gateway in front of the provider waited too long. The call may have taken effect.",
        mend: "run the command again later; it looks before it sends anything",
        more: "",
    },
    Explanation {
        code: "http_3xx",
        source: Source::Http,
        meaning: "The provider points to another address. callroster never follows, for it would send \
                  your key there.",
        mend: "correct --base-url",
        more: "",
    },
    Explanation {
        code: "http_4xx",
        source: Source::Http,
        meaning: "The provider refuses the request with a status that is rarely used.",
        mend: "read the message in the results",
        more: "",
    },
    Explanation {
        code: "http_5xx",
        source: Source::Http,
        meaning: "Something broke at the provider. The call may have taken effect, so callroster looked \
                  before it sent it again.",
        mend: "run the command again later; it looks before it sends anything",
        more: "",
    },
];

/// The code for all statuses of a hundred: `http_4xx` for `http_418`.
pub(super) fn of_any_status(code: &str) -> Option<&'static str> {
    let status: u16 = code.strip_prefix("http_")?.parse().ok()?;
    match status {
        300..=399 => Some("http_3xx"),
        400..=499 => Some("http_4xx"),
        500..=599 => Some("http_5xx"),
        _ => None,
    }
}
