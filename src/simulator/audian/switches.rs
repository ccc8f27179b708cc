//! The switches of Audian's account: what its two documentations contradict each other in, or leave open.
//!
//! Switches of the wire that both providers have stand in the other table; [`SHARED`] names them.

use std::time::Duration;

use super::super::switches::{Switch, pick, seconds, switch};

/// The switches that only Audian's account has.
pub const AUDIAN_SWITCHES: &[Switch] = &[
    switch(
        "dialect",
        "flat|kazoo|both",
        "verbs, bodies, keys and answers: of the newer pages, of Kazoo, of either",
    ),
    switch(
        "reads",
        "dialect|kazoo",
        "kazoo: gets and lists are Kazoo's in every dialect, as the only page on them",
    ),
    switch(
        "plain_kazoo",
        "off|on",
        "no restore, archive, reassign, audit; a delete knows no parameters and is final",
    ),
    switch("user_devices", "on|off", "whether there is an endpoint that lists the devices of a user"),
    switch("all_devices", "on|off", "whether there is an endpoint that lists the devices of everybody"),
    switch("restore", "on|off", "whether there is an endpoint to restore"),
    switch("purge", "on|off", "whether there is an endpoint for archived data"),
    switch("reassign", "on|off", "whether there is an endpoint to reassign devices"),
    switch("audit", "on|off", "whether there is an endpoint for the log of deletions"),
    switch("lacking", "404|405", "the answer of an endpoint that is not there"),
    switch("bearer", "on|off", "whether a token may come as Authorization: Bearer"),
    switch("token_life", "3600|SECONDS", "how long an exchanged token lives"),
    switch("wrong_key", "401|404", "the answer to an unknown API key"),
    switch("forbidden", "off|writes|all", "403: insufficient permissions"),
    switch("maintenance", "off|on", "503 for every call"),
    switch("new_device", "off|on", "on: a new user gets a softphone, though no document says so"),
    switch("charges", "off|on", "a new user costs: 402 until the body says accept_charges"),
    switch(
        "delete_answer",
        "auto|204|200|enveloped",
        "what a delete answers; auto is 204, enveloped in Kazoo",
    ),
    switch("data_archived", "on|off", "off: an archive deletes for good, and says dataArchived false"),
    switch(
        "conflict",
        "call|devices|off",
        "409 for a delete: of a user on a call, or who has devices too, or never",
    ),
    switch("archived_status", "archived|disabled|none", "what an archived user shows as status"),
    switch("archived_list", "on|off", "whether lists show archived users"),
    switch("archived_get", "ok|404", "whether a get shows an archived user"),
    switch(
        "archived_keys",
        "kept|free",
        "whether an archived user's e-mail, username and extension are taken",
    ),
    switch("archive_again", "409|404|ok", "a delete of a user who is archived already"),
    switch("purge_early", "ok|409", "whether archived data may be deleted before its 90 days"),
    switch("after_retention", "404|410", "restoring a user whose 90 days are over"),
    switch("restored", "disabled|active", "what a restored user is"),
    switch("summary_status", "off|on", "whether rows of the user list show the status"),
    switch(
        "summary_role",
        "on|level",
        "level: rows of the flat user list show Kazoo's level in place of the role",
    ),
    switch("last_key", "absent|empty|null", "the next_start_key of the last page"),
    switch("repeat_key", "off|on", "on: a list names the same next page for ever"),
    switch("whole_list", "ok|416", "the answer to paginate=false"),
    switch("filters", "on|short|ignored", "short: a filter thins out the pages; ignored: it does nothing"),
    switch("reassign_answer", "200|204", "what a reassignment answers"),
    switch("hotdesked", "404|skip", "reassigning a device that its user only borrows"),
];

/// The switches of the first table that hold for Audian too.
pub const SHARED: &[&str] = &[
    "limit_shape",
    "retry_after",
    "limit_headers",
    "burst",
    "keys",
    "elsewhere_email",
    "stale",
    "unreadable",
    "url_limit",
    "late_most",
    "slow_body",
];

/// Which documentation the account follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Flat,
    Kazoo,
    /// Either, as the call is written.
    Both,
}

/// Which calls lack the permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forbidden {
    Nothing,
    Writes,
    Everything,
}

/// What a delete answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteAnswer {
    /// As usual in the dialect.
    Auto,
    NoContent,
    Details,
    Enveloped,
}

/// Which users cannot be deleted, since they have active resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    OnCall,
    WithDevices,
    Never,
}

/// What a delete of an archived user brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveAgain {
    Conflict,
    Missing,
    Fine,
}

/// How a list says that there is no next page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastKey {
    Absent,
    Empty,
    Null,
}

/// What filters do to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filters {
    Find,
    /// Each page is read whole and thinned out then.
    ThinOut,
    Ignored,
}

/// The switches as set; [`AUDIAN_SWITCHES`] says what each means.
#[derive(Debug, Clone)]
pub struct AudianSwitches {
    pub dialect: Dialect,
    pub kazoo_reads: bool,
    pub plain_kazoo: bool,
    pub user_devices: bool,
    pub all_devices: bool,
    pub restore: bool,
    pub purge: bool,
    pub reassign: bool,
    pub audit: bool,
    pub lacking_is_405: bool,
    pub bearer: bool,
    pub token_life: Duration,
    pub wrong_key_is_404: bool,
    pub forbidden: Forbidden,
    pub maintenance: bool,
    pub new_device: bool,
    pub charges: bool,
    pub delete_answer: DeleteAnswer,
    pub data_archived: bool,
    pub conflict: Conflict,
    pub archived_status: Option<&'static str>,
    pub archived_list: bool,
    pub archived_get: bool,
    pub archived_keys: bool,
    pub archive_again: ArchiveAgain,
    pub purge_early: bool,
    pub gone_after_retention: bool,
    pub restored_active: bool,
    pub summary_status: bool,
    pub summary_level: bool,
    pub last_key: LastKey,
    pub repeat_key: bool,
    pub whole_list: bool,
    pub filters: Filters,
    pub reassign_is_silent: bool,
    pub skip_hotdesked: bool,
}

impl Default for AudianSwitches {
    fn default() -> AudianSwitches {
        AudianSwitches {
            dialect: Dialect::Flat,
            kazoo_reads: false,
            plain_kazoo: false,
            user_devices: true,
            all_devices: true,
            restore: true,
            purge: true,
            reassign: true,
            audit: true,
            lacking_is_405: false,
            bearer: true,
            token_life: Duration::from_secs(3_600),
            wrong_key_is_404: false,
            forbidden: Forbidden::Nothing,
            maintenance: false,
            new_device: false,
            charges: false,
            delete_answer: DeleteAnswer::Auto,
            data_archived: true,
            conflict: Conflict::OnCall,
            archived_status: Some("archived"),
            archived_list: true,
            archived_get: true,
            archived_keys: true,
            archive_again: ArchiveAgain::Conflict,
            purge_early: true,
            gone_after_retention: false,
            restored_active: false,
            summary_status: false,
            summary_level: false,
            last_key: LastKey::Absent,
            repeat_key: false,
            whole_list: true,
            filters: Filters::Find,
            reassign_is_silent: false,
            skip_hotdesked: false,
        }
    }
}

impl AudianSwitches {
    /// Sets one switch; `None` where name or value is another's.
    pub(in crate::simulator) fn set(&mut self, name: &str, value: &str) -> Option<()> {
        self.set_account(name, value)
            .or_else(|| self.set_endings(name, value))
            .or_else(|| self.set_lists(name, value))
    }

    /// Sets who may come in, and which endpoints there are.
    fn set_account(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "dialect" => {
                self.dialect = choose(
                    value,
                    &[("flat", Dialect::Flat), ("kazoo", Dialect::Kazoo), ("both", Dialect::Both)],
                )?;
            }
            "plain_kazoo" => self.plain_kazoo = pick(value, "off", "on")?,
            "user_devices" => self.user_devices = pick(value, "off", "on")?,
            "all_devices" => self.all_devices = pick(value, "off", "on")?,
            "restore" => self.restore = pick(value, "off", "on")?,
            "purge" => self.purge = pick(value, "off", "on")?,
            "reassign" => self.reassign = pick(value, "off", "on")?,
            "audit" => self.audit = pick(value, "off", "on")?,
            "lacking" => self.lacking_is_405 = pick(value, "404", "405")?,
            "bearer" => self.bearer = pick(value, "off", "on")?,
            "token_life" => self.token_life = seconds(value)?,
            "wrong_key" => self.wrong_key_is_404 = pick(value, "401", "404")?,
            "forbidden" => {
                let words = [
                    ("off", Forbidden::Nothing),
                    ("writes", Forbidden::Writes),
                    ("all", Forbidden::Everything),
                ];
                self.forbidden = choose(value, &words)?;
            }
            "maintenance" => self.maintenance = pick(value, "off", "on")?,
            "new_device" => self.new_device = pick(value, "off", "on")?,
            "charges" => self.charges = pick(value, "off", "on")?,
            _ => return None,
        }
        Some(())
    }

    /// Sets how users end, and what is left of them.
    fn set_endings(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "delete_answer" => {
                let words = [
                    ("auto", DeleteAnswer::Auto),
                    ("204", DeleteAnswer::NoContent),
                    ("200", DeleteAnswer::Details),
                    ("enveloped", DeleteAnswer::Enveloped),
                ];
                self.delete_answer = choose(value, &words)?;
            }
            "data_archived" => self.data_archived = pick(value, "off", "on")?,
            "conflict" => {
                let words = [
                    ("call", Conflict::OnCall),
                    ("devices", Conflict::WithDevices),
                    ("off", Conflict::Never),
                ];
                self.conflict = choose(value, &words)?;
            }
            "archived_status" => {
                let words = [("archived", Some("archived")), ("disabled", Some("disabled")), ("none", None)];
                self.archived_status = choose(value, &words)?;
            }
            "archived_list" => self.archived_list = pick(value, "off", "on")?,
            "archived_get" => self.archived_get = pick(value, "404", "ok")?,
            "archived_keys" => self.archived_keys = pick(value, "free", "kept")?,
            "archive_again" => {
                let words = [
                    ("409", ArchiveAgain::Conflict),
                    ("404", ArchiveAgain::Missing),
                    ("ok", ArchiveAgain::Fine),
                ];
                self.archive_again = choose(value, &words)?;
            }
            "purge_early" => self.purge_early = pick(value, "409", "ok")?,
            "after_retention" => self.gone_after_retention = pick(value, "404", "410")?,
            "restored" => self.restored_active = pick(value, "disabled", "active")?,
            "reassign_answer" => self.reassign_is_silent = pick(value, "200", "204")?,
            "hotdesked" => self.skip_hotdesked = pick(value, "404", "skip")?,
            _ => return None,
        }
        Some(())
    }

    /// Sets what lists show.
    fn set_lists(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "reads" => self.kazoo_reads = pick(value, "dialect", "kazoo")?,
            "summary_role" => self.summary_level = pick(value, "on", "level")?,
            "summary_status" => self.summary_status = pick(value, "off", "on")?,
            "last_key" => {
                let words = [("absent", LastKey::Absent), ("empty", LastKey::Empty), ("null", LastKey::Null)];
                self.last_key = choose(value, &words)?;
            }
            "repeat_key" => self.repeat_key = pick(value, "off", "on")?,
            "whole_list" => self.whole_list = pick(value, "416", "ok")?,
            "filters" => {
                let words =
                    [("on", Filters::Find), ("short", Filters::ThinOut), ("ignored", Filters::Ignored)];
                self.filters = choose(value, &words)?;
            }
            _ => return None,
        }
        Some(())
    }
}

fn choose<T: Copy>(value: &str, words: &[(&str, T)]) -> Option<T> {
    words.iter().find(|(word, _)| *word == value).map(|(_, choice)| *choice)
}
