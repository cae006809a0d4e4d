//! The diary: what falls due when, one line for each day on which something does.

use super::clock::{Due, What};
use super::obligation::WARN;
use super::{Contract, Obligation, Request};
use crate::calendar::Nation;
use crate::dated::Period;
use crate::record::{Kind, KindName, RecordId};
use jiff::civil::Date;

/// What sort of thing falls due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Falls {
    Obligation,
    /// The answer to a request.
    Answer,
    /// What the clock of a contract says.
    Contract(What),
    /// Services move.
    Cutover,
    Gate,
    Task,
}

impl Falls {
    /// A word that stays the same, for identifiers.
    pub fn slug(&self) -> String {
        match self {
            Falls::Obligation => "obligation".into(),
            Falls::Answer => "answer".into(),
            Falls::Cutover => "cutover".into(),
            Falls::Gate => "gate".into(),
            Falls::Task => "task".into(),
            Falls::Contract(what) => {
                let named = format!("{what:?}").to_lowercase();
                let plain = named.replace(|c: char| !c.is_ascii_alphanumeric(), " ");
                plain.split_whitespace().collect::<Vec<_>>().join("-")
            }
        }
    }
}

/// One thing that falls due on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiaryLine {
    /// The last day on which it is in time.
    pub date: Date,
    /// Whether that day is stated exactly; else it is the last of a month or year.
    pub exact: bool,
    pub falls: Falls,
    /// What the record calls it.
    pub what: String,
    pub clause: Option<String>,
    /// The record that says so.
    pub record: (KindName, RecordId),
    pub contract: Option<RecordId>,
    /// Which time, of what comes again.
    pub number: usize,
    /// From which day people are warned.
    pub warn_from: Date,
    /// Whether it was done; none where only evidence outside can say.
    pub done: Option<bool>,
    /// Whether it is not certain to be due.
    pub perhaps: bool,
}

impl DiaryLine {
    /// Its place among others: by day, then by name, then by record.
    fn order(&self) -> (Date, &str, KindName, RecordId, usize) {
        let (kind, id) = self.record;
        (self.date, &self.what, kind, id, self.number)
    }

    /// Whether people are to be warned of it on `day`: it is not done, and soon due or late. What only
    /// evidence outside can call done is over with its day.
    pub fn warns(&self, day: Date) -> bool {
        match self.done {
            Some(true) => false,
            Some(false) => self.warn_from <= day,
            None => self.warn_from <= day && day <= self.date,
        }
    }

    /// What tells this line from every other, and stays when its day or its words change.
    pub fn key(&self) -> String {
        format!("{}-{}-{}", self.record.1, self.falls.slug(), self.number)
    }
}

/// Put lines in their order.
pub fn sorted(mut lines: Vec<DiaryLine>) -> Vec<DiaryLine> {
    lines.sort_by(|one, other| one.order().cmp(&other.order()));
    lines
}

/// From which day people are warned of what falls due on `date`, where nobody said otherwise.
pub fn warn_from(date: Date, nation: Nation) -> Date {
    WARN.before(date, nation)
}

impl Obligation {
    /// Its days in a period, as it stands on `day`.
    pub fn diary(&self, id: RecordId, during: Period, day: Date, nation: Nation) -> Vec<DiaryLine> {
        let times = self.times(day, during.to, nation).into_iter();
        let lines = times.filter_map(|time| {
            let due = time.due?;
            let date = due.latest()?;
            Some(DiaryLine {
                date,
                exact: due.earliest() == Some(date),
                falls: Falls::Obligation,
                what: self.what.clone(),
                clause: self.clause.clone(),
                record: (Obligation::NAME, id),
                contract: self.contract,
                number: time.number,
                warn_from: time.warn_from.unwrap_or(date),
                done: Some(!time.met.is_open()),
                perhaps: false,
            })
        });
        lines.filter(|line| during.contains(line.date)).collect()
    }
}

impl Request {
    /// The day on which its answer is due, if it is in a period, as it stands on `day`.
    pub fn diary(
        &self,
        id: RecordId,
        during: Period,
        day: Date,
        nation: Nation,
    ) -> Option<DiaryLine> {
        let date = self.due(nation).filter(|date| during.contains(*date))?;
        Some(DiaryLine {
            date,
            exact: self
                .answer_due
                .is_none_or(|due| due.earliest() == Some(date)),
            falls: Falls::Answer,
            what: self.question.clone(),
            clause: self.clause.clone(),
            record: (Request::NAME, id),
            contract: self.contract,
            number: 0,
            warn_from: warn_from(date, nation),
            done: Some(!self.standing(day, nation).is_open()),
            perhaps: false,
        })
    }
}

/// What the clock of a contract says in a period. Of what falls due several times, each time has its
/// number, in the order of the clock.
pub fn of_clock(
    (id, contract): (RecordId, &Contract),
    due: &[Due],
    during: Period,
    nation: Nation,
) -> Vec<DiaryLine> {
    let mut seen: Vec<&What> = Vec::new();
    let mut lines = Vec::new();
    for due in due {
        let number = seen.iter().filter(|what| ***what == due.what).count();
        seen.push(&due.what);
        let Some(date) = due.date.filter(|date| during.contains(*date)) else {
            continue;
        };
        lines.push(DiaryLine {
            date,
            exact: true,
            falls: Falls::Contract(due.what.clone()),
            what: contract.title.clone(),
            clause: due.clause.clone(),
            record: (Contract::NAME, id),
            contract: Some(id),
            number,
            warn_from: warn_from(date, nation),
            done: None,
            perhaps: due.perhaps,
        });
    }
    lines
}
