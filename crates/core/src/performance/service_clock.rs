//! The clock of a service desk: how much working time a ticket took, and whether its target was met.
//!
//! Every second from a ticket's opening is of exactly one sort. While it is not resolved:
//! **working** (the service is open and the ticket does not wait), **paused** (the service is open and the
//! ticket waits for somebody for whom the clock stops) or **closed** (the service is not open). While it is
//! **resolved**, the clock stands; when it is reopened, the clock runs on from where it stood.
//! A pause therefore never counts the same hours twice, whenever it lies.

pub mod calendar;
pub mod file;
pub mod month;
mod run;
pub mod target;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;

use super::ticket::{Ticket, Waiting};
use calendar::{Calendar, Openings, YEARS};
use jiff::Timestamp;
use jiff::civil::Date;
use run::Run;
use serde::{Deserialize, Serialize};
use target::Target;

/// For whom the clock stops while a ticket waits; `None` where nobody has said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pauses {
    pub user: Option<bool>,
    pub supplier: Option<bool>,
    pub other: Option<bool>,
}

impl Pauses {
    fn stops(self, waiting: Waiting) -> Option<bool> {
        match waiting {
            Waiting::User => self.user,
            Waiting::Supplier => self.supplier,
            Waiting::Other => self.other,
        }
    }
}

/// How the tickets of a service are timed and what is promised for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    pub title: Option<String>,
    pub calendar: Calendar,
    pub pauses: Pauses,
    /// Whether closing a ticket that nobody marked as resolved resolves it.
    pub closing_resolves: bool,
    /// Whether a ticket that nobody answered was answered when it was resolved.
    pub resolving_responds: bool,
    pub targets: Vec<Target>,
}

/// The rules of every service: of those that have their own, by name, and of all others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleBook {
    pub others: Rules,
    /// The names of services as printed in the log, and their rules.
    pub services: Vec<(Vec<String>, Rules)>,
}

impl RuleBook {
    /// Time as it passes, nothing promised, and nobody having said for whom the clock stops: enough to
    /// count tickets, and not to time them.
    pub fn round_the_clock(zone: &str) -> RuleBook {
        let others = Rules {
            title: None,
            calendar: Calendar::round_the_clock(zone),
            pauses: Pauses::default(),
            closing_resolves: false,
            resolving_responds: false,
            targets: Vec::new(),
        };
        RuleBook {
            others,
            services: Vec::new(),
        }
    }
}

/// Why a time or an outcome is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The log has no opening time.
    NotOpened,
    /// The log says that this happened before the ticket was opened.
    BeforeOpened,
    /// A date before 1978 or after 2100.
    ImplausibleDate,
    /// Opened before the first day for which the calendar states hours.
    BeforeCalendar(Date),
    /// Nobody has answered, as far as the log says.
    NotResponded,
    /// It was still open when the log ends.
    NotResolved,
    /// It was closed, and no resolution stands in the log.
    ClosedUnresolved,
    /// It waited, and the rules do not say whether the clock stops meanwhile.
    PauseNotStated(Waiting),
}

/// Whether a target was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Met,
    Missed,
    /// Not there yet, and still in time.
    Running,
    /// Nothing was promised for this priority, or its priority is not known.
    NoTarget,
    CannotTell,
}

/// Seconds from the opening on, each in exactly one of these.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    pub working: i64,
    /// In opening hours, while the clock stood because the ticket waited.
    pub paused: i64,
    /// Outside opening hours, whether it waited or not.
    pub closed: i64,
    /// Between a resolution and the reopening after it, at any hour.
    pub resolved: i64,
    /// How long the clock stood because the ticket waited, at any hour: part of `paused` and `closed`.
    pub waited: i64,
}

impl Spent {
    /// How long it was not resolved: working, paused and closed time together.
    pub fn elapsed(&self) -> i64 {
        self.working + self.paused + self.closed
    }
}

/// One of a ticket's two times, and what became of its target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timed {
    pub at: Option<Timestamp>,
    /// Working seconds from the opening to `at`.
    pub working: Option<i64>,
    /// Why `working` is not known.
    pub why: Option<Why>,
    /// The priority that decided the target, as printed.
    pub priority: Option<String>,
    pub outcome: Outcome,
}

/// What a ticket took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketTimes {
    pub ticket: String,
    pub service: Option<String>,
    /// When the log ends, as printed.
    pub priority: Option<String>,
    pub opened: Option<Timestamp>,
    pub first_response: Timed,
    /// The last resolution counts; while it is reopened, none does.
    pub resolution: Timed,
    /// The first resolution, and the working seconds up to it; the same as the last when it was never reopened.
    pub first_resolution: Option<(Timestamp, i64)>,
    pub reopened: u32,
    /// When it was reopened each time.
    pub reopenings: Vec<Timestamp>,
    /// When each resolution happened, those that were reopened later among them.
    pub resolutions: Vec<Timestamp>,
    /// When it was no longer open each time: resolved, or closed without a resolution.
    pub stops: Vec<Timestamp>,
    /// Up to the resolution, or up to when the log ends; `None` when the opening is not known.
    pub spent: Option<Spent>,
}

/// Rules laid out in time for a set of tickets.
#[derive(Debug)]
pub struct Clocks<'a> {
    book: &'a RuleBook,
    openings: Vec<Openings>,
    as_of: i64,
}

impl<'a> Clocks<'a> {
    /// Ready for tickets whose changes lie between `first` and `as_of`, the moment at which the log
    /// ends. `None` when a calendar names no time zone.
    pub fn over(book: &'a RuleBook, first: Timestamp, as_of: Timestamp) -> Option<Clocks<'a>> {
        let rules = std::iter::once(&book.others).chain(book.services.iter().map(|(_, own)| own));
        let openings = rules.map(|rules| {
            let zone = rules.calendar.time_zone()?;
            let within = |day: Date| {
                let years = (
                    Date::constant(*YEARS.start(), 1, 1),
                    Date::constant(*YEARS.end(), 12, 31),
                );
                day.clamp(years.0, years.1)
            };
            let days = [first, as_of].map(|at| within(zone.to_datetime(at).date()));
            Some(Openings::over(&rules.calendar, zone, days[0], days[1]))
        });
        Some(Clocks {
            book,
            openings: openings.collect::<Option<_>>()?,
            as_of: as_of.as_second(),
        })
    }

    /// Ready for these tickets; the log ends with the last thing that happened to any of them, or at
    /// `as_of`. `None` when a calendar names no time zone.
    pub fn of(
        book: &'a RuleBook,
        tickets: &[Ticket],
        as_of: Option<Timestamp>,
    ) -> Option<Clocks<'a>> {
        let moments = || {
            tickets
                .iter()
                .flat_map(|ticket| ticket.changes.iter().map(|change| change.at))
        };
        let plausible = |at: &Timestamp| is_plausible(*at);
        let first = moments().filter(plausible).min();
        let last = as_of.or(moments().filter(plausible).max());
        let last = last.unwrap_or(Timestamp::UNIX_EPOCH);
        Clocks::over(book, first.unwrap_or(last), last)
    }

    /// The moment at which the log ends.
    pub fn as_of(&self) -> Timestamp {
        Timestamp::from_second(self.as_of).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// What a ticket took. What happened after the log ends is left out.
    pub fn run(&self, ticket: &Ticket) -> TicketTimes {
        let own = ticket.service.as_deref().and_then(|printed| {
            let named =
                |(names, _): &(Vec<String>, Rules)| names.iter().any(|name| alike(name, printed));
            self.book.services.iter().position(named)
        });
        let (rules, openings) = match own {
            Some(place) => (&self.book.services[place].1, &self.openings[place + 1]),
            None => (&self.book.others, &self.openings[0]),
        };
        let mut run = Run::new(ticket, rules, openings);
        match run.start(ticket, self.as_of) {
            Ok(opened) => run.through(ticket, opened, self.as_of),
            Err(why) => run.refuse(&why),
        }
        run.times
    }
}

fn is_plausible(at: Timestamp) -> bool {
    YEARS.contains(&at.to_zoned(jiff::tz::TimeZone::UTC).year())
}

/// Whether two names are the same but for case and space around them.
fn alike(a: &str, b: &str) -> bool {
    a.trim().eq_ignore_ascii_case(b.trim())
}
