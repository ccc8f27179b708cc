//! The switches: how the simulated account behaves where the documents contradict each
//! other or say nothing. One table names them; one function sets them. Audian's own have a
//! table beside its endpoints.

use std::time::Duration;

use super::audian::switches::{AUDIAN_SWITCHES, AudianSwitches, SHARED};
use super::settings::SimProvider;

/// A row of [`SWITCHES`].
#[derive(Debug, Clone, Copy)]
pub struct Switch {
    pub name: &'static str,
    /// The values, the default first; an upper-case word stands for a free value.
    pub values: &'static str,
    pub meaning: &'static str,
}

pub(super) const fn switch(name: &'static str, values: &'static str, meaning: &'static str) -> Switch {
    Switch { name, values, meaning }
}

/// All switches of a provider's account.
pub fn switches_of(provider: SimProvider) -> impl Iterator<Item = &'static Switch> {
    let audian = provider == SimProvider::Audian;
    let first = SWITCHES.iter().filter(move |switch| !audian || SHARED.contains(&switch.name));
    first.chain(AUDIAN_SWITCHES.iter().filter(move |_| audian))
}

/// All switches of the Exotel simulator.
pub const SWITCHES: &[Switch] = &[
    switch("kyc", "complete|incomplete", "403: this account's KYC is incomplete"),
    switch("trial", "off|on", "403: this is a trial account"),
    switch("unauthorised", "off|on", "403: API credentials used are unauthorized"),
    switch("cap", "off|N", "most users of the account; further creates are refused with 403"),
    switch(
        "codes",
        "seed|new",
        "error codes of the seed (1003, 1021, 1022) or of the newer pages (10809 to 10817)",
    ),
    switch("failure", "failure|failed", "the word in `status` of a failed call"),
    switch("error_data", "null|absent", "how a success shows that there is no error"),
    switch("limit_shape", "json|rest|retry_after|date|html|reset|empty|bare", "what a 429 looks like"),
    switch("retry_after", "auto|SECONDS", "what a 429 asks for; auto is the truth"),
    switch("limit_headers", "on|off", "X-RateLimit headers on every answer while there is a limit"),
    switch("limiter", "window|bucket", "fixed windows, or a bucket of tokens that refills steadily"),
    switch("burst", "auto|N", "size of the bucket; auto is the number of the rate"),
    switch("name_rule", "off|on", "names of 3 to 20 of letters, digits, space, `.`, `'`, `-` only"),
    switch("update_role", "ignore|refuse", "what a role in a user update does"),
    switch("over_limit", "clamp|refuse", "a page limit over 50: taken as 50, or 400"),
    switch("number_put", "ok|404", "whether a device's number can be changed by API"),
    switch("same_number", "ok|409", "setting the number that the device has already"),
    switch("missing", "404|400", "an unknown user: 404 10801, or 400 1007"),
    switch(
        "voip",
        "on|off|without_number",
        "who gets a SIP device: all, none (a number is mandatory), users without a number",
    ),
    switch("sip_in_answer", "on|off", "off: a create's answer lacks the SIP device, it appears later"),
    switch("sip_delay", "2|SECONDS", "how much later, with sip_in_answer=off"),
    switch("sip_verified", "off|on", "on: SIP devices are verified and OFF from the start"),
    switch("sip_password_tel", "404|ok", "a SIP password for a device that is a phone"),
    switch("keys", "on|off", "off: the account takes an e-mail or a number twice"),
    switch(
        "elsewhere_email",
        "elsewhere.example|DOMAIN",
        "addresses there belong to other accounts: 409, and never found",
    ),
    switch("elsewhere_number", "off|PREFIX", "numbers that begin so belong to other accounts"),
    switch("stale", "0|SECONDS", "by how much lists lag behind writes; a get by id does not"),
    switch("list_end", "null|empty", "what a list without rows shows"),
    switch("total", "on|off", "whether a list's metadata has the total"),
    switch("list_filters", "on|ignored", "ignored: a list shows everybody, whoever is asked for"),
    switch("list_devices", "on|off", "off: lists show no devices; a get by id does"),
    switch("get_devices", "on|off", "off: a get by id shows no devices; lists do"),
    switch("get_missing", "error|null", "null: a get of an unknown user succeeds and shows null"),
    switch(
        "spelling",
        "kept|own",
        "own: names are shown in capitals, numbers without their +, e-mails in small letters, by which alone lists find them",
    ),
    switch("unreadable", "off|ID", "the user with this id: lists show something else in its place"),
    switch("url_limit", "8000|BYTES", "longest path with query; longer is 414"),
    switch("late_most", "30|SECONDS", "most delay of a late effect, at least 1"),
    switch("slow_body", "3|SECONDS", "how long a slowly dripping body takes"),
];

/// The shapes of a 429 (providers disagree; see part 1.11 of the reference).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitShape {
    /// The envelope, with all headers.
    Json,
    /// Exotel's v1 `RestException`, with all headers.
    Rest,
    /// No body; `Retry-After` in seconds only.
    RetryAfter,
    /// No body; `Retry-After` as a date only.
    Date,
    /// A page for people, no header.
    Html,
    /// No body; `X-RateLimit-Reset` only.
    Reset,
    /// Neither body nor header.
    Empty,
    /// The envelope, with no header.
    Bare,
}

/// All shapes, in the order of the switch.
pub(super) const LIMIT_SHAPES: [(&str, LimitShape); 8] = [
    ("json", LimitShape::Json),
    ("rest", LimitShape::Rest),
    ("retry_after", LimitShape::RetryAfter),
    ("date", LimitShape::Date),
    ("html", LimitShape::Html),
    ("reset", LimitShape::Reset),
    ("empty", LimitShape::Empty),
    ("bare", LimitShape::Bare),
];

/// Who gets a SIP device at creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voip {
    Everybody,
    Nobody,
    WithoutNumber,
}

/// The switches as set; [`SWITCHES`] says what each means.
#[derive(Debug, Clone)]
pub struct Switches {
    pub kyc_incomplete: bool,
    pub trial: bool,
    pub unauthorised: bool,
    pub cap: Option<usize>,
    pub new_codes: bool,
    pub failed_word: bool,
    pub error_data_absent: bool,
    pub limit_shape: LimitShape,
    pub retry_after: Option<u64>,
    pub limit_headers: bool,
    pub bucket: bool,
    pub burst: Option<u32>,
    pub name_rule: bool,
    pub refuse_role: bool,
    pub refuse_over_limit: bool,
    pub number_put_missing: bool,
    pub refuse_same_number: bool,
    pub missing_is_400: bool,
    pub voip: Voip,
    pub sip_in_answer: bool,
    pub sip_delay: Duration,
    pub sip_verified: bool,
    pub sip_password_tel: bool,
    pub keys: bool,
    pub elsewhere_email: String,
    pub elsewhere_number: Option<String>,
    pub stale: Duration,
    pub empty_list: bool,
    pub total: bool,
    pub list_filters: bool,
    pub list_devices: bool,
    pub get_devices: bool,
    pub get_missing_is_null: bool,
    pub own_spelling: bool,
    pub unreadable: Option<String>,
    pub url_limit: usize,
    pub late_most: Duration,
    pub slow_body: Duration,
    pub audian: AudianSwitches,
}

impl Default for Switches {
    fn default() -> Switches {
        Switches {
            kyc_incomplete: false,
            trial: false,
            unauthorised: false,
            cap: None,
            new_codes: false,
            failed_word: false,
            error_data_absent: false,
            limit_shape: LimitShape::Json,
            retry_after: None,
            limit_headers: true,
            bucket: false,
            burst: None,
            name_rule: false,
            refuse_role: false,
            refuse_over_limit: false,
            number_put_missing: false,
            refuse_same_number: false,
            missing_is_400: false,
            voip: Voip::Everybody,
            sip_in_answer: true,
            sip_delay: Duration::from_secs(2),
            sip_verified: false,
            sip_password_tel: false,
            keys: true,
            elsewhere_email: "elsewhere.example".into(),
            elsewhere_number: None,
            stale: Duration::ZERO,
            empty_list: false,
            total: true,
            list_filters: true,
            list_devices: true,
            get_devices: true,
            get_missing_is_null: false,
            own_spelling: false,
            unreadable: None,
            url_limit: 8_000,
            late_most: Duration::from_secs(30),
            slow_body: Duration::from_secs(3),
            audian: AudianSwitches::default(),
        }
    }
}

impl Switches {
    /// Sets one switch of Exotel's account, given as `name=value`.
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        self.set_of(SimProvider::Exotel, text)
    }

    /// Sets one switch that this provider's account has, given as `name=value`.
    pub fn set_of(&mut self, provider: SimProvider, text: &str) -> Result<(), String> {
        let (name, value) = text.split_once('=').ok_or_else(|| format!("`{text}` is not NAME=VALUE"))?;
        let Some(known) = switches_of(provider).find(|switch| switch.name == name) else {
            let names: Vec<&str> = switches_of(provider).map(|switch| switch.name).collect();
            return Err(format!("there is no switch `{name}`; there are {}", names.join(", ")));
        };
        let set = self.set_account(name, value).or_else(|| self.set_wire(name, value));
        let set = set.or_else(|| self.audian.set(name, value));
        set.ok_or_else(|| format!("`{value}` is no value of the switch `{name}`: {}", known.values))
    }

    /// Sets what the account is and how it treats users; `None` where name or value is another's.
    fn set_account(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "kyc" => self.kyc_incomplete = pick(value, "complete", "incomplete")?,
            "trial" => self.trial = pick(value, "off", "on")?,
            "unauthorised" => self.unauthorised = pick(value, "off", "on")?,
            "cap" => self.cap = number_or(value, "off")?,
            "name_rule" => self.name_rule = pick(value, "off", "on")?,
            "update_role" => self.refuse_role = pick(value, "ignore", "refuse")?,
            "number_put" => self.number_put_missing = pick(value, "ok", "404")?,
            "same_number" => self.refuse_same_number = pick(value, "ok", "409")?,
            "voip" => {
                self.voip = match value {
                    "on" => Voip::Everybody,
                    "off" => Voip::Nobody,
                    "without_number" => Voip::WithoutNumber,
                    _ => return None,
                }
            }
            "sip_in_answer" => self.sip_in_answer = pick(value, "off", "on")?,
            "sip_delay" => self.sip_delay = seconds(value)?,
            "sip_verified" => self.sip_verified = pick(value, "off", "on")?,
            "sip_password_tel" => self.sip_password_tel = pick(value, "404", "ok")?,
            "keys" => self.keys = pick(value, "off", "on")?,
            "elsewhere_email" => self.elsewhere_email = value.to_lowercase(),
            "elsewhere_number" => self.elsewhere_number = (value != "off").then(|| value.to_owned()),
            _ => return None,
        }
        Some(())
    }

    /// Sets what answers look like and how the wire behaves.
    fn set_wire(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "codes" => self.new_codes = pick(value, "seed", "new")?,
            "failure" => self.failed_word = pick(value, "failure", "failed")?,
            "error_data" => self.error_data_absent = pick(value, "null", "absent")?,
            "limit_shape" => {
                self.limit_shape = LIMIT_SHAPES.iter().find(|(word, _)| *word == value)?.1;
            }
            "retry_after" => self.retry_after = number_or(value, "auto")?,
            "limit_headers" => self.limit_headers = pick(value, "off", "on")?,
            "limiter" => self.bucket = pick(value, "window", "bucket")?,
            "burst" => self.burst = number_or(value, "auto")?,
            "over_limit" => self.refuse_over_limit = pick(value, "clamp", "refuse")?,
            "missing" => self.missing_is_400 = pick(value, "404", "400")?,
            "stale" => self.stale = seconds(value)?,
            "list_end" => self.empty_list = pick(value, "null", "empty")?,
            "list_devices" => self.list_devices = pick(value, "off", "on")?,
            "get_devices" => self.get_devices = pick(value, "off", "on")?,
            "get_missing" => self.get_missing_is_null = pick(value, "error", "null")?,
            "spelling" => self.own_spelling = pick(value, "kept", "own")?,
            "list_filters" => self.list_filters = pick(value, "ignored", "on")?,
            "total" => self.total = pick(value, "off", "on")?,
            "unreadable" => self.unreadable = (value != "off").then(|| value.to_owned()),
            "url_limit" => self.url_limit = value.parse().ok()?,
            "late_most" => self.late_most = seconds(value)?,
            "slow_body" => self.slow_body = seconds(value)?,
            _ => return None,
        }
        Some(())
    }
}

/// `false` for the first word, `true` for the second.
pub(super) fn pick(value: &str, no: &str, yes: &str) -> Option<bool> {
    if value == yes { Some(true) } else { (value == no).then_some(false) }
}

fn number_or<T: std::str::FromStr>(value: &str, none: &str) -> Option<Option<T>> {
    if value == none {
        return Some(None);
    }
    value.parse().ok().map(Some)
}

pub(super) fn seconds(value: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(value.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_the_table_can_be_set_and_the_first_is_the_default() {
        let both = [SimProvider::Exotel, SimProvider::Audian];
        let every = both.into_iter().flat_map(|provider| switches_of(provider).map(move |s| (provider, s)));
        for (provider, switch) in every {
            for value in switch.values.split('|') {
                let value = if value.chars().all(|c| c.is_ascii_uppercase()) { "7" } else { value };
                let mut switches = Switches::default();
                assert_eq!(switches.set_of(provider, &format!("{}={value}", switch.name)), Ok(()));
            }
            let first = switch.values.split('|').next().expect("a split has a first part");
            let mut switches = Switches::default();
            switches.set_of(provider, &format!("{}={first}", switch.name)).expect("checked above");
            assert_eq!(format!("{switches:?}"), format!("{:?}", Switches::default()), "{}", switch.name);
        }
    }

    #[test]
    fn a_wrong_switch_is_told_what_is_right() {
        let mut settings = Switches::default();
        assert!(settings.set("kyc").is_err_and(|error| error.contains("NAME=VALUE")));
        assert!(settings.set("colour=red").is_err_and(|error| error.contains("kyc, trial")));
        assert!(settings.set("kyc=perhaps").is_err_and(|error| error.contains("complete|incomplete")));
        assert!(settings.set("stale=-1").is_err());
        assert!(settings.set("dialect=kazoo").is_err_and(|error| error.contains("no switch")));
        assert!(
            settings
                .set_of(SimProvider::Audian, "kyc=complete")
                .is_err_and(|error| error.contains("dialect"))
        );
    }
}
