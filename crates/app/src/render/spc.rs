//! A control chart in words: for the command line and for pages.

use super::clock::day;
use handback_core::performance::spc::{Chart, FIRM, Limits, Rule, Segment, TargetIcon, Variation};
use jiff::civil::Date;
use std::fmt::Write as _;

/// What a point shows, in one phrase.
pub fn variation(variation: Variation) -> &'static str {
    match variation {
        Variation::CommonCause => "common cause",
        Variation::ImprovementHigh => "improvement, high",
        Variation::ImprovementLow => "improvement, low",
        Variation::ConcernHigh => "concern, high",
        Variation::ConcernLow => "concern, low",
        Variation::NeutralHigh => "unusual, high",
        Variation::NeutralLow => "unusual, low",
    }
}

/// What the last point says of the measure, in one sentence.
pub fn lately(variation: Variation) -> &'static str {
    match variation {
        Variation::CommonCause => "Nothing unusual lately: it moves as it usually does.",
        Variation::ImprovementHigh => "Lately it is better than chance explains: unusually high.",
        Variation::ImprovementLow => "Lately it is better than chance explains: unusually low.",
        Variation::ConcernHigh => "Lately it is worse than chance explains: unusually high.",
        Variation::ConcernLow => "Lately it is worse than chance explains: unusually low.",
        Variation::NeutralHigh => "Lately it is higher than chance explains.",
        Variation::NeutralLow => "Lately it is lower than chance explains.",
    }
}

/// The target icon in one word, as programs read it.
pub fn target(icon: TargetIcon) -> &'static str {
    match icon {
        TargetIcon::Pass => "pass",
        TargetIcon::Fail => "fail",
        TargetIcon::Inconsistent => "inconsistent",
        TargetIcon::None => "none",
    }
}

/// What the target icon means, in one sentence.
pub fn target_means(icon: TargetIcon) -> &'static str {
    match icon {
        TargetIcon::Pass => "As it runs now, it will keep meeting the target.",
        TargetIcon::Fail => {
            "As it runs now, it will keep missing the target: only a change to the process would meet it."
        }
        TargetIcon::Inconsistent => "As it runs now, it meets the target or misses it by chance.",
        TargetIcon::None => "Nothing is said of a target.",
    }
}

/// A rule as a table has it.
pub fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::OutsideLimit => "outside a limit",
        Rule::Trend => "trend",
        Rule::TwoOfThree => "2 of 3 near a limit",
        Rule::Shift => "shift",
    }
}

/// How many decimals tell the values of a chart apart.
pub fn decimals(chart: &Chart) -> usize {
    let width = |limits: Limits| limits.upper - limits.lower;
    let widest = chart
        .segments
        .iter()
        .filter_map(|segment| segment.limits)
        .map(width);
    match widest.fold(0.0, f64::max) {
        width if width > 0.0 => (2.0 - width.log10().floor()).clamp(0.0, 6.0) as usize,
        _ => 2,
    }
}

/// A segment's centre and limits, and what they rest on; `on` says on which day or in which month a value is.
pub fn segment(segment: &Segment, decimals: usize, on: impl Fn(Date) -> String) -> String {
    let mut text = match segment.from == segment.to {
        true => format!("{}: ", on(segment.from)),
        false => format!("{} to {}: ", on(segment.from), on(segment.to)),
    };
    let _ = match segment.limits {
        Some(Limits { lower, upper, .. }) => write!(
            text,
            "centre {:.decimals$}, limits {lower:.decimals$} to {upper:.decimals$}, from {} points",
            segment.centre, segment.baseline
        ),
        None => write!(text, "one point, so no limits"),
    };
    if segment.limits.is_some() && segment.trial {
        let _ = write!(
            text,
            " (trial limits: fewer than {FIRM} points, so they will still move)"
        );
    }
    if let Some(rebase) = &segment.rebase {
        let reason = rebase.reason.as_deref().unwrap_or("no reason given");
        let _ = write!(text, "; rebased at {}: {reason}", day(rebase.on));
    }
    text + "\n"
}

/// Which moving ranges were left out of the limits.
pub fn screening(chart: &Chart, decimals: usize) -> String {
    let left_out = chart.segments.iter().flat_map(|segment| &segment.screened);
    let left_out: Vec<String> = left_out
        .map(|screened| format!("{:.decimals$} at {}", screened.range, day(screened.date)))
        .collect();
    match (chart.screen, left_out.as_slice()) {
        (false, _) => "Extreme moves were not screened.\n".into(),
        (true, []) => "Extreme moves were screened; there were none.\n".into(),
        (true, moves) => format!(
            "Extreme moves were screened, so these do not widen the limits: {}.\n",
            moves.join(", ")
        ),
    }
}
