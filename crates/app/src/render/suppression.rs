//! A table with its small groups hidden, in words.

use handback_core::engagement::suppression::{Audit, Suppressed, Table, Why};
use std::fmt::Write as _;

/// What stands for a hidden number, and for an empty one.
pub const HIDDEN: &str = "-";

/// The table as it may be shown, then for whoever publishes it how many are hidden, why, and what the audit says.
pub fn text(table: &Table, answer: &Suppressed, threshold: u64) -> String {
    let mut text = headline(answer, threshold);
    text.push('\n');
    text += &cells(table, answer);
    text.push('\n');
    text += &reasons(answer, threshold);
    if table.impossible() > 0 {
        let _ = writeln!(
            text,
            "{} no line. They are taken as known to be impossible; where nobody happened to answer, add them with 0.",
            counted(table.impossible(), "combination has", "combinations have"),
        );
    }
    text += &audit(answer, threshold);
    text
}

fn headline(answer: &Suppressed, threshold: u64) -> String {
    match answer.hidden.iter().flatten().count() {
        0 => format!(
            "All {} numbers can be shown: none is below {threshold}.\n",
            answer.hidden.len()
        ),
        hidden if hidden == answer.hidden.len() => {
            format!("Nothing can be shown: all together are fewer than {threshold}.\n")
        }
        hidden => format!(
            "{} of {} numbers are hidden ({HIDDEN}); what is left gives none of them away.\n",
            hidden,
            answer.hidden.len()
        ),
    }
}

fn cells(table: &Table, answer: &Suppressed) -> String {
    let shown = |row: usize| match answer.hidden[row] {
        Some(_) => HIDDEN.to_owned(),
        None => table.cells()[row].n.to_string(),
    };
    let longest = |heading: &str, column: &dyn Fn(usize) -> usize| {
        let rows = (0..table.cells().len()).map(column);
        rows.chain([heading.chars().count()])
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = table
        .dimensions()
        .iter()
        .enumerate()
        .map(|(place, name)| {
            longest(name, &|row| {
                table.cells()[row].values[place].chars().count()
            })
        })
        .collect();
    let last = longest("n", &|row| shown(row).len());
    let line = |values: &[String], n: &str| {
        let values = values.iter().zip(&widths);
        let values: String = values
            .map(|(value, width)| format!("{value:width$}  "))
            .collect();
        format!("{values}{n:>last$}\n")
    };
    let rows = table
        .cells()
        .iter()
        .enumerate()
        .map(|(row, cell)| line(&cell.values, &shown(row)));
    line(table.dimensions(), "n") + &rows.collect::<String>()
}

/// Why numbers are hidden, by reason. It is for whoever publishes, not for publication.
fn reasons(answer: &Suppressed, threshold: u64) -> String {
    let mut text = String::new();
    for (why, means) in [
        (
            Why::Small,
            format!(
                "below {threshold}, or empty: the two look alike, so that a hidden one is not known to hold somebody"
            ),
        ),
        (
            Why::NearlyAll,
            format!(
                "all but 1 to {} of a whole, which would give the few that are left",
                threshold - 1
            ),
        ),
        (
            Why::Guards,
            "large enough, but others could be worked out from them by subtraction".into(),
        ),
    ] {
        let hidden = answer
            .hidden
            .iter()
            .flatten()
            .filter(|hidden| **hidden == why)
            .count();
        if hidden > 0 {
            let _ = writeln!(text, "{hidden:>5}  {means}");
        }
    }
    if !text.is_empty() {
        text = format!("Why, for you and not for publication:\n{text}");
    }
    text
}

fn audit(answer: &Suppressed, threshold: u64) -> String {
    let Audit {
        recoverable_cells,
        exactly_known_cells,
        is_fewest,
        ..
    } = answer.audit;
    let fewest = match is_fewest {
        true => {
            "No other choice is safe and hides fewer totals, then fewer other numbers, then fewer answers."
        }
        false => {
            "A choice that hides fewer may exist: the search was stopped before that was settled."
        }
    };
    match answer.hidden.iter().flatten().count() {
        0 => String::new(),
        hidden => format!(
            "Audit: of {hidden} hidden, {recoverable_cells} can be worked out to a range narrower than {threshold}, {exactly_known_cells} exactly.\nFor each, two whole tables that agree with all that is shown were checked.\n{fewest}\n",
        ),
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
