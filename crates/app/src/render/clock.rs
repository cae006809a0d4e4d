//! The clock of a contract, in words: for the command line and for pages.

use super::{capital, when};
use handback_core::contract::terms::{END_AT_TERM, FAULT, LeadKind, NO_FAULT};
use handback_core::contract::{Clock, Due, IfServed, Step, Takes, Takings, What};
use handback_core::dated::When;
use jiff::civil::Date;

/// `1 August 2019`.
pub fn day(day: Date) -> String {
    when(When::Day(day))
}

fn or_unknown(date: Option<Date>) -> String {
    date.map_or_else(|| "not known".into(), day)
}

/// A route as people call it.
pub fn route(route: &str) -> String {
    match route {
        END_AT_TERM => "at the end of the term".into(),
        NO_FAULT => "without a fault".into(),
        FAULT => "for a breach".into(),
        other => other.replace('-', " "),
    }
}

/// What a lead time is for.
pub fn lead(kind: LeadKind) -> &'static str {
    match kind {
        LeadKind::Approval => "approval",
        LeadKind::Procurement => "procurement",
        LeadKind::Transition => "transition",
        LeadKind::Consultation => "informing and consulting staff",
    }
}

/// What falls due.
pub fn what(what: &What) -> String {
    let plain = match what {
        What::TermEnds => "Last day of the term",
        What::Renews => "Goes on by itself unless notice is given",
        What::LastNotice(by) => return format!("Last day for notice to end it {}", route(by)),
        What::Warning(by) => {
            return format!("Warning: notice to end it {} is near", route(by));
        }
        What::Extension => "Extension taken up, or the contract ends",
        What::Assistance => "Termination assistance asked for",
        What::AssistanceEnds => "Termination assistance ends at the latest",
        What::Duty(what) => return what.clone(),
        What::ContractDetails => "Contract details notice (UK7)",
        What::ContractCopy => "Contract published",
        What::Performance => "Contract performance notice (UK9)",
        What::Change => "Contract change notice (UK10), before any change that is not small",
        What::Ending => "Contract termination notice (UK11)",
        What::StaffInformation => "Employee liability information from the old employer",
        What::StaffConsultation => {
            "Representatives informed and consulted, long enough before the transfer"
        }
        What::Transfer => "Service taken over",
    };
    plain.into()
}

/// What takes time.
pub fn takes(takes: &Takes) -> String {
    match takes {
        Takes::Notice(by) => format!("notice to end it {}", route(by)),
        Takes::Lead(kind) => lead(*kind).into(),
        Takes::Blackout(what) => format!("no move during: {what}"),
        Takes::StaffInformation => "employee liability information".into(),
    }
}

/// What notice on a day would do, as a sentence.
pub fn effect(effect: Takings) -> String {
    match effect {
        Takings::Effect(on) => format!("The contract ends on {}.", day(on)),
        Takings::EffectATermLater(on) => format!(
            "Too late for this term: the contract goes on and ends on {}.",
            day(on)
        ),
        Takings::NotBefore(on) => format!("It cannot be given before {}.", day(on)),
        Takings::TooLate(Some(last)) => {
            format!("Too late: the last day was {}.", day(last))
        }
        Takings::TooLate(None) => "Too late.".into(),
        Takings::NoEffect(end) => {
            format!(
                "It would change nothing: the last day is {} in any case.",
                day(end)
            )
        }
        Takings::Unknown => {
            "Not known: nobody has stated how long the notice is, or when the term ends.".into()
        }
    }
}

/// The whole clock as text.
pub fn text(clock: &Clock, title: Option<&str>) -> String {
    let mut lines = vec![format!(
        "{}, as of {}",
        title.unwrap_or("The contract"),
        day(clock.asked)
    )];
    lines.push(term(clock));
    lines.extend(clock.next_renewal.map(|on| {
        format!(
            "It goes on by itself on {} unless notice is given in time.",
            day(on)
        )
    }));
    lines.extend(
        clock
            .extension_until
            .map(|until| format!("It can be extended to {}.", day(until))),
    );
    if !clock.last_notice.is_empty() {
        lines.push("\nLast day to give notice".into());
    }
    for last in &clock.last_notice {
        let gone = if last.lapsed { " (passed)" } else { "" };
        let on = or_unknown(last.date);
        lines.push(format!(
            "  {on}{gone}: {}{}",
            route(&last.route),
            clause(last.clause.as_deref())
        ));
    }
    lines.push("\nLast safe day to decide".into());
    match &clock.last_safe_day {
        None => lines.push(
            "  Not known: state how long notice, approval, procurement or transition take.".into(),
        ),
        Some(safe) => {
            let gone = if safe.lapsed { " (passed)" } else { "" };
            lines.push(format!("  {}{gone}", day(safe.date)));
            lines.extend(safe.steps.iter().map(step));
            if !safe.missing.is_empty() {
                let missing: Vec<&str> = safe.missing.iter().map(|kind| lead(*kind)).collect();
                lines.push(format!(
                    "  Or earlier: nobody has stated how long {} takes.",
                    missing.join(", ")
                ));
            }
            if let Some(next) = safe.next_chance.filter(|_| safe.lapsed) {
                lines.push(format!("  For the end of the next term: {}", day(next)));
            }
        }
    }
    lines.push("\nWhat falls due".into());
    lines.extend(clock.due.iter().map(due));
    if !clock.if_served.is_empty() {
        lines.push(format!("\nIf notice were given on {}", day(clock.asked)));
        lines.extend(clock.if_served.iter().map(served));
    }
    lines.join("\n") + "\n"
}

/// When the term ends, and after what.
pub fn term(clock: &Clock) -> String {
    let Some(end) = clock.term_end else {
        return "When its term ends is not known.".into();
    };
    let after = match clock.renewals {
        0 => String::new(),
        1 => ", renewed once".into(),
        many => format!(", renewed {many} times"),
    };
    let verb = if clock.ended { "ended" } else { "ends" };
    format!("Its term {verb} on {}{after}.", day(end))
}

fn clause(clause: Option<&str>) -> String {
    clause.map_or_else(String::new, |clause| format!(" [{clause}]"))
}

fn step(step: &Step) -> String {
    let (from, to) = (day(step.from), day(step.to));
    format!(
        "    {from} to {to}: {}{}",
        takes(&step.what),
        clause(step.clause.as_deref())
    )
}

fn due(due: &Due) -> String {
    let gone = if due.lapsed { " (passed)" } else { "" };
    let perhaps = if due.perhaps { " (perhaps)" } else { "" };
    let on = due.date.map_or_else(|| "no day".into(), day);
    format!(
        "  {on}{gone}: {}{perhaps}{}",
        what(&due.what),
        clause(due.clause.as_deref())
    )
}

fn served(served: &IfServed) -> String {
    let cost = served
        .cost
        .map_or_else(String::new, |cost| format!(" It costs {cost}."));
    let how = capital(&route(&served.route));
    format!(
        "  {how}: {}{cost}{}",
        effect(served.takes_effect),
        clause(served.clause.as_deref())
    )
}
