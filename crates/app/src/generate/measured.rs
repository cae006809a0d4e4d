//! What is measured of the example's services, and the truth that a verdict should find in it.
//!
//! Each series is a mean, a trend or a step that `data/example/measured.csv` states, under noise that
//! remembers a third of itself from month to month. The month of the handover itself lies half way.

use super::payee::lines;
use super::random::Random;
use super::{Create, Shape};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use std::collections::BTreeMap;
use std::io;

const MEASURED: &str = include_str!("../../data/example/measured.csv");

/// Months before a handover that were measured, and after it.
pub const MONTHS_BEFORE: i32 = 42;
pub const MONTHS_AFTER: i32 = 30;

/// How much of one month's deviation is left in the next.
const REMEMBERED: f64 = 0.3;

/// The size of a step, and of a trend in a month, in standard deviations of the noise.
const STEP: f64 = 4.0;
const TREND: f64 = 0.05;

/// The day on which the definition of a measure changed, in the file whose truth is that it did.
pub const REDEFINED: Date = date(2018, 4, 1);

/// The first stream of the noise, kept apart from those of the ledger, the cards and the estate. By chance one
/// series of twenty without a step looks as if it had taken one, as a verdict says of itself; of these streams
/// none does, so that what pages say can be held against the truth.
const STREAM: u64 = (1 << 40) + 200;

/// What is true of a series at the day of its handover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It stepped by four standard deviations, for the better.
    Step,
    /// It went on getting better as before.
    Trend,
    /// Nothing changed.
    None,
    /// Nothing changed at the handover; on [`REDEFINED`] it was measured otherwise, and jumped.
    Redefined,
}

/// One series of the example.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    pub service: String,
    pub measure: String,
    /// As the measure's record has it.
    pub unit: String,
    pub is_better_up: bool,
    pub handover: Date,
    pub truth: Truth,
    mean: f64,
    /// The standard deviation of the noise.
    pub(super) spread: f64,
}

impl Measured {
    fn of(row: &csv::StringRecord) -> Measured {
        let number = |place: usize| row[place].parse().expect("means and spreads are numbers");
        Measured {
            service: row[0].to_owned(),
            measure: row[1].to_owned(),
            unit: row[2].to_owned(),
            is_better_up: &row[3] == "up",
            mean: number(4),
            spread: number(5),
            handover: row[6].parse().expect("handovers are days"),
            truth: match &row[7] {
                "step" => Truth::Step,
                "trend" => Truth::Trend,
                "definition" => Truth::Redefined,
                _ => Truth::None,
            },
        }
    }

    /// How far the truth, without noise, lies from its mean in a month, in standard deviations, the better
    /// way counted upwards.
    pub(super) fn level(&self, month: Date) -> f64 {
        let since = |day: Date| {
            let months = (month.year() - day.year()) * 12 + i16::from(month.month() - day.month());
            f64::from(months)
        };
        let stepped = |day: Date| match since(day) {
            before if before < 0.0 => 0.0,
            0.0 => STEP / 2.0,
            _ => STEP,
        };
        match self.truth {
            Truth::Step => stepped(self.handover),
            Truth::Trend => TREND * since(self.handover),
            Truth::None => 0.0,
            Truth::Redefined if month < REDEFINED => 0.0,
            Truth::Redefined => STEP,
        }
    }

    /// The months that were measured, and the value of each to one decimal.
    pub fn values(&self, seed: u64, place: u64) -> Vec<(Date, f64)> {
        let mut random = Random::stream(seed, STREAM + place);
        let fresh = (1.0 - REMEMBERED * REMEMBERED).sqrt();
        let mut noise = random.normal();
        let first = self.handover.saturating_sub(MONTHS_BEFORE.months());
        let months = first
            .series(1.month())
            .take((MONTHS_BEFORE + MONTHS_AFTER) as usize);
        months
            .map(|month| {
                let towards = if self.is_better_up { 1.0 } else { -1.0 };
                let value = self.mean + self.spread * (towards * self.level(month) + noise);
                noise = REMEMBERED * noise + fresh * random.normal();
                (month, (value * 10.0).round() / 10.0)
            })
            .collect()
    }
}

/// Every series of the example, with its truth.
pub fn measured() -> Vec<Measured> {
    lines(MEASURED).map(|line| Measured::of(&line)).collect()
}

/// A heading, and the value of each month beneath it.
type Column = (String, Vec<(Date, f64)>);

/// Write the reports: those of the core services in one file, long; each other service's in its own, wide.
pub(super) fn write(shape: &Shape, create: &mut Create<'_>) -> io::Result<()> {
    let all = measured();
    let mut long = csv::Writer::from_writer(create("measurements/service-levels.csv")?);
    long.write_record(["Month", "Service", "Measure", "Value"])?;
    let mut wide: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for (place, series) in all.iter().enumerate() {
        let values = series.values(shape.seed, place as u64);
        if series.measure != all[0].measure {
            let name = series.service.to_lowercase().replace(' ', "-");
            let columns = wide.entry(name).or_default();
            columns.push((series.measure.clone(), values));
            continue;
        }
        for (month, value) in values {
            let month = month.strftime("%b %Y").to_string();
            let value = format!("{value:.1}%");
            long.write_record([&month, &series.service, &series.measure, &value])?;
        }
    }
    long.flush()?;
    for (name, columns) in wide {
        let mut out = csv::Writer::from_writer(create(&format!("measurements/{name}.csv"))?);
        let headings = columns.iter().map(|(heading, _)| heading.as_str());
        out.write_record(["Month"].into_iter().chain(headings))?;
        for (row, (month, _)) in columns[0].1.iter().enumerate() {
            let values = columns
                .iter()
                .map(|(_, values)| format!("{:.1}", values[row].1));
            let month = month.strftime("%Y-%m").to_string();
            out.write_record([month].into_iter().chain(values))?;
        }
        out.flush()?;
    }
    Ok(())
}
