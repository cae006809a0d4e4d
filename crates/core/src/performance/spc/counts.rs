//! Charts of counts: c where each period offers the same chance, u' and p' (Laney) where volumes differ.
//!
//! With thousands of tickets a month, plain u and p limits flag nearly every month, because the true rate moves a
//! little too. Laney (2002) widens them by what the standardised points really move.

use jiff::civil::Date;
use serde::Serialize;

/// Mean moving range of two independent normal values, in standard deviations.
const D2: f64 = 1.128;

/// A count, and what it is out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counted {
    pub date: Date,
    pub count: u64,
    /// Opportunities, or cases of which some count.
    pub out_of: u64,
}

/// A point with its own limits, in counts or in shares of one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Limited {
    pub date: Date,
    pub value: f64,
    pub centre: f64,
    pub lower: f64,
    pub upper: f64,
}

/// Why no chart of counts can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCounted {
    #[error("a chart of counts needs at least two points")]
    TooFew,
    #[error("the count of {0} is out of nothing")]
    OutOfNothing(Date),
    #[error("the count of {0} is more than what it is out of")]
    MoreThanAll(Date),
}

/// The c chart: centre ± 3 √centre, never below nothing.
///
/// # Errors
/// [`NotCounted::TooFew`].
pub fn c(points: &[(Date, u64)]) -> Result<Vec<Limited>, NotCounted> {
    if points.len() < 2 {
        return Err(NotCounted::TooFew);
    }
    let total: f64 = points.iter().map(|(_, count)| *count as f64).sum();
    let centre = total / points.len() as f64;
    let reach = 3.0 * centre.sqrt();
    let limited = |&(date, count): &(Date, u64)| Limited {
        date,
        value: count as f64,
        centre,
        lower: (centre - reach).max(0.0),
        upper: centre + reach,
    };
    Ok(points.iter().map(limited).collect())
}

/// The u' chart: counts over opportunities, such as complaints over calls.
///
/// # Errors
/// [`NotCounted`] with fewer than two points, or a count out of nothing.
pub fn u(points: &[Counted]) -> Result<Vec<Limited>, NotCounted> {
    laney(points, |centre| centre, f64::INFINITY)
}

/// The p' chart: the share of cases that count, such as tickets resolved in time.
///
/// # Errors
/// [`NotCounted`], also where more count than there are.
pub fn p(points: &[Counted]) -> Result<Vec<Limited>, NotCounted> {
    match points.iter().find(|point| point.count > point.out_of) {
        Some(point) => Err(NotCounted::MoreThanAll(point.date)),
        None => laney(points, |centre| centre * (1.0 - centre), 1.0),
    }
}

fn laney(
    points: &[Counted],
    variance: impl Fn(f64) -> f64,
    most: f64,
) -> Result<Vec<Limited>, NotCounted> {
    if points.len() < 2 {
        return Err(NotCounted::TooFew);
    }
    if let Some(point) = points.iter().find(|point| point.out_of == 0) {
        return Err(NotCounted::OutOfNothing(point.date));
    }
    let sum = |of: fn(&Counted) -> u64| points.iter().map(|point| of(point) as f64).sum::<f64>();
    let centre = sum(|point| point.count) / sum(|point| point.out_of);
    let share = |point: &Counted| point.count as f64 / point.out_of as f64;
    let deviation = |point: &Counted| (variance(centre) / point.out_of as f64).sqrt();
    let standard = |point: &Counted| match deviation(point) {
        0.0 => 0.0,
        deviation => (share(point) - centre) / deviation,
    };
    let moved: f64 = points
        .windows(2)
        .map(|pair| (standard(&pair[1]) - standard(&pair[0])).abs())
        .sum();
    let wider = moved / (points.len() - 1) as f64 / D2;
    let limited = |point: &Counted| {
        let reach = 3.0 * deviation(point) * wider;
        Limited {
            date: point.date,
            value: share(point),
            centre,
            lower: (centre - reach).max(0.0),
            upper: (centre + reach).min(most),
        }
    };
    Ok(points.iter().map(limited).collect())
}
