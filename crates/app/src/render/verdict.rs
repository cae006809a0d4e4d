//! A verdict in words.

use super::clock::day;
use handback_core::performance::series::{Aside, Value};
use handback_core::performance::verdict::{
    Direction, EACH_SIDE, Estimate, Placebo, Reason, Rival, Verdict, Word,
};
use handback_core::performance::{Better, NotAsked};
use handback_core::statement::StepCounts;
use jiff::civil::Date;
use std::fmt::Write as _;

/// The word as people say it.
pub fn word(word: Word) -> &'static str {
    match word {
        Word::SteppedUp => "stepped up",
        Word::SteppedDown => "stepped down",
        Word::NoChangeShown => "no change shown",
        Word::CannotTell => "cannot tell",
    }
}

/// A figure with as many places as tell it from others of its size.
pub fn figure(value: f64) -> String {
    let places = match value.abs() {
        large if large >= 100.0 => 0,
        middling if middling >= 1.0 => 1,
        small if small >= 0.095 => 2,
        _ => 3,
    };
    let text = format!("{value:.places$}");
    match text.trim_start_matches('-').trim_matches(['0', '.']) {
        "" => "0".into(),
        _ => text.replace('-', "−"),
    }
}

/// A value with its unit: `4 hours`, `87.4% of incidents`.
pub fn in_unit(value: f64, unit: &str) -> String {
    match unit.starts_with('%') {
        true => format!("{}{unit}", figure(value)),
        false => format!("{} {unit}", figure(value)),
    }
}

fn between(estimate: Estimate) -> String {
    format!(
        "{} (between {} and {})",
        figure(estimate.estimate),
        figure(estimate.low),
        figure(estimate.high)
    )
}

/// The answer in one sentence.
pub fn sentence(name: &str, unit: &str, at: Date, better: Better, verdict: &Verdict) -> String {
    let unit = match unit {
        "" => String::new(),
        // Five percent of 80% would be four.
        share if share.starts_with('%') => " percentage points".into(),
        unit => format!(" {unit}"),
    };
    match (verdict.word, verdict.step) {
        (found @ (Word::SteppedUp | Word::SteppedDown), Some(step)) => {
            let rose = verdict.direction == Direction::Rose;
            let size = |value: f64| figure(value.abs());
            let (near, far) = match rose {
                true => (step.low, step.high),
                false => (step.high, step.low),
            };
            let gained = match found {
                Word::SteppedUp => "better",
                _ => "worse",
            };
            format!(
                "{name} {}: it {} by {}{unit} (between {} and {}) on {}, which is {gained}.",
                word(found),
                if rose { "rose" } else { "fell" },
                size(step.estimate),
                size(near),
                size(far),
                day(at),
            )
        }
        (Word::NoChangeShown, Some(step)) => format!(
            "{name}: no change shown on {}. A step was at most {}{unit} either way, nine times in ten.",
            day(at),
            figure(step.low.abs().max(step.high.abs())),
        ),
        _ => {
            let why = verdict.reasons.first().map(reason);
            let more = match verdict.needs_points {
                Some(1) => " One more month would likely settle it.".to_owned(),
                Some(more) if more > 0 => format!(" {more} more months would likely settle it."),
                _ => String::new(),
            };
            let way = match better {
                Better::Up | Better::Down => "stepped up or down",
                Better::Neither => "changed",
            };
            format!(
                "We cannot tell whether {name} {way} on {}: {}{more}",
                day(at),
                why.unwrap_or_default(),
            )
        }
    }
}

/// A reason as a sentence.
pub fn reason(reason: &Reason) -> String {
    match reason {
        Reason::TooFew {
            before,
            after,
            needed,
        } => format!(
            "there are {before} usable months before and {after} after, and {needed} are needed on each side."
        ),
        Reason::Stepped => "the step is larger than chance shows in series like this one.".into(),
        Reason::WithinSmallest => {
            "the step, if there is any, is smaller than the smallest that was said to matter.".into()
        }
        Reason::NotClear => {
            "the figures agree with a step that matters and with none at all.".into()
        }
        Reason::NoSmallest => {
            "Nobody has said how small a step would still matter, so that “no change” cannot be told from “not enough months”.".into()
        }
        Reason::NeverVaries => {
            "the values never vary beside their trend and season, so that there is nothing to judge by.".into()
        }
        Reason::NoBetterWay => {
            "the figures took a step, and nobody has said which way is better.".into()
        }
        Reason::SmallerThanSmallest => {
            "The step is smaller than the smallest that was said to matter.".into()
        }
        Reason::TimeBeforeTooShort => {
            "More months will not settle it: the time before is too short, or the figures spread too widely.".into()
        }
        Reason::TrendChanged => "The trend changed too; its size is given below.".into(),
        Reason::SeasonNotKnown => {
            "Fewer than 36 months: the time of year is not allowed for.".into()
        }
        Reason::Gaps { months } => format!("{months} months are missing in between."),
        Reason::RedefinedTooNear { on } => format!(
            "the measure was counted in another way from {} on, and {EACH_SIDE} months are needed on each side of both dates.",
            day(*on)
        ),
        Reason::Redefined { on } => format!(
            "The measure was counted in another way from {} on; a step there is allowed for.",
            day(*on)
        ),
        Reason::ComparisonStepped { place } => format!(
            "what it is compared with (series {}) took a step at the same date, so that something wider happened.",
            place + 1
        ),
        Reason::NotCompared { months } => {
            format!("{months} months are left out, because what it is compared with lacks them.")
        }
        Reason::TooManyComparisons { most } => format!(
            "Only the first {most} comparisons count: each needs twelve months of its own."
        ),
        Reason::SpreadChanged { ratio } => format!(
            "After the date the values spread {} times as much as before: false alarms may be more frequent than one in twenty.",
            figure(*ratio)
        ),
        Reason::Gradual => {
            "A change over a year fits better than one at once: the step may be part of it.".into()
        }
        Reason::Wanders => {
            "The values wander from month to month: false alarms may be more frequent than one in twenty.".into()
        }
        Reason::OddNoise => {
            "The months hang together in a way that this method was not tested for.".into()
        }
        Reason::LongTransition { months } => format!(
            "{months} months are left out for the transition, which makes a step hard to see."
        ),
    }
}

/// How many services stepped up, in one sentence.
pub fn step_counts(counts: &StepCounts) -> String {
    format!(
        "{} of {} services stepped up when they changed hands; {} stepped down; of {} no change is shown; of {} nobody can tell.",
        counts.stepped_up,
        counts.services,
        counts.stepped_down,
        counts.no_change_shown,
        counts.cannot_tell,
    )
}

/// Why nothing is asked, as a sentence.
pub fn not_asked(why: NotAsked) -> String {
    match why {
        NotAsked::NoValues => "no file has a value of it yet.".into(),
        NotAsked::NoHandover => {
            "the service did not change hands, so that there is no before and after.".into()
        }
        NotAsked::HandoverNotDated(on) => format!(
            "its handover is dated “{}”, and a verdict needs the month.",
            super::when(on)
        ),
        NotAsked::NeitherWay => "neither way is better: it is a volume.".into(),
        NotAsked::RedefinedSometime(on) => format!(
            "it was counted in another way from “{}” on, and a verdict needs the month.",
            super::when(on)
        ),
    }
}

/// What of a measure's rows does not count, as a sentence.
pub fn aside(aside: &Aside) -> String {
    match aside {
        Aside::Disagree { date, rows } => {
            let said = |row: &Value| {
                let value = row.value.map_or_else(|| "no value".into(), figure);
                format!("{value} ({}, line {})", row.printed.file, row.printed.line)
            };
            let said: Vec<String> = rows.iter().map(said).collect();
            format!(
                "Files disagree about {}: {}. It counts as not known.",
                day(*date),
                said.join("; ")
            )
        }
        Aside::NoValue { date, printed } => format!(
            "Of {} the file says that there is no value ({}, line {}).",
            day(*date),
            printed.file,
            printed.line
        ),
        Aside::OtherSpan { rows } => format!(
            "{} rows are of another length of time than the others, such as a quarter among months, and do not count.",
            rows.len()
        ),
        Aside::OfWhichService { rows } => format!(
            "{rows} rows do not say of which service they are, and measures of several are called so: they do not count."
        ),
    }
}

/// Another event, and what would be said without the months beyond it.
pub fn rival(rival: &Rival) -> String {
    match rival.same_month {
        true => format!(
            "{}, {}: in the same month, so that no figures can tell the two apart.",
            rival.text,
            day(rival.date)
        ),
        false => format!(
            "{}, {}: without the months beyond it, {}.",
            rival.text,
            day(rival.date),
            word(rival.verdict_without)
        ),
    }
}

/// What the same question says of dates at which nothing is known to have happened.
pub fn placebo(placebo: &Placebo) -> String {
    match placebo {
        Placebo::NotRun { months, needed } => {
            format!("Not run: there are {months} months before, and {needed} are needed.")
        }
        Placebo::Run { dates, stepped } if stepped.is_empty() => format!(
            "No step at {} earlier {}, as it should be.",
            dates.len(),
            if dates.len() == 1 { "date" } else { "dates" }
        ),
        Placebo::Run { dates, stepped } => {
            let on: Vec<String> = stepped.iter().map(|date| day(*date)).collect();
            format!(
                "A step is seen at {} of {} earlier dates too ({}): find out what happened there.",
                stepped.len(),
                dates.len(),
                on.join(", ")
            )
        }
    }
}

/// What the verdict rests on, line by line; what the sentence says already is left out.
pub fn how(verdict: &Verdict) -> Vec<String> {
    let mut lines = vec![format!(
        "{} usable months before, {} after.",
        verdict.before, verdict.after
    )];
    let told = usize::from(verdict.word == Word::CannotTell);
    let reasons = verdict.reasons.iter().skip(told);
    lines.extend(reasons.map(|one| super::capital(&reason(one))));
    lines.extend(verdict.p_value.map(|p| {
        format!(
            "Series without a step look at least as stepped {} of the time; at most 5% may be called a step.",
            match p {
                rare if rare < 0.001 => "less than 0.1%".into(),
                common if common > 0.99 => "more than 99%".into(),
                p => format!("{:.1}%", p * 100.0),
            }
        )
    }));
    if let (Some(step), Some(trend)) = (verdict.step, verdict.trend_change) {
        lines.push(format!("Step: {}", between(step)));
        lines.push(format!("Change of trend, a month: {}", between(trend)));
    }
    lines.push(format!("Earlier dates: {}", placebo(&verdict.placebo)));
    lines
}

/// What else may explain the verdict.
pub fn not_excluded(verdict: &Verdict) -> Vec<String> {
    let mut lines: Vec<String> = verdict.rivals.iter().map(rival).collect();
    lines
        .push("That something else happened at the same time: figures say when, never why.".into());
    lines
}

/// Everything, for a terminal: the sentence first.
pub fn text(name: &str, at: Date, better: Better, verdict: &Verdict) -> String {
    let mut out = sentence(name, "", at, better, verdict) + "\n\nHOW WE KNOW\n";
    for line in how(verdict) {
        let _ = writeln!(out, "  {line}");
    }
    out += "\nWHAT WE CANNOT EXCLUDE\n";
    if verdict.rivals.is_empty() {
        out += "  No other event was named (--event DATE=TEXT).\n";
    }
    for line in not_excluded(verdict) {
        let _ = writeln!(out, "  {line}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::figure;

    #[test]
    fn figures_have_places_by_their_size() {
        for (value, text) in [
            (1234.56, "1235"),
            (-12.34, "−12.3"),
            (0.5, "0.50"),
            (0.0123, "0.012"),
            (0.0, "0"),
            (-0.0001, "0"),
        ] {
            assert_eq!(figure(value), text);
        }
    }
}
