//! The words that headers are written in: fields, what people call them, and the columns of our own files.
//!
//! Pure. A synonym is only here when it can hardly mean anything else; an employee id is not a user id.

use crate::row::Field;
use crate::table::RESULT_COLUMNS;

/// The field that a normalised header names by what people call it.
pub fn field_called(name: &str) -> Option<Field> {
    SYNONYMS.iter().find(|(_, names)| names.contains(&name)).map(|(field, _)| *field)
}

/// Whether a normalised header is a column of our export or result files, beyond what a sheet may say.
pub fn is_our_own(name: &str) -> bool {
    RESULT_COLUMNS.contains(&name) || EXPORT_COLUMNS.contains(&name)
}

/// Whether a header is a column that only our export or result files have.
pub fn is_fed_back(name: &str) -> bool {
    is_our_own(name) && Field::of_name(name).is_none()
}

/// Whether the cells under a normalised header may be passwords.
pub fn is_secret(name: &str) -> bool {
    ["password", "passwort", "passwd", "secret", "contraseña", "mot_de_passe"]
        .iter()
        .any(|word| name.contains(word))
}

/// A known name or synonym that a normalised header nearly is.
pub fn nearly(name: &str, fields: &[Field]) -> Option<Field> {
    let close = |known: &str| {
        let allowed = if known.len() < 8 { 1 } else { 2 };
        distance(name, known) <= allowed
    };
    fields.iter().copied().find(|field| {
        let synonyms = SYNONYMS.iter().find(|(of, _)| of == field).map_or(&[][..], |(_, names)| names);
        close(field.name()) || synonyms.iter().any(|known| known.len() > 4 && close(known))
    })
}

/// How many characters must be put in, taken out, changed or swapped to make one text of the other.
pub fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut rows = vec![vec![0; right.len() + 1]; left.len() + 1];
    for i in 0..=left.len() {
        for j in 0..=right.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let change = usize::from(left[i - 1] != right[j - 1]);
                let mut least = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + change);
                if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                    least = least.min(rows[i - 2][j - 2] + 1);
                }
                least
            };
        }
    }
    rows[left.len()][right.len()]
}

const SYNONYMS: [(Field, &[&str]); 11] = [
    (
        Field::FirstName,
        &[
            "firstname",
            "given_name",
            "givenname",
            "forename",
            "vorname",
            "nombre",
            "prénom",
            "prenom",
            "voornaam",
        ],
    ),
    (
        Field::LastName,
        &[
            "lastname",
            "surname",
            "family_name",
            "familyname",
            "nachname",
            "familienname",
            "apellido",
            "apellidos",
            "nom_de_famille",
            "cognome",
            "achternaam",
            "sobrenome",
        ],
    ),
    (
        Field::Email,
        &[
            "e_mail",
            "mail",
            "email_address",
            "e_mail_address",
            "emailaddress",
            "email_id",
            "mail_id",
            "work_email",
            "work_e_mail",
            "work_email_address",
            "company_email",
            "business_email",
            "office_email",
            "e_mail_adresse",
            "email_adresse",
            "correo",
            "correo_electrónico",
            "correo_electronico",
            "courriel",
        ],
    ),
    (
        Field::DeviceContactUri,
        &[
            "mobile",
            "mobile_number",
            "mobile_no",
            "mobile_phone",
            "phone",
            "phone_number",
            "phone_no",
            "work_phone",
            "telephone",
            "telephone_number",
            "contact_number",
            "contact_uri",
            "cell",
            "cell_phone",
            "cellphone",
            "tel",
            "tel_no",
            "tel_nr",
            "rufnummer",
            "telefon",
            "telefonnummer",
            "handy",
            "handynummer",
            "handy_nr",
            "mobilfunk",
            "mobiltelefon",
            "mobil",
            "mobilnummer",
            "teléfono",
            "telefono",
            "móvil",
            "movil",
            "téléphone",
            "portable",
        ],
    ),
    (Field::Role, &["access", "access_level", "user_role", "rolle", "rol"]),
    (Field::SipPassword, &["sippassword", "sip_passwort"]),
    (Field::UserId, &["userid"]),
    (Field::DeviceId, &["deviceid"]),
    (Field::NewEmail, &["new_e_mail", "new_mail", "new_email_address"]),
    (
        Field::NewDeviceContactUri,
        &[
            "new_phone",
            "new_phone_number",
            "new_mobile",
            "new_mobile_number",
            "new_number",
            "new_contact_uri",
        ],
    ),
    (Field::ReassignTo, &["reassign", "reassigned_to"]),
];

const EXPORT_COLUMNS: [&str; 21] = [
    "user_id",
    "first_name",
    "last_name",
    "email",
    "email_verified",
    "role",
    "device_contact_uri",
    "device_name",
    "device_verified",
    "device_available",
    "device_status",
    "sip_contact_uri",
    "device_ids",
    "date_created",
    "date_updated",
    "last_login",
    "active_call",
    "device_id",
    "device_type",
    "username",
    "status",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::normalised;

    #[test]
    fn headers_are_compared_without_their_dress() {
        for (header, name) in [
            ("first_name", "first_name"),
            (" First  Name ", "first_name"),
            ("FIRST-NAME", "first_name"),
            ("\u{feff}first\u{a0}name", "first_name"),
            ("First Name *", "first_name"),
            ("E-Mail:", "e_mail"),
            ("Prénom", "prénom"),
            ("", ""),
            (" - ", ""),
        ] {
            assert_eq!(normalised(header), name, "{header:?}");
        }
    }

    #[test]
    fn people_call_fields_by_many_names() {
        for (header, field) in [
            ("Given name", Some(Field::FirstName)),
            ("Vorname", Some(Field::FirstName)),
            ("Family name", Some(Field::LastName)),
            ("Work Email", Some(Field::Email)),
            ("E-mail address", Some(Field::Email)),
            ("Handy", Some(Field::DeviceContactUri)),
            ("Mobile Number", Some(Field::DeviceContactUri)),
            ("Access", Some(Field::Role)),
            ("Employee id", None),
            ("Name", None),
            ("Password", None),
            ("Fax", None),
        ] {
            assert_eq!(field_called(&normalised(header)), field, "{header}");
        }
    }

    #[test]
    fn no_synonym_is_a_field_or_means_two() {
        let all: Vec<&str> = SYNONYMS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        for (index, name) in all.iter().enumerate() {
            assert_eq!(normalised(name), *name);
            assert_eq!(Field::of_name(name), None);
            assert!(!all[..index].contains(name), "{name}");
        }
    }

    #[test]
    fn typing_errors_are_seen() {
        for (name, field) in [
            ("frist_name", Some(Field::FirstName)),
            ("emial", Some(Field::Email)),
            ("lastnam", Some(Field::LastName)),
            ("surnme", Some(Field::LastName)),
            ("device_contact_url", Some(Field::DeviceContactUri)),
            ("department", None),
            ("state", None),
            ("fax", None),
            ("", None),
        ] {
            assert_eq!(nearly(name, &Field::ALL), field, "{name}");
        }
    }
}
