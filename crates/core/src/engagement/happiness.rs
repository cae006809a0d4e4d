//! Happiness from -100 to +100: the share of answers of 9 and 10 minus the share of 0 to 6, in points.
//!
//! Source of the measure: HappySignals, *How are happiness and lost time values calculated*; it is the net promoter
//! score asked of happiness.

use super::response::{Answer, Band};
use serde::{Deserialize, Serialize};

/// Under so many answers a score is rounded to [`ROUNDED_TO`], and its bands are not shown: a change of one answer
/// would be seen.
pub const FEW: u64 = 30;

/// To which the score of few answers is rounded, in points.
pub const ROUNDED_TO: i16 = 5;

/// The normal quantile of an interval that holds 95 times in 100.
const Z: f64 = 1.959_963_984_540_054;

/// How many answers lie in each band.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bands {
    pub positive: u64,
    pub neutral: u64,
    pub negative: u64,
}

impl Bands {
    /// Count answers.
    pub fn of<'a>(answers: impl IntoIterator<Item = &'a Answer>) -> Bands {
        let mut bands = Bands::default();
        for answer in answers {
            match answer.happiness.band() {
                Band::Positive => bands.positive += 1,
                Band::Neutral => bands.neutral += 1,
                Band::Negative => bands.negative += 1,
            }
        }
        bands
    }

    /// How many answers there are.
    pub fn n(&self) -> u64 {
        self.positive + self.neutral + self.negative
    }

    /// Whether no two answers lie in different bands: a score would tell what each one said.
    pub fn is_one(&self) -> bool {
        let filled = [self.positive, self.neutral, self.negative];
        filled.into_iter().filter(|band| *band > 0).count() < 2
    }

    fn points(&self) -> f64 {
        (self.positive as f64 - self.negative as f64) * 100.0 / self.n() as f64
    }
}

/// A score in points, with the interval that holds the true one 95 times in 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    pub points: i16,
    pub low: i16,
    pub high: i16,
}

/// The score of answers; `None` where all lie in one band.
///
/// Under [`FEW`] answers it is rounded to [`ROUNDED_TO`], and the interval is the widest of all answers that so round:
/// it says nothing that the rounded score does not.
pub fn score(bands: &Bands) -> Option<Score> {
    if bands.is_one() {
        return None;
    }
    let points = rounded(bands);
    let (low, high) = match bands.n() {
        n if n < FEW => alike(n, points)
            .map(|bands| interval(&bands))
            .reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))?,
        _ => interval(bands),
    };
    Some(Score {
        points,
        low: low.floor() as i16,
        high: high.ceil() as i16,
    })
}

fn rounded(bands: &Bands) -> i16 {
    let to = if bands.n() < FEW { ROUNDED_TO } else { 1 };
    (bands.points() / f64::from(to)).round() as i16 * to
}

/// All ways in which `n` answers come to the rounded score.
fn alike(n: u64, points: i16) -> impl Iterator<Item = Bands> {
    let all = (0..=n).flat_map(move |positive| {
        (0..=n - positive).map(move |negative| Bands {
            positive,
            neutral: n - positive - negative,
            negative,
        })
    });
    all.filter(move |bands| !bands.is_one() && rounded(bands) == points)
}

/// The 95% interval of a score in points, within -100 and 100: the adjusted Wald interval, with one answer added to
/// each end.
///
/// The difference of two shares of one sample is that of the two discordant shares of paired answers. Source: Bonett
/// and Price, "Adjusted Wald confidence interval for a difference of binomial proportions based on paired data",
/// *Journal of Educational and Behavioral Statistics* 37 (2012); for this very score, Rocks, "Interval estimation for
/// the net promoter score", *The American Statistician* 70 (2016). It treats answers as drawn from many; where nearly
/// everybody answered it is too wide.
pub fn interval(bands: &Bands) -> (f64, f64) {
    let n = bands.n() as f64 + 2.0;
    let positive = (bands.positive as f64 + 1.0) / n;
    let negative = (bands.negative as f64 + 1.0) / n;
    let middle = positive - negative;
    let half = Z * ((positive + negative - middle * middle) / n).sqrt();
    let within = |share: f64| (share * 100.0).clamp(-100.0, 100.0);
    (within(middle - half), within(middle + half))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bands(positive: u64, neutral: u64, negative: u64) -> Bands {
        Bands {
            positive,
            neutral,
            negative,
        }
    }

    #[test]
    fn scores_are_shares_of_the_ends_rounded_where_few_answered() {
        for (counted, points) in [
            (bands(50, 30, 20), Some(30)),
            (bands(20, 30, 50), Some(-30)),
            (bands(0, 1, 99), Some(-99)),
            (bands(10, 10, 10), Some(0)),
            // 13 of 29 is 44.8, 12 of 29 is 41.4.
            (bands(15, 12, 2), Some(45)),
            (bands(14, 13, 2), Some(40)),
            (bands(15, 13, 2), Some(43)),
            (bands(40, 0, 0), None),
            (bands(0, 40, 0), None),
            (bands(0, 0, 0), None),
        ] {
            assert_eq!(
                score(&counted).map(|score| score.points),
                points,
                "{counted:?}"
            );
        }
    }

    /// The worked figures of the formula: 10, 5 and 5 of 20 give (11 - 6) / 22 = 0.227 with a half width of
    /// 1.96 x sqrt((17/22 - 0.0517) / 22) = 0.355.
    #[test]
    fn the_interval_is_the_published_one() {
        let (low, high) = interval(&bands(10, 5, 5));
        assert!((low + 12.76).abs() < 0.05, "{low}");
        assert!((high - 58.22).abs() < 0.05, "{high}");
        assert_eq!(interval(&bands(1000, 0, 0)).1, 100.0);
    }

    /// The chance that the interval holds the true score, added up over every sample.
    fn coverage(n: u64, positive: f64, negative: f64) -> f64 {
        let truth = (positive - negative) * 100.0;
        let neutral = 1.0 - positive - negative;
        let factorials: Vec<f64> = (0..=n)
            .scan(0.0, |sum, k| {
                *sum += (k.max(1) as f64).ln();
                Some(*sum)
            })
            .collect();
        let part = |k: u64, share: f64| match k {
            0 => 0.0,
            _ => k as f64 * share.ln() - factorials[k as usize],
        };
        let mut covered = 0.0;
        for ups in 0..=n {
            for downs in 0..=n - ups {
                let sample = bands(ups, n - ups - downs, downs);
                let (low, high) = interval(&sample);
                if low <= truth && truth <= high {
                    let chance =
                        part(ups, positive) + part(downs, negative) + part(sample.neutral, neutral);
                    covered += (factorials[n as usize] + chance).exp();
                }
            }
        }
        covered
    }

    #[test]
    fn the_interval_holds_the_truth_about_as_often_as_it_says() {
        let (mut lowest, mut sum, mut shares) = (1.0f64, 0.0, 0u32);
        for n in [10, 15, 20, 30, 60, 120] {
            for ups in 1..20u32 {
                for downs in 1..20 - ups {
                    let held = coverage(n, f64::from(ups) / 20.0, f64::from(downs) / 20.0);
                    lowest = lowest.min(held);
                    sum += held;
                    shares += 1;
                }
            }
        }
        let mean = sum / f64::from(shares);
        assert!(lowest > 0.929, "at worst {lowest}");
        assert!((0.95..0.965).contains(&mean), "on average {mean}");
    }

    proptest! {
        /// Few answers: the whole score is one of the rounded points alone.
        #[test]
        fn few_answers_that_round_alike_look_alike(n in 2u64..30, ups in 0u64..30, downs in 0u64..30) {
            let ups = ups % (n + 1);
            let downs = downs % (n + 1 - ups);
            let one = bands(ups, n - ups - downs, downs);
            if let Some(shown) = score(&one) {
                prop_assert_eq!(shown.points % ROUNDED_TO, 0);
                for alike in alike(n, shown.points) {
                    prop_assert_eq!(score(&alike), Some(shown));
                }
            }
        }

        #[test]
        fn a_score_lies_in_its_interval(ups in 0u64..400, neutral in 0u64..400, downs in 0u64..400) {
            if let Some(shown) = score(&bands(ups, neutral, downs)) {
                prop_assert!(shown.low <= shown.points && shown.points <= shown.high);
                prop_assert!(-100 <= shown.low && shown.high <= 100);
                let turned = score(&bands(downs, neutral, ups)).expect("as many bands");
                prop_assert_eq!((turned.low, turned.high), (-shown.high, -shown.low));
            }
        }
    }
}
