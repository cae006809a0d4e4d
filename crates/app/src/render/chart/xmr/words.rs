//! A control chart in words, for those who do not see it.

use super::{Plot, Plotted, days};
use crate::render::chart::frame::number;
use crate::render::clock::day;
use crate::render::{spc, when};
use handback_core::dated::When;
use handback_core::performance::spc::{TargetIcon, Variation};
use jiff::civil::Date;

/// What the chart is of, and over which time.
pub fn title(plot: &Plot<'_>) -> String {
    let of = format!("Control chart of {}, {}", plot.measure, plot.unit);
    let shown: Vec<&Plotted> = plot.shown().collect();
    match shown.as_slice() {
        [] => of,
        [only] => format!("{of}, {}", month(plot, only.date)),
        [first, .., last] => format!(
            "{of}, {} to {}",
            month(plot, first.date),
            month(plot, last.date)
        ),
    }
}

/// The day, or the month where every value is of a month or longer.
pub fn month(plot: &Plot<'_>, date: Date) -> String {
    let is_first = plot.points.iter().all(|point| point.date.day() == 1);
    match is_first && plot.apart() >= 28 {
        true => when(When::Month(date.year(), date.month())),
        false => day(date),
    }
}

/// What the chart shows, in a few sentences.
pub fn desc(plot: &Plot<'_>) -> String {
    let shown: Vec<&Plotted> = plot.shown().collect();
    let Some(last) = shown.last() else {
        return "There are no values to show.".into();
    };
    let mut said = vec![match shown.len() {
        1 => "One value.".to_owned(),
        count => format!("{count} values{}.", missing(plot, &shown)),
    }];
    let hidden = plot.points.len() - shown.len();
    if hidden > 0 {
        said.push(format!("{hidden} more lie outside the time that is drawn."));
    }
    said.push(format!(
        "The last, of {}, is {} {}.",
        month(plot, last.date),
        number(last.value, plot.decimals),
        plot.unit
    ));
    if shown.len() == plot.points.len() {
        said.push(plot.lately().to_owned());
    }
    said.extend(specials(&shown));
    said.extend(plot.phases.iter().map(|phase| format!("{}.", phase.words)));
    if let Some((.., target)) = plot.span().and_then(|axis| plot.promised(axis).pop()) {
        let means = match plot.target {
            TargetIcon::None => String::new(),
            icon => format!(" {}", spc::target_means(icon)),
        };
        said.push(format!("Target {}.{means}", number(target, plot.decimals)));
    }
    let bands = plot
        .bands
        .iter()
        .filter(|band| super::marker::draws(plot, band));
    said.extend(bands.map(|band| match (band.from, band.until) {
        (from, None) => format!("{}, from {}.", band.words, when(from)),
        (from, Some(until)) => {
            format!("{}, from {} until {}.", band.words, when(from), when(until))
        }
    }));
    let noted = plot.noted();
    said.extend(
        (1..)
            .zip(&noted)
            .map(|(place, mark)| format!("Marked {place}, {}: {}.", day(mark.on), mark.text)),
    );
    said.join(" ")
}

/// How many values there should be between the first and the last and are not.
fn missing(plot: &Plot<'_>, shown: &[&Plotted]) -> String {
    let apart = f64::from(plot.apart());
    let gap = |pair: &[&Plotted]| {
        (f64::from(days(pair[0].date, pair[1].date)) / apart).round() as i64 - 1
    };
    match shown.windows(2).map(|pair| gap(pair).max(0)).sum::<i64>() {
        0 => String::new(),
        1 => ", one missing between them".into(),
        count => format!(", {count} missing between them"),
    }
}

/// How many values show what chance does not explain.
fn specials(shown: &[&Plotted]) -> Option<String> {
    let of = |wanted: &[Variation]| {
        shown
            .iter()
            .filter(|point| wanted.contains(&point.variation))
            .count()
    };
    let counts = [
        (
            of(&[Variation::ImprovementHigh, Variation::ImprovementLow]),
            "better",
        ),
        (
            of(&[Variation::ConcernHigh, Variation::ConcernLow]),
            "worse",
        ),
        (of(&[Variation::NeutralHigh]), "higher"),
        (of(&[Variation::NeutralLow]), "lower"),
    ];
    let said: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} {words}"))
        .collect();
    (!said.is_empty()).then(|| format!("Than chance explains: {}.", said.join(", ")))
}
