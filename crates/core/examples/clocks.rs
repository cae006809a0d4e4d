//! How long all clocks of a million ticket events take, and in how much memory. Run in release:
//! `cargo run --release -p handback-core --example clocks`

use handback_core::performance::service_clock::month::months;
use handback_core::performance::service_clock::{Clocks, RuleBook, TicketTimes};
use handback_core::performance::ticket::{Change, Ticket, Waiting, What};
use jiff::Timestamp;
use std::time::Instant;

const TICKETS: i64 = 125_000;

const CALENDAR: &str = "
[[hours]]
weekdays = ['08:30-12:30', '13:30-17:30']
[[hours]]
from = 2021-01-01
weekdays = '08:00-18:00'
saturday = '09:00-12:00'
[pauses]
user = 'stops'
supplier = 'runs'
[[target]]
first_response = { working_hours = 4 }
resolution = { working_days = 5 }
";

/// Eight events for each ticket, spread over five years from January 2019 by a fixed rule.
fn ticket(number: i64) -> Ticket {
    let mut moment = 1_546_300_800 + number * 157_680_000 / TICKETS;
    let events = [
        What::Priority("3".into()),
        What::Opened,
        What::Responded,
        What::Paused(Waiting::User),
        What::Resumed,
        What::Paused(Waiting::Supplier),
        What::Resumed,
        What::Resolved,
    ];
    let changes = events.into_iter().enumerate().map(|(place, what)| {
        moment += (number * 7_919 + place as i64 * 104_729) % 90_000;
        let at = Timestamp::from_second(moment).expect("a moment of these years");
        Change { at, what }
    });
    Ticket {
        number: number.to_string(),
        changes: changes.collect(),
        ..Ticket::default()
    }
}

fn main() {
    let book: RuleBook = CALENDAR.parse().expect("a calendar");
    let tickets: Vec<Ticket> = (0..TICKETS).map(ticket).collect();
    let events: usize = tickets.iter().map(|ticket| ticket.changes.len()).sum();
    let begun = Instant::now();
    let clocks = Clocks::of(&book, &tickets, None).expect("a time zone");
    let times: Vec<TicketTimes> = tickets.iter().map(|ticket| clocks.run(ticket)).collect();
    let run = begun.elapsed();
    let zone = book.others.calendar.time_zone().expect("a time zone");
    let months = months(&times, &zone, clocks.as_of());
    let folded = begun.elapsed() - run;
    let minutes: i64 = times
        .iter()
        .filter_map(|times| times.resolution.working)
        .sum::<i64>()
        / 60;
    println!(
        "{events} events of {} tickets: clocks {run:.2?}, months {folded:.2?} ({} of them), {minutes} working minutes",
        times.len(),
        months.values().map(Vec::len).sum::<usize>(),
    );
}
