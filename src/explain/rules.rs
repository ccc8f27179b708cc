//! The codes of rows and files that are found wrong before anything is sent, and of warnings.
//!
//! Pure; words only.

use super::{Explanation, Source};

/// Rules that a row can break.
pub(super) const RULES: &[Explanation] = &[
    Explanation {
        code: "first_name_missing",
        source: Source::Rule,
        meaning: "The row has no first name. Every user needs one.",
        mend: "fill in the first name",
        more: "",
    },
    Explanation {
        code: "last_name_missing",
        source: Source::Rule,
        meaning: "The row has no last name. Every user needs one.",
        mend: "fill in the last name",
        more: "For a person with one name only, agree in your company on what stands in the other cell.",
    },
    Explanation {
        code: "email_invalid",
        source: Source::Rule,
        meaning: "The e-mail address is not written as one: it needs one @, something before it, and a \
                  domain behind it, without blanks or accents in the wrong place.",
        mend: "correct the address; leave the cell blank if there is none",
        more: "A blank, a comma or a \"mailto:\" often comes along when an address is copied from a mail \
               program.",
    },
    Explanation {
        code: "phone_invalid",
        source: Source::Rule,
        meaning: "The number is not in the international form: +, the country's calling code, and the \
                  number without its leading zero, 7 to 15 digits in all, for example +919876543210. Or \
                  it has the form, but no country has numbers of that kind.",
        mend: "write the number as +, calling code and number",
        more: "For a sheet of national numbers give the country once: --default-country IN. Extensions do \
               not belong into the cell.",
    },
    Explanation {
        code: "phone_damaged",
        source: Source::Rule,
        meaning: "A spreadsheet changed the number: it became 9.19E+11 or a date, or lost its + or \
                  its leading zero. The digits that a form like 9.19E+11 has lost cannot be guessed.",
        mend: "format the column as text, then enter the numbers again from their source",
        more: "In Excel: mark the column, Format cells, Text, before the numbers are typed or pasted. If \
               only the + or the zero is lost, --default-country or the number in the message is enough.",
    },
    Explanation {
        code: "phone_missing",
        source: Source::Rule,
        meaning: "The account has no internet telephones (the profile says voip = false), so every user \
                  needs a telephone number.",
        mend: "fill in device_contact_uri",
        more: "If the account does have VOIP by now, say voip = true in the profile.",
    },
    Explanation {
        code: "role_invalid",
        source: Source::Rule,
        meaning: "The role is a word that the provider does not have.",
        mend: "use a role of the provider, or leave the cell blank",
        more: "Exotel has admin, supervisor and user. Audian has standard, admin, operator and agent; \
               with the kazoo dialect user and admin.",
    },
    Explanation {
        code: "unsupported_field",
        source: Source::Rule,
        meaning: "A cell is filled that this provider has no place for, so its content would be lost \
                  without a word.",
        mend: "empty the cell, or the whole column",
        more: "callroster template shows the columns that a provider knows.",
    },
    Explanation {
        code: "sip_password_weak",
        source: Source::Rule,
        meaning: "The SIP password is too easy: it needs at least 8 characters, and 3 of these 4 kinds: \
                  small letters, capitals, digits, other signs.",
        mend: "choose a stronger password",
        more: "Or leave the cells blank and let --generate-sip-passwords make a good one for each row.",
    },
    Explanation {
        code: "duplicate_email",
        source: Source::Rule,
        meaning: "Another row above has the same e-mail address (capitals make no difference). Two users \
                  cannot share one. The first of the rows is sent, the others are not.",
        mend: "take the double out, or correct one of the addresses",
        more: "",
    },
    Explanation {
        code: "duplicate_phone",
        source: Source::Rule,
        meaning: "Another row above has the same phone number. Two users cannot share one. The first of \
                  the rows is sent, the others are not.",
        mend: "take the double out, or correct one of the numbers",
        more: "",
    },
    Explanation {
        code: "duplicate_user",
        source: Source::Rule,
        meaning: "Another row above means the same user, if by another name for them (one row gives the \
                  e-mail, the other the number). The first row is carried out, the others are not.",
        mend: "put what is to change into one row",
        more: "",
    },
    Explanation {
        code: "identity_missing",
        source: Source::Rule,
        meaning: "The row does not say whom it is about.",
        mend: "fill in user_id, email or device_contact_uri",
        more: "An export has all three.",
    },
    Explanation {
        code: "identity_conflict",
        source: Source::Rule,
        meaning: "The row names a user in several ways, and they are not the same person: the e-mail \
                  belongs to one user and the number or user_id to another. Nothing was sent, for it \
                  could have met the wrong person.",
        mend: "correct the names of the user, or keep only one of them; an heir in reassign_to must stay",
        more: "The user_id of a fresh export is the surest name.",
    },
    Explanation {
        code: "nothing_to_change",
        source: Source::Rule,
        meaning: "The row says who, but no cell says what is to change. A blank cell leaves a field alone.",
        mend: "fill in what is to change, or take the row out",
        more: "",
    },
    Explanation {
        code: "row_shape",
        source: Source::Rule,
        meaning: "The row has more or fewer cells than the header, so it cannot be told which cell is \
                  which.",
        mend: "put quotation marks around a cell that contains the separator, or add the missing cells",
        more: "A comma inside a name or a title is the usual reason. Saving the sheet again from the \
               spreadsheet program mends it.",
    },
    Explanation {
        code: "mode_invalid",
        source: Source::Rule,
        meaning: "The word in the mode column is no way in which this provider lets a user go.",
        mend: "write delete, disable, archive or purge as the provider allows, or leave the cell blank",
        more: "Exotel can delete and disable; Audian can archive, too.",
    },
    Explanation {
        code: "available_invalid",
        source: Source::Rule,
        meaning: "The available column knows on and off, true and false.",
        mend: "write on or off, or leave the cell blank",
        more: "",
    },
    Explanation {
        code: "status_invalid",
        source: Source::Rule,
        meaning: "The status column knows active and disabled.",
        mend: "write active or disabled, or leave the cell blank",
        more: "",
    },
];

/// Warnings, which stop nothing.
pub(super) const WARNINGS: &[Explanation] = &[
    Explanation {
        code: "name_length",
        source: Source::Warning,
        meaning: "The name has fewer than 3 or more than 20 characters. Newer pages of the provider say \
                  that such names are refused; older ones do not.",
        mend: "watch whether the provider takes the name, or shorten it",
        more: "--strict-names makes it an error, so that such rows are never sent.",
    },
    Explanation {
        code: "name_characters",
        source: Source::Warning,
        meaning: "The name has characters beyond plain letters, digits, blank, dot, apostrophe and \
                  hyphen. Newer pages of the provider say that such names are refused; older ones do not.",
        mend: "write the name plainly, or watch whether the provider takes it",
        more: "--strict-names makes it an error, so that such rows are never sent. What a formula that failed leaves (#N/A) \
               is one in any case.",
    },
    Explanation {
        code: "role_alias",
        source: Source::Warning,
        meaning: "The role is a word of another phone system, and the provider's own word was taken for \
                  it.",
        mend: "nothing to do if that is what you meant",
        more: "At Exotel agent is user; at Audian user is standard.",
    },
    Explanation {
        code: "device_unverified",
        source: Source::Warning,
        meaning: "The number is new, so the person must verify it by a call before calls reach it. Nobody \
                  else can do that.",
        mend: "tell the person to verify the number",
        more: "The dashboard shows the number to call from the new phone.",
    },
    Explanation {
        code: "on_a_call",
        source: Source::Warning,
        meaning: "The leaver was in a call when callroster looked. The call may be cut.",
        mend: "nothing to do, or run again when the call is over",
        more: "",
    },
    Explanation {
        code: "column_ignored",
        source: Source::Warning,
        meaning: "The sheet has a column that is not used. It is carried into the results as it is.",
        mend: "nothing to do, or take the column for a field with --map HEADER=FIELD",
        more: "",
    },
];

/// Reasons to refuse a whole file; the message has the line and the column.
pub(super) const FILES: &[Explanation] = &[
    Explanation {
        code: "unreadable",
        source: Source::File,
        meaning: "The file could not be read: it is not there, is locked by another program, needs a \
                  password, or is in an encoding that cannot be told.",
        mend: "close it elsewhere and save it again as CSV UTF-8",
        more: "--encoding names an encoding that was not recognised.",
    },
    Explanation {
        code: "no_header",
        source: Source::File,
        meaning: "The first row must name the columns. The file is empty, or begins with data or with a \
                  title.",
        mend: "make the first row the column names",
        more: "callroster template onboard -o staff.csv writes a sheet to begin with.",
    },
    Explanation {
        code: "column_missing",
        source: Source::File,
        meaning: "A column that every row needs is not there under any name that is known.",
        mend: "add the column, or point at it with --map HEADER=FIELD",
        more: "",
    },
    Explanation {
        code: "column_twice",
        source: Source::File,
        meaning: "Two columns have the same name, or mean the same field, so it cannot be told which one \
                  counts.",
        mend: "rename or remove one of the columns",
        more: "",
    },
    Explanation {
        code: "not_a_table",
        source: Source::File,
        meaning: "The file is something else than a table: a PDF, a web page, a picture, or a table with \
                  a quotation mark that is never closed, which would swallow the rows behind it.",
        mend: "save the sheet as CSV from the spreadsheet program",
        more: "The message names the line to look at.",
    },
];
