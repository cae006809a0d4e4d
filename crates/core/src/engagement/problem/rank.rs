//! In which order problems are taken: by RICE, with how far the order hangs on guesses.
//!
//! Reach times impact times confidence, divided by effort. Scores are exact fractions, so that two that are equal rank
//! equal. Impact and confidence are judged in steps: a rank is shown with the ranks between which it would lie were they one
//! step off.

use crate::record::RecordId;
use crate::table::worded;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// The weights that come with Handback, `data/rice.toml`.
const BUILT_IN: &str = include_str!("../../../data/rice.toml");

worded! {
    /// How much a better way would change for each person whom the problem reaches.
    Impact:
    Minimal = "0.25",
    Low = "0.5",
    Medium = "1",
    High = "2",
    Massive = "3",
}

worded! {
    /// How well reach, impact and effort are known.
    Confidence:
    Guess = "50%",
    SomeEvidence = "80%",
    Counted = "100%",
}

/// Work in tenths of a person-month, never none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonMonths(u32);

/// A text that is no effort.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an effort: write person-months as 0.5, 2 or 12, at least 0.1")]
pub struct NotAnEffort(pub String);

impl FromStr for PersonMonths {
    type Err = NotAnEffort;
    fn from_str(text: &str) -> Result<PersonMonths, NotAnEffort> {
        let (whole, tenth) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
        let number = |digits: &str, most: usize| {
            let plain = !digits.is_empty() && digits.len() <= most;
            let plain = plain && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse::<u32>().ok()).flatten()
        };
        let tenths = number(whole, 6).zip(number(tenth, 1));
        tenths
            .map(|(whole, tenth)| whole * 10 + tenth)
            .filter(|tenths| *tenths > 0)
            .map(PersonMonths)
            .ok_or_else(|| NotAnEffort(text.into()))
    }
}

impl fmt::Display for PersonMonths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 10, self.0 % 10) {
            (whole, 0) => write!(f, "{whole}"),
            (whole, tenth) => write!(f, "{whole}.{tenth}"),
        }
    }
}

impl Serialize for PersonMonths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for PersonMonths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PersonMonths, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What a rank is made of, as far as somebody has said it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rice {
    /// How many people meet the problem in a quarter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact: Option<Impact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<PersonMonths>,
}

impl Rice {
    /// What nobody has said yet; a problem with any of these has no rank.
    pub fn missing(&self) -> Vec<&'static str> {
        let parts = [
            ("reach", self.reach.is_none()),
            ("impact", self.impact.is_none()),
            ("confidence", self.confidence.is_none()),
            ("effort", self.effort.is_none()),
        ];
        let missing = parts.into_iter().filter(|(_, is_missing)| *is_missing);
        missing.map(|(word, _)| word).collect()
    }
}

/// A step of impact or of confidence.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// As tables have it.
    pub word: String,
    pub means: String,
    /// What it counts for, in hundredths.
    pub counts: u32,
}

/// What each step counts for, lowest first.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    pub impact: Vec<Step>,
    pub confidence: Vec<Step>,
}

impl Default for Weights {
    fn default() -> Weights {
        toml::from_str(BUILT_IN).expect("the built-in weights are read by a test")
    }
}

/// What the step of a word and its neighbours count for: one step lower, itself, one step higher. Where there is no
/// step further, the last one stands.
fn around(steps: &[Step], word: &str) -> Option<[u32; 3]> {
    let place = steps.iter().position(|step| step.word == word)?;
    let counts = |place: usize| steps[place].counts;
    let last = steps.len() - 1;
    Some([place.saturating_sub(1), place, (place + 1).min(last)].map(counts))
}

/// An exact score: people a quarter, weighed, by person-month.
#[derive(Clone, Copy, Debug, Eq)]
pub struct Score {
    part: u128,
    by: u128,
}

impl Score {
    /// Reach in people, impact and confidence in hundredths.
    fn of(reach: u32, impact: u32, confidence: u32, effort: PersonMonths) -> Score {
        Score {
            part: u128::from(reach) * u128::from(impact) * u128::from(confidence),
            // Hundredths twice, over tenths.
            by: 1_000 * u128::from(effort.0),
        }
    }

    /// Rounded to tenths, for reading and for sorting a column.
    pub fn tenths(&self) -> u128 {
        (self.part * 10 + self.by / 2) / self.by
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Score) -> Ordering {
        (self.part * other.by).cmp(&(other.part * self.by))
    }
}
impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Score) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Score {
    fn eq(&self, other: &Score) -> bool {
        self.cmp(other).is_eq()
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = self.tenths();
        write!(f, "{}.{}", tenths / 10, tenths % 10)
    }
}

/// A score as judged, and were impact or confidence one step lower or higher.
#[derive(Clone, Copy)]
struct Scores {
    least: Score,
    judged: Score,
    most: Score,
}

impl Scores {
    fn of(rice: &Rice, weights: &Weights) -> Option<Scores> {
        let (reach, effort) = (rice.reach?, rice.effort?);
        let [less, impact, more] = around(&weights.impact, rice.impact?.word())?;
        let [doubtful, confidence, sure] = around(&weights.confidence, rice.confidence?.word())?;
        let score = |impact, confidence| Score::of(reach, impact, confidence, effort);
        Some(Scores {
            least: score(less, confidence).min(score(impact, doubtful)),
            judged: score(impact, confidence),
            most: score(more, confidence).max(score(impact, sure)),
        })
    }
}

/// Where a problem stands among others; the first is 1, and equal scores have equal ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rank {
    pub score: Score,
    pub rank: usize,
    /// Were its own impact or confidence one step higher, and those of all others one step lower.
    pub best: usize,
    /// The other way round.
    pub worst: usize,
}

impl Rank {
    /// Whether one step in anybody's judgement would change it.
    pub fn is_firm(&self) -> bool {
        self.best == self.worst
    }
}

/// The ranks of the problems of which everything is said that a rank is made of.
pub fn ranked<'a>(
    problems: impl IntoIterator<Item = (RecordId, &'a Rice)>,
    weights: &Weights,
) -> BTreeMap<RecordId, Rank> {
    let scored = problems
        .into_iter()
        .filter_map(|(id, rice)| Some((id, Scores::of(rice, weights)?)));
    let scored: Vec<(RecordId, Scores)> = scored.collect();
    let in_order = |of: fn(&Scores) -> Score| {
        let mut scores: Vec<Score> = scored.iter().map(|(_, scores)| of(scores)).collect();
        scores.sort_unstable();
        scores
    };
    let (least, judged, most) = (
        in_order(|it| it.least),
        in_order(|it| it.judged),
        in_order(|it| it.most),
    );
    let above =
        |scores: &[Score], own: Score| scores.len() - scores.partition_point(|it| *it <= own);
    let rank = |(id, own): &(RecordId, Scores)| {
        // Its own highest score lies above its own lowest, which is no rival.
        let itself = usize::from(own.most > own.least);
        let rank = Rank {
            score: own.judged,
            rank: 1 + above(&judged, own.judged),
            best: 1 + above(&least, own.most),
            worst: 1 + above(&most, own.least) - itself,
        };
        (*id, rank)
    };
    scored.iter().map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(place: usize) -> RecordId {
        RecordId([place as u8; 16])
    }

    fn rice(reach: u32, impact: Impact, confidence: Confidence, effort: &str) -> Rice {
        Rice {
            reach: Some(reach),
            impact: Some(impact),
            confidence: Some(confidence),
            effort: Some(effort.parse().expect("an effort")),
        }
    }

    #[test]
    fn every_step_has_its_weight_and_higher_steps_count_for_more() {
        let weights = Weights::default();
        for (steps, words) in [
            (&weights.impact, Impact::WORDS),
            (&weights.confidence, Confidence::WORDS),
        ] {
            let known: Vec<&str> = steps.iter().map(|step| step.word.as_str()).collect();
            assert_eq!(known, words);
            let counts = steps.iter().map(|step| step.counts);
            assert!(counts.is_sorted_by(|a, b| a < b));
            assert!(steps.iter().all(|step| !step.means.is_empty()));
        }
    }

    #[test]
    fn a_score_is_worked_out_by_hand() {
        let weights = Weights::default();
        let one = |rice: &Rice| ranked([(id(1), rice)], &weights)[&id(1)].score.to_string();
        // 120 x 2 x 80% / 1.5 = 128
        let of = |reach, impact, confidence, effort| one(&rice(reach, impact, confidence, effort));
        use Confidence::{Counted, Guess, SomeEvidence};
        use Impact::{High, Massive, Minimal};
        assert_eq!(of(120, High, SomeEvidence, "1.5"), "128.0");
        assert_eq!(of(1, Minimal, Guess, "3"), "0.0");
        assert_eq!(of(9, Massive, Counted, "12"), "2.3");
        let half = Rice {
            effort: None,
            ..rice(9, Massive, Counted, "1")
        };
        assert_eq!(half.missing(), ["effort"]);
        assert!(ranked([(id(1), &half)], &weights).is_empty());
        assert_eq!(
            Rice::default().missing(),
            ["reach", "impact", "confidence", "effort"]
        );
    }

    #[test]
    fn a_rank_says_between_which_ranks_it_lies() {
        use Confidence::{Counted, SomeEvidence};
        use Impact::{High, Low, Medium};
        let weights = Weights::default();
        // Scores 1000, 200, 160 and 1: the first and the last are far from the others.
        let rices = [
            rice(500, High, Counted, "1"),
            rice(200, Medium, Counted, "1"),
            rice(200, Medium, SomeEvidence, "1"),
            rice(2, Low, Counted, "1"),
        ];
        let problems = rices.iter().enumerate().map(|(place, it)| (id(place), it));
        let ranks = ranked(problems, &weights);
        let told = |place| {
            let rank: &Rank = &ranks[&id(place)];
            (rank.rank, rank.best, rank.worst)
        };
        assert_eq!(told(0), (1, 1, 1));
        assert_eq!(told(1), (2, 2, 3));
        assert_eq!(told(2), (3, 2, 3));
        assert_eq!(told(3), (4, 4, 4));
        assert!(ranks[&id(0)].is_firm() && !ranks[&id(1)].is_firm());
    }

    #[test]
    fn an_effort_is_read_as_people_write_it() {
        for (text, read) in [
            ("2", Some("2")),
            ("0.5", Some("0.5")),
            (" 12.0 ", Some("12")),
            ("0", None),
            ("0.0", None),
            ("1.25", None),
            ("-1", None),
            ("a week", None),
            ("", None),
            ("1.", None),
        ] {
            let effort: Result<PersonMonths, _> = text.parse();
            assert_eq!(
                effort.ok().map(|effort| effort.to_string()).as_deref(),
                read,
                "{text}"
            );
        }
    }

    fn any_rice() -> impl Strategy<Value = Rice> {
        let impact = [
            Impact::Minimal,
            Impact::Low,
            Impact::Medium,
            Impact::High,
            Impact::Massive,
        ];
        let confidence = [
            Confidence::Guess,
            Confidence::SomeEvidence,
            Confidence::Counted,
        ];
        (
            0u32..50,
            proptest::sample::select(impact.to_vec()),
            proptest::sample::select(confidence.to_vec()),
            1u32..60,
        )
            .prop_map(|(reach, impact, confidence, tenths)| Rice {
                reach: Some(reach),
                impact: Some(impact),
                confidence: Some(confidence),
                effort: Some(PersonMonths(tenths)),
            })
    }

    proptest! {
        /// The rank lies between its ends, ties share a rank, and ranks follow scores.
        #[test]
        fn a_rank_lies_between_its_best_and_its_worst(
            rices in proptest::collection::vec(any_rice(), 1..25)
        ) {
            let problems = rices.iter().enumerate().map(|(place, it)| (id(place), it));
            let ranks = ranked(problems, &Weights::default());
            prop_assert_eq!(ranks.len(), rices.len());
            for one in ranks.values() {
                prop_assert!(1 <= one.best && one.best <= one.rank, "{one:?}");
                prop_assert!(one.rank <= one.worst && one.worst <= rices.len(), "{one:?}");
                for other in ranks.values() {
                    prop_assert_eq!(one.score.cmp(&other.score), other.rank.cmp(&one.rank));
                }
            }
        }
    }
}
