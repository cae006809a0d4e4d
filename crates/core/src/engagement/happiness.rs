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

/// By how many points a score differs from an earlier one, with the interval that holds the true difference at least
/// 95 times in 100; each number from -200 to 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    pub points: i16,
    pub low: i16,
    pub high: i16,
}

impl Change {
    /// Whether chance alone does not explain it: the interval is all on one side of nothing.
    pub fn is_shown(&self) -> bool {
        self.low > 0 || self.high < 0
    }
}

impl Score {
    /// Whether people are certainly unhappy: chance alone does not put the whole interval below nothing.
    pub fn is_low(&self) -> bool {
        self.high < 0
    }

    /// The mean of several scores, each weighing as many answers as it has; `None` of none. The interval is made of
    /// theirs as in [`Score::since`]. Where the same people answered again and again it is too narrow for them alone,
    /// and wide enough for a difference of two such means.
    pub fn mean(scores: &[(Score, u64)]) -> Option<Score> {
        let all: u64 = scores.iter().map(|(_, n)| n).sum();
        let weights = || {
            scores
                .iter()
                .map(|(score, n)| (score, *n as f64 / all as f64))
        };
        let apart = |one: i16, other: i16| f64::from(one) - f64::from(other);
        (all > 0).then(|| {
            let points: f64 = weights()
                .map(|(score, weight)| f64::from(score.points) * weight)
                .sum();
            let below =
                weights().map(|(score, weight)| (apart(score.points, score.low) * weight).powi(2));
            let above =
                weights().map(|(score, weight)| (apart(score.high, score.points) * weight).powi(2));
            Score {
                points: points.round() as i16,
                low: (points - below.sum::<f64>().sqrt()).floor() as i16,
                high: (points + above.sum::<f64>().sqrt()).ceil() as i16,
            }
        })
    }

    /// How it changed since an earlier score, whose answers are taken to be of other people or of another time.
    ///
    /// The interval is made of those of the two scores, each of which may lie anywhere about its own: the method of
    /// variance estimates recovery. Source: Zou and Donner, "Construction of confidence limits about effect measures: a
    /// general approach", *Statistics in Medicine* 27 (2008).
    pub fn since(&self, earlier: &Score) -> Change {
        let apart = |one: i16, other: i16| f64::from(one) - f64::from(other);
        let points = self.points - earlier.points;
        let below = apart(self.points, self.low).hypot(apart(earlier.high, earlier.points));
        let above = apart(self.high, self.points).hypot(apart(earlier.points, earlier.low));
        Change {
            points,
            low: (f64::from(points) - below).floor() as i16,
            high: (f64::from(points) + above).ceil() as i16,
        }
    }
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
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;
    use rand_distr::{Distribution, StandardUniform};
    use std::collections::BTreeMap;

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

    /// The chance of a sample where answers lie in the bands with these chances.
    fn chance(sample: &Bands, positive: f64, negative: f64) -> f64 {
        let factorial = |k: u64| (1..=k).map(|k| (k as f64).ln()).sum::<f64>();
        let part = |k: u64, share: f64| match k {
            0 => 0.0,
            _ => k as f64 * share.ln() - factorial(k),
        };
        let ends = part(sample.positive, positive) + part(sample.negative, negative);
        (factorial(sample.n()) + ends + part(sample.neutral, 1.0 - positive - negative)).exp()
    }

    /// The chance that the interval holds the true score, added up over every sample.
    fn coverage(n: u64, positive: f64, negative: f64) -> f64 {
        let truth = (positive - negative) * 100.0;
        let mut covered = 0.0;
        for ups in 0..=n {
            for downs in 0..=n - ups {
                let sample = bands(ups, n - ups - downs, downs);
                let (low, high) = interval(&sample);
                if low <= truth && truth <= high {
                    covered += chance(&sample, positive, negative);
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

    /// Every score that `n` answers can come to, with its chance; together less than 1 where all may lie in one band.
    fn scores(n: u64, positive: f64, negative: f64) -> BTreeMap<(i16, i16, i16), f64> {
        let mut chances = BTreeMap::new();
        for ups in 0..=n {
            for downs in 0..=n - ups {
                let sample = bands(ups, n - ups - downs, downs);
                if let Some(shown) = score(&sample) {
                    let key = (shown.points, shown.low, shown.high);
                    *chances.entry(key).or_default() += chance(&sample, positive, negative);
                }
            }
        }
        chances
    }

    #[test]
    fn a_change_is_shown_by_chance_no_more_than_once_in_twenty() {
        let of = |(points, low, high): &(i16, i16, i16)| Score {
            points: *points,
            low: *low,
            high: *high,
        };
        let shares = [(0.2, 0.5), (0.35, 0.35), (0.6, 0.15), (0.1, 0.1)];
        let (mut worst, mut most) = (1.0f64, 0.0f64);
        for (n, m) in [(12, 24), (24, 24), (30, 60), (40, 40)] {
            for before in shares {
                let earlier = scores(m, before.0, before.1);
                for now in shares {
                    let truth = ((now.0 - now.1) - (before.0 - before.1)) * 100.0;
                    let (mut held, mut shown, mut all) = (0.0, 0.0, 0.0);
                    for (one, p) in &scores(n, now.0, now.1) {
                        for (other, q) in &earlier {
                            let change = of(one).since(&of(other));
                            let within = f64::from(change.low)..=f64::from(change.high);
                            all += p * q;
                            held += if within.contains(&truth) { p * q } else { 0.0 };
                            shown += if change.is_shown() { p * q } else { 0.0 };
                        }
                    }
                    worst = worst.min(held / all);
                    if now == before {
                        most = most.max(shown / all);
                    }
                }
            }
        }
        assert!(worst > 0.945, "held {worst} of the time at worst");
        assert!(most < 0.05, "shown {most} of the time where there is none");
    }

    /// A year of quarters in which so many people answer; a share of the answers is as in every other quarter.
    fn year(
        people: usize,
        same: f64,
        shares: (f64, f64),
        moods: &[f64],
        random: &mut ChaCha8Rng,
    ) -> Score {
        let quarter = |random: &mut ChaCha8Rng| {
            let mut bands = Bands::default();
            for mood in &moods[..people] {
                let chance: f64 = StandardUniform.sample(random);
                let fresh: f64 = StandardUniform.sample(random);
                match if chance < same { *mood } else { fresh } {
                    low if low < shares.1 => bands.negative += 1,
                    high if high >= 1.0 - shares.0 => bands.positive += 1,
                    _ => bands.neutral += 1,
                }
            }
            (score(&bands).expect("more than one band"), people as u64)
        };
        let quarters: Vec<(Score, u64)> = (0..4).map(|_| quarter(random)).collect();
        Score::mean(&quarters).expect("four scores")
    }

    #[test]
    fn a_change_of_years_is_shown_by_chance_no_more_than_once_in_twenty_whoever_answers() {
        let mut random = ChaCha8Rng::seed_from_u64(2_026);
        const RUNS: usize = 1000;
        for people in [24, 40] {
            for same in [0.0, 0.6] {
                for (before, now) in [((0.3, 0.3), (0.3, 0.3)), ((0.2, 0.5), (0.45, 0.25))] {
                    let truth = ((now.0 - now.1) - (before.0 - before.1)) * 100.0;
                    let (mut held, mut shown) = (0, 0);
                    for _ in 0..RUNS {
                        let moods: Vec<f64> = StandardUniform
                            .sample_iter(&mut random)
                            .take(people)
                            .collect();
                        let was = year(people, same, before, &moods, &mut random);
                        let is = year(people, same, now, &moods, &mut random);
                        let change = is.since(&was);
                        held += usize::from(
                            (f64::from(change.low)..=f64::from(change.high)).contains(&truth),
                        );
                        shown += usize::from(change.is_shown());
                    }
                    let case = format!("{people} people, {same} the same, {truth} points");
                    assert!(held * 1000 >= 945 * RUNS, "held {held} of {RUNS}: {case}");
                    match truth {
                        0.0 => assert!(shown * 20 <= RUNS, "shown {shown} of {RUNS}: {case}"),
                        _ => assert!(shown * 10 >= 8 * RUNS, "shown {shown} of {RUNS}: {case}"),
                    }
                }
            }
        }
    }

    #[test]
    fn the_mean_of_scores_weighs_answers() {
        let one = |points| Score {
            points,
            low: points - 10,
            high: points + 10,
        };
        let mean = Score::mean(&[(one(-20), 30), (one(40), 10)]).expect("some");
        // 3/4 of -20 and 1/4 of 40; the halves are 7.5 and 2.5 wide.
        assert_eq!((mean.points, mean.low, mean.high), (-5, -13, 3));
        assert_eq!(Score::mean(&[]), None);
        assert_eq!(Score::mean(&[(one(7), 12)]), Some(one(7)));
    }

    #[test]
    fn a_large_change_is_shown_and_a_small_one_of_few_answers_is_not() {
        let (low, high) = (bands(20, 30, 50), bands(50, 30, 20));
        let (low, high) = (score(&low).expect("shown"), score(&high).expect("shown"));
        let change = high.since(&low);
        assert_eq!(change.points, 60);
        assert!(change.is_shown() && change.low > 30, "{change:?}");
        let few = score(&bands(5, 4, 5)).expect("shown");
        let more = score(&bands(6, 4, 4)).expect("shown");
        assert!(!more.since(&few).is_shown());
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
