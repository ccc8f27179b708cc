//! Every way in which a call can be refused, with status, code and text.
//!
//! Seed 001 gives the texts; the newer pages give other numbers for some (contradictions C2 and C3).

/// Why a call was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    FirstNameMissing,
    LastNameMissing,
    NameRule,
    EmailInvalid,
    EmailFixed,
    NumberMissing,
    NumberInvalid,
    NotATelephone,
    RoleInvalid,
    BodyNotParsed,
    FormatInvalid,
    BothInOneRequest,
    PasswordWeak,
    Unauthorised,
    KycIncomplete,
    Trial,
    CapReached,
    AuthenticationFailed,
    DeviceExists,
    DeviceExistsOnUpdate,
    EmailExists,
    DeviceUnverified,
    AnotherDeviceOn,
    NotPstn,
    DeviceMissing,
    UserMissing,
    NoSuchPath,
    NoSuchMethod,
    TooMany,
    Internal,
}

/// What a refusal looks like on the wire; code 0 is the word `NA`.
pub(super) struct Told {
    pub(super) status: u16,
    pub(super) code: u32,
    pub(super) text: &'static str,
}

impl Wrong {
    /// The refusal in the seed's code family, or the newer one.
    pub(super) fn told(self, new_codes: bool) -> Told {
        let (status, code, text) = self.seed();
        let (status, code) = if new_codes { self.newer().unwrap_or((status, code)) } else { (status, code) };
        Told { status, code, text }
    }

    fn seed(self) -> (u16, u32, &'static str) {
        match self {
            Wrong::FirstNameMissing => (400, 1001, "first_name is mandatory"),
            Wrong::LastNameMissing => (400, 1001, "last_name is mandatory"),
            Wrong::NameRule => {
                (400, 1001, "Name must have 3 to 20 characters of A-Z, a-z, 0-9, space and . ' -")
            }
            Wrong::EmailInvalid => (400, 1001, "Email format not valid"),
            Wrong::EmailFixed => (400, 1002, "Cannot update email"),
            Wrong::NumberMissing => (400, 1402, "DeviceContactUri is mandatory"),
            Wrong::NumberInvalid => (400, 1401, "Enter Valid Phone Number"),
            Wrong::NotATelephone => (400, 1401, "device_contact_uri is not as per device_type"),
            Wrong::RoleInvalid => (400, 1023, "Enter valid role for user"),
            Wrong::BodyNotParsed => (400, 1007, "Invalid request body, failed parsing"),
            Wrong::FormatInvalid => (400, 1007, "Request format is invalid"),
            Wrong::BothInOneRequest => {
                (400, 1007, "device_contact_uri cannot be updated in the same request")
            }
            // No page has the error table of this call.
            Wrong::PasswordWeak => (400, 1001, "Password does not meet the password policy"),
            Wrong::Unauthorised => (403, 1003, "API credentials used are unauthorized"),
            Wrong::KycIncomplete => (403, 1003, "This account's KYC is incomplete. Operation not permitted"),
            Wrong::Trial => (403, 1003, "This is a trial account. Operation not permitted"),
            // Not documented; the client must live with a text that it does not know.
            Wrong::CapReached => (403, 1003, "Maximum number of co-workers reached"),
            Wrong::AuthenticationFailed => (401, 1010, "Authentication failed"),
            Wrong::DeviceExists => (409, 1021, "Device already exists; Resource conflict"),
            Wrong::DeviceExistsOnUpdate => (409, 1021, "Device already exists"),
            Wrong::EmailExists => (409, 1022, "Email already exists for another account; Resource conflict"),
            Wrong::DeviceUnverified => (403, 1003, "Device is unverified"),
            Wrong::AnotherDeviceOn => {
                (403, 1003, "Another device is ON. Only one device can be ON at a time")
            }
            Wrong::NotPstn => (403, 1003, "This device is not PSTN. Operation not permitted"),
            Wrong::DeviceMissing => (404, 1018, "Device not found"),
            Wrong::UserMissing => (404, 10801, "User not found"),
            Wrong::NoSuchPath => (404, 1007, "Request format is invalid"),
            Wrong::NoSuchMethod => (405, 1007, "Request format is invalid"),
            Wrong::TooMany => (429, 0, "Too many requests"),
            Wrong::Internal => (500, 1004, "Internal Server Error"),
        }
    }

    /// Status and code of the newer pages, where they differ.
    fn newer(self) -> Option<(u16, u32)> {
        match self {
            Wrong::DeviceUnverified => Some((409, 10809)),
            Wrong::AnotherDeviceOn => Some((403, 10810)),
            Wrong::DeviceExistsOnUpdate => Some((409, 10811)),
            Wrong::DeviceExists => Some((409, 10812)),
            Wrong::EmailExists => Some((409, 10813)),
            Wrong::KycIncomplete => Some((403, 10814)),
            Wrong::Trial => Some((403, 10815)),
            Wrong::NotPstn => Some((403, 10817)),
            _ => None,
        }
    }
}
