//! `handback suppress`: which numbers of a table may be shown, from a file of counts with their totals.

use super::{Outcome, file, print, print_json};
use crate::refused::Refused;
use crate::render::suppression as words;
use handback_core::engagement::suppression::{Fault, LOWEST, Suppressed, Table, USUAL, suppress};
use handback_intake::crosstab::{self, Crosstab};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// The longest file of counts that is read, in bytes.
const LONGEST: u64 = 1 << 24;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The counts: one column for each dimension, a last column n, Total for totals; docs/measures/suppression.md
    #[arg(value_name = "TABLE.csv")]
    file: PathBuf,
    /// Hide fewer answers than this
    #[arg(long, value_name = "N", default_value_t = USUAL, value_parser = clap::value_parser!(u64).range(LOWEST..))]
    threshold: u64,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let source = file::read(
        &arguments.file,
        LONGEST,
        "a file of counts with their totals",
    )?;
    let Crosstab {
        dimensions,
        cells,
        lines,
    } = crosstab::read(&source).map_err(|error| Refused(error.to_string()))?;
    let table =
        Table::new(dimensions, cells).map_err(|fault| refused(&source.name, &lines, &fault))?;
    let answer = suppress(&table, arguments.threshold);
    match arguments.json {
        true => print_json(&cells_and_audit(&table, &answer))?,
        false => print(&words::text(&table, &answer, arguments.threshold))?,
    }
    Ok(Outcome::Done)
}

fn refused(file: &str, lines: &[u64], fault: &Fault) -> Refused {
    let line = |row: usize| format!("line {}: ", lines[row]);
    let place = fault.row().map(line).unwrap_or_default();
    Refused(format!("{file}: {place}{fault}"))
}

fn cells_and_audit(table: &Table, answer: &Suppressed) -> Value {
    let cell = |(row, why): (usize, &Option<_>)| {
        let cell = &table.cells()[row];
        let values = cell.values.iter().map(|value| json!(value));
        let mut named: Map<String, Value> =
            table.dimensions().iter().cloned().zip(values).collect();
        named.insert("n".into(), json!(why.is_none().then_some(cell.n)));
        Value::Object(named)
    };
    let audit = &answer.audit;
    json!({
        "cells": answer.hidden.iter().enumerate().map(cell).collect::<Vec<_>>(),
        "audit": {
            "recoverable_cells": audit.recoverable_cells,
            "exactly_known_cells": audit.exactly_known_cells,
            "hidden_cells": answer.hidden.iter().flatten().count(),
            "fewest_shown_to_be": audit.is_fewest,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_its_file_and_line() {
        let fault = Fault::NoCells {
            row: 1,
            cell: "site Total".into(),
        };
        let said = refused("happy.csv", &[2, 5], &fault).to_string();
        assert!(
            said.starts_with("happy.csv: line 5: the total site Total has no cells"),
            "{said}"
        );
    }
}
