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

/// For whom a paused ticket waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Waiting {
    User,
    Supplier,
    /// A change, a problem, a date, or not said.
    Other,
}
