//! What may be shown of a period's answers, once and for ever.
//!
//! The cube is fixed, and small: the whole; each service; each directorate; each service in each directorate; each
//! place. Place stands alone: whatever whole tables two sets of dimensions without one in common may be, there are
//! answers that give both, as long as they add up to the same whole. So tables that are safe apart are safe together,
//! and the rule of [`super::suppression`] over each of them holds over all.
//!
//! - A cell that is hidden has no number at all: no n, no invited, no score, no lost time, no factor. An empty cell
//!   looks the same, and so does one that guards another. Every cell of the cube is there in every release.
//! - All answers in one band: the cell is hidden, and so that no subtraction gives it back, guarded like a small one.
//!   The same holds for what is left of a line when its shown cells are taken from its total.
//! - Lost time has its own n, and factors are counted: by service, by directorate and by place alone. Each is a table
//!   of its own, hidden wherever the answers are and wherever its own counts ask for it. Lost time is hidden where one
//!   answer makes over half of it, or nobody lost any.
//! - Bands and the impact of factors are of the whole alone. So is the response rate, where taking the invited of the
//!   shown groups from all would leave those of one hidden group, or of few people.
//! - Under twice the threshold invited (answered, where nobody knows how many were invited): the whole, or nothing.
//! - Periods share no day, close in order and once; an answer that comes late counts in the next. So no answer is in
//!   two releases, and nothing can be subtracted across them.
//!
//! Nothing here guards against somebody who knows from elsewhere how many a group has, or what all but one of it said;
//! nor is the rounding of few answers' scores guarded against subtraction as the numbers of a hidden cell are.

mod due;
mod layers;
mod mask;
#[cfg(test)]
mod tests;

pub use due::{Due, due};

use super::happiness::{Bands, Change, FEW, Score};
use super::question::Question;
use super::response::Answer;
use super::suppression;
use crate::dated::Period;
use crate::pence::Pence;
use crate::record::{Kind, RecordId};
use jiff::ToSpan;
use jiff::civil::Date;
use layers::Layers;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Where an answer counts that names none of the declared values.
pub const NOT_GIVEN: &str = "not given";

/// The values of each dimension. They are declared and never taken from answers: a value that only appears when
/// somebody answers tells that somebody did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cube {
    pub services: BTreeSet<String>,
    pub directorates: BTreeSet<String>,
    pub places: BTreeSet<String>,
}

/// How many people were asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invited {
    pub whole: u64,
    pub directorates: BTreeMap<String, u64>,
    pub places: BTreeMap<String, u64>,
}

/// A period that is to be closed.
#[derive(Clone, Copy, Debug)]
pub struct Closing<'a> {
    pub period: Period,
    pub question: &'a Question,
    /// In any order. Those of earlier periods came late and count in this one.
    pub answers: &'a [Answer],
    pub cube: &'a Cube,
    /// `None` where nobody knows, as of an open link.
    pub invited: Option<&'a Invited>,
    /// The fewest answers that are shown: usually [`suppression::USUAL`].
    pub threshold: u64,
}

/// Why a period is not closed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotClose {
    #[error("the threshold is {0}: at least {least} answers are asked for", least = suppression::LOWEST)]
    Threshold(u64),
    #[error("the period shares days with one that closed, or lies before it: {} to {}", .0.from, .0.to)]
    Closed(Period),
    #[error("some answers are of a time after the period: close it with its own answers")]
    Later,
    #[error("fewer than {0} answers wait: hold them over to the next period")]
    TooFew(u64),
    #[error("{group} has more answers than people who were invited: correct the number invited")]
    MoreThanInvited { group: String },
    #[error(transparent)]
    Table(#[from] suppression::Fault),
}

/// All that may be read of the answers of a period. The same answers give the same release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Release {
    pub period: Period,
    #[serde(default)]
    pub question: Question,
    pub threshold: u64,
    /// The whole, the services, the directorates, the services in each directorate, the places; each in order of name,
    /// [`NOT_GIVEN`] last.
    pub cells: Vec<Cell>,
    /// Of the whole; `None` where that is hidden, where few answered, or where few lie in a band.
    pub bands: Option<Bands>,
    /// Of the whole: the factors that the threshold of answers or more named, most named first.
    pub impacts: Vec<Impact>,
    /// What an hour of a person's work costs, as stated for the round; it makes lost time money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hour: Option<Pence>,
    /// Of a round that was answered with blind signatures; `None` where the whole is hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<Tokens>,
    /// The rounds whose answers it is made of; none where they were collected elsewhere.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub rounds: BTreeSet<RecordId>,
    pub audit: Audit,
}

/// How many tokens were signed, and how many came back with an answer. Whoever holds the key could sign tokens for
/// nobody and answer with them: then more would come back than the invitations account for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    pub signed: u64,
    pub accepted: u64,
}

/// One cell of the cube. A dimension that is `None` is taken together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    pub service: Option<String>,
    pub directorate: Option<String>,
    pub place: Option<String>,
    /// `None` where it is hidden or empty: nobody can tell which.
    pub shown: Option<Shown>,
}

/// The numbers of a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// How many answered.
    pub n: u64,
    /// How many were asked, where that is known of the group.
    pub invited: Option<u64>,
    pub happiness: Score,
    /// `None` where it is hidden, or the cell is of a service in a directorate.
    pub lost: Option<Lost>,
    /// How many named each factor of [`Release::impacts`]; `None` where that is hidden.
    pub factors: BTreeMap<String, Option<u64>>,
}

/// Working time lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// How many said.
    pub n: u64,
    /// What they lost together, in minutes.
    pub minutes: u64,
}

/// What a factor goes with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    pub factor: String,
    /// How many named it.
    pub n: u64,
    /// The score of those who did; `None` where it would tell what they, or the others, said.
    pub happiness: Option<Score>,
    /// n times the points by which that lies above the whole's, so that a factor of many answers weighs more. Below
    /// 0 it goes with less happiness; it need not be its cause. Source: HappySignals, *Glossary*.
    pub impact: Option<i64>,
}

/// How the release was held against subtraction: nothing is handed out unless both counts are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// Tables that were protected: of answers, of lost time, of each factor.
    pub tables: usize,
    pub recoverable_cells: usize,
    pub exactly_known_cells: usize,
}

impl Tokens {
    /// The same where it tells nothing of few people: as many accepted as there are answers, or fewer by the threshold
    /// and more; `None` otherwise.
    pub fn shown(self, answers: u64, threshold: u64) -> Option<Tokens> {
        let others = answers.abs_diff(self.accepted);
        let is_large = |n: u64| n == 0 || n >= threshold;
        (self.signed > 0 && is_large(others) && is_large(self.accepted)).then_some(self)
    }
}

impl Shown {
    /// What the lost time cost at so much an hour, to the nearest penny.
    pub fn lost_money(&self, hour: Pence) -> Option<Pence> {
        let minutes = i128::from(self.lost?.minutes);
        let sixtieths = minutes * i128::from(hour.0);
        i64::try_from((sixtieths + 30) / 60).ok().map(Pence)
    }

    /// The share of those invited who answered, from 0 to 1.
    pub fn response_rate(&self) -> Option<f64> {
        let invited = self.invited.filter(|invited| *invited > 0)?;
        Some(self.n as f64 / invited as f64)
    }
}

impl Release {
    /// The cell of these values.
    pub fn cell(
        &self,
        service: Option<&str>,
        directorate: Option<&str>,
        place: Option<&str>,
    ) -> Option<&Cell> {
        let is_it = |cell: &&Cell| {
            cell.service.as_deref() == service
                && cell.directorate.as_deref() == directorate
                && cell.place.as_deref() == place
        };
        self.cells.iter().find(is_it)
    }
}

/// A year of answers, and the year that it is held against.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Years<'r> {
    /// Of the year that ends with the newest release, as far as services had come back; oldest first.
    pub now: Vec<&'r Release>,
    /// Of the last year before services came back; where none did, or nobody was asked before, of the year before that
    /// year.
    pub before: Vec<&'r Release>,
}

impl<'r> Years<'r> {
    /// The years of the question and the end of `newest`. `back` is the day on which services came back.
    pub fn of(
        newest: &Release,
        all: impl IntoIterator<Item = &'r Release>,
        back: Option<Date>,
    ) -> Years<'r> {
        let end = newest.period.to;
        let asked = all
            .into_iter()
            .filter(|release| release.question == newest.question && release.period.to <= end);
        let mut asked: Vec<&Release> = asked.collect();
        asked.sort_by_key(|release| release.period.to);
        let year = |to: Date| {
            let from = year_before(to);
            let ends_in = |release: &&&Release| from < release.period.to && release.period.to <= to;
            asked.iter().filter(ends_in).copied().collect::<Vec<_>>()
        };
        let back = back.filter(|back| *back <= newest.period.from);
        let last = back.and_then(|back| {
            let before = asked.iter().rev();
            let mut before = before.filter(|release| release.period.to < back);
            before.next().map(|release| release.period.to)
        });
        let mut now = year(end);
        match (back, last) {
            (Some(back), Some(last)) => {
                now.retain(|release| release.period.from >= back);
                Years {
                    now,
                    before: year(last),
                }
            }
            _ => Years {
                now,
                before: year(year_before(end)),
            },
        }
    }

    /// How the happiness of a group changed from one year to the other, on average over the releases that show it;
    /// `None` where none of either year does.
    pub fn change(&self, of: &Cell) -> Option<Change> {
        Some(mean(&self.now, of)?.since(&mean(&self.before, of)?))
    }

    /// The days of a year's answers, from the first to the last; `None` of none.
    pub fn days(year: &[&Release]) -> Option<Period> {
        let (first, last) = (year.first()?, year.last()?);
        Some(Period::new(first.period.from, last.period.to))
    }
}

/// The last day of the year before that which ends with a day: the end of February is that of the other February.
fn year_before(end: Date) -> Date {
    let after = end.saturating_add(1.day());
    after.saturating_sub(1.year()).saturating_sub(1.day())
}

/// What people of a group said over releases, on average over those that show it.
pub fn mean(releases: &[&Release], of: &Cell) -> Option<Score> {
    let shown = releases.iter().filter_map(|release| {
        let cell = release.cell(
            of.service.as_deref(),
            of.directorate.as_deref(),
            of.place.as_deref(),
        )?;
        let shown = cell.shown.as_ref()?;
        Some((shown.happiness, shown.n))
    });
    Score::mean(&shown.collect::<Vec<_>>())
}

impl Kind for Release {
    const NAME: &'static str = "release";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        let Period { from, to } = self.period;
        match &self.question {
            Question::Happiness => format!("Answers of {from} to {to}"),
            question => format!("Answers of {from} to {to}: {question}"),
        }
    }
}

/// Close a period: say what may be shown of it.
///
/// # Errors
/// [`CannotClose`]; nothing of the answers may be shown then.
pub fn close(closing: &Closing<'_>, earlier: &[Release]) -> Result<Release, CannotClose> {
    check(closing, earlier)?;
    let mut layers = Layers::of(closing)?;
    let mut impacts = layers.impacts();
    let counted = layers.counted(&mut impacts)?;
    let cells = layers.cells(&counted)?;
    let whole = cells.first().is_some_and(|cell| cell.shown.is_some());
    Ok(Release {
        period: closing.period,
        question: closing.question.clone(),
        threshold: closing.threshold,
        bands: Some(Bands::of(closing.answers)).filter(|bands| {
            let counts = [bands.positive, bands.neutral, bands.negative];
            let is_large = |count: u64| count == 0 || count >= closing.threshold;
            whole && bands.n() >= FEW && counts.into_iter().all(is_large)
        }),
        impacts,
        cells,
        hour: None,
        tokens: None,
        rounds: BTreeSet::new(),
        audit: layers.audit,
    })
}

fn check(closing: &Closing<'_>, earlier: &[Release]) -> Result<(), CannotClose> {
    let threshold = closing.threshold;
    if threshold < suppression::LOWEST {
        return Err(CannotClose::Threshold(threshold));
    }
    let closed = |release: &&Release| {
        release.question == *closing.question && release.period.to >= closing.period.from
    };
    if let Some(closed) = earlier.iter().find(closed) {
        return Err(CannotClose::Closed(closed.period));
    }
    if closing
        .answers
        .iter()
        .any(|answer| answer.period.to > closing.period.to)
    {
        return Err(CannotClose::Later);
    }
    if (closing.answers.len() as u64) < threshold {
        return Err(CannotClose::TooFew(threshold));
    }
    Ok(())
}
