//! What a file of tickets is read as: `cargo run --release -p handback-intake --example tickets FILE…`

use handback_intake::recognise::{Hints, recognise};
use handback_intake::source::Memory;
use handback_intake::tickets;
use std::collections::BTreeMap;
use std::ops::ControlFlow::Continue;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        let source = Memory {
            name: path.clone(),
            bytes: std::fs::read(&path)?,
        };
        let start = Instant::now();
        let reading = match recognise(&source, &Hints::default()) {
            Ok(reading) => reading,
            Err(refused) => {
                println!("{refused}");
                continue;
            }
        };
        println!(
            "{path}: {:?}, recognised in {:?}",
            reading.dataset,
            start.elapsed()
        );
        for column in reading.taken() {
            println!(
                "  {:?}: {:?} ({})",
                column.role, column.header, column.confidence
            );
        }
        reading.notes.iter().for_each(|note| println!("  {note}"));
        if reading.desk.is_none() {
            continue;
        }
        let (mut tickets, mut changes, mut faults) = (0u64, BTreeMap::new(), Vec::new());
        let tally = tickets::read(
            &source,
            &reading,
            &mut |logged| {
                tickets += 1;
                for change in &logged.ticket.changes {
                    *changes.entry(change.what.word()).or_insert(0u64) += 1;
                }
                Continue(())
            },
            &mut |fault| {
                faults.push(fault);
                Continue(())
            },
        );
        println!(
            "  {tally:?}\n  {tickets} tickets, {changes:?}, {} faults, {:?}",
            faults.len(),
            start.elapsed()
        );
        faults
            .iter()
            .take(6)
            .for_each(|fault| println!("  {fault:?}"));
    }
    Ok(())
}
