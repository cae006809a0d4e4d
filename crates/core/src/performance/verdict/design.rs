//! What a series is taken to be made of: a level, a trend, the season, what it is compared with, and at
//! the date a step and another trend.

use super::months::{Months, standard};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// How the season is allowed for: by how many months there are, never by what they look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Season {
    /// Below 36 months: not at all.
    None,
    /// Below 60: one wave a year.
    Wave,
    /// Each month of the year of its own.
    Months,
}

impl Season {
    pub fn of(months: usize) -> Season {
        match months {
            0..36 => Season::None,
            36..60 => Season::Wave,
            _ => Season::Months,
        }
    }
}

/// The columns of the regression.
pub struct Design {
    /// Months since the first, one for each row.
    pub elapsed: Vec<i32>,
    pub columns: DMatrix<f64>,
    pub season: Season,
}

/// Columns of a [`Design`], in this order; season, comparisons and redefinitions follow.
pub(super) const STEP: usize = 2;
pub(super) const TREND_CHANGE: usize = 3;

impl Design {
    /// The step and the change of trend begin at `start`, the first month after the transition.
    pub fn new(months: &Months, start: i32, compared: &[Vec<f64>], redefined: &[i32]) -> Design {
        let since = |month: &i32| f64::from(month - start) * f64::from(u8::from(*month >= start));
        let change = [
            from(months, start),
            months.numbers.iter().map(since).collect(),
        ];
        let others = compared.iter().map(|series| standard(series).0);
        let others = others.chain(redefined.iter().map(|month| from(months, *month)));
        Design::of(months, change, others)
    }

    /// One with steps at known months alone, and no change of trend.
    pub fn with_steps(months: &Months, steps: &[i32]) -> Design {
        let steps = steps.iter().map(|month| from(months, *month));
        Design::of(months, [], steps)
    }

    /// Level and trend, what stands before the season, the season, and what stands after it.
    fn of(
        months: &Months,
        first: impl IntoIterator<Item = Vec<f64>>,
        last: impl IntoIterator<Item = Vec<f64>>,
    ) -> Design {
        let season = Season::of(months.numbers.len());
        let begin = months.numbers.first().copied().unwrap_or_default();
        let elapsed: Vec<i32> = months.numbers.iter().map(|month| month - begin).collect();
        let scale = f64::from(elapsed.last().copied().unwrap_or(1).max(1));
        // Counted in whole lengths of the series, so that long ones are as exact as short ones.
        let trend = elapsed.iter().map(|month| f64::from(*month) / scale);
        let mut columns: Vec<Vec<f64>> = vec![vec![1.0; elapsed.len()], trend.collect()];
        columns.extend(first);
        match season {
            Season::None => {}
            Season::Wave => {
                let angle = |month: &i32| TAU * f64::from(month.rem_euclid(12)) / 12.0;
                columns.push(months.numbers.iter().map(|it| angle(it).sin()).collect());
                columns.push(months.numbers.iter().map(|it| angle(it).cos()).collect());
            }
            Season::Months => columns.extend((1..12).map(|of_year| {
                let is = |month: &i32| f64::from(u8::from(month.rem_euclid(12) == of_year));
                months.numbers.iter().map(is).collect()
            })),
        }
        columns.extend(last);
        Design {
            columns: DMatrix::from_columns(&independent(columns)),
            elapsed,
            season,
        }
    }
}

/// 1 from a month on, 0 before.
pub(super) fn from(months: &Months, month: i32) -> Vec<f64> {
    let is = |it: &i32| f64::from(u8::from(*it >= month));
    months.numbers.iter().map(is).collect()
}

/// The columns without those that say what earlier ones say: a month of the year that never occurs, a
/// comparison that never moves.
fn independent(columns: Vec<Vec<f64>>) -> Vec<nalgebra::DVector<f64>> {
    let mut kept = Vec::new();
    let mut basis: Vec<nalgebra::DVector<f64>> = Vec::new();
    for column in columns {
        let column = nalgebra::DVector::from_vec(column);
        let mut rest = column.clone();
        for _ in 0..2 {
            for one in &basis {
                let part = one.dot(&rest);
                rest.axpy(-part, one, 1.0);
            }
        }
        let norm = rest.norm();
        if norm > 1e-8 * column.norm() && norm > 0.0 {
            basis.push(rest / norm);
            kept.push(column);
        }
    }
    kept
}
