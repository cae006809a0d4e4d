//! A control chart of a measure: its values, the limits they are held against, and what went on meanwhile.
//!
//! Drawn for pages ([`page`]), as a file of its own ([`file`]) and as a picture ([`png`]). What a value shows
//! is told by shape and colour, never by colour alone.

mod draw;
mod file;
mod icon;
mod marker;
mod words;

pub use draw::page;
pub use file::{FileWords, file, png};
pub use icon::{target_icon, variation_icon};
pub use marker::{Key, key};
pub use words::{desc, month, title};

use super::super::spc;
use super::super::strip::{Axis, Band};
use handback_core::performance::spc::{Chart, Rule, TargetIcon, Variation};
use jiff::ToSpan;
use jiff::civil::Date;

/// A value and the lines that it is held against, in the measure's unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Plotted {
    /// The first day of its month, or of whatever it is a value of.
    pub date: Date,
    pub value: f64,
    /// Its place in [`Plot::phases`].
    pub phase: usize,
    pub centre: f64,
    /// Lower and upper.
    pub limits: Option<(f64, f64)>,
    pub rules: Vec<Rule>,
    pub variation: Variation,
}

/// Values that share their limits; earlier phases keep their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// Its limits are from few points and will still move: drawn dashed.
    pub is_trial: bool,
    /// Centre, limits, what they rest on, and why it begins.
    pub words: String,
}

/// What somebody marked in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The service moved to somebody else.
    Handover,
    /// Limits were counted afresh.
    Rebase,
    /// Anything else, such as a pandemic.
    Event,
}

/// A day that matters: a vertical line, with a number that a list explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    pub on: Date,
    pub what: What,
    pub text: String,
}

/// All that a chart shows.
#[derive(Clone, Debug)]
pub struct Plot<'a> {
    pub measure: &'a str,
    /// Of its values: `hours`, `% of calls`.
    pub unit: &'a str,
    /// In the order of time.
    pub points: Vec<Plotted>,
    pub phases: Vec<Phase>,
    /// What was promised, from a day on (none: from ever), until the next.
    pub targets: Vec<(Option<Date>, Option<f64>)>,
    /// Of the last value; none when it has no limits, so that nothing can be said.
    pub variation: Option<Variation>,
    pub target: TargetIcon,
    /// How many decimals tell its values apart.
    pub decimals: usize,
    /// Who ran the service then.
    pub bands: &'a [Band],
    /// In any order.
    pub marks: Vec<Noted>,
    /// The days between which it is drawn, so that charts lie under one another; its own days when none.
    pub axis: Option<Axis>,
}

impl<'a> Plot<'a> {
    /// A chart as core made it, with its rebases marked.
    pub fn of(measure: &'a str, unit: &'a str, chart: &Chart) -> Plot<'a> {
        let decimals = spc::decimals(chart);
        let points = chart.points.iter().map(|point| {
            let segment = &chart.segments[point.segment];
            Plotted {
                date: point.date,
                value: point.value,
                phase: point.segment,
                centre: segment.centre,
                limits: segment.limits.map(|limits| (limits.lower, limits.upper)),
                rules: point.rules.clone(),
                variation: point.variation,
            }
        });
        let rebases = chart
            .segments
            .iter()
            .filter_map(|segment| segment.rebase.as_ref());
        let marks = rebases.map(|rebase| Noted {
            on: rebase.on,
            what: What::Rebase,
            text: match &rebase.reason {
                Some(reason) => format!("limits counted afresh: {reason}"),
                None => "limits counted afresh, no reason given".into(),
            },
        });
        let plot = Plot {
            measure,
            unit,
            points: points.collect(),
            phases: Vec::new(),
            targets: Vec::new(),
            variation: chart
                .segments
                .last()
                .and_then(|segment| segment.limits)
                .map(|_| chart.variation),
            target: chart.target,
            decimals,
            bands: &[],
            marks: marks.collect(),
            axis: None,
        };
        let phases = chart.segments.iter().map(|segment| {
            let words = spc::segment(segment, decimals, |date| month(&plot, date));
            Phase {
                is_trial: segment.trial,
                words: words.trim_end().to_owned(),
            }
        });
        let phases = phases.collect();
        Plot { phases, ..plot }
    }

    /// The days between which it is drawn; none without a value.
    pub fn span(&self) -> Option<Axis> {
        let (first, last) = (self.points.first()?.date, self.points.last()?.date);
        Some(self.axis.unwrap_or_else(|| Axis {
            from: first,
            to: last.saturating_add(self.apart().days()),
        }))
    }

    /// The values that lie between those days.
    pub fn shown(&self) -> impl Iterator<Item = &Plotted> {
        let span = self.span();
        self.points.iter().filter(move |point| {
            let holds = |axis: Axis| axis.from <= point.date && point.date <= axis.to;
            point.value.is_finite() && span.is_some_and(holds)
        })
    }

    /// What is marked between those days, in order: numbered from 1 as listed here.
    pub fn noted(&self) -> Vec<&Noted> {
        let span = self.span();
        let holds = |on: Date| span.is_some_and(|axis| axis.from <= on && on <= axis.to);
        let mut noted: Vec<&Noted> = self.marks.iter().filter(|mark| holds(mark.on)).collect();
        noted.sort_by(|a, b| (a.on, a.what, &a.text).cmp(&(b.on, b.what, &b.text)));
        noted
    }

    /// What the last value says, in one sentence.
    pub fn lately(&self) -> &'static str {
        match self.variation {
            Some(variation) => spc::lately(variation),
            None => "One value does not yet say what is usual.",
        }
    }

    /// What was promised, in the order of time: from when, until when, and what.
    fn promised(&self, axis: Axis) -> Vec<(Date, Date, f64)> {
        let mut targets = self.targets.clone();
        targets.sort_by_key(|(from, _)| *from);
        let until = targets.iter().skip(1).map(|(from, _)| *from);
        let until: Vec<Option<Date>> = until.chain([None]).collect();
        let held = targets
            .iter()
            .zip(until)
            .filter_map(|((from, value), until)| {
                let from = from.unwrap_or(axis.from).max(axis.from);
                let until = until.unwrap_or(axis.to).min(axis.to);
                let value = value.filter(|value| value.is_finite() && from < until)?;
                Some((from, until, value))
            });
        held.collect()
    }

    /// How many days usually lie between one value and the next; a single value of the first is of a month.
    fn apart(&self) -> i32 {
        let pairs = self.points.windows(2);
        let mut gaps: Vec<i32> = pairs.map(|pair| days(pair[0].date, pair[1].date)).collect();
        gaps.sort_unstable();
        match (gaps.get(gaps.len() / 2), self.points.as_slice()) {
            (Some(gap), _) => (*gap).max(1),
            (None, [only]) if only.date.day() == 1 => 30,
            (None, _) => 1,
        }
    }
}

fn days(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

#[cfg(test)]
pub mod samples;
#[cfg(test)]
mod tests;
