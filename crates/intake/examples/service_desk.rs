//! How long it takes to read a service desk's log, to time every ticket, and to chart every service:
//! `cargo run --release -p handback-intake --example service_desk -- LOG.csv`

use handback_core::performance::service_clock::{Clocks, RuleBook, month};
use handback_core::performance::spc::{Asked, chart};
use handback_core::performance::{Better, Counted, Point};
use handback_intake::source::Memory;
use handback_intake::tickets;
use std::time::Instant;

const CALENDAR: &str =
    "[[hours]]\nweekdays = [\"08:00-18:00\"]\n\n[pauses]\nuser = \"stops\"\nsupplier = \"runs\"\n";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).ok_or("name a log")?;
    let book: RuleBook = CALENDAR.parse()?;
    let zone = book.others.calendar.time_zone().ok_or("no time zone")?;
    let begun = Instant::now();
    let bytes = std::fs::read(&name)?;
    let (tickets, faults) = tickets::read_all(&Memory { name, bytes }, "Europe/London")?;
    let changes: usize = tickets.iter().map(|ticket| ticket.changes.len()).sum();
    println!(
        "{changes} changes of {} tickets, {} faults: read after {:.2?}",
        tickets.len(),
        faults.len(),
        begun.elapsed()
    );
    let clocks = Clocks::of(&book, &tickets, None).ok_or("no time zone")?;
    let times: Vec<_> = tickets.iter().map(|ticket| clocks.run(ticket)).collect();
    println!("timed after {:.2?}", begun.elapsed());
    let mut charts = 0;
    for months in month::months(&times, &zone, clocks.as_of()).values() {
        let values = month::series(months, Counted::MedianToResolve);
        let points: Vec<Point> = values.iter().map(|value| value.point).collect();
        charts += usize::from(chart(&points, &Asked::of(Better::Down)).is_ok());
    }
    println!("{charts} charts after {:.2?}", begun.elapsed());
    Ok(())
}
