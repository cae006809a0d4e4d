//! The working time of tickets, in words: for the command line and for pages.

use handback_core::import::Fault;
use handback_core::performance::service_clock::{Outcome, RuleBook, TicketTimes, Timed, Why};
use handback_core::performance::ticket::Waiting;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

/// How many faults are printed in full.
const SHOWN: usize = 20;

/// `2024-03-04T09:00:00+00:00`, by the service's clock on the wall.
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone())
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string()
}

/// Why a time is not known, and what would settle it.
pub fn why(why: &Why) -> String {
    match why {
        Why::NotOpened => "the log does not say when it was opened".into(),
        Why::BeforeOpened => "the log says that this happened before it was opened: correct the log".into(),
        Why::ImplausibleDate => "the log has a date before 1978 or after 2100: correct the log".into(),
        Why::BeforeCalendar(begins) => {
            format!("it was opened before {begins}, when the calendar begins: state earlier [[hours]]")
        }
        Why::NotResponded => "no first response in the log".into(),
        Why::NotResolved => "not resolved when the log ends".into(),
        Why::ClosedUnresolved => {
            "closed, with no resolution in the log: write closing_resolves = true in the calendar if closing resolves"
                .into()
        }
        Why::PauseNotStated(waiting) => {
            let (whom, key) = match waiting {
                Waiting::User => ("the user", "user"),
                Waiting::Supplier => ("a supplier", "supplier"),
                Waiting::Other => ("something else", "other"),
            };
            format!(
                "it waited for {whom}, and the calendar does not say whether the clock stops: write {key} = \"stops\" or \"runs\" under [pauses]"
            )
        }
    }
}

/// Why a ticket's times are not all known; none when they are.
pub fn why_not(times: &TicketTimes) -> Option<String> {
    match (&times.first_response.why, &times.resolution.why) {
        (None, None) => None,
        (Some(both), Some(same)) if both == same => Some(why(both)),
        (Some(response), Some(resolution)) => {
            Some(format!("{}; {}", why(response), why(resolution)))
        }
        (Some(one), None) | (None, Some(one)) => Some(why(one)),
    }
}

/// What became of a target.
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Met => "in time",
        Outcome::Missed => "late",
        Outcome::Running => "running",
        Outcome::NoTarget => "no target",
        Outcome::CannotTell => "cannot tell",
    }
}

/// Minutes as people read them: `480`, `7.5`, `?` when not known.
fn minutes(seconds: Option<i64>) -> String {
    match seconds {
        None => "?".into(),
        Some(seconds) if seconds % 60 == 0 => (seconds / 60).to_string(),
        Some(seconds) => format!("{:.1}", seconds as f64 / 60.0),
    }
}

/// All tickets as text: what became of the targets first, then a line for each.
pub fn text(
    times: &[TicketTimes],
    book: &RuleBook,
    faults: &[Fault],
    until: Timestamp,
    zone: &TimeZone,
) -> String {
    let mut text = String::new();
    let title = book.others.title.as_deref().unwrap_or("the calendar");
    let wall = |at: Timestamp| {
        at.to_zoned(zone.clone())
            .strftime("%Y-%m-%d %H:%M")
            .to_string()
    };
    let tickets = if times.len() == 1 {
        "ticket"
    } else {
        "tickets"
    };
    let _ = writeln!(
        text,
        "{} {tickets} up to {}, by {title}",
        times.len(),
        wall(until)
    );
    text += &summary("First response", times, |times| &times.first_response);
    text += &summary("Resolution", times, |times| &times.resolution);
    let width = times
        .iter()
        .map(|times| times.ticket.chars().count())
        .max()
        .unwrap_or(0)
        .max(6);
    let _ = writeln!(
        text,
        "\nWorking minutes\n{:width$}  {:16}  {:>9}  {:>10}  {:>8}  {:14}  {:11}  {:11}  why",
        "ticket",
        "opened",
        "response",
        "resolution",
        "paused",
        "priority",
        "response",
        "resolution"
    );
    for times in times {
        let line = format!(
            "{:width$}  {:16}  {:>9}  {:>10}  {:>8}  {:14}  {:11}  {:11}  {}",
            times.ticket,
            times.opened.map_or_else(|| "?".into(), wall),
            minutes(times.first_response.working),
            minutes(times.resolution.working),
            minutes(times.spent.map(|spent| spent.paused)),
            times.priority.as_deref().unwrap_or("-"),
            outcome(times.first_response.outcome),
            outcome(times.resolution.outcome),
            why_not(times).unwrap_or_default(),
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    if !faults.is_empty() {
        let _ = writeln!(text, "\nNot read, or not understood");
    }
    for fault in faults.iter().take(SHOWN) {
        let line = if fault.line > 0 {
            format!("line {}, ", fault.line)
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "  {line}{}: {:?}: {}",
            fault.column, fault.value, fault.reason
        );
    }
    if faults.len() > SHOWN {
        let _ = writeln!(
            text,
            "  and {} more: --json gives them all",
            faults.len() - SHOWN
        );
    }
    text
}

/// `Resolution: 8 in time, 2 late (80.0% of 10 in time), 1 cannot tell`
fn summary(what: &str, times: &[TicketTimes], which: fn(&TicketTimes) -> &Timed) -> String {
    let count = |of: Outcome| {
        times
            .iter()
            .filter(|times| which(times).outcome == of)
            .count()
    };
    let (met, missed) = (count(Outcome::Met), count(Outcome::Missed));
    let mut parts = Vec::new();
    if met + missed > 0 {
        let share = 100.0 * met as f64 / (met + missed) as f64;
        parts.push(format!(
            "{met} in time, {missed} late ({share:.1}% of {} in time)",
            met + missed
        ));
    }
    for of in [Outcome::Running, Outcome::NoTarget, Outcome::CannotTell] {
        if count(of) > 0 {
            parts.push(format!("{} {}", count(of), outcome(of)));
        }
    }
    if parts.is_empty() {
        parts.push("no tickets".into());
    }
    format!("{what}: {}\n", parts.join(", "))
}
