//! Which kind of sheet a header can only be.
//!
//! Pure. Where two kinds are possible the answer is none: a person says it with `--as`.

use crate::table::normalised;
use csv::StringRecord;

use super::names;
use crate::row::{Field, Kind};

pub(super) fn kind_of(header: &StringRecord) -> Option<Kind> {
    use Field::*;
    let names: Vec<String> = header.iter().map(normalised).collect();
    let fed_back = names.iter().any(|name| names::is_fed_back(name));
    let fields: Vec<Field> = names
        .iter()
        .filter_map(|name| Field::of_name(name).or_else(|| names::field_called(name)))
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
        (false, false) if any(&[SipPassword, FirstName, LastName]) => Some(Kind::Update),
        (false, false) => (!any(&[Role, DeviceName, DeviceId])).then_some(Kind::Offboard),
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
            ("name,department", None),
            ("", None),
        ] {
            let header: StringRecord = header.split(',').collect();
            assert_eq!(kind_of(&header), kind, "{header:?}");
        }
    }
}
