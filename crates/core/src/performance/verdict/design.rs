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
        let season = Season::of(months.numbers.len());
        let first = months.numbers.first().copied().unwrap_or(start);
        let elapsed: Vec<i32> = months.numbers.iter().map(|month| month - first).collect();
        let begin = start - first;
        let count = elapsed.len();
        let scale = f64::from(elapsed.last().copied().unwrap_or(1).max(1));
        let after = |month: &i32| f64::from(u8::from(*month >= begin));
        let mut columns: Vec<Vec<f64>> = vec![
            vec![1.0; count],
            // Counted in whole lengths of the series, so that long ones are as exact as short ones.
            elapsed
                .iter()
                .map(|month| f64::from(*month) / scale)
                .collect(),
            elapsed.iter().map(after).collect(),
            elapsed
                .iter()
                .map(|month| after(month) * f64::from(month - begin))
                .collect(),
        ];
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
        columns.extend(compared.iter().map(|series| standard(series).0));
        columns.extend(redefined.iter().map(|from| {
            let is = |month: &i32| f64::from(u8::from(month >= from));
            months.numbers.iter().map(is).collect()
        }));
        let columns = independent(columns);
        Design {
            columns: DMatrix::from_columns(&columns),
            elapsed,
            season,
        }
    }
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
