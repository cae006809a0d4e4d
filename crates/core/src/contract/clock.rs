//! The clock of a contract: when its term ends, by when notice must be given, what falls due, and
//! the last day on which there is still time to decide.
//!
//! Every day is inclusive: the last day of a term is its last day, not the day after. Registers
//! that keep the day after are a day off at each boundary, and those that count notice from the
//! first term after a renewal are a year off or more.

mod due;
mod safe;
mod served;
mod term;

pub use due::{Due, What};
pub use safe::{Chain, LastSafeDay, Step, Takes};
pub use served::{Freeze, IfServed, Takings};
pub use term::Term;

use super::terms::{FAULT, Notice, Terms};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

/// What the terms of a contract mean on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Clock {
    pub asked: Date,
    /// The last day of the term in force, after the automatic renewals that have happened; of the
    /// last term once it is over; none where no length and no end is known.
    pub term_end: Option<Date>,
    /// How many renewals or extensions came before the term in force.
    pub renewals: u32,
    /// The day on which the term would go on by itself; none where it will not.
    pub next_renewal: Option<Date>,
    /// Until when an extension could take it that nobody has taken up yet.
    pub extension_until: Option<Date>,
    /// The last day of the longest term that the contract allows; none without a limit.
    pub longest_end: Option<Date>,
    /// Whether the last day of the term has passed.
    pub ended: bool,
    pub last_notice: Vec<LastNotice>,
    /// Everything with a day, by day; what has none comes last.
    pub due: Vec<Due>,
    pub last_safe_day: Option<LastSafeDay>,
    /// What would follow if notice were given on the asked day.
    pub if_served: Vec<IfServed>,
    /// In which days nothing may be changed or let go.
    pub freeze: Option<Freeze>,
}

/// The last day on which notice by a route still takes effect at the end of the term, or on the
/// break date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastNotice {
    pub route: String,
    /// None where the length of the notice, or what it is counted from, is not known.
    pub date: Option<Date>,
    /// The first day on which it can be given.
    pub earliest: Option<Date>,
    /// The day on which it takes effect.
    pub effective: Option<Date>,
    pub clause: Option<String>,
    pub lapsed: bool,
    /// Whether the length only stands in a template.
    pub assumed: bool,
}

impl Clock {
    /// The clock of `terms` on a day.
    pub fn of(terms: &Terms, asked: Date) -> Clock {
        let term = Term::of(terms, asked);
        let last_notice = last_notices(terms, &term, asked);
        Clock {
            asked,
            term_end: term.end,
            renewals: term.renewals,
            next_renewal: term.next_renewal,
            extension_until: term.extension_until,
            longest_end: term.longest_end,
            ended: term.end.is_some_and(|end| end < asked),
            due: due::due(terms, &term, &last_notice, asked),
            last_safe_day: safe::last_safe_day(terms, &term, asked),
            if_served: served::if_served(terms, &term, asked),
            freeze: Freeze::of(terms, &term),
            last_notice,
        }
    }
}

impl Clock {
    /// The last day on which notice still ends it with the term, by whichever route leaves most time;
    /// a breach is nobody's plan.
    pub fn last_notice(&self) -> Option<Date> {
        let planned = self.last_notice.iter().filter(|last| last.route != FAULT);
        planned
            .filter(|last| last.effective == self.term_end)
            .filter_map(|last| last.date)
            .max()
    }
}

/// The last day on which this notice takes effect on `end`, or on its own break date.
fn last_day(terms: &Terms, notice: &Notice, end: Option<Date>) -> Option<Date> {
    let effective = notice.on.or(end)?;
    let length = notice.at_least.length?;
    Some(length.before(effective, terms.nation))
}

/// The first day on which it can be given to take effect then: a day earlier would be more than
/// its longest length before.
fn first_day(terms: &Terms, notice: &Notice, end: Option<Date>) -> Option<Date> {
    let effective = notice.on.or(end)?;
    let length = notice.at_most.as_ref()?.length?;
    let too_early = length.before(effective.saturating_sub(1.day()), terms.nation);
    Some(too_early.saturating_add(1.day()))
}

fn last_notices(terms: &Terms, term: &Term, asked: Date) -> Vec<LastNotice> {
    let notices = terms.notice.iter();
    notices
        .map(|notice| {
            let date = last_day(terms, notice, term.end);
            LastNotice {
                route: notice.route.clone(),
                date,
                earliest: first_day(terms, notice, term.end),
                effective: notice.on.or(term.end),
                clause: notice.clause.clone().or(notice.at_least.clause.clone()),
                lapsed: date.is_some_and(|date| date < asked),
                assumed: notice.at_least.assumed,
            }
        })
        .collect()
}

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;
