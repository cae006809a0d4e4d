//! A ticket of a service desk: what its log says happened to it, and when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One ticket, with all that its log says, in the order of time.
///
/// Only what the log says: a ticket that was never answered on record has no [`What::Responded`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// As the service desk numbers it.
    pub number: String,
    /// Sorted by time; what happened at one moment stands in the order of the log.
    pub changes: Vec<Change>,
    /// The service as printed.
    pub service: Option<String>,
    /// The group that has it, as printed, when the log ends.
    pub group: Option<String>,
    /// How it was raised, as printed: telephone, e-mail, portal.
    pub channel: Option<String>,
    /// The asker's answer as printed, if the desk asked.
    pub satisfaction: Option<String>,
}

/// Something that happened to a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub at: Timestamp,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    Opened,
    /// Somebody of the desk answered or took it up for the first time.
    Responded,
    /// The desk waits for somebody else, and which state says so.
    Paused(Waiting),
    Resumed,
    Resolved,
    Reopened,
    Closed,
    /// Its priority from then on, as printed.
    Priority(String),
}

impl What {
    /// Its word in files and tables: `opened`, `paused-user`; a priority is `priority`.
    pub fn word(&self) -> &'static str {
        match self {
            What::Opened => "opened",
            What::Responded => "responded",
            What::Paused(Waiting::User) => "paused-user",
            What::Paused(Waiting::Supplier) => "paused-supplier",
            What::Paused(Waiting::Other) => "paused-other",
            What::Resumed => "resumed",
            What::Resolved => "resolved",
            What::Reopened => "reopened",
            What::Closed => "closed",
            What::Priority(_) => "priority",
        }
    }

    /// What a [`What::word`] means; `printed` is the priority where it is one. None for other words.
    pub fn of_word(word: &str, printed: &str) -> Option<What> {
        Some(match word {
            "opened" => What::Opened,
            "responded" => What::Responded,
            "paused-user" => What::Paused(Waiting::User),
            "paused-supplier" => What::Paused(Waiting::Supplier),
            "paused-other" => What::Paused(Waiting::Other),
            "resumed" => What::Resumed,
            "resolved" => What::Resolved,
            "reopened" => What::Reopened,
            "closed" => What::Closed,
            "priority" => What::Priority(printed.to_owned()),
            _ => return None,
        })
    }
}

/// For whom a paused ticket waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Waiting {
    User,
    Supplier,
    /// A change, a problem, a date, or not said.
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        let waits = [Waiting::User, Waiting::Supplier, Waiting::Other];
        let plain = [
            What::Opened,
            What::Responded,
            What::Resumed,
            What::Resolved,
            What::Reopened,
            What::Closed,
            What::Priority("P1".into()),
        ];
        for what in plain.into_iter().chain(waits.map(What::Paused)) {
            assert_eq!(
                What::of_word(what.word(), "P1"),
                Some(what.clone()),
                "{what:?}"
            );
        }
        assert_eq!(What::of_word("pending", ""), None);
    }
}
