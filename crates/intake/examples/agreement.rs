//! Compares this crate's reading of ledgers with somebody else's cleaned version of the same files.
//!
//! `cargo run --release -p handback-intake --example agreement -- FOLDER` looks below FOLDER for each
//! ledger `NAME.csv` or `NAME.csv.gz` that has `NAME.cleaned.csv.gz` beside it (columns Payment Date,
//! Amount, Beneficiary Name) and prints how many rows agree, whatever their order.

use flate2::read::MultiGzDecoder;
use handback_core::import::{Payments, VatBasis};
use handback_core::pence::Pence;
use handback_intake::recognise::{Hints, recognise};
use handback_intake::source::Memory;
use handback_intake::{Refused, payments};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// One payment as either side read it. What they could not read is kept as they printed it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Row {
    date: String,
    amount: String,
    gross: String,
    supplier: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args()
        .nth(1)
        .ok_or("name the folder of the ledgers")?;
    println!(
        "file | rows here | rows there | date | amount | gross | supplier | all three | total here | total there"
    );
    let mut pairs = Vec::new();
    find(Path::new(&folder), &mut pairs)?;
    pairs.sort();
    for (ledger, cleaned) in pairs {
        let name = ledger
            .strip_prefix(&folder)
            .unwrap_or(&ledger)
            .display()
            .to_string();
        match ours(&ledger)? {
            Ok((ours, basis, rejected)) => {
                compare(&name, &ours, basis, rejected, &theirs(&cleaned)?)
            }
            Err(refused) => println!("{name} | refused: {refused}"),
        }
    }
    Ok(())
}

/// Every ledger with its cleaned version.
fn find(folder: &Path, pairs: &mut Vec<(PathBuf, PathBuf)>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, pairs)?;
        } else if let Some(stem) = path
            .to_str()
            .and_then(|path| path.strip_suffix(".cleaned.csv.gz"))
        {
            let ledger = ["csv", "csv.gz"].map(|ending| PathBuf::from(format!("{stem}.{ending}")));
            pairs.extend(
                ledger
                    .into_iter()
                    .find(|ledger| ledger.exists())
                    .map(|ledger| (ledger, path.clone())),
            );
        }
    }
    Ok(())
}

type Ours = (Vec<Row>, VatBasis, u64);

fn ours(path: &Path) -> Result<Result<Ours, Refused>, Box<dyn Error>> {
    let source = Memory {
        name: path.display().to_string(),
        bytes: fs::read(path)?,
    };
    // Some ledgers print no dates; any period lets the rest of their rows be compared.
    let without = recognise(&source, &Hints::default());
    let reading = match without {
        Err(Refused::NoDates { .. }) => recognise(
            &source,
            &Hints {
                period: Some("2000".parse()?),
                ..Hints::default()
            },
        ),
        other => other,
    };
    let reading = match reading {
        Ok(reading) => reading,
        Err(refused) => return Ok(Err(refused)),
    };
    let mut rows = Vec::new();
    let mut keep = |batch: Payments| {
        rows.extend(
            (0..batch.len())
                .map(|row| batch.get(row))
                .map(|payment| Row {
                    date: payment.date.to_string(),
                    amount: payment.amount.to_string(),
                    gross: payment.gross.unwrap_or(payment.amount).to_string(),
                    supplier: squeezed(payment.supplier),
                }),
        );
        ControlFlow::Continue(())
    };
    let tally = payments::read(&source, &reading, &mut keep, &mut |_| {
        ControlFlow::Continue(())
    });
    Ok(tally.map(|tally| (rows, reading.vat, tally.rejected)))
}

fn theirs(path: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(MultiGzDecoder::new(File::open(path)?));
    let headings = reader.headers()?.clone();
    let column = |name: &str| {
        headings
            .iter()
            .position(|heading| heading.trim_start_matches('\u{feff}') == name)
    };
    let (date, amount, supplier) = (
        column("Payment Date"),
        column("Amount"),
        column("Beneficiary Name"),
    );
    let mut rows = Vec::new();
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        let cell = |column: Option<usize>| {
            let bytes = column
                .and_then(|column| record.get(column))
                .unwrap_or_default();
            String::from_utf8_lossy(bytes).trim().to_owned()
        };
        let amount =
            Pence::parse(&cell(amount)).map_or_else(|_| cell(amount), |pence| pence.to_string());
        rows.push(Row {
            date: cell(date),
            gross: amount.clone(),
            amount,
            supplier: squeezed(&cell(supplier)),
        });
    }
    Ok(rows)
}

/// Without differences of space and case.
fn squeezed(name: &str) -> String {
    name.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

/// How many items the two lists share, each counted as often as it occurs in both.
fn shared<T: Ord>(one: impl Iterator<Item = T>, other: impl Iterator<Item = T>) -> usize {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    one.for_each(|item| *counts.entry(item).or_default() += 1);
    other
        .filter(|item| match counts.get_mut(item) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        })
        .count()
}

fn total<'r>(amounts: impl Iterator<Item = &'r String>) -> Pence {
    amounts.filter_map(|amount| Pence::parse(amount).ok()).sum()
}

fn compare(name: &str, ours: &[Row], basis: VatBasis, rejected: u64, theirs: &[Row]) {
    let by = |field: fn(&Row) -> &String| shared(ours.iter().map(field), theirs.iter().map(field));
    let gross_agrees = by(|row| &row.gross) > by(|row| &row.amount);
    // Where they took the gross amount, rows are compared by that.
    let whole = |row: &Row| {
        let amount = if gross_agrees {
            &row.gross
        } else {
            &row.amount
        };
        (row.date.clone(), amount.clone(), row.supplier.clone())
    };
    let all = shared(ours.iter().map(whole), theirs.iter().map(whole));
    println!(
        "{name} | {}{} | {} | {} | {} | {} | {} | {all} | {} {basis:?} | {}",
        ours.len(),
        if rejected > 0 {
            format!(" (+{rejected} faults)")
        } else {
            String::new()
        },
        theirs.len(),
        by(|row| &row.date),
        by(|row| &row.amount),
        by(|row| &row.gross),
        by(|row| &row.supplier),
        total(ours.iter().map(|row| if gross_agrees {
            &row.gross
        } else {
            &row.amount
        })),
        total(theirs.iter().map(|row| &row.amount)),
    );
    if all < ours.len().max(theirs.len()) {
        for (side, these, those) in [("only here", ours, theirs), ("only there", theirs, ours)] {
            let mut left: BTreeMap<_, usize> = BTreeMap::new();
            those
                .iter()
                .for_each(|row| *left.entry(whole(row)).or_default() += 1);
            let only = these
                .iter()
                .map(whole)
                .filter(|row| match left.get_mut(row) {
                    Some(count) if *count > 0 => {
                        *count -= 1;
                        false
                    }
                    _ => true,
                });
            only.take(3).for_each(|row| println!("    {side}: {row:?}"));
        }
    }
}
