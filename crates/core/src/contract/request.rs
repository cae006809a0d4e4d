//! Requests: what was asked of a supplier, and how long the answer took.

use super::Contract;
use super::length::Length;
use super::obligation::length;
use crate::calendar::Nation;
use crate::dated::When;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled, joined};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const ORGANISATION: &str = "organisation";
const SERVICE: &str = "service";

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Answered,
    AnsweredInPart,
    Refused,
    /// The authority no longer asks.
    Withdrawn,
}

const OUTCOMES: &[&str] = &["answered", "answered-in-part", "refused", "withdrawn"];

impl Outcome {
    const ALL: [Outcome; 4] = [
        Outcome::Answered,
        Outcome::AnsweredInPart,
        Outcome::Refused,
        Outcome::Withdrawn,
    ];
}

/// A question or a request to a supplier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub question: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Of whom it was asked.
    pub to: RecordId,
    pub asked_on: When,
    /// The post that asked, never a person's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<RecordId>,
    /// The item of an exit register that it is about, as the register calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    /// How long an answer may take, as agreed; counted from the day after it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_within: Option<Length>,
    /// The day by which an answer is due, where it was agreed as a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_due: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_on: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    #[serde(default)]
    pub evidence: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// How a request stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answered {
    /// Its answer is due, and there is none.
    LateNow,
    /// There is no answer yet.
    Open,
    Late,
    InTime,
    /// Answered, and nobody knows whether in time: no day was agreed, or a date is not exact.
    Answered,
    Withdrawn,
}

impl Answered {
    pub const ALL: [Answered; 6] = [
        Answered::LateNow,
        Answered::Open,
        Answered::Late,
        Answered::InTime,
        Answered::Answered,
        Answered::Withdrawn,
    ];

    pub fn is_open(self) -> bool {
        matches!(self, Answered::LateNow | Answered::Open)
    }
}

/// How long an answer took, or has taken so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Took {
    /// From the day after the question to the day of the answer.
    pub days: u32,
    pub working_days: u32,
    /// Whether it is not over: at least so long.
    pub at_least: bool,
}

impl Request {
    /// The day by which the answer is due; none where none was agreed or it was counted from a date
    /// that is not exact.
    pub fn due(&self, nation: Nation) -> Option<Date> {
        match (self.answer_due, self.asked_on, self.answer_within) {
            (Some(due), _, _) => due.latest(),
            (None, When::Day(asked), Some(within)) => Some(within.after(asked, nation)),
            _ => None,
        }
    }

    /// When it was answered, as far as that was known on `day`.
    fn answered_by(&self, day: Date) -> Option<When> {
        self.answered_on
            .filter(|on| *on == When::Unknown || on.reached(day) != Some(false))
    }

    /// How it stands on `day`.
    pub fn standing(&self, day: Date, nation: Nation) -> Answered {
        let due = self.due(nation);
        match self.answered_by(day) {
            _ if self.outcome == Some(Outcome::Withdrawn) => Answered::Withdrawn,
            None if due.is_some_and(|due| due < day) => Answered::LateNow,
            None => Answered::Open,
            Some(on) => match (due, on.earliest(), on.latest()) {
                (Some(due), Some(earliest), _) if earliest > due => Answered::Late,
                (Some(due), _, Some(latest)) if latest <= due => Answered::InTime,
                _ => Answered::Answered,
            },
        }
    }

    /// How long the answer took, or has taken up to `day`; none where a date is not exact, where it was
    /// asked later, or where the authority took it back.
    pub fn took(&self, day: Date, nation: Nation) -> Option<Took> {
        let When::Day(asked) = self.asked_on else {
            return None;
        };
        let (until, at_least) = match self.answered_by(day) {
            _ if self.outcome == Some(Outcome::Withdrawn) => return None,
            None => (day, true),
            Some(When::Day(on)) => (on, false),
            Some(_) => return None,
        };
        let days = until.since(asked).ok()?.get_days();
        Some(Took {
            days: u32::try_from(days).ok()?,
            working_days: nation.working_days_between(asked, until),
            at_least,
        })
    }
}

/// How a supplier answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnswerTimes {
    pub supplier: RecordId,
    pub asked: usize,
    /// Without an answer yet.
    pub open: usize,
    /// Answered late, or late now.
    pub late: usize,
    /// Half of the answers took no longer.
    pub median: Option<Took>,
    pub slowest: Option<Took>,
    /// How many have no exact dates, and are in neither.
    pub uncounted: usize,
}

/// How each supplier answers what was asked of it up to `day`, by supplier. What is open counts as at
/// least so long as it has taken; what was withdrawn counts nowhere.
pub fn answer_times<'a>(
    requests: impl IntoIterator<Item = &'a Request>,
    day: Date,
    nation: Nation,
) -> Vec<AnswerTimes> {
    let mut by_supplier: BTreeMap<RecordId, Vec<&Request>> = BTreeMap::new();
    for request in requests {
        let counts = request.standing(day, nation) != Answered::Withdrawn
            && request.asked_on.reached(day) != Some(false);
        if counts {
            by_supplier.entry(request.to).or_default().push(request);
        }
    }
    let times = by_supplier.into_iter().map(|(supplier, requests)| {
        let took: Vec<Took> = requests
            .iter()
            .filter_map(|request| request.took(day, nation))
            .collect();
        let count = |is: fn(Answered) -> bool| {
            let standings = requests.iter().map(|request| request.standing(day, nation));
            standings.filter(|standing| is(*standing)).count()
        };
        AnswerTimes {
            supplier,
            asked: requests.len(),
            open: count(Answered::is_open),
            late: count(|it| matches!(it, Answered::Late | Answered::LateNow)),
            median: median(&took),
            slowest: slowest(&took),
            uncounted: requests.len() - took.len(),
        }
    });
    times.collect()
}

/// The lower median in each unit. It is exact when it stays the same however long the open ones take.
fn median(took: &[Took]) -> Option<Took> {
    let place = took.len().checked_sub(1)? / 2;
    let of = |measure: fn(&Took) -> u32| {
        let sorted = |open: fn(u32) -> u32| {
            let value = |it: &Took| match it.at_least {
                true => open(measure(it)),
                false => measure(it),
            };
            let mut values: Vec<u32> = took.iter().map(value).collect();
            values.sort_unstable();
            values[place]
        };
        let (least, most) = (sorted(|so_far| so_far), sorted(|_| u32::MAX));
        (least, least != most)
    };
    let ((days, one), (working_days, other)) = (of(|it| it.days), of(|it| it.working_days));
    Some(Took {
        days,
        working_days,
        at_least: one || other,
    })
}

fn slowest(took: &[Took]) -> Option<Took> {
    Some(Took {
        days: took.iter().map(|it| it.days).max()?,
        working_days: took.iter().map(|it| it.working_days).max()?,
        // What is open may yet take longer than everything else.
        at_least: took.iter().any(|it| it.at_least),
    })
}

impl Kind for Request {
    const NAME: &'static str = "request";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.question.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let to = |kind| move |id: RecordId| Reference { kind, id };
        std::iter::once(self.to)
            .map(to(ORGANISATION))
            .chain(self.contract.map(to(Contract::NAME)))
            .chain(self.service.map(to(SERVICE)))
            .collect()
    }
}

impl Tabled for Request {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "request",
            Form::Text,
            "What was asked.",
            "List of all administrator accounts",
        ),
        Heading::optional("reference", Form::Text, "Its number.", "RFI-014"),
        Heading::needed(
            "asked of",
            Form::Text,
            "The organisation that is to answer.",
            "Meridian Systems Ltd",
        ),
        Heading::needed("asked on", Form::When, "When it was asked.", "2018-10-01"),
        Heading::optional(
            "asked by",
            Form::Text,
            "The post that asked; never a person's name.",
            "Exit manager",
        ),
        Heading::optional(
            "contract",
            Form::Text,
            "The contract that it is about, by its reference or title.",
            "NM-2006-001",
        ),
        Heading::optional(
            "service",
            Form::Text,
            "The service that it is about.",
            "Network",
        ),
        Heading::optional(
            "register item",
            Form::Text,
            "The item of an exit register that it is about.",
            "Core switch",
        ),
        Heading::optional(
            "clause",
            Form::Text,
            "The clause under which it is asked.",
            "Schedule 9, 2.1",
        ),
        Heading::optional(
            "answer within",
            Form::Text,
            "How long an answer may take, as agreed: a number and days, working days, weeks, months or years.",
            "10 working days",
        ),
        Heading::optional(
            "answer due",
            Form::When,
            "The day by which an answer is due, where it was agreed as a day.",
            "",
        ),
        Heading::optional(
            "answered on",
            Form::When,
            "When it was answered; blank while it is not.",
            "2018-10-19",
        ),
        Heading::optional(
            "answer",
            Form::Text,
            "What was answered.",
            "Sent as a spreadsheet of 212 accounts",
        ),
        Heading::optional(
            "evidence",
            Form::List,
            "Where the answer is kept.",
            "Letter of 19 October 2018",
        ),
        Heading::optional(
            "outcome",
            Form::Choice(OUTCOMES),
            "What came of it; blank while it is open.",
            "answered",
        ),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        let asked = row.when("asked on").unwrap_or(When::Unknown);
        let said = [words("asked of"), words("reference"), asked.to_string()];
        format!("{} / {}", said.join(" / "), words("request"))
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Request, Vec<RowFault>> {
        let mut faults = Faults::default();
        for row in &rows[1..] {
            faults.add(
                row,
                "request",
                row.text("request").unwrap_or_default(),
                "the same was asked of the same organisation twice on this day: give each its reference",
            );
        }
        let row = rows[0];
        let text = |heading| row.text(heading).map(str::to_owned);
        let mut named = |heading, kind| {
            let words = row.text(heading)?;
            faults.found(row, heading, find, kind, words)
        };
        let contract = named("contract", Contract::NAME);
        let service = named("service", SERVICE);
        let answer_within = length(row, "answer within", &mut faults);
        if let (Some(due), true) = (row.when("answer due"), answer_within.is_some()) {
            let reason = "an answer is due by a day or within a time: leave one of the two blank";
            faults.add(row, "answer due", due.to_string(), reason);
        }
        let asked_on = row.when("asked on").unwrap_or(When::Unknown);
        if let Some(answered) = row.when("answered on")
            && let (Some(answered), Some(asked)) = (answered.latest(), asked_on.earliest())
            && answered < asked
        {
            let reason = "it was answered before it was asked: correct a date";
            faults.add(row, "answered on", answered.to_string(), reason);
        }
        let outcome = row
            .text("outcome")
            .and_then(|word| OUTCOMES.iter().position(|known| *known == word))
            .map(|place| Outcome::ALL[place]);
        let is_answer = outcome.is_some_and(|outcome| outcome != Outcome::Withdrawn);
        if is_answer && row.when("answered on").is_none() {
            let reason = "say when it was answered: a date, or unknown";
            faults.add(row, "answered on", "", reason);
        }
        faults.or(Request {
            question: text("request").unwrap_or_default(),
            reference: text("reference"),
            to: find.organisation(row.text("asked of").unwrap_or_default()),
            asked_on,
            asked_by: text("asked by"),
            contract,
            service,
            item: text("register item"),
            clause: text("clause"),
            answer_within,
            answer_due: row.when("answer due"),
            answered_on: row.when("answered on"),
            answer: text("answer"),
            evidence: row.list("evidence").to_vec(),
            outcome,
        })
    }

    fn identity(&self) -> String {
        let reference = self.reference.clone().unwrap_or_default().to_lowercase();
        let question = self.question.to_lowercase();
        format!("{} {reference} {} / {question}", self.to, self.asked_on)
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let when = |when: Option<When>| when.map(|when| when.to_string()).unwrap_or_default();
        let called =
            |kind, id: Option<RecordId>| id.map(|id| call.call(kind, id)).unwrap_or_default();
        let within = self.answer_within.map(|length| length.to_string());
        let outcome = self.outcome.map(|outcome| OUTCOMES[outcome as usize]);
        vec![vec![
            self.question.clone(),
            text(&self.reference),
            call.call(ORGANISATION, self.to),
            self.asked_on.to_string(),
            text(&self.asked_by),
            called(Contract::NAME, self.contract),
            called(SERVICE, self.service),
            text(&self.item),
            text(&self.clause),
            within.unwrap_or_default(),
            when(self.answer_due),
            when(self.answered_on),
            text(&self.answer),
            joined(self.evidence.iter().cloned()),
            outcome.unwrap_or_default().to_owned(),
        ]]
    }
}

#[cfg(test)]
use crate::kinds::tests::{Directory, record_of};
#[cfg(test)]
mod tests;
