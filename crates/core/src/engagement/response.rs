//! What one person answered: how happy they are with the technology, the time it cost them, and why.
//!
//! An answer holds nothing that tells who gave it or when within its period. Two equal answers are the same value,
//! and answers sort by content, so that no order in which they came can be kept.

use crate::dated::Period;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One person's answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Answer {
    /// The month in which it was given, or the round that was stated for it; never a day.
    pub period: Period,
    pub service: Option<String>,
    pub directorate: Option<String>,
    pub place: Option<String>,
    pub happiness: Happiness,
    /// Working time lost, in minutes, as the person reckons it; `None` where they did not say.
    pub lost_minutes: Option<u32>,
    /// What they said it was due to, in the words that were offered.
    pub factors: BTreeSet<String>,
}

/// What somebody wrote. It names people as often as not, so it is personal data, and it is kept apart: with no
/// score, no factor, no directorate and no month beside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Comment {
    pub service: Option<String>,
    pub text: String,
}

/// How happy somebody is with it, from 0 to 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Happiness(u8);

/// A number that is no happiness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not between 0 and 10")]
pub struct NotHappiness(pub u8);

impl Happiness {
    /// 0 to 10.
    pub fn get(self) -> u8 {
        self.0
    }

    /// Positive from 9, negative to 6, as for the net promoter score.
    pub fn band(self) -> Band {
        match self.0 {
            9.. => Band::Positive,
            7.. => Band::Neutral,
            _ => Band::Negative,
        }
    }
}

impl TryFrom<u8> for Happiness {
    type Error = NotHappiness;
    fn try_from(number: u8) -> Result<Happiness, NotHappiness> {
        match number {
            0..=10 => Ok(Happiness(number)),
            _ => Err(NotHappiness(number)),
        }
    }
}

impl From<Happiness> for u8 {
    fn from(happiness: Happiness) -> u8 {
        happiness.0
    }
}

/// In which band an answer lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// 9 and 10.
    Positive,
    /// 7 and 8.
    Neutral,
    /// 0 to 6.
    Negative,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_its_band() {
        let bands = [(0, Band::Negative), (6, Band::Negative), (7, Band::Neutral)];
        let more = [
            (8, Band::Neutral),
            (9, Band::Positive),
            (10, Band::Positive),
        ];
        for (number, band) in bands.into_iter().chain(more) {
            let happiness = Happiness::try_from(number).expect("0 to 10");
            assert_eq!((happiness.band(), happiness.get()), (band, number));
        }
        assert_eq!(Happiness::try_from(11), Err(NotHappiness(11)));
        assert!(serde_json::from_str::<Happiness>("11").is_err());
    }
}
