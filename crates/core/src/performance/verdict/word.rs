//! The word, and what it rests on.

use super::calibration::Misses;
use super::design::{Design, STEP, Season, TREND_CHANGE};
use super::fit::{Fitter, Trial};
use super::months::{Months, first_day, standard};
use super::weigh::Answer;
use super::{Depth, Effort, Question};
use crate::performance::Better;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The rate of false alarms that a verdict is held to: one in twenty series that took no step.
pub const FALSE_ALARMS: f64 = 0.05;

/// What can be said of the step. Up is better, whichever way the figures go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    SteppedUp,
    SteppedDown,
    NoChangeShown,
    CannotTell,
}

/// Which way the figures went, if they took a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    Rose,
    Fell,
    None,
}

/// An estimate between two limits that hold it nineteen times in twenty, in the measure's unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    pub estimate: f64,
    pub low: f64,
    pub high: f64,
}

impl Estimate {
    pub fn excludes_nought(self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }

    /// In another unit.
    pub(super) fn times(self, unit: f64) -> Estimate {
        Estimate {
            estimate: unit * self.estimate,
            low: unit * self.low,
            high: unit * self.high,
        }
    }
}

/// Why the word is what it is, and what to know beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Reason {
    /// Fewer usable months on a side than are needed.
    TooFew {
        before: usize,
        after: usize,
        needed: usize,
    },
    /// The step is too large to be chance.
    Stepped,
    /// Nine times in ten such an interval holds the step, and it lies within the smallest step that
    /// matters.
    WithinSmallest,
    /// Steps that matter and none at all both agree with the figures.
    NotClear,
    /// Nobody said which step would matter, so that no change cannot be told from not enough months.
    NoSmallest,
    /// The values are all the same, or follow the trend and season exactly: there is nothing to judge by.
    NeverVaries,
    /// A step, but nobody said which way is better.
    NoBetterWay,
    /// A step, but smaller than the smallest that matters.
    SmallerThanSmallest,
    /// Even ten more years would not settle it.
    TimeBeforeTooShort,
    /// The trend changed too: by so much a month.
    TrendChanged,
    /// Too few months to allow for the season.
    SeasonNotKnown,
    /// Months are missing between the first and the last.
    Gaps { months: usize },
    /// The measure was counted in another way from this day, too near to tell one step from the other.
    RedefinedTooNear { on: Date },
    /// Counted in another way from this day, which is allowed for.
    Redefined { on: Date },
    /// What it is compared with took a step of its own at the same date.
    ComparisonStepped { place: usize },
    /// Months left out because what it is compared with lacks them.
    NotCompared { months: usize },
    /// More comparisons than the months allow: the first ones count.
    TooManyComparisons { most: usize },
    /// Values spread so many times as widely after the date as before: false alarms may be more frequent.
    SpreadChanged { ratio: f64 },
    /// A change over a year fits better than one at once: the step may be part of it.
    Gradual,
    /// The figures wander, as a random walk does: false alarms may be more frequent.
    Wanders,
    /// What is left hangs together in a way that the method was not tested for.
    OddNoise,
    /// So long a transition makes steps hard to see.
    LongTransition { months: u32 },
}

/// Something else that happened, and the verdict without what lies beyond it. It never changes the
/// word: it speaks of why, not of when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rival {
    pub date: Date,
    pub text: String,
    pub verdict_without: Word,
    /// It happened in the month of the date itself: no figures can tell the two apart.
    pub same_month: bool,
}

/// The same question at dates at which nothing happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "placebo", rename_all = "kebab-case")]
pub enum Placebo {
    /// The time before is too short.
    NotRun { months: usize, needed: usize },
    Run {
        dates: Vec<Date>,
        /// At which of them a step is seen all the same.
        stepped: Vec<Date>,
    },
}

/// What a series is taken to be in a month.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub month: Date,
    pub value: f64,
    /// With the step and the change of trend.
    pub fitted: f64,
    /// The time before carried on: what would have been expected without them.
    pub expected: f64,
    pub is_after: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    #[serde(rename = "verdict")]
    pub word: Word,
    pub direction: Direction,
    /// At the first usable month after the transition.
    pub step: Option<Estimate>,
    /// By how much the trend changed, a month.
    pub trend_change: Option<Estimate>,
    /// How often a series without a step would look at least as stepped.
    pub p_value: Option<f64>,
    pub reasons: Vec<Reason>,
    pub rivals: Vec<Rival>,
    pub placebo: Placebo,
    /// How many more months would settle it.
    pub needs_points: Option<u32>,
    /// Usable months.
    pub before: usize,
    pub after: usize,
    pub season: Option<Season>,
    pub lines: Vec<Line>,
}

impl Verdict {
    /// One that says nothing yet.
    pub(super) fn silent(before: usize, after: usize) -> Verdict {
        Verdict {
            word: Word::CannotTell,
            direction: Direction::None,
            step: None,
            trend_change: None,
            p_value: None,
            reasons: Vec::new(),
            rivals: Vec::new(),
            placebo: Placebo::NotRun {
                months: before,
                needed: 2 * super::EACH_SIDE,
            },
            needs_points: None,
            before,
            after,
            season: None,
            lines: Vec::new(),
        }
    }
}

/// What a word is made from.
pub(super) struct Evidence<'a> {
    pub question: &'a Question<'a>,
    pub months: &'a Months,
    /// How many months lie before.
    pub split: usize,
    pub start: i32,
    pub design: &'a Design,
    pub effort: Effort,
    pub depth: Depth,
    /// Which comparisons took a step of their own.
    pub stepping: Vec<usize>,
}

/// The word from one answer; `smallest` in the answer's unit.
pub(super) fn said(asked: &Answer, better: Better, smallest: Option<f64>) -> Word {
    if asked.is_shown() {
        let rose = asked.estimate(Misses::In20).low > 0.0;
        return match better {
            Better::Neither => Word::CannotTell,
            Better::Up if rose => Word::SteppedUp,
            Better::Down if !rose => Word::SteppedUp,
            _ => Word::SteppedDown,
        };
    }
    match smallest.is_some_and(|smallest| asked.is_within(smallest)) {
        true => Word::NoChangeShown,
        false => Word::CannotTell,
    }
}

pub(super) fn answer(
    evidence: &Evidence<'_>,
    mut answer: Verdict,
    mut reasons: Vec<Reason>,
) -> Verdict {
    let Evidence {
        question,
        months,
        effort,
        ..
    } = evidence;
    let (scaled, (mean, unit)) = standard(&months.values);
    let asked = Answer::new(evidence.design, STEP, &scaled, *effort);
    if asked.is_exact() {
        reasons.insert(0, Reason::NeverVaries);
        answer.reasons = reasons;
        return answer;
    }
    let smallest = question.smallest.map(|smallest| smallest / unit);
    let said = said(&asked, question.better, smallest);
    answer.word = match evidence.stepping.is_empty() {
        true => said,
        false => Word::CannotTell,
    };
    if evidence.depth == Depth::Word {
        return answer;
    }
    let step = asked.estimate(Misses::In20).times(unit);
    let trend = Answer::new(evidence.design, TREND_CHANGE, &scaled, *effort);
    let trend = trend.estimate(Misses::In20).times(unit);
    answer.direction = match asked.is_shown() {
        true if step.low > 0.0 => Direction::Rose,
        true => Direction::Fell,
        false => Direction::None,
    };
    let stepping = evidence.stepping.iter();
    let mut first: Vec<Reason> = stepping
        .map(|place| Reason::ComparisonStepped { place: *place })
        .collect();
    match answer.word {
        Word::SteppedUp | Word::SteppedDown => {
            first.push(Reason::Stepped);
            if question.smallest.is_some_and(|it| step.estimate.abs() < it) {
                first.push(Reason::SmallerThanSmallest);
            }
        }
        Word::NoChangeShown => first.push(Reason::WithinSmallest),
        Word::CannotTell if first.is_empty() && asked.is_shown() => first.push(Reason::NoBetterWay),
        Word::CannotTell if first.is_empty() => {
            first.push(Reason::NotClear);
            match smallest {
                None => first.push(Reason::NoSmallest),
                Some(smallest) => {
                    answer.needs_points = asked.needed(months, evidence.start, smallest);
                    if answer.needs_points.is_none() {
                        first.push(Reason::TimeBeforeTooShort);
                    }
                }
            }
        }
        Word::CannotTell => {}
    }
    if trend.excludes_nought() {
        first.push(Reason::TrendChanged);
    }
    let fitter = Fitter::new(evidence.design);
    let best = fitter.fit(&scaled)[0];
    first.extend(warnings(evidence, &fitter, &scaled, &best));
    first.append(&mut reasons);
    answer.reasons = first;
    answer.p_value = Some(asked.p_value());
    answer.step = Some(step);
    answer.trend_change = Some(trend);
    answer.season = Some(evidence.design.season);
    let (with, without) = fitter.lines(&best, &scaled);
    answer.lines = (0..months.numbers.len())
        .map(|place| Line {
            month: first_day(months.numbers[place]),
            value: months.values[place],
            fitted: mean + unit * with[place],
            expected: mean + unit * without[place],
            is_after: place >= evidence.split,
        })
        .collect();
    answer
}

/// Beyond this, one variance is so many times another that the false-alarm rate suffers.
const SPREAD: f64 = 2.0;

/// What makes the figures other than those for which the false-alarm rate is held.
fn warnings(evidence: &Evidence<'_>, fitter: &Fitter, scaled: &[f64], best: &Trial) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let months = evidence.months;
    if evidence.design.season == Season::None {
        reasons.push(Reason::SeasonNotKnown);
    }
    let at = super::number(evidence.question.at);
    let gaps: i32 = months
        .numbers
        .windows(2)
        .filter(|pair| !(pair[0] < at && pair[1] >= at))
        .map(|pair| pair[1] - pair[0] - 1)
        .sum();
    if gaps > 0 {
        reasons.push(Reason::Gaps {
            months: usize::try_from(gaps).unwrap_or_default(),
        });
    }
    if evidence.question.transition > 1 {
        reasons.push(Reason::LongTransition {
            months: evidence.question.transition,
        });
    }
    let surprises = fitter.surprises(best, scaled);
    let (before, after) = surprises.split_at(evidence.split);
    let spread = |values: &[f64]| {
        let squares: f64 = values.iter().map(|it| it * it).sum();
        squares / values.len() as f64
    };
    let ratio = spread(after) / spread(before).max(f64::MIN_POSITIVE);
    if !(SPREAD.recip()..=SPREAD).contains(&ratio) {
        reasons.push(Reason::SpreadChanged { ratio });
    }
    if best.noise.phi >= 0.95 {
        reasons.push(Reason::Wanders);
    }
    if hangs_together(&surprises) {
        reasons.push(Reason::OddNoise);
    }
    if is_gradual(evidence, fitter, scaled) {
        reasons.push(Reason::Gradual);
    }
    reasons
}

/// Whether what should be independent is not (Ljung and Box 1978, over six months).
fn hangs_together(surprises: &[f64]) -> bool {
    const LAGS: usize = 6;
    /// One in a thousand: the point of chi-squared with the four degrees that are left beside the two of the noise.
    const LIMIT: f64 = 18.47;
    let count = surprises.len() as f64;
    let squares: f64 = surprises.iter().map(|it| it * it).sum();
    let sum: f64 = (1..=LAGS)
        .map(|lag| {
            let pairs = surprises.iter().zip(&surprises[lag..]);
            let kept = pairs.map(|(one, other)| one * other).sum::<f64>() / squares;
            kept * kept / (count - lag as f64)
        })
        .sum();
    count * (count + 2.0) * sum > LIMIT
}

/// Whether a change over a year fits clearly better than one at once.
fn is_gradual(evidence: &Evidence<'_>, fitter: &Fitter, scaled: &[f64]) -> bool {
    const A_YEAR: f64 = 12.0;
    /// In units of log-likelihood.
    const CLEARLY: f64 = 2.0;
    let mut ramp = Design {
        elapsed: evidence.design.elapsed.clone(),
        columns: evidence.design.columns.clone(),
        season: evidence.design.season,
    };
    let first = evidence.months.numbers[0];
    let begin = evidence.start - first;
    for (row, month) in evidence.design.elapsed.iter().enumerate() {
        let since = f64::from(month - begin + 1).max(0.0);
        ramp.columns[(row, super::design::STEP)] = (since / A_YEAR).min(1.0);
    }
    let closest = |fitter: &Fitter| {
        let trials = fitter.fit(scaled);
        let closeness = trials.iter().map(|trial| trial.closeness);
        closeness.fold(f64::NEG_INFINITY, f64::max)
    };
    closest(&Fitter::new(&ramp)) > closest(fitter) + CLEARLY
}
