//! What is promised for a ticket: by priority, from a date on, in working or in passing time.

use super::alike;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How long something may take. The clock stands while the ticket waits, in every unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    WorkingMinutes(u32),
    WorkingHours(u32),
    /// Up to the end of that many working days after the day of opening. A day counts when the
    /// clock ran on it in opening hours: one on which the ticket waited from opening to closing does not.
    WorkingDays(u32),
    /// Of time as it passes, nights and holidays included.
    Minutes(u32),
    Hours(u32),
    /// Of 24 hours each.
    Days(u32),
}

/// What a ticket has used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// Seconds in opening hours.
    pub working: i64,
    /// Working days after the day of opening.
    pub days: u32,
    /// Seconds at any hour.
    pub passed: i64,
}

impl Length {
    /// Whether what is used is in time; what ends exactly on the target is.
    pub fn holds(self, used: Used) -> bool {
        match self {
            Length::WorkingMinutes(minutes) => used.working <= i64::from(minutes) * 60,
            Length::WorkingHours(hours) => used.working <= i64::from(hours) * 3600,
            Length::WorkingDays(days) => used.days <= days,
            Length::Minutes(minutes) => used.passed <= i64::from(minutes) * 60,
            Length::Hours(hours) => used.passed <= i64::from(hours) * 3600,
            Length::Days(days) => used.passed <= i64::from(days) * 86_400,
        }
    }
}

/// What is promised for tickets of a priority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// As printed in the log; every priority without a target of its own, if none.
    pub priority: Option<String>,
    /// For tickets opened on or after this day; always before the next, if none.
    #[serde(
        default,
        deserialize_with = "super::file::perhaps_a_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub from: Option<Date>,
    pub first_response: Option<Length>,
    pub resolution: Option<Length>,
    pub clause: Option<String>,
}

/// The target that counts for a ticket opened on a day: the newest of its own priority, or else the newest
/// for every priority. A target that changes later leaves tickets already open to the old one.
pub fn in_force<'a>(
    targets: &'a [Target],
    opened_on: Date,
    priority: Option<&str>,
    which: impl Fn(&'a Target) -> Option<&'a Length>,
) -> Option<&'a Length> {
    let newest = |of: &dyn Fn(&Target) -> bool| {
        targets
            .iter()
            .filter(|target| of(target) && target.from.is_none_or(|from| from <= opened_on))
            .filter(|target| which(target).is_some())
            .max_by_key(|target| target.from)
    };
    let own = newest(&|target| match (&target.priority, priority) {
        (Some(stated), Some(printed)) => alike(stated, printed),
        _ => false,
    });
    own.or_else(|| newest(&|target| target.priority.is_none()))
        .and_then(which)
}
