//! Real ledgers, where a folder of them is named by `HANDBACK_REAL_DATA`: all are taken, to the penny,
//! and what is no ledger is not.

use handback_core::import::{Dataset, Role};
use handback_core::pence::Pence;
use handback_intake::recognise::{Hints, recognise};
use handback_intake::source::Memory;
use handback_intake::tabular::{Form, Table};
use handback_intake::{Refused, payments};
use std::fs;
use std::ops::ControlFlow::Continue;
use std::path::{Path, PathBuf};

/// The files below a folder of the real data; none, with a line saying so, where there are no data.
fn files(folder: &str) -> Vec<PathBuf> {
    let Some(data) = std::env::var_os("HANDBACK_REAL_DATA") else {
        println!("skipped: HANDBACK_REAL_DATA names no folder of real ledgers");
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut folders = vec![Path::new(&data).join("spend").join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of ledgers") {
            let path = entry.expect("a folder of ledgers").path();
            if path.is_dir() {
                folders.push(path)
            } else {
                found.push(path)
            }
        }
    }
    found.sort();
    found
}

fn source(path: &Path) -> Memory {
    Memory {
        name: path.display().to_string(),
        bytes: fs::read(path).expect("a readable file"),
    }
}

#[test]
fn every_ledger_is_taken_to_the_penny() {
    let is_ledger = |path: &PathBuf| {
        let name = path.to_string_lossy();
        // Published in the payments slot, but a register of contracts.
        let register = name.ends_with("salford/2022-07.csv");
        !register && !name.contains("_index") && !name.ends_with(".md")
    };
    for folder in ["odi", "lambeth", "birmingham_purchase_cards", "lancashire"] {
        for path in files(folder).iter().filter(|path| is_ledger(path)) {
            check(&source(path));
        }
    }
}

fn check(source: &Memory) {
    let name = &source.name;
    let reading = match recognise(source, &Hints::default()) {
        Err(Refused::NoDates { .. }) => {
            let period = Some("2012".parse().expect("a period"));
            recognise(
                source,
                &Hints {
                    period,
                    ..Hints::default()
                },
            )
        }
        other => other,
    };
    let reading = reading.unwrap_or_else(|refused| panic!("{refused}"));
    assert_eq!(reading.dataset, Dataset::Payments, "{name}");
    let mut handed_over = 0;
    let tally = payments::read(
        source,
        &reading,
        &mut |batch| {
            handed_over += batch.len() as u64;
            Continue(())
        },
        &mut |_| Continue(()),
    )
    .unwrap_or_else(|refused| panic!("{refused}"));
    assert_eq!(tally.rows, handed_over, "{name}");
    assert!(tally.rejected <= 1 + tally.rows / 1000, "{name}: {tally:?}");

    // The same column summed without a thought for what its rows are, but for grand totals: those
    // that say so, and those that stand alone in their line.
    let amount = reading.column(Role::Amount).expect("taken").index;
    let form = Form::try_from(&reading).expect("just read");
    let mut table = Table::open(source, &form).expect("just read");
    let heading = reading.header_lines.last().copied().unwrap_or(0);
    let (mut lines, mut sum) = (0, Pence::ZERO);
    while let Some(line) = table.next_line().expect("just read") {
        if line.number > heading {
            lines += 1;
            let labelled = line
                .cells()
                .any(|cell| cell.eq_ignore_ascii_case("grand total"));
            let alone = line.cells().filter(|cell| !cell.is_empty()).count() == 1;
            if !labelled && !alone {
                sum += Pence::parse(line.cell(amount)).unwrap_or_default();
            }
        }
    }
    assert_eq!(
        tally.rows + tally.rejected + tally.set_aside,
        lines,
        "{name}"
    );
    assert_eq!(tally.total + tally.rejected_total, sum, "{name}");
}

#[test]
fn what_is_no_ledger_is_not_taken() {
    let period = Some("2012".parse().expect("a period"));
    for folder in ["hostile", "uk25k"] {
        for path in files(folder) {
            for period in [None, period] {
                let source = source(&path);
                let hints = Hints {
                    period,
                    ..Hints::default()
                };
                match recognise(&source, &hints) {
                    Err(refused) => assert!(
                        refused.to_string().contains("is not taken because"),
                        "{refused}"
                    ),
                    // Days and numbers under headings: values of something, and no money.
                    Ok(reading) => {
                        assert_eq!(reading.dataset, Dataset::Measurements, "{}", source.name);
                    }
                }
            }
        }
    }
    for path in files("odi/salford")
        .iter()
        .filter(|path| path.ends_with("2022-07.csv"))
    {
        let recognised = recognise(&source(path), &Hints::default()).expect("a register");
        assert_eq!(recognised.dataset, Dataset::Contracts);
        let dataset = Some(Dataset::Payments);
        let refused = recognise(
            &source(path),
            &Hints {
                dataset,
                ..Hints::default()
            },
        )
        .expect_err("not payments");
        assert!(
            matches!(refused, Refused::AnotherDataset { .. }),
            "{refused}"
        );
    }
}
