//! A series month by month.

use crate::performance::Point;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Values by month; months may be missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Months {
    /// Months since the beginning of year 0, rising.
    pub numbers: Vec<i32>,
    pub values: Vec<f64>,
}

/// The number of the month that holds a day.
pub fn number(day: Date) -> i32 {
    i32::from(day.year()) * 12 + i32::from(day.month()) - 1
}

/// The first day of a month.
pub fn first_day(number: i32) -> Date {
    let (year, month) = (number.div_euclid(12), number.rem_euclid(12) + 1);
    Date::constant(
        year.clamp(-9999, 9999) as i16,
        i8::try_from(month).unwrap_or(1),
        1,
    )
}

impl Months {
    /// Several values of one month count as their mean.
    pub fn of(points: &[Point]) -> Months {
        let mut by_month: BTreeMap<i32, (f64, f64)> = BTreeMap::new();
        for point in points {
            let (sum, count) = by_month.entry(number(point.date)).or_default();
            *sum += point.value;
            *count += 1.0;
        }
        Months {
            numbers: by_month.keys().copied().collect(),
            values: by_month.values().map(|(sum, count)| sum / count).collect(),
        }
    }

    pub fn retain(&self, mut keep: impl FnMut(i32) -> bool) -> Months {
        let pairs = self.numbers.iter().zip(&self.values);
        let (numbers, values) = pairs.filter(|(month, _)| keep(**month)).unzip();
        Months { numbers, values }
    }

    pub fn value(&self, number: i32) -> Option<f64> {
        let place = self.numbers.binary_search(&number).ok()?;
        Some(self.values[place])
    }
}

/// Values with mean 0 and spread 1, all 0 if they never vary, and what one of their units is in the measure's own.
pub(super) fn standard(values: &[f64]) -> (Vec<f64>, (f64, f64)) {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    let spread = (values.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / count).sqrt();
    // Beside their mean such small differences are rounding.
    let spread = match spread > 1e-12 * mean.abs() {
        true => spread,
        false => f64::INFINITY,
    };
    let scaled = values.iter().map(|it| (it - mean) / spread).collect();
    (scaled, (mean, spread))
}
