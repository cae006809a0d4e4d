//! Where a measure changed, in words: a question, never a cause.

use super::verdict::figure;
use handback_core::performance::verdict::change::{Change, Changes, Unsure};
use handback_core::performance::verdict::{Direction, FALSE_ALARMS};
use jiff::civil::Date;
use std::fmt::Write as _;

fn month(day: Date) -> String {
    day.strftime("%B %Y").to_string()
}

/// The answer in one sentence.
pub fn sentence(name: &str, changes: &Changes) -> String {
    let months: Vec<String> = changes.found.iter().map(|it| month(it.about)).collect();
    match (months.split_last(), changes.p_value) {
        (Some((last, [])), _) => {
            format!("Something changed in {name} about {last}: do you know what?")
        }
        (Some((last, others)), _) => format!(
            "Something changed in {name} about {} and about {last}: do you know what?",
            others.join(", about ")
        ),
        (None, Some(p_value)) => format!(
            "No month stands out in {name}: of series like this one without any change, {:.0}% look at least as changed.",
            (p_value * 100.0).max(FALSE_ALARMS * 100.0 + 1.0)
        ),
        (None, None) => {
            let why = changes.reasons.first().map(reason).unwrap_or_default();
            format!("We cannot tell whether {name} changed: {why}")
        }
    }
}

fn line(change: &Change) -> String {
    let between = match change.earliest == change.latest {
        true => String::new(),
        false => format!(
            ", between {} and {}",
            month(change.earliest),
            month(change.latest)
        ),
    };
    let way = match change.direction {
        Direction::Fell => "fell",
        Direction::Rose | Direction::None => "rose",
    };
    let chance = match change.p_value * 100.0 {
        small if small < 0.1 => "less than 0.1".to_owned(),
        share => format!("{share:.1}"),
    };
    format!(
        "{}{between}: it {way} by about {}. Series without it look at least as changed {chance}% of the time.",
        month(change.about),
        figure(change.step.abs()),
    )
}

/// A change that nobody has explained, as a question.
pub fn question(change: &Change) -> String {
    format!(
        "Something changed. {} Do you know what happened?",
        line(change)
    )
}

/// A reason in words.
pub fn reason(reason: &Unsure) -> String {
    let months = |count: usize| match count {
        1 => "1 month".to_owned(),
        count => format!("{count} months"),
    };
    match reason {
        Unsure::TooFew {
            months: count,
            needed,
        } => format!("there are {} with a value, and {needed} are needed.", months(*count)),
        Unsure::MostlyGaps { missing } => format!(
            "values are missing for {}, more than there are.",
            months(*missing)
        ),
        Unsure::NeverVaries => {
            "the values never vary beside their trend and season, so that there is nothing to judge by.".into()
        }
        Unsure::NotClear => {
            "That does not prove that nothing changed: a change may be too small, too near the ends, or too slow.".into()
        }
        Unsure::SeasonNotKnown => {
            "There are too few months to allow for the season: what returns every year may look like a change.".into()
        }
        Unsure::Gaps { missing } => format!(
            "Values are missing for {}: a change within them is dated from the first of them on.",
            months(*missing)
        ),
        Unsure::PerhapsMore => "There may be more: we stop at three.".into(),
    }
}

/// The whole answer for a terminal.
pub fn text(name: &str, changes: &Changes) -> String {
    let mut out = sentence(name, changes) + "\n";
    for change in &changes.found {
        let _ = writeln!(out, "  {}", line(change));
    }
    if changes.p_value.is_none() {
        return out;
    }
    let _ = writeln!(
        out,
        "\nHOW WE KNOW\n  {} months, each looked at. Of series without any change, at most {:.0}% are given a date.",
        changes.months,
        FALSE_ALARMS * 100.0
    );
    for why in &changes.reasons {
        let _ = writeln!(out, "  {}", super::capital(&reason(why)));
    }
    out += "\nWHAT THIS IS NOT\n  A cause: figures say when, never why.\n";
    if !changes.found.is_empty() {
        out += "  A date for `handback verdict`: found by looking, it would be called a step too easily.\n";
    }
    out
}
