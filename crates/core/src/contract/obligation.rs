//! Obligations: who owes what to whom, by which clause and by when.

use super::Contract;
use super::length::{Length, Unit};
use crate::calendar::Nation;
use crate::dated::When;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled, joined};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const ORGANISATION: &str = "organisation";
const SERVICE: &str = "service";

/// How long before its day something is due soon, where nobody said otherwise.
pub const WARN: Length = Length::days(30);

/// Of an obligation without end, no more times than this are looked at.
const MOST_TIMES: usize = 2_000;

/// Something that one organisation owes another, once or again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obligation {
    pub what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<RecordId>,
    /// Who owes it.
    pub debtor: RecordId,
    /// To whom it is owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creditor: Option<RecordId>,
    #[serde(default)]
    pub services: BTreeSet<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    /// By when; the first time, where it comes again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<When>,
    /// How long after the first day it is due again, and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Length>,
    /// The last day on which it can fall due again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<When>,
    /// When it was done, a date for each time. The first settles the first day on which it was due,
    /// and so on; `unknown` settles one of which nobody knows when.
    #[serde(default)]
    pub done_on: Vec<When>,
    #[serde(default)]
    pub evidence: Vec<String>,
    /// What follows when it is not met, as the contract says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consequence: Option<String>,
    /// How long before its day it counts as due soon; else [`WARN`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn: Option<Length>,
}

/// How an obligation stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Met {
    LateNow,
    DueSoon,
    NotYetDue,
    MetLate,
    Met,
    /// Nobody stated by when it is due.
    NoDueDate,
    /// The day lies within the month or year in which it is due.
    DueDayUnknown,
    /// It was done, and it is not known whether in time.
    DoneDayUnknown,
}

impl Met {
    pub const ALL: [Met; 8] = [
        Met::LateNow,
        Met::DueSoon,
        Met::NotYetDue,
        Met::MetLate,
        Met::Met,
        Met::NoDueDate,
        Met::DueDayUnknown,
        Met::DoneDayUnknown,
    ];

    /// Whether it still has to be done.
    pub fn is_open(self) -> bool {
        !matches!(self, Met::Met | Met::MetLate | Met::DoneDayUnknown)
    }
}

/// One of the times at which an obligation falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// Which, from 0.
    pub number: usize,
    pub due: Option<When>,
    /// When it was done, as far as that was known on the day asked.
    pub done: Option<When>,
    /// From when on it is due soon; none without a due date.
    pub warn_from: Option<Date>,
    pub met: Met,
}

impl Obligation {
    /// Every time up to and with the first on or after `until` that is open: what is asked on `day`.
    pub fn times(&self, day: Date, until: Date, nation: Nation) -> Vec<Time> {
        let mut times = Vec::new();
        let mut due = Some(self.due);
        for number in 0..MOST_TIMES {
            let Some(time) = due.map(|due| self.time(number, due, day, nation)) else {
                break;
            };
            due = self.due_after(number, time.due, nation).map(Some);
            let latest = time.due.and_then(When::latest);
            times.push(time);
            if time.met.is_open() && latest.is_none_or(|latest| latest >= until) {
                break;
            }
        }
        times
    }

    /// The time that matters on `day`: the first that is still open, else the last.
    pub fn standing(&self, day: Date, nation: Nation) -> Time {
        let times = self.times(day, day, nation);
        let open = times.iter().find(|time| time.met.is_open());
        let standing = open.or(times.last()).copied();
        standing.unwrap_or(Time {
            number: 0,
            due: self.due,
            done: None,
            warn_from: None,
            met: Met::NoDueDate,
        })
    }

    fn time(&self, number: usize, due: Option<When>, day: Date, nation: Nation) -> Time {
        let done = self.done_on.get(number).copied();
        let done = done.filter(|done| *done == When::Unknown || done.reached(day) != Some(false));
        let warn = self.warn.unwrap_or(WARN);
        let warn_from = due
            .and_then(When::earliest)
            .map(|due| warn.before(due, nation));
        Time {
            number,
            due,
            done,
            warn_from,
            met: met(due, done, warn_from, day),
        }
    }

    /// When it is due again after the time of this number; none when it does not come again.
    fn due_after(&self, number: usize, due: Option<When>, nation: Nation) -> Option<When> {
        let (Some(When::Day(first)), Some(When::Day(before)), Some(every)) =
            (self.due, due, self.every)
        else {
            return None;
        };
        let due = match every.unit {
            // Counted on: from the first day it would be counted anew each time.
            Unit::WorkingDays => every.after(before, nation),
            // From the first day, so that what is due on the 31st stays at the ends of months.
            _ => every
                .times(u32::try_from(number + 1).ok()?)
                .after(first, nation),
        };
        let over = self
            .until
            .and_then(When::latest)
            .is_some_and(|until| due > until);
        (due > before && !over).then_some(When::Day(due))
    }
}

fn met(due: Option<When>, done: Option<When>, warn_from: Option<Date>, day: Date) -> Met {
    let bounds = due.and_then(|due| Some((due.earliest()?, due.latest()?)));
    if let Some(done) = done {
        return match (bounds, done.earliest(), done.latest()) {
            (Some((earliest, _)), _, Some(latest)) if latest <= earliest => Met::Met,
            (Some((_, due)), Some(earliest), _) if earliest > due => Met::MetLate,
            // What was owed at no stated time cannot have been late.
            (None, Some(_), _) if due.is_none() => Met::Met,
            _ => Met::DoneDayUnknown,
        };
    }
    match bounds {
        None => Met::NoDueDate,
        Some((_, latest)) if latest < day => Met::LateNow,
        Some((earliest, latest)) if earliest < day && day <= latest => Met::DueDayUnknown,
        Some(_) if warn_from.is_some_and(|from| from <= day) => Met::DueSoon,
        Some(_) => Met::NotYetDue,
    }
}

impl Kind for Obligation {
    const NAME: &'static str = "obligation";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.what.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let to = |kind| move |id: &RecordId| Reference { kind, id: *id };
        let contract = self.contract.iter().map(to(Contract::NAME));
        let parties = std::iter::once(&self.debtor).chain(&self.creditor);
        contract
            .chain(parties.map(to(ORGANISATION)))
            .chain(self.services.iter().map(to(SERVICE)))
            .collect()
    }
}

/// A length that a cell holds; a fault when it cannot be read.
pub(super) fn length(row: &Row, heading: &'static str, faults: &mut Faults) -> Option<Length> {
    let words = row.text(heading)?;
    let length: Option<Length> = words.parse().ok();
    let length = length.filter(|length| length.number > 0);
    if length.is_none() {
        let reason = "write a number and days, working days, weeks, months or years: 3 months";
        faults.add(row, heading, words, reason);
    }
    length
}

impl Tabled for Obligation {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "obligation",
            Form::Text,
            "What is owed.",
            "Keep the asset register current",
        ),
        Heading::needed(
            "owed by",
            Form::Text,
            "The organisation that owes it.",
            "Meridian Systems Ltd",
        ),
        Heading::optional(
            "owed to",
            Form::Text,
            "The organisation to which it is owed.",
            "Northmere Council",
        ),
        Heading::optional(
            "contract",
            Form::Text,
            "The contract that says so, by its reference or title.",
            "NM-2006-001",
        ),
        Heading::optional(
            "clause",
            Form::Text,
            "Its number in the contract.",
            "Schedule 9, 3.1",
        ),
        Heading::optional(
            "services",
            Form::List,
            "The services that it is about.",
            "Network",
        ),
        Heading::optional(
            "due",
            Form::When,
            "By when; the first day, where it comes again.",
            "2018-09-30",
        ),
        Heading::optional(
            "every",
            Form::Text,
            "How long after that it is due again, and again: a number and days, working days, weeks, months or years.",
            "6 months",
        ),
        Heading::optional(
            "until",
            Form::When,
            "The last day on which it can be due again; blank is without end.",
            "2021-03-31",
        ),
        Heading::optional(
            "done on",
            Form::List,
            "When it was done, a date for each time, the first time first; unknown for one of which nobody knows when.",
            "2018-09-28; 2019-04-02",
        ),
        Heading::optional(
            "evidence",
            Form::List,
            "Where it can be seen that it was done.",
            "Minutes of 3 October 2018",
        ),
        Heading::optional(
            "consequence",
            Form::Text,
            "What follows if it is not done, as the contract says.",
            "Service credit of 2%",
        ),
        Heading::optional(
            "warn before",
            Form::Text,
            "How long before its day it counts as due soon; blank is 30 days.",
            "1 month",
        ),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        let said = ["contract", "clause", "owed by", "obligation"].map(words);
        said.join(" / ")
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Obligation, Vec<RowFault>> {
        let mut faults = Faults::default();
        for row in &rows[1..] {
            faults.add(
                row,
                "obligation",
                row.text("obligation").unwrap_or_default(),
                "this contract and clause have two obligations of this name: give each its own name",
            );
        }
        let row = rows[0];
        let text = |heading| row.text(heading).map(str::to_owned);
        let contract = row
            .text("contract")
            .and_then(|words| faults.found(row, "contract", find, Contract::NAME, words));
        let services = row.list("services").iter();
        let services = services
            .filter_map(|words| faults.found(row, "services", find, SERVICE, words))
            .collect();
        let mut done_on = Vec::new();
        for words in row.list("done on") {
            match words.parse() {
                Ok(when) => done_on.push(when),
                Err(error) => {
                    let error: crate::dated::NotADate = error;
                    faults.add(row, "done on", words, error.to_string());
                }
            }
        }
        let every = length(row, "every", &mut faults);
        let warn = length(row, "warn before", &mut faults);
        let due = row.when("due");
        if every.is_some() && !matches!(due, Some(When::Day(_))) {
            let reason =
                "what comes again needs the day on which it is due first: write it under due";
            let words = row.text("every").unwrap_or_default();
            faults.add(row, "every", words, reason);
        }
        if done_on.len() > 1 && every.is_none() && row.text("every").is_none() {
            let reason = "it is due once and was done more than once: say how often under every, or keep one date";
            faults.add(row, "done on", joined(row.list("done on").to_vec()), reason);
        }
        faults.or(Obligation {
            what: text("obligation").unwrap_or_default(),
            contract,
            debtor: find.organisation(row.text("owed by").unwrap_or_default()),
            creditor: row.text("owed to").map(|words| find.organisation(words)),
            services,
            clause: text("clause"),
            due,
            every,
            until: row.when("until"),
            done_on,
            evidence: row.list("evidence").to_vec(),
            consequence: text("consequence"),
            warn,
        })
    }

    fn identity(&self) -> String {
        let contract = self.contract.map(|id| id.to_string()).unwrap_or_default();
        let clause = self.clause.clone().unwrap_or_default().to_lowercase();
        let what = self.what.to_lowercase();
        format!("{contract} {} {clause} / {what}", self.debtor)
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let when = |when: Option<When>| when.map(|when| when.to_string()).unwrap_or_default();
        let length = |held: Option<Length>| held.map(|held| held.to_string()).unwrap_or_default();
        let called = |kind| move |id: RecordId| call.call(kind, id);
        vec![vec![
            self.what.clone(),
            call.call(ORGANISATION, self.debtor),
            self.creditor.map(called(ORGANISATION)).unwrap_or_default(),
            self.contract
                .map(called(Contract::NAME))
                .unwrap_or_default(),
            text(&self.clause),
            joined(self.services.iter().map(|id| call.call(SERVICE, *id))),
            when(self.due),
            length(self.every),
            when(self.until),
            joined(self.done_on.iter().map(When::to_string)),
            joined(self.evidence.iter().cloned()),
            text(&self.consequence),
            length(self.warn),
        ]]
    }
}

#[cfg(test)]
use crate::kinds::tests::{Directory, record_of};
#[cfg(test)]
mod tests;
