//! Green outside and red inside: a measure that meets its target while what people live through gets worse.
//!
//! Service levels are agreed on what can be counted easily. Where they are met and people are less happy, lose more time or
//! come back with the same fault more often, the target measures the wrong thing.

use super::spc::Variation;
use serde::{Deserialize, Serialize};

/// What people live through beside the measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inside {
    /// How happy staff are with the service.
    Happiness,
    /// Working time that staff say they lose.
    LostTime,
    /// How often tickets are opened again.
    Reopened,
}

/// What gets worse behind a target that is met: each thing whose control chart shows a concern at its last value.
/// Nothing is said of a measure that misses its target, or has none.
pub fn red_inside(meets_target: Option<bool>, lately: &[(Inside, Variation)]) -> Vec<Inside> {
    if meets_target != Some(true) {
        return Vec::new();
    }
    let is_worse = |(_, variation): &&(Inside, Variation)| {
        matches!(variation, Variation::ConcernHigh | Variation::ConcernLow)
    };
    let worse = lately.iter().filter(is_worse);
    worse.map(|(inside, _)| *inside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_met_target_can_hide_something() {
        use Inside::{Happiness, LostTime, Reopened};
        let lately = [
            (Happiness, Variation::ConcernLow),
            (LostTime, Variation::CommonCause),
            (Reopened, Variation::ConcernHigh),
        ];
        for (meets, red) in [
            (Some(true), vec![Happiness, Reopened]),
            (Some(false), vec![]),
            (None, vec![]),
        ] {
            assert_eq!(red_inside(meets, &lately), red, "{meets:?}");
        }
        let better = [
            (Happiness, Variation::ImprovementHigh),
            (LostTime, Variation::NeutralHigh),
        ];
        assert_eq!(red_inside(Some(true), &better), []);
    }
}
