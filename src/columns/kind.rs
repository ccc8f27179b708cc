//! Which kind of sheet a header can only be.
//!
//! Pure. Where two kinds are possible, or a column that nobody knows may be what the sheet is about, the answer is
//! none: a person says it with `--as`. A sheet of newcomers must not pass for one of leavers.

use crate::table::normalised;
use csv::StringRecord;

use super::{Mapping, names};
use crate::row::{Field, Kind};

pub(super) fn kind_of(header: &StringRecord, mappings: &[Mapping]) -> Option<Kind> {
    use Field::*;
    let names: Vec<String> = header.iter().map(normalised).collect();
    let fed_back = names.iter().any(|name| names::is_fed_back(name));
    let mapped = |name: &str| mappings.iter().find(|mapping| normalised(&mapping.header) == name);
    let field_of = |name: &String| {
        let mapped = mapped(name).map(|mapping| mapping.field);
        mapped.or_else(|| Field::of_name(name)).or_else(|| names::field_called(name))
    };
    let all_known =
        names.iter().all(|name| name.is_empty() || names::is_our_own(name) || field_of(name).is_some());
    let fields: Vec<Field> = names
        .iter()
        .filter_map(field_of)
        // An export says how users are, not what they shall become.
        .filter(|field| !(fed_back && *field == Status))
        .collect();
    let any = |wanted: &[Field]| wanted.iter().any(|field| fields.contains(field));

    let named = fields.contains(&FirstName) && fields.contains(&LastName);
    let updates = any(&[NewEmail, NewDeviceContactUri, Available, Status]);
    let ends = any(&[Mode, Reason, ReassignTo, Devices]);
    match (updates, ends) {
        (true, true) => None,
        (true, false) => any(&Field::IDENTITY).then_some(Kind::Update),
        (false, true) => any(&Field::IDENTITY).then_some(Kind::Offboard),
        // A fed-back result or export carries the ids of users; otherwise ids beside names may mean any kind.
        (false, false) if named => (fed_back || !any(&[UserId, DeviceId])).then_some(Kind::Onboard),
        (false, false) if !any(&Field::IDENTITY) => None,
        (false, false) if any(&[SipPassword]) => Some(Kind::Update),
        (false, false) if any(&[FirstName, LastName]) => all_known.then_some(Kind::Update),
        (false, false) => (all_known && !any(&[Role, DeviceName, DeviceId])).then_some(Kind::Offboard),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_shows_its_kind() {
        use Kind::*;
        for (header, kind) in [
            ("first_name,last_name", Some(Onboard)),
            ("First Name,Surname,Work Email,Mobile,Department", Some(Onboard)),
            (
                "user_id,first_name,last_name,email,email_verified,role,device_contact_uri,date_created",
                Some(Onboard),
            ),
            ("user_id,first_name,last_name,email,email_verified,username,status", Some(Onboard)),
            ("first_name,last_name,email,source_row,result_status,user_id,run_id", Some(Onboard)),
            ("user_id,first_name,last_name", None),
            ("email,new_email", Some(Update)),
            ("user_id,available", Some(Update)),
            ("email,first_name,last_name,new_device_contact_uri", Some(Update)),
            ("user_id,new_email,error_code,error_message", Some(Update)),
            ("user_id,status", Some(Update)),
            ("email,sip_password", Some(Update)),
            ("email", Some(Offboard)),
            ("user_id,email,device_contact_uri", Some(Offboard)),
            ("email,reason", Some(Offboard)),
            ("user_id,source_row,result_status", Some(Offboard)),
            ("email,status,mode", None),
            ("mode,reason", None),
            ("email,role", None),
            ("email,department", None),
            ("Name,Email,Mobile,Department", None),
            ("Vorname,Name,E-Mail", None),
            ("user_id,note", None),
            ("email,first_name", Some(Update)),
            ("name,department", None),
            ("", None),
        ] {
            let header: StringRecord = header.split(',').collect();
            assert_eq!(kind_of(&header, &[]), kind, "{header:?}");
        }
    }

    #[test]
    fn what_a_map_says_counts_for_the_kind() {
        let header: StringRecord = ["Given", "Family", "Contact"].iter().collect();
        let mappings = ["Given=first_name", "Family=last_name", "Contact=email"];
        let mappings: Vec<Mapping> = mappings.iter().flat_map(|text| Mapping::parse(text)).collect();
        assert_eq!(kind_of(&header, &mappings), Some(Kind::Onboard));
        assert_eq!(kind_of(&header, &mappings[..2]), Some(Kind::Onboard));
        assert_eq!(kind_of(&header, &mappings[2..]), None);
    }
}
