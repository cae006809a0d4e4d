//! The log of the example's service desk: a line for each change of a ticket, a file for each year.
//!
//! How long tickets take follows what is measured of their service: where the truth is a step, they are
//! resolved the quicker from the handover on.

use super::measured::{Measured, measured};
use super::random::Random;
use super::{Create, Shape};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, date};
use std::io::{self, Write};

/// The months in which tickets were opened.
const FIRST: Date = date(2016, 2, 1);
const MONTHS: u32 = 72;

/// The stream of the first month, kept apart from all others.
const STREAM: u64 = 1 << 41;

/// Priorities, how many of a hundred tickets have each, and the usual hours to resolve one.
const PRIORITIES: [(&str, u64, u64); 4] = [
    ("P1 - critical", 2, 4),
    ("P2 - high", 13, 10),
    ("P3 - moderate", 65, 30),
    ("P4 - low", 20, 60),
];

const CHANNELS: [&str; 4] = ["Phone", "Portal", "E-mail", "Walk-up"];

/// How many people can have asked.
const CALLERS: u64 = 9_000;

/// Write as many tickets as the shape has.
pub(super) fn write(shape: &Shape, create: &mut Create<'_>) -> io::Result<()> {
    let services = measured();
    let mut out: Option<(i16, csv::Writer<Box<dyn Write>>)> = None;
    let mut number = 0;
    for (place, month) in FIRST.series(1.month()).take(MONTHS as usize).enumerate() {
        let mut random = Random::stream(shape.seed, STREAM + place as u64);
        let due = u64::from(shape.tickets) * (place as u64 + 1) / u64::from(MONTHS);
        let mut log = match out.take() {
            Some((year, log)) if year == month.year() => log,
            _ => {
                let file = create(&format!("tickets/{}.csv", month.year()))?;
                let mut log = csv::Writer::from_writer(file);
                log.write_record([
                    "Number",
                    "Status",
                    "Changed at",
                    "Priority",
                    "Service",
                    "Assignment group",
                    "Contact type",
                    "Caller",
                    "Satisfaction score",
                ])?;
                log
            }
        };
        while number < due {
            number += 1;
            let service = &services[random.below(services.len() as u64) as usize];
            Ticket::of(number, service, month, &mut random).write(&mut log)?;
        }
        log.flush()?;
        out = Some((month.year(), log));
    }
    Ok(())
}

struct Ticket<'s> {
    number: String,
    service: &'s str,
    priority: &'static str,
    channel: &'static str,
    caller: String,
    changes: Vec<(DateTime, &'static str)>,
    satisfaction: String,
}

impl Ticket<'_> {
    fn of<'s>(number: u64, service: &'s Measured, month: Date, random: &mut Random) -> Ticket<'s> {
        let (priority, usual) = priority(random);
        let opened = in_the_day(month, random);
        // A standard deviation better saves a tenth of the time.
        let percent = (100.0 - 10.0 * service.level(month)).clamp(40.0, 180.0);
        let minutes = usual * 60 * (20 + random.below(100) + random.below(80)) / 100;
        let minutes = (minutes as f64 * percent / 100.0) as i64;
        let after = |minutes: i64| opened.saturating_add(minutes.minutes());
        let mut changes = vec![(opened, "New"), (after(minutes / 8 + 2), "In Progress")];
        let mut end = minutes;
        if random.below(5) == 0 {
            let whom = ["Awaiting User", "Awaiting Supplier"][random.below(2) as usize];
            let paused = 60 + random.below(3_000) as i64;
            changes.push((after(minutes / 3), whom));
            changes.push((after(minutes / 3 + paused), "In Progress"));
            end += paused;
        }
        changes.push((after(end), "Resolved"));
        if random.below(25) == 0 {
            changes.push((after(end + 600), "In Progress"));
            end += 1_500 + random.below(2_000) as i64;
            changes.push((after(end), "Resolved"));
        }
        changes.push((after(end + 5 * 24 * 60), "Closed"));
        let content = 4 + random.below(2) + u64::from(service.level(month) > 1.0);
        let asked = random.below(6) == 0;
        Ticket {
            number: format!("INC{number:07}"),
            service: &service.service,
            priority,
            channel: CHANNELS[random.below(4) as usize],
            caller: format!("Caller {}", random.below(CALLERS)),
            changes,
            satisfaction: match asked {
                true => (content - random.below(3)).min(5).to_string(),
                false => String::new(),
            },
        }
    }

    fn write(&self, log: &mut csv::Writer<Box<dyn Write>>) -> io::Result<()> {
        for (at, state) in &self.changes {
            let at = at.strftime("%d/%m/%Y %H:%M").to_string();
            let satisfaction = match *state {
                "Closed" => self.satisfaction.as_str(),
                _ => "",
            };
            log.write_record([
                self.number.as_str(),
                state,
                &at,
                self.priority,
                self.service,
                "Digital service desk",
                self.channel,
                &self.caller,
                satisfaction,
            ])?;
        }
        Ok(())
    }
}

fn priority(random: &mut Random) -> (&'static str, u64) {
    let mut drawn = random.below(100);
    for (priority, share, hours) in PRIORITIES {
        if drawn < share {
            return (priority, hours);
        }
        drawn -= share;
    }
    let (priority, _, hours) = PRIORITIES[PRIORITIES.len() - 1];
    (priority, hours)
}

/// Some minute of a working day: weekends have no desk.
fn in_the_day(month: Date, random: &mut Random) -> DateTime {
    let days = month.days_in_month() as u64;
    let day = month.saturating_add((random.below(days) as i64).days());
    let weekend = i64::from(day.weekday().to_monday_zero_offset()) - 4;
    let day = match weekend {
        1.. if day.day() > 2 => day.saturating_sub(weekend.days()),
        1.. => day.saturating_add((3 - weekend).days()),
        _ => day,
    };
    let minute = 8 * 60 + random.below(10 * 60);
    day.at((minute / 60) as i8, (minute % 60) as i8, 0, 0)
}
