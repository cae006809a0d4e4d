//! Key performance indicators of a contract: how performance against each is rated, and which service
//! credits are owed for it.

pub mod credit;
pub mod file;

#[cfg(test)]
mod tests;

use super::Better;
use serde::{Deserialize, Serialize};

/// How a supplier's performance against a key performance indicator is rated in a contract performance notice
/// (Procurement Act 2023, section 71(2); Procurement Regulations 2024, regulation 39(5)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rating {
    /// Performance is meeting or exceeding the key performance indicators.
    Good,
    /// Performance is close to meeting the key performance indicators.
    ApproachingTarget,
    /// Performance is below the key performance indicators.
    RequiresImprovement,
    /// Performance is significantly below the key performance indicators.
    Inadequate,
    /// Performance cannot be described as any of these: a person says so, and why; no number does.
    Other,
}

/// Where the ratings of one measure part. The regulations give no numbers: each contract has its own.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bands {
    /// Up or down; a measure that gets better neither way has no rating.
    pub better: Better,
    /// The target: this value and any better are good.
    pub good: f64,
    /// This value and any better, short of the target, approach it.
    pub approaching: f64,
    /// This value and any better, short of approaching, require improvement; whatever is worse is inadequate.
    pub requires_improvement: f64,
}

/// Why bands are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongBands {
    #[error("a measure that gets better neither way has no rating: say up or down")]
    NeitherWay,
    #[error("a band is no number")]
    NoNumber,
    #[error(
        "the bands are out of order: good is best, then approaching, then requires improvement"
    )]
    OutOfOrder,
}

impl Bands {
    /// Whether the bands can be used.
    ///
    /// # Errors
    /// [`WrongBands`] when they are out of order, are no numbers, or neither way is better.
    pub fn check(&self) -> Result<(), WrongBands> {
        let bands = [self.good, self.approaching, self.requires_improvement];
        if self.better == Better::Neither {
            return Err(WrongBands::NeitherWay);
        }
        if bands.iter().any(|band| !band.is_finite()) {
            return Err(WrongBands::NoNumber);
        }
        match bands
            .windows(2)
            .all(|pair| reaches(self.better, pair[0], pair[1]))
        {
            true => Ok(()),
            false => Err(WrongBands::OutOfOrder),
        }
    }

    /// The rating of a value in the measure's own unit; `None` when the value is not known.
    pub fn rate(&self, value: Option<f64>) -> Option<Rating> {
        let value = value.filter(|value| value.is_finite())?;
        Some(match value {
            _ if reaches(self.better, value, self.good) => Rating::Good,
            _ if reaches(self.better, value, self.approaching) => Rating::ApproachingTarget,
            _ if reaches(self.better, value, self.requires_improvement) => {
                Rating::RequiresImprovement
            }
            _ => Rating::Inadequate,
        })
    }
}

/// Whether a value is at least as good as another.
fn reaches(better: Better, value: f64, other: f64) -> bool {
    match better {
        Better::Up => value >= other,
        Better::Down => value <= other,
        Better::Neither => false,
    }
}
