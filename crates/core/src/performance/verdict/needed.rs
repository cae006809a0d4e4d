//! How many more months would settle it.

use super::design::Design;
use super::fit::{Fitter, Trial};
use super::months::Months;

/// The most further months that are tried: ten years.
const MOST: i32 = 120;
/// Standard normal value that four in five fall below: the power that is asked for.
const POWER_80: f64 = 0.841_621;

/// Further months, one each, until a step of `smallest` would be called one four times in five, with the
/// noise as fitted; none if ten years would not do, because the time before is too short.
pub fn needed(
    months: &Months,
    start: i32,
    trials: &[Trial],
    smallest: f64,
    critical: f64,
) -> Option<u32> {
    let last = *months.numbers.last()?;
    let is_enough = |more: i32| {
        let mut longer = months.clone();
        for month in last + 1..=last + more {
            longer.numbers.push(month);
            longer.values.push(0.0);
        }
        let fitter = Fitter::new(&Design::new(&longer, start, &[], &[]));
        let errors = trials.iter().map(|trial| fitter.error_like(trial));
        let worst = errors.fold(0.0, f64::max);
        smallest >= (critical + POWER_80) * worst
    };
    if !is_enough(MOST) {
        return None;
    }
    let (mut low, mut high) = (0, MOST);
    while low + 1 < high {
        let middle = (low + high) / 2;
        match is_enough(middle) {
            true => high = middle,
            false => low = middle,
        }
    }
    u32::try_from(high).ok()
}
