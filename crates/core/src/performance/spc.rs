//! Is a measure stable, and does it meet its target? The XmR chart of the NHS programme Making Data Count.
//!
//! The method is coded as NHSRplotthedots 0.2.2 codes it; its tests are restated as ours. Where the two differ
//! on purpose, the item says so. Moving averages are never charted: their points are not independent.

pub mod counts;
mod rules;

use super::{Better, Point};
use jiff::civil::Date;
use serde::Serialize;

/// Limits lie so many mean moving ranges from the centre: 3 / 1.128.
const LIMIT: f64 = 2.66;
/// Near-limits lie two thirds as far out.
const NEAR: f64 = 2.0 * (LIMIT / 3.0);
/// A moving range of so many mean moving ranges is extreme.
const EXTREME: f64 = 3.267;
/// Limits from fewer points are trial limits, which more points will move.
pub const FIRM: usize = 12;

/// How long a run must be to be a special cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Profile {
    pub name: &'static str,
    /// Points in a row on one side of the centre.
    pub shift: usize,
    /// Points in a row each above, or each below, the one before: one move fewer than points.
    pub trend: usize,
}

impl Profile {
    /// Making Data Count.
    pub const NHS: Profile = Profile {
        name: "nhs",
        shift: 7,
        trend: 7,
    };
    /// Others, such as the Institute for Healthcare Improvement.
    pub const EIGHT_AND_SIX: Profile = Profile {
        name: "eight-and-six",
        shift: 8,
        trend: 6,
    };
}

/// A known change from which limits are counted afresh. A rebase answers for a cause that is dated and known;
/// it is never drawn from the chart itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rebase {
    /// The first point on or after it begins the new segment.
    pub on: Date,
    /// What changed, if somebody said so.
    pub reason: Option<String>,
}

/// How a chart is to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub better: Better,
    pub target: Option<f64>,
    /// Take the limits of each segment from its first points, so many.
    pub baseline: Option<usize>,
    pub rebases: Vec<Rebase>,
    /// Leave extreme moving ranges out of the limits. The method's R code does by default, its
    /// spreadsheet does not; so every chart says which.
    pub screen: bool,
    pub profile: Profile,
}

impl Asked {
    /// The method's own defaults.
    pub fn of(better: Better) -> Asked {
        Asked {
            better,
            target: None,
            baseline: None,
            rebases: Vec::new(),
            screen: true,
            profile: Profile::NHS,
        }
    }
}

/// Why no chart can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAChart {
    #[error("there are no points")]
    Empty,
    #[error("the points of {0} and after are not in the order of time, or one day has two")]
    Order(Date),
    #[error("the value of {0} is no number")]
    NotANumber(Date),
    #[error("a baseline needs at least two points")]
    Baseline,
    #[error("no point lies on or after the rebase of {0}")]
    RebaseAfterAll(Date),
    #[error("no point lies between the rebases of {0} and {1}")]
    RebasesTogether(Date, Date),
}

/// A special cause that a point is part of. Its direction is the point's [`Variation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Beyond a limit.
    OutsideLimit,
    /// Part of a run that rises or falls throughout.
    Trend,
    /// Near a limit, as another of three in a row, all three on one side.
    TwoOfThree,
    /// Part of a run on one side of the centre.
    Shift,
}

/// What a point, or the chart at its last point, shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variation {
    CommonCause,
    ImprovementHigh,
    ImprovementLow,
    ConcernHigh,
    ConcernLow,
    NeutralHigh,
    NeutralLow,
}

impl Variation {
    /// A special cause on the high side, or not, by which way is better.
    fn special(high: bool, better: Better) -> Variation {
        match (better, high) {
            (Better::Up, true) => Variation::ImprovementHigh,
            (Better::Up, false) => Variation::ConcernLow,
            (Better::Down, true) => Variation::ConcernHigh,
            (Better::Down, false) => Variation::ImprovementLow,
            (Better::Neither, true) => Variation::NeutralHigh,
            (Better::Neither, false) => Variation::NeutralLow,
        }
    }
}

/// Whether the process as it runs will meet its target: the method calls this assurance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetIcon {
    /// The target lies beyond the limit on the easy side.
    Pass,
    /// The target lies beyond the limit on the hard side.
    Fail,
    /// The target lies within the limits: met or missed by chance.
    Inconsistent,
    /// No target, no better way, or no limits.
    None,
}

impl TargetIcon {
    /// Of a target against the limits at the last point.
    pub fn of(target: Option<f64>, limits: Option<(f64, f64)>, better: Better) -> TargetIcon {
        let (Some(target), Some((lower, upper))) = (target, limits) else {
            return TargetIcon::None;
        };
        match (better, target > upper, target < lower) {
            (Better::Neither, ..) => TargetIcon::None,
            (Better::Up, true, _) | (Better::Down, false, true) => TargetIcon::Fail,
            (Better::Down, true, _) | (Better::Up, false, true) => TargetIcon::Pass,
            (_, false, false) => TargetIcon::Inconsistent,
        }
    }
}

/// Limits of a segment, in the measure's unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Limits {
    pub lower: f64,
    pub upper: f64,
    pub near_lower: f64,
    pub near_upper: f64,
}

/// A moving range that was left out of the limits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Screened {
    /// Of the later of its two points.
    pub date: Date,
    pub range: f64,
}

/// Points that share one centre and limits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segment {
    pub from: Date,
    pub to: Date,
    pub points: usize,
    /// How many of its first points its limits are taken from.
    pub baseline: usize,
    pub centre: f64,
    /// `None` with a single point, which has no moving range.
    pub limits: Option<Limits>,
    /// Taken from fewer than [`FIRM`] points.
    pub trial: bool,
    pub screened: Vec<Screened>,
    /// The change that it begins with; `None` for the first segment of a chart.
    pub rebase: Option<Rebase>,
}

/// A point with what it shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Charted {
    pub date: Date,
    pub value: f64,
    /// Its place in [`Chart::segments`].
    pub segment: usize,
    /// All rules that it is part of; the first decides its variation.
    pub rules: Vec<Rule>,
    pub variation: Variation,
}

/// An XmR chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chart {
    pub points: Vec<Charted>,
    /// Earlier segments keep their own limits.
    pub segments: Vec<Segment>,
    /// Of the last point.
    pub variation: Variation,
    /// Against the limits of the last segment.
    pub target: TargetIcon,
    pub screen: bool,
    pub profile: Profile,
}

/// Make an XmR chart of points in the order of time.
///
/// # Errors
/// [`NotAChart`] without points, with points out of order, and for a rebase that begins no segment.
pub fn chart(points: &[Point], asked: &Asked) -> Result<Chart, NotAChart> {
    check(points, asked)?;
    let starts = starts(points, &asked.rebases)?;
    let mut charted = Vec::with_capacity(points.len());
    let mut segments = Vec::with_capacity(starts.len());
    for (place, (start, rebase)) in starts.iter().enumerate() {
        let end = starts.get(place + 1).map_or(points.len(), |next| next.0);
        let part = &points[*start..end];
        let segment = segment(part, asked, rebase.cloned());
        charted.extend(judge(part, &segment, place, asked));
        segments.push(segment);
    }
    let last = segments.last().and_then(|segment| segment.limits);
    let limits = last.map(|limits| (limits.lower, limits.upper));
    Ok(Chart {
        variation: charted.last().ok_or(NotAChart::Empty)?.variation,
        points: charted,
        segments,
        target: TargetIcon::of(asked.target, limits, asked.better),
        screen: asked.screen,
        profile: asked.profile,
    })
}

fn check(points: &[Point], asked: &Asked) -> Result<(), NotAChart> {
    if asked.baseline.is_some_and(|points| points < 2) {
        return Err(NotAChart::Baseline);
    }
    if let Some(point) = points.iter().find(|point| !point.value.is_finite()) {
        return Err(NotAChart::NotANumber(point.date));
    }
    match points.windows(2).find(|pair| pair[1].date <= pair[0].date) {
        Some(pair) => Err(NotAChart::Order(pair[1].date)),
        None if points.is_empty() => Err(NotAChart::Empty),
        None => Ok(()),
    }
}

/// Where segments begin, and with which rebase.
fn starts<'a>(
    points: &[Point],
    rebases: &'a [Rebase],
) -> Result<Vec<(usize, Option<&'a Rebase>)>, NotAChart> {
    let mut sorted: Vec<&Rebase> = rebases.iter().collect();
    sorted.sort_by_key(|rebase| rebase.on);
    let mut starts: Vec<(usize, Option<&Rebase>)> = vec![(0, None)];
    for rebase in sorted {
        let place = points.partition_point(|point| point.date < rebase.on);
        if place == points.len() {
            return Err(NotAChart::RebaseAfterAll(rebase.on));
        }
        match starts.last_mut() {
            Some((last, Some(other))) if *last == place => {
                return Err(NotAChart::RebasesTogether(other.on, rebase.on));
            }
            Some((last, none)) if *last == place => *none = Some(rebase),
            _ => starts.push((place, Some(rebase))),
        }
    }
    Ok(starts)
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn segment(points: &[Point], asked: &Asked, rebase: Option<Rebase>) -> Segment {
    let baseline = asked.baseline.unwrap_or(points.len()).min(points.len());
    let base = &points[..baseline];
    let values: Vec<f64> = base.iter().map(|point| point.value).collect();
    let centre = mean(&values).unwrap_or_default();
    let mut ranges: Vec<Screened> = base
        .windows(2)
        .map(|pair| Screened {
            date: pair[1].date,
            range: (pair[1].value - pair[0].value).abs(),
        })
        .collect();
    let average = |ranges: &[Screened]| {
        let ranges: Vec<f64> = ranges.iter().map(|moved| moved.range).collect();
        mean(&ranges)
    };
    let mut screened = Vec::new();
    // The R code loses its limits when nothing ever moves; we keep them, at the centre.
    if let Some(all) = average(&ranges).filter(|all| asked.screen && *all > 0.0) {
        (ranges, screened) = ranges
            .into_iter()
            .partition(|moved| moved.range < EXTREME * all);
    }
    let limits = average(&ranges).map(|range| Limits {
        lower: centre - LIMIT * range,
        upper: centre + LIMIT * range,
        near_lower: centre - NEAR * range,
        near_upper: centre + NEAR * range,
    });
    Segment {
        from: points[0].date,
        to: points[points.len() - 1].date,
        points: points.len(),
        baseline,
        centre,
        limits,
        trial: baseline < FIRM,
        screened,
        rebase,
    }
}

fn judge(points: &[Point], segment: &Segment, place: usize, asked: &Asked) -> Vec<Charted> {
    let values: Vec<f64> = points.iter().map(|point| point.value).collect();
    let sides: Vec<i8> = values
        .iter()
        .map(|&value| side(value, segment.centre))
        .collect();
    let outside: Vec<bool> = values
        .iter()
        .map(|&value| {
            segment
                .limits
                .is_some_and(|limits| value > limits.upper || value < limits.lower)
        })
        .collect();
    let is_near = |(&value, &outside): (&f64, &bool)| {
        let beyond = |limits: Limits| value < limits.near_lower || value > limits.near_upper;
        !outside && segment.limits.is_some_and(beyond)
    };
    let near: Vec<bool> = values.iter().zip(&outside).map(is_near).collect();
    let shift = rules::part_of(
        &rules::shift(&sides, asked.profile.shift),
        asked.profile.shift,
    );
    let trend = rules::part_of(
        &rules::trend(&values, asked.profile.trend),
        asked.profile.trend,
    );
    let two_of_three = rules::part_of_two_of_three(&rules::two_of_three(&near, &sides), &near);
    let hits = rules::Hits {
        outside,
        trend,
        two_of_three,
        shift,
    };
    let high = rules::high(&values, &sides, &hits);
    let charted = |(at, point): (usize, &Point)| Charted {
        date: point.date,
        value: point.value,
        segment: place,
        rules: hits.at(at),
        variation: high[at].map_or(Variation::CommonCause, |(_, high)| {
            Variation::special(high, asked.better)
        }),
    };
    points.iter().enumerate().map(charted).collect()
}

/// 1 above the centre, -1 below it, 0 on it.
fn side(value: f64, centre: f64) -> i8 {
    i8::from(value > centre) - i8::from(value < centre)
}

#[cfg(test)]
mod tests;
