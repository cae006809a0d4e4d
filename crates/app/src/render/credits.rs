//! Service credits in words, with the arithmetic of each.

use handback_core::pence::Pence;
use handback_core::performance::kpi::credit::{CreditTable, Line, MonthCredits, Owed};
use jiff::civil::Date;
use std::fmt::Write as _;

fn month(day: Date) -> String {
    day.strftime("%B %Y").to_string()
}

/// What is owed for a month, in one sentence.
pub fn sentence(credits: &MonthCredits) -> String {
    let month = month(credits.month);
    match (credits.certain, &credits.least, &credits.most) {
        (Some(Pence(0)), ..) => format!("{month}: nothing is owed."),
        (Some(net), ..) if net.0 < 0 => {
            format!("{month}: the authority pays back {}.", Pence(-net.0))
        }
        (Some(net), ..) => format!("{month}: {net} is owed."),
        (None, Some(least), Some(most)) if least.after_cap == most.after_cap => format!(
            "{month}: {} is owed, less what is earned back, which depends on months that are not known.",
            most.after_cap
        ),
        (None, Some(least), Some(most)) => format!(
            "{month}: between {} and {} is owed; not known: {}.",
            least.after_cap.min(most.after_cap),
            least.after_cap.max(most.after_cap),
            match credits.missing.is_empty() {
                true => "an earlier month".to_owned(),
                false => credits.missing.join(", "),
            }
        ),
        (None, ..) => {
            format!("{month}: nobody can tell what is owed, because its charge is not stated.")
        }
    }
}

fn counted(count: u32, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// How a line was reckoned; none for what met its target.
fn line(table: &CreditTable, charge: Pence, line: &Line) -> Option<String> {
    if line.points == 0 && line.earned_back == Pence::ZERO {
        return None;
    }
    let value = line
        .value
        .map_or_else(|| "not known".to_owned(), |it| it.to_string());
    let mut text = format!("{}: {value}", line.kpi);
    if line.points > 0 {
        let _ = write!(
            text,
            ", missed {} in a row: {} x {}% x {}% of {charge} = {}",
            counted(line.in_a_row, "month"),
            counted(line.points, "point"),
            line.repeat,
            f64::from(table.point) / 100.0,
            line.before_cap,
        );
    }
    if line.owed != line.before_cap {
        let _ = write!(text, ", {} within the cap", line.owed);
    }
    if line.earned_back != Pence::ZERO {
        let _ = write!(text, "; earned back: {}", line.earned_back);
    }
    if let Some(clause) = &line.clause {
        let _ = write!(text, " ({clause})");
    }
    Some(text)
}

/// The sum of a month, step by step.
fn summed(owed: &Owed) -> String {
    let mut text = format!("together {}", owed.before_cap);
    if let Some(cap) = owed.cap {
        let _ = write!(text, ", cap {cap}, owed {}", owed.after_cap);
    }
    if owed.earned_back != Pence::ZERO {
        let _ = write!(
            text,
            ", less {} earned back: {}",
            owed.earned_back, owed.net
        );
    }
    text
}

/// Every month: the sentence, and its arithmetic where something is owed.
pub fn text(table: &CreditTable, months: &[MonthCredits]) -> String {
    let known: i64 = months
        .iter()
        .filter_map(|it| it.certain)
        .map(|it| it.0)
        .sum();
    let open = months.iter().filter(|it| it.certain.is_none()).count();
    let mut out = format!("{} months: {} owed", months.len(), Pence(known));
    if open > 0 {
        let _ = write!(out, ", beside {open} of which it is not known");
    }
    out += ".\n\n";
    for credits in months {
        let _ = writeln!(out, "{}", sentence(credits));
        let (Some(charge), Some(most)) = (credits.charge, &credits.most) else {
            continue;
        };
        let lines: Vec<String> = most
            .lines
            .iter()
            .filter_map(|it| line(table, charge, it))
            .collect();
        if credits.certain.is_none() && !lines.is_empty() {
            out += "  If all that is not known was as bad as the table has it:\n";
        }
        for line in &lines {
            let _ = writeln!(out, "  {line}");
        }
        if !lines.is_empty() {
            let _ = writeln!(out, "  {}", summed(most));
        }
    }
    out
}
