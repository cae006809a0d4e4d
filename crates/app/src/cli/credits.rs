//! `handback credits`: which service credits a contract's table of indicators says are owed each month.

use super::{Outcome, file, print, print_json};
use crate::refused::Refused;
use crate::render::credits as words;
use handback_core::performance::kpi::credit::{Measured, MonthCredits, credits};
use handback_core::performance::kpi::file::KpiFile;
use handback_intake::series::Series;
use jiff::civil::Date;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The longest table that is read, in bytes.
const LONGEST: u64 = 1 << 20;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The contract's table of indicators and its charges (TOML); docs/measures/service-credits.md
    #[arg(value_name = "KPIS.toml")]
    table: PathBuf,
    /// What was measured: first column the month, then a column for each indicator, by its name
    #[arg(value_name = "VALUES.csv")]
    values: PathBuf,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let path = arguments.table.display();
    let text = file::text(&arguments.table, LONGEST, "a table of indicators")?;
    let table: KpiFile = text
        .parse()
        .map_err(|error| Refused(format!("{path}: {error}")))?;
    let series = file::series(&arguments.values)?;
    let months = months(&table, &series, &arguments.values)?;
    let owed = credits(&table.table, &months)
        .map_err(|error| Refused(format!("{}: {error}", arguments.values.display())))?;
    match arguments.json {
        true => print_json(&json!({ "months": owed, "notes": series.notes }))?,
        false => print(&words::text(&table.table, &owed))?,
    }
    let is_known = |month: &MonthCredits| month.certain.is_some();
    Ok(match owed.iter().all(is_known) {
        true => Outcome::Done,
        false => Outcome::Findings,
    })
}

/// Every month from the first to the last; one that the file leaves out has no values that are known.
fn months(table: &KpiFile, series: &Series, path: &Path) -> anyhow::Result<Vec<Measured>> {
    let named = |name: &str| {
        table
            .table
            .kpis
            .iter()
            .find(|kpi| kpi.name.eq_ignore_ascii_case(name))
    };
    let mut by_month: BTreeMap<Date, BTreeMap<String, f64>> = BTreeMap::new();
    for row in &series.rows {
        let month = row.period.from.first_of_month();
        let values = by_month.entry(month).or_default();
        for (heading, value) in series.columns.iter().zip(&row.values) {
            let kpi = named(heading).ok_or_else(|| {
                let known: Vec<&str> = table
                    .table
                    .kpis
                    .iter()
                    .map(|kpi| kpi.name.as_str())
                    .collect();
                Refused(format!(
                    "{}: the table has no indicator “{heading}”: it has {}",
                    path.display(),
                    known.join(", ")
                ))
            })?;
            let Some(value) = value else { continue };
            if values.insert(kpi.name.clone(), *value).is_some() {
                return Err(Refused(format!(
                    "{}, line {}: {month} has more than one value of “{heading}”: keep the one that the contract counts",
                    path.display(),
                    row.line
                ))
                .into());
            }
        }
    }
    let (Some(first), Some(last)) = (
        by_month.keys().next().copied(),
        by_month.keys().next_back().copied(),
    ) else {
        return Ok(Vec::new());
    };
    let all = std::iter::successors(Some(first), |month| {
        month
            .last_of_month()
            .tomorrow()
            .ok()
            .filter(|next| *next <= last)
    });
    let month = |month: Date| Measured {
        month,
        charge: table.charge(month),
        values: by_month.remove(&month).unwrap_or_default(),
    };
    Ok(all.map(month).collect())
}
