//! People's answers, from the exports of the tools with which forms are made: Microsoft Forms, LimeSurvey and others.
//!
//! What comes out cannot be led back to a line of the file: answers are sorted by content, comments stand apart, and of
//! the time only the month is kept. Faults name line and value, for the person who brings the file; they must not be
//! stored, nor the file.

mod said;
#[cfg(test)]
mod tests;

use crate::columns;
use crate::dates;
use crate::recognise::{Hints, recognise};
use crate::refused::Refused;
use crate::source::Source;
use crate::tabular::{Form, Line, Table};
use crate::tickets::said;
use handback_core::dated::Period;
use handback_core::engagement::response::{Answer, Comment, Happiness};
use handback_core::import::{Dataset, DateOrder, Fault, Reading, Role, Tally};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// What a file of answers came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Sorted by content.
    pub answers: Vec<Answer>,
    /// Sorted by content; which answer each came with is not kept.
    pub comments: Vec<Comment>,
    /// For the eyes of the person who brings the file.
    pub faults: Vec<Fault>,
    /// Counts lines; its days are those of whole months. To be shown to that person and not to be stored: how many
    /// answered is for a release to say.
    pub tally: Tally,
}

/// Recognise and read a file of answers as the person who brings it describes it.
///
/// # Errors
/// [`Refused`] for a file that cannot be read as answers.
pub fn read_all(source: &dyn Source, hints: &Hints<'_>) -> Result<(Reading, Collected), Refused> {
    let hints = Hints {
        dataset: Some(Dataset::Responses),
        ..*hints
    };
    let reading = recognise(source, &hints)?;
    let collected = read(source, &reading)?;
    Ok((reading, collected))
}

/// Read the answers of a recognised file. A line without happiness and one that was never submitted are set aside.
///
/// # Errors
/// [`Refused`], also where more than half of the answers cannot be read: the reading is wrong.
pub fn read(source: &dyn Source, reading: &Reading) -> Result<Collected, Refused> {
    let unclear = |reason: String| Refused::Unclear {
        file: source.name().to_owned(),
        reason,
    };
    let form = Form::try_from(reading).map_err(|error| unclear(error.to_string()))?;
    let missing = || unclear("no column was taken as the happiness".into());
    let questions = Questions::of(reading).ok_or_else(missing)?;
    let mut table = Table::open(source, &form)?;
    let data_after = reading.header_lines.last().copied().unwrap_or(0);
    let mut collected = Collected::default();
    let mut aside = Aside::default();
    while let Some(line) = table.next_line()? {
        if line.number <= data_after {
            continue;
        }
        match questions.answer(line, &mut aside) {
            Ok(Some((answer, comments))) => {
                collected.answers.push(answer);
                collected.comments.extend(comments);
            }
            Ok(None) => collected.tally.set_aside += 1,
            Err(fault) => collected.faults.push(fault),
        }
    }
    let (taken, rejected) = (collected.answers.len(), collected.faults.len());
    if let Some(first) = collected.faults.first().filter(|_| rejected > taken) {
        return Err(unclear(format!(
            "{rejected} of its {} answers cannot be read this way, the first on line {}, where {} is {:?}: {}",
            taken + rejected,
            first.line,
            first.column,
            first.value,
            first.reason
        )));
    }
    (collected.tally.rows, collected.tally.rejected) = (taken as u64, rejected as u64);
    let span = collected.answers.iter().map(|answer| answer.period);
    let span = span.reduce(|one, other| one.union(&other));
    (collected.tally.from, collected.tally.to) =
        (span.map(|span| span.from), span.map(|span| span.to));
    collected
        .faults
        .extend(questions.remarks(&aside, &collected.answers));
    collected.answers.sort();
    collected.comments.sort();
    Ok(collected)
}

/// Lines that are no answers, by why.
#[derive(Default)]
struct Aside {
    unsubmitted: u64,
    without_happiness: u64,
}

/// Which column answers what.
struct Questions<'r> {
    reading: &'r Reading,
    happiness: usize,
    date: Option<usize>,
    lost: Option<usize>,
    /// Lost time is asked for in hours.
    in_hours: bool,
    factors: Vec<usize>,
    service: Option<usize>,
    directorate: Option<usize>,
    place: Option<usize>,
    comments: Vec<usize>,
}

impl<'r> Questions<'r> {
    fn of(reading: &'r Reading) -> Option<Questions<'r>> {
        let column = |role| reading.column(role).map(|column| column.index);
        let all = |role| {
            let columns = reading
                .columns
                .iter()
                .filter(move |column| column.role == role);
            columns.map(|column| column.index).collect()
        };
        let asked = reading
            .column(Role::LostTime)
            .map(|column| column.header.to_lowercase());
        Some(Questions {
            reading,
            happiness: column(Role::Happiness)?,
            date: column(Role::Date),
            lost: column(Role::LostTime),
            in_hours: asked
                .is_some_and(|asked| asked.contains("hour") && !asked.contains("minute")),
            factors: all(Role::Factors),
            service: column(Role::Service),
            directorate: column(Role::Directorate),
            place: column(Role::Place),
            comments: all(Role::Comment),
        })
    }

    /// The answer of a line and what was written with it; none where it is no answer.
    fn answer(
        &self,
        line: Line<'_>,
        aside: &mut Aside,
    ) -> Result<Option<(Answer, Vec<Comment>)>, Fault> {
        if line.damage.is_none() && (line.is_blank() || self.is_heading(line)) {
            return Ok(None);
        }
        if let Some(damage) = line.damage {
            // What the line holds may be about a person, so that it is not quoted.
            return Err(Fault {
                line: line.number,
                column: String::new(),
                value: String::new(),
                reason: format!("{damage}: correct the line and import again"),
                amount: None,
            });
        }
        // LimeSurvey exports what was begun and never sent, too.
        if self
            .date
            .is_some_and(|column| said(line.cell(column)).is_empty())
        {
            aside.unsubmitted += 1;
            return Ok(None);
        }
        let Some(happiness) = self.happiness(line)? else {
            aside.without_happiness += 1;
            return Ok(None);
        };
        let service = self.text(line, self.service);
        let answer = Answer {
            period: self.period(line)?,
            happiness,
            lost_minutes: self.lost_minutes(line)?,
            factors: self.factors(line),
            directorate: self.text(line, self.directorate),
            place: self.text(line, self.place),
            service: service.clone(),
        };
        let written = self
            .comments
            .iter()
            .filter_map(|&column| self.text(line, Some(column)));
        let comments = written.map(|text| Comment {
            service: service.clone(),
            text,
        });
        Ok(Some((answer, comments.collect())))
    }

    fn happiness(&self, line: Line<'_>) -> Result<Option<Happiness>, Fault> {
        let cell = said(line.cell(self.happiness));
        if cell.is_empty() {
            return Ok(None);
        }
        let number =
            said::happiness(cell).map_err(|reason| self.fault(line, self.happiness, reason))?;
        Ok(Some(number))
    }

    fn lost_minutes(&self, line: Line<'_>) -> Result<Option<u32>, Fault> {
        let Some(column) = self.lost else {
            return Ok(None);
        };
        said::minutes(line.cell(column), self.in_hours)
            .map_err(|reason| self.fault(line, column, reason))
    }

    /// The month of the answer, or the period that the person states.
    fn period(&self, line: Line<'_>) -> Result<Period, Fault> {
        let month = match self.date {
            Some(column) => Some((column, self.month(line, column)?)),
            None => None,
        };
        match (self.reading.period, month) {
            (Some(stated), Some((column, month))) if !stated.overlaps(&month) => Err(self.fault(
                line,
                column,
                "outside the period that was stated: correct one of them",
            )),
            (Some(stated), _) => Ok(stated),
            (None, Some((_, month))) => Ok(month),
            (None, None) => Err(self.fault(
                line,
                self.happiness,
                "no time: state the period of the file",
            )),
        }
    }

    fn month(&self, line: Line<'_>, column: usize) -> Result<Period, Fault> {
        let order = self.reading.date_order.unwrap_or(DateOrder::Plain);
        let read = dates::days(line.cell(column), order).map_err(|_| {
            self.fault(
                line,
                column,
                "not a date that is understood: write it as 2019-08-31",
            )
        })?;
        let first = |day: Date| (day.year(), day.month());
        if first(read.from) != first(read.to) {
            return Err(self.fault(
                line,
                column,
                "more than a month: write the day or the month",
            ));
        }
        Ok(Period::new(
            read.from.first_of_month(),
            read.from.last_of_month(),
        ))
    }

    fn factors(&self, line: Line<'_>) -> BTreeSet<String> {
        let header = |column: usize| {
            self.reading
                .columns
                .get(column)
                .map_or("", |column| column.header.as_str())
        };
        let of = |&column: &usize| said::factors(header(column), line.cell(column));
        self.factors.iter().flat_map(of).collect()
    }

    fn text(&self, line: Line<'_>, column: Option<usize>) -> Option<String> {
        let cell = said(line.cell(column?));
        let words: Vec<&str> = cell.split_whitespace().collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// The heading again, as where two exports were put together.
    fn is_heading(&self, line: Line<'_>) -> bool {
        let header = self
            .reading
            .columns
            .get(self.happiness)
            .map_or("", |column| column.header.trim());
        !header.is_empty() && line.cell(self.happiness).eq_ignore_ascii_case(header)
    }

    fn fault(&self, line: Line<'_>, column: usize, reason: impl Into<String>) -> Fault {
        let header = self
            .reading
            .columns
            .get(column)
            .map_or("", |column| column.header.as_str());
        Fault {
            line: line.number,
            column: match header {
                "" => columns::name(column, header),
                header => header.to_owned(),
            },
            value: line.cell(column).to_owned(),
            reason: reason.into(),
            amount: None,
        }
    }

    /// What is told once for the whole file.
    fn remarks(&self, aside: &Aside, answers: &[Answer]) -> Vec<Fault> {
        let mut remarks = Vec::new();
        let mut remark = |column: Option<usize>, reason: String| {
            let header = column.and_then(|column| self.reading.columns.get(column));
            remarks.push(Fault {
                line: 0,
                column: header.map_or(String::new(), |column| column.header.clone()),
                value: String::new(),
                reason,
                amount: None,
            });
        };
        let lines = |n: u64| match n {
            1 => "1 line".to_owned(),
            n => format!("{n} lines"),
        };
        if aside.unsubmitted > 0 {
            let reason = format!(
                "{} never sent, since without a time: not counted",
                lines(aside.unsubmitted)
            );
            remark(self.date, reason);
        }
        if aside.without_happiness > 0 {
            let reason = format!(
                "{} without an answer to this question: not counted",
                lines(aside.without_happiness)
            );
            remark(Some(self.happiness), reason);
        }
        if answers.len() >= said::TELLING
            && answers.iter().all(|answer| answer.happiness.get() <= 5)
        {
            let reason = "no answer is above 5: if the question was asked from 1 to 5, do not take this file in, since its answers cannot be compared";
            remark(Some(self.happiness), reason.to_owned());
        }
        remarks
    }
}
