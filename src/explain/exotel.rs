//! Exotel's own codes, in both of the families that its documents have.
//!
//! Pure; words only.

use super::{Explanation, Source};

/// The codes of the API reference.
pub(super) const CODES: &[Explanation] = &[
    Explanation {
        code: "1001",
        source: Source::Exotel,
        meaning: "Exotel misses a first or last name, does not take the name, the e-mail address or the \
                  password as it is.",
        mend: "correct the name, e-mail or password that the message speaks of",
        more: "Exotel may refuse names outside 3 to 20 plain letters, digits, blank, dot, apostrophe and \
               hyphen.",
    },
    Explanation {
        code: "1002",
        source: Source::Exotel,
        meaning: "Exotel does not change an e-mail address that is set. Only a missing one can be added.",
        mend: "empty new_email, or offboard the user and onboard the person anew",
        more: "",
    },
    Explanation {
        code: "1003",
        source: Source::Exotel,
        meaning: "Exotel refuses permission. It uses this one code for many reasons: the key may not \
                  manage users, the KYC of the account is incomplete, it is a trial account, the account \
                  has its full number of co-workers, the device is not verified, another device of the \
                  user is ON, or the device is no telephone.",
        mend: "read the message: it names which of the reasons it is",
        more: "Key, KYC and trial stop the run; the state of a device concerns its row only. Exotel \
               support raises the number of co-workers (50 by default).",
    },
    Explanation {
        code: "1004",
        source: Source::Exotel,
        meaning: "Something broke at Exotel. The call may have taken effect, so callroster looked before \
                  it sent it again.",
        mend: "run the command again later; it looks before it sends anything",
        more: "",
    },
    Explanation {
        code: "1007",
        source: Source::Exotel,
        meaning: "Exotel could not read the request, or two changes came in one that it takes one by one.",
        mend: "look at odd characters in the row; if there are none, report it",
        more: "For a user_id it can also mean that there is no such user.",
    },
    Explanation {
        code: "1010",
        source: Source::Exotel,
        meaning: "Exotel does not accept the API key and token.",
        mend: "check EXOTEL_API_KEY, EXOTEL_API_TOKEN and EXOTEL_ACCOUNT_SID, and --region",
        more: "An account of Mumbai is refused like this in Singapore, and the other way round.",
    },
    Explanation {
        code: "1018",
        source: Source::Exotel,
        meaning: "The user has no device with this id.",
        mend: "take the device_id from a fresh callroster export --layout device",
        more: "",
    },
    Explanation {
        code: "1021",
        source: Source::Exotel,
        meaning: "The phone number belongs to a device that is there already, of another user or even of \
                  another account.",
        mend: "give the row another number, or free this one first",
        more: "To free a number, update its holder to another new_device_contact_uri, in a sheet that is sent before. Two \
               people who swap numbers need three: one of them gets a spare number, the other the free one, the first \
               the other's. A number in another account needs Exotel support.",
    },
    Explanation {
        code: "1022",
        source: Source::Exotel,
        meaning: "The e-mail address belongs to a user that is there already, perhaps in another Exotel \
                  account. Addresses are unique over all of Exotel.",
        mend: "use another address, or end the other user first",
        more: "An address in an account that you do not know needs Exotel support.",
    },
    Explanation {
        code: "1023",
        source: Source::Exotel,
        meaning: "The role is none that Exotel has.",
        mend: "use admin, supervisor or user, or leave the cell blank",
        more: "",
    },
    Explanation {
        code: "1030",
        source: Source::Exotel,
        meaning: "Exotel limits how many calls it takes in a time. Nothing happened.",
        mend: "run the command again later, or slower with --rate 50/min",
        more: "",
    },
    Explanation {
        code: "1401",
        source: Source::Exotel,
        meaning: "Exotel does not take the phone number, or it does not fit the kind of device.",
        mend: "write the number as +, calling code and number",
        more: "",
    },
    Explanation {
        code: "1402",
        source: Source::Exotel,
        meaning: "The account has no internet telephones, so Exotel wants a phone number for every user.",
        mend: "fill in device_contact_uri",
        more: "voip = false in the profile finds such rows before anything is sent.",
    },
];

/// The codes of the newer pages.
pub(super) const NEWER_CODES: &[Explanation] = &[
    Explanation {
        code: "10801",
        source: Source::Exotel,
        meaning: "Nobody in the Exotel account has this user id.",
        mend: "take the user_id from a fresh callroster export",
        more: "",
    },
    Explanation {
        code: "10809",
        source: Source::Exotel,
        meaning: "The device is not verified, so it cannot be turned on.",
        mend: "let the person verify the number by a call, then run the row again",
        more: "",
    },
    Explanation {
        code: "10810",
        source: Source::Exotel,
        meaning: "Another device of the user is ON, and only one may be.",
        mend: "turn the other device off first",
        more: "A row with available on does both in turn; somebody else may have turned one on meanwhile.",
    },
    Explanation {
        code: "10811",
        source: Source::Exotel,
        meaning: "The new phone number belongs to a device that is there already.",
        mend: "give the row another number, or free this one first",
        more: "",
    },
    Explanation {
        code: "10812",
        source: Source::Exotel,
        meaning: "The phone number belongs to a device that is there already, of another user or even of \
                  another account.",
        mend: "give the row another number, or free this one first",
        more: "A number in another account needs Exotel support.",
    },
    Explanation {
        code: "10813",
        source: Source::Exotel,
        meaning: "The e-mail address belongs to a user that is there already, perhaps in another Exotel \
                  account.",
        mend: "use another address, or end the other user first",
        more: "",
    },
    Explanation {
        code: "10814",
        source: Source::Exotel,
        meaning: "The KYC of the Exotel account is incomplete. Until it is, Exotel allows no changes.",
        mend: "complete the KYC in the Exotel dashboard, then run the same command",
        more: "",
    },
    Explanation {
        code: "10815",
        source: Source::Exotel,
        meaning: "It is a trial account, which may not do this.",
        mend: "upgrade the account with Exotel, then run the same command",
        more: "",
    },
    Explanation {
        code: "10817",
        source: Source::Exotel,
        meaning: "The device is no telephone (it is a SIP device), so it has no number to change.",
        mend: "name the telephone of the user in device_id",
        more: "",
    },
];
