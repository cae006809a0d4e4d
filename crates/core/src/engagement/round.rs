//! A round of feedback: who is asked what, on which days, and in which ways they can answer.
//!
//! A round is one period of one question: no two rounds of a question share a day, so no answer can be in two
//! releases. Groups (directorates and places) are declared with how many people of each were asked, and a person
//! chooses theirs; one with fewer than the threshold is not offered. Nothing is taken from an invitation.

use super::happiness::Score;
use super::question::Question;
use super::release::{Cube, Invited, Release};
use super::response::{Answer, Band, Happiness};
use super::suppression;
use super::way::Way;
use crate::dated::Period;
use crate::pence::Pence;
use crate::record::{Kind, KindName, RecordId, Reference};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The longest comment, in characters.
pub const LONGEST_COMMENT: usize = 500;

/// The most minutes that somebody can have lost in the time they are asked about: four weeks of 40 hours.
pub const MOST_LOST: u32 = 9_600;

/// The most factors of one band that a round may offer: a longer list is not read in the minute that it may take.
pub const MOST_FACTORS: usize = 12;

/// A round of feedback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    pub name: String,
    /// The first and the last day on which answers are taken.
    pub period: Period,
    #[serde(default)]
    pub question: Question,
    /// About which services; none where it is about the technology as a whole.
    #[serde(default)]
    pub services: BTreeSet<RecordId>,
    #[serde(default)]
    pub groups: Vec<Group>,
    /// How many people were asked; `None` where nobody knows, as with a link that everybody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited: Option<u64>,
    pub ways: BTreeSet<Way>,
    #[serde(default)]
    pub factors: Factors,
    /// The fewest answers that are shown.
    pub threshold: u64,
    /// What an hour of a person's work costs the authority, which makes lost time money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hour: Option<Pence>,
    /// The post that reads comments before anybody else does; none where no comment is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moderator: Option<String>,
    /// SHA-256 of the key that signs tokens, in hexadecimal digits: everybody must see the same one, since a key for
    /// each person would mark people.
    pub key: String,
}

/// A directorate or a place, and how many people of it were asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Group {
    pub of: Grouping,
    pub name: String,
    pub invited: u64,
}

/// What a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grouping {
    Directorate,
    Place,
}

/// What an answer may be due to, by the band in which it lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factors {
    pub negative: Vec<String>,
    pub neutral: Vec<String>,
    pub positive: Vec<String>,
}

static USUAL: LazyLock<Factors> = LazyLock::new(|| {
    toml::from_str(include_str!("round/factors.toml"))
        .expect("the usual factors are lists of words")
});

impl Default for Factors {
    fn default() -> Factors {
        USUAL.clone()
    }
}

impl Factors {
    /// Those that are offered to an answer of this band.
    pub fn offered(&self, band: Band) -> &[String] {
        match band {
            Band::Positive => &self.positive,
            Band::Neutral => &self.neutral,
            Band::Negative => &self.negative,
        }
    }
}

/// Why a round is not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotOpen {
    #[error("give the round a name")]
    NoName,
    #[error("say in which ways people answer")]
    NoWay,
    #[error("the threshold is {0}: at least {least} answers are asked for", least = suppression::LOWEST)]
    Threshold(u64),
    #[error("the round {name:?} asks the same on {} to {}: add to it, or begin after it", .period.from, .period.to)]
    Overlaps { name: String, period: Period },
    #[error("answers of {} to {} are released already: a period closes once", .0.from, .0.to)]
    Released(Period),
    #[error("{0:?} is named twice among the groups of its sort")]
    Twice(String),
    #[error("more people are in the directorates or in the places than were invited: {0}")]
    MoreThanInvited(u64),
    #[error("{0} factors are offered to one answer: at most {most}", most = MOST_FACTORS)]
    Factors(usize),
    #[error("{0:?} asks about the team: name no service")]
    Services(String),
}

/// What a person filled in, as it comes from a form: nothing of it is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    pub happiness: String,
    /// A service by its name; blank for none.
    pub service: String,
    pub directorate: String,
    pub place: String,
    pub lost_minutes: String,
    pub factors: Vec<String>,
    pub comment: String,
}

/// A field of [`Given`] that cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wrong {
    Happiness,
    LostMinutes,
    Comment,
}

/// An answer and what was written with it, as one envelope goes into the answer box.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Enclosed {
    pub answer: Answer,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

const SERVICE: KindName = "service";

impl Kind for Round {
    const NAME: &'static str = "round";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.name.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let services = self.services.iter();
        services
            .map(|id| Reference {
                kind: SERVICE,
                id: *id,
            })
            .collect()
    }
}

impl Round {
    /// Whether the round may be opened beside those that are.
    ///
    /// # Errors
    /// [`CannotOpen`].
    pub fn may_open<'a>(
        &self,
        others: impl IntoIterator<Item = &'a Round>,
        releases: impl IntoIterator<Item = &'a Release>,
    ) -> Result<(), CannotOpen> {
        self.is_sound()?;
        let same =
            |other: &&Round| other.question == self.question && other.period.overlaps(&self.period);
        if let Some(other) = others.into_iter().find(same) {
            return Err(CannotOpen::Overlaps {
                name: other.name.clone(),
                period: other.period,
            });
        }
        let closed = |release: &&Release| {
            release.question == self.question && release.period.to >= self.period.from
        };
        match releases.into_iter().find(closed) {
            Some(release) => Err(CannotOpen::Released(release.period)),
            None => Ok(()),
        }
    }

    fn is_sound(&self) -> Result<(), CannotOpen> {
        if self.name.trim().is_empty() {
            return Err(CannotOpen::NoName);
        }
        if self.ways.is_empty() {
            return Err(CannotOpen::NoWay);
        }
        if self.threshold < suppression::LOWEST {
            return Err(CannotOpen::Threshold(self.threshold));
        }
        if self.question.is_pulse() && !self.services.is_empty() {
            return Err(CannotOpen::Services(self.question.to_string()));
        }
        let mut named = BTreeSet::new();
        if let Some(twice) = self
            .groups
            .iter()
            .find(|group| !named.insert((group.of, group.name.to_lowercase())))
        {
            return Err(CannotOpen::Twice(twice.name.clone()));
        }
        for of in [Grouping::Directorate, Grouping::Place] {
            let invited: u64 = self.of(of).map(|group| group.invited).sum();
            if self.invited.is_some_and(|whole| invited > whole) {
                return Err(CannotOpen::MoreThanInvited(invited));
            }
        }
        let lists = [
            &self.factors.negative,
            &self.factors.neutral,
            &self.factors.positive,
        ];
        match lists.into_iter().find(|list| list.len() > MOST_FACTORS) {
            Some(list) => Err(CannotOpen::Factors(list.len())),
            None => Ok(()),
        }
    }

    fn of(&self, of: Grouping) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(move |group| group.of == of)
    }

    /// The groups that a person can choose: those of which the threshold or more were invited.
    pub fn offered(&self, of: Grouping) -> impl Iterator<Item = &str> {
        self.of(of)
            .filter(|group| group.invited >= self.threshold)
            .map(|group| group.name.as_str())
    }

    /// What a release of this round shows. `called` is what its services are called.
    pub fn cube(&self, called: &BTreeSet<String>) -> Cube {
        let offered = |of| self.offered(of).map(str::to_owned).collect();
        Cube {
            services: called.clone(),
            directorates: offered(Grouping::Directorate),
            places: offered(Grouping::Place),
        }
    }

    /// How many were asked; `None` where nobody knows of the whole.
    pub fn asked(&self) -> Option<Invited> {
        let of = |of| -> BTreeMap<String, u64> {
            self.of(of)
                .filter(|group| group.invited >= self.threshold)
                .map(|group| (group.name.clone(), group.invited))
                .collect()
        };
        Some(Invited {
            whole: self.invited?,
            directorates: of(Grouping::Directorate),
            places: of(Grouping::Place),
        })
    }

    /// What a person filled in, as an answer: a service or a group that was not offered counts as not given, and so do
    /// factors that were not.
    ///
    /// # Errors
    /// The fields that have to be filled in again.
    pub fn read(&self, given: &Given, called: &BTreeSet<String>) -> Result<Enclosed, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let happiness = given.happiness.trim().parse::<u8>().ok();
        let happiness = happiness.and_then(|number| Happiness::try_from(number).ok());
        let lost = match given.lost_minutes.trim() {
            "" => Some(None),
            text => text
                .parse::<u32>()
                .ok()
                .filter(|minutes| *minutes <= MOST_LOST)
                .map(Some),
        };
        let comment = given.comment.replace('\r', "");
        let comment = comment.trim();
        if happiness.is_none() {
            wrong.push(Wrong::Happiness);
        }
        if lost.is_none() {
            wrong.push(Wrong::LostMinutes);
        }
        if comment.chars().count() > LONGEST_COMMENT {
            wrong.push(Wrong::Comment);
        }
        let (Some(happiness), Some(lost_minutes), true) = (happiness, lost, wrong.is_empty())
        else {
            return Err(wrong);
        };
        let group = |of, name: &str| self.offered(of).find(|it| *it == name).map(str::to_owned);
        let offered = self.factors.offered(happiness.band());
        let named = given.factors.iter().filter(|it| offered.contains(it));
        let is_pulse = self.question.is_pulse();
        let answer = Answer {
            period: self.period,
            service: called.get(&given.service).cloned(),
            directorate: group(Grouping::Directorate, &given.directorate),
            place: group(Grouping::Place, &given.place),
            happiness,
            lost_minutes: lost_minutes.filter(|_| !is_pulse),
            factors: named.filter(|_| !is_pulse).cloned().collect(),
        };
        let keeps = self.moderator.is_some() && !comment.is_empty();
        Ok(Enclosed {
            answer,
            comment: keeps.then(|| comment.to_owned()),
        })
    }
}

/// Whether nearly everybody suddenly gave the highest marks, which pressure does more often than a better service: the
/// score is 80 or more, as where nine tenths said 9 or 10 and the others 6 or less, and has risen by more than chance lets
/// it rise once in a thousand comparisons (the interval of [`Score::since`], made as much wider, one-sided).
///
/// It points to a question that a person must ask, and says nothing of a cause.
pub fn is_suddenly_uniform(before: &Score, now: &Score) -> bool {
    let change = now.since(before);
    let below = f64::from(change.points) - f64::from(change.low);
    let is_rise = f64::from(change.points) > below * ONCE_IN_A_THOUSAND / ONCE_IN_FORTY;
    now.points >= UNIFORM && is_rise
}

/// A score that nine tenths of the highest marks reach, whatever the others said.
const UNIFORM: i16 = 80;

/// The normal quantile that is passed once in forty, as on one side of an interval of 95%.
const ONCE_IN_FORTY: f64 = 1.959_963_984_540_054;

/// The normal quantile that is passed once in a thousand.
const ONCE_IN_A_THOUSAND: f64 = 3.090_232_306_167_813;

#[cfg(test)]
mod tests;
