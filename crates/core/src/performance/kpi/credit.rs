//! Service credits: what a contract's table of key performance indicators says is owed each month.
//!
//! Each measure that misses its target earns points by how far it falls short; points grow when it is missed
//! month after month; a point is a share of the month's charge; what is owed in a month is capped; and
//! credits may be earned back. All in whole pence, each step kept.

use super::reaches;
use crate::pence::Pence;
use crate::performance::Better;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Hundredths of a percent: 250 is 2.5%.
pub type BasisPoints = u32;

/// A contract's table of indicators, as it stands in the contract.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditTable {
    pub kpis: Vec<Kpi>,
    /// What a point is worth, as a share of the month's charge.
    pub point: BasisPoints,
    /// The most that is owed for a month, as a share of its charge.
    pub cap: Option<BasisPoints>,
    /// By how much points grow when a measure is missed again, in percent of the points: first for the second
    /// month in a row, then the third, and so on; the last holds from there. None growing is 100.
    #[serde(default)]
    pub repeats: Vec<u32>,
    pub earn_back: Option<EarnBack>,
}

/// A measure of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kpi {
    pub name: String,
    pub better: Better,
    pub target: f64,
    /// Points by how far it falls short, the mildest first: each for values short of what the one before
    /// reaches. Points never shrink as the value gets worse.
    pub steps: Vec<Step>,
    pub clause: Option<String>,
}

/// Points for values that miss the target (or the step before) and still reach `down_to`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The worst value that still earns these points; any value when left out, in the last step alone.
    pub down_to: Option<f64>,
    pub points: u32,
}

/// Credits are given back once a measure has met its target so many months in a row after a miss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarnBack {
    pub months: u32,
    /// Of the credits owed since the measure last earned any back.
    pub share: BasisPoints,
}

/// What was measured in a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// Its first day.
    pub month: Date,
    /// `None` when it is not known.
    pub charge: Option<Pence>,
    /// By the name of the measure; one that is left out is not known.
    pub values: BTreeMap<String, f64>,
}

/// Why a table or a run of months is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrongTable {
    #[error("{0}: a measure that gets better neither way earns no credits: say up or down")]
    NeitherWay(String),
    #[error(
        "{0}: the steps are out of order: the mildest first, points never fewer, the last may be without down_to"
    )]
    Steps(String),
    #[error("{0} stands in the table twice")]
    Twice(String),
    #[error("{month}: no measure of the table is called {name:?}")]
    NoSuchMeasure { month: Date, name: String },
    #[error(
        "{0} does not follow the month before: give every month, one after the other, by its first day"
    )]
    Months(Date),
    #[error("repeats never shrink: each at least 100 and at least the one before")]
    Repeats,
    #[error("earning back takes at least one month, and gives back at most 10000 basis points")]
    EarnBack,
    #[error("{0}: an amount is too large")]
    TooLarge(Date),
}

/// What one measure earned in a month, step by step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub kpi: String,
    pub clause: Option<String>,
    /// `None` when the month's value is not known.
    pub value: Option<f64>,
    /// How many months in a row it is missed, this one included; 0 when it is met.
    pub in_a_row: u32,
    pub points: u32,
    /// In percent of the points.
    pub repeat: u32,
    /// Hundredths of a point: points times repeat.
    pub weighted: u64,
    /// Of the month's charge, to the nearest penny, half a penny up; before the cap.
    pub before_cap: Pence,
    /// The line's part of what is owed after the cap.
    pub owed: Pence,
    /// Credits of earlier months that are given back to the supplier in this one.
    pub earned_back: Pence,
}

/// What is owed for a month, if the values are as supposed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Owed {
    pub lines: Vec<Line>,
    pub before_cap: Pence,
    /// `None` when the table has none.
    pub cap: Option<Pence>,
    pub after_cap: Pence,
    pub earned_back: Pence,
    /// After the cap, less what is earned back; below nothing, the authority pays back.
    pub net: Pence,
}

/// What is owed for a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonthCredits {
    pub month: Date,
    pub charge: Option<Pence>,
    /// The measures whose value is not known.
    pub missing: Vec<String>,
    /// If every value that is not known, now and before, met its target; `None` when the charge is not known.
    pub least: Option<Owed>,
    /// If every value that is not known, now and before, was as bad as the table has it. What is owed
    /// after the cap lies between the two; what is earned back need not.
    pub most: Option<Owed>,
    /// The net amount, where nothing that is missing, now or before, could change it.
    pub certain: Option<Pence>,
}

/// What is owed for each month, in order.
///
/// A month whose charge is not known owes an unknown amount, of which nothing is counted as earned back later.
///
/// # Errors
/// [`WrongTable`] when the table or the run of months cannot be used.
pub fn credits(table: &CreditTable, months: &[Measured]) -> Result<Vec<MonthCredits>, WrongTable> {
    table.check()?;
    for pair in months.windows(2) {
        let next = pair[0].month.last_of_month().tomorrow();
        if next.ok() != Some(pair[1].month) {
            return Err(WrongTable::Months(pair[1].month));
        }
    }
    let mut least = Ledger::new(table, false);
    let mut most = Ledger::new(table, true);
    let mut whole = true;
    months
        .iter()
        .map(|measured| {
            if measured.month.day() != 1 {
                return Err(WrongTable::Months(measured.month));
            }
            let known = |name: &String| table.kpis.iter().any(|kpi| &kpi.name == name);
            if let Some(name) = measured.values.keys().find(|name| !known(name)) {
                let name = name.clone();
                return Err(WrongTable::NoSuchMeasure {
                    month: measured.month,
                    name,
                });
            }
            let missing = table
                .kpis
                .iter()
                .filter(|kpi| value(measured, kpi).is_none());
            let missing: Vec<String> = missing.map(|kpi| kpi.name.clone()).collect();
            whole &= missing.is_empty() && measured.charge.is_some();
            let too_large = || WrongTable::TooLarge(measured.month);
            let least = least.month(measured).ok_or_else(too_large)?;
            let most = most.month(measured).ok_or_else(too_large)?;
            // Months that would have been met in a row decide what is earned back, so that the two
            // extremes may agree and what lies between them not.
            let certain = match (&least, &most) {
                (Some(least), Some(most)) if whole || table.earn_back.is_none() => {
                    (least.net == most.net).then_some(least.net)
                }
                _ => None,
            };
            Ok(MonthCredits {
                month: measured.month,
                charge: measured.charge,
                missing,
                least,
                most,
                certain,
            })
        })
        .collect()
}

fn value(measured: &Measured, kpi: &Kpi) -> Option<f64> {
    measured
        .values
        .get(&kpi.name)
        .copied()
        .filter(|value| value.is_finite())
}

impl CreditTable {
    fn check(&self) -> Result<(), WrongTable> {
        let mut names = std::collections::BTreeSet::new();
        for kpi in &self.kpis {
            if !names.insert(&kpi.name) {
                return Err(WrongTable::Twice(kpi.name.clone()));
            }
            if kpi.better == Better::Neither {
                return Err(WrongTable::NeitherWay(kpi.name.clone()));
            }
            let ends = kpi.steps.iter().map(|step| step.down_to);
            let ends: Vec<Option<f64>> = std::iter::once(Some(kpi.target)).chain(ends).collect();
            let falls = ends.windows(2).all(|pair| match (pair[0], pair[1]) {
                (Some(better), Some(worse)) => {
                    better != worse && reaches(kpi.better, better, worse)
                }
                (Some(_), None) => true,
                (None, _) => false,
            });
            let grows = kpi
                .steps
                .windows(2)
                .all(|pair| pair[0].points <= pair[1].points);
            if !falls || !grows || kpi.steps.is_empty() {
                return Err(WrongTable::Steps(kpi.name.clone()));
            }
        }
        let mut before = 100;
        for repeat in &self.repeats {
            if *repeat < before {
                return Err(WrongTable::Repeats);
            }
            before = *repeat;
        }
        match self.earn_back {
            Some(back) if back.months == 0 || back.share > 10_000 => Err(WrongTable::EarnBack),
            _ => Ok(()),
        }
    }

    fn repeat(&self, in_a_row: u32) -> u32 {
        let again = in_a_row.saturating_sub(1) as usize;
        match again.checked_sub(1) {
            None => 100,
            Some(place) => self
                .repeats
                .get(place)
                .or(self.repeats.last())
                .copied()
                .unwrap_or(100),
        }
    }
}

impl Kpi {
    /// Points for a value; none when it meets the target. A value worse than the last step earns the last.
    fn points(&self, value: f64) -> u32 {
        if reaches(self.better, value, self.target) {
            return 0;
        }
        let step = self.steps.iter().find(|step| {
            step.down_to
                .is_none_or(|end| reaches(self.better, value, end))
        });
        step.or(self.steps.last()).map_or(0, |step| step.points)
    }
}

/// A measure's past, as far as later months depend on it.
#[derive(Debug, Clone, Copy, Default)]
struct Past {
    missed_in_a_row: u32,
    met_in_a_row: u32,
    to_earn_back: Pence,
}

/// The months so far, if what is not known is as supposed.
struct Ledger<'a> {
    table: &'a CreditTable,
    /// Whether what is not known was missed.
    suppose_missed: bool,
    past: Vec<Past>,
}

impl<'a> Ledger<'a> {
    fn new(table: &'a CreditTable, suppose_missed: bool) -> Ledger<'a> {
        let past = vec![Past::default(); table.kpis.len()];
        Ledger {
            table,
            suppose_missed,
            past,
        }
    }

    /// `None` when an amount does not fit; an inner `None` when the charge is not known.
    fn month(&mut self, measured: &Measured) -> Option<Option<Owed>> {
        let mut lines = Vec::new();
        for (kpi, past) in self.table.kpis.iter().zip(&mut self.past) {
            let value = value(measured, kpi);
            let worst = kpi.steps.last().map_or(0, |step| step.points);
            let (missed, points) = match value {
                Some(value) => (!reaches(kpi.better, value, kpi.target), kpi.points(value)),
                None => (
                    self.suppose_missed,
                    if self.suppose_missed { worst } else { 0 },
                ),
            };
            (past.missed_in_a_row, past.met_in_a_row) = match missed {
                true => (past.missed_in_a_row + 1, 0),
                false => (0, past.met_in_a_row + 1),
            };
            let repeat = self.table.repeat(past.missed_in_a_row);
            let weighted = u64::from(points) * u64::from(repeat);
            lines.push(Line {
                kpi: kpi.name.clone(),
                clause: kpi.clause.clone(),
                value,
                in_a_row: past.missed_in_a_row,
                points,
                repeat,
                weighted,
                before_cap: share(
                    measured.charge.unwrap_or_default(),
                    weighted,
                    self.table.point,
                )?,
                owed: Pence::ZERO,
                earned_back: Pence::ZERO,
            });
        }
        let Some(charge) = measured.charge else {
            return Some(None);
        };
        let before_cap = total(lines.iter().map(|line| line.before_cap))?;
        let cap = match self.table.cap {
            Some(cap) => Some(share(charge, 100, cap)?),
            None => None,
        };
        let after_cap = cap.map_or(before_cap, |cap| before_cap.min(cap));
        part(&mut lines, before_cap, after_cap);
        for (line, past) in lines.iter_mut().zip(&mut self.past) {
            past.to_earn_back = Pence(past.to_earn_back.0.checked_add(line.owed.0)?);
            if let Some(back) = self.table.earn_back
                && past.met_in_a_row == back.months
            {
                line.earned_back = share(past.to_earn_back, 100, back.share)?;
                past.to_earn_back = Pence::ZERO;
            }
        }
        let earned_back = total(lines.iter().map(|line| line.earned_back))?;
        Some(Some(Owed {
            lines,
            before_cap,
            cap,
            after_cap,
            earned_back,
            net: Pence(after_cap.0.checked_sub(earned_back.0)?),
        }))
    }
}

/// A share of an amount, in hundredths of a time so many basis points, to the nearest penny, half up.
fn share(of: Pence, hundredths: u64, basis_points: BasisPoints) -> Option<Pence> {
    let exact = i128::from(of.0) * i128::from(hundredths) * i128::from(basis_points);
    let unit = 100 * 10_000;
    i64::try_from((exact + unit / 2).div_euclid(unit))
        .ok()
        .map(Pence)
}

fn total(amounts: impl Iterator<Item = Pence>) -> Option<Pence> {
    amounts
        .map(|amount| amount.0)
        .try_fold(0i64, i64::checked_add)
        .map(Pence)
}

/// Part what is owed among the lines in proportion, to the penny: each line has the rounded-down part of the
/// running total, less what the lines before have.
fn part(lines: &mut [Line], before_cap: Pence, after_cap: Pence) {
    let (mut running, mut given) = (0i128, 0i64);
    for line in lines {
        running += i128::from(line.before_cap.0);
        let upto = match before_cap.0 {
            0 => 0,
            whole => (running * i128::from(after_cap.0) / i128::from(whole)) as i64,
        };
        line.owed = Pence(upto - given);
        given = upto;
    }
}
