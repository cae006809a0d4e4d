//! Did a measure step up or down at a known date? Or can nobody tell?
//!
//! A segmented regression with a level, a trend, the season, a step and a change of trend, whose noise
//! keeps part of itself from month to month. How it does so is not known, and few months cannot tell; so a step
//! is only called one when no noise without a step explains the months nearly as well, by a measure that is
//! calibrated on the same months without a step ([`calibration`]). `make study` measures how often that is wrong.

mod calibration;
pub mod change;
mod contrasts;
mod design;
mod fit;
mod many;
mod months;
mod noise;
mod weigh;
mod word;

pub use design::Season;
pub use many::{Many, many};
pub use word::{Direction, Estimate, FALSE_ALARMS, Line, Placebo, Reason, Rival, Verdict, Word};

use super::{Better, Point};
use design::{Design, STEP};
use jiff::civil::Date;
use months::{Months, first_day, number, standard};
use weigh::Answer;

/// Usable months that each side of the date must have.
pub const EACH_SIDE: usize = 12;

/// Months that a series needs for each series that it is compared with.
pub const FOR_EACH_COMPARISON: usize = 12;

/// What is asked of a series.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// In any order; several of one month count as their mean.
    pub points: &'a [Point],
    /// The first day under the new arrangement. In mid-month, that month is left out.
    pub at: Date,
    pub better: Better,
    /// The smallest step that matters, in the measure's unit. Without it nobody can say that nothing
    /// changed.
    pub smallest: Option<f64>,
    /// How many months are left out, counted from the month of the date.
    pub transition: u32,
    /// Series that move with this one but were not touched by what happened.
    pub compared: &'a [Vec<Point>],
    /// First days on which the measure was counted in another way than before.
    pub redefined: &'a [Date],
    /// What else happened, and when.
    pub events: &'a [(Date, String)],
}

/// How much is simulated, and from which seed. The same effort gives the same verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Series of each noise. More make the verdict no stricter, only surer to keep its rate.
    pub each: usize,
    pub seed: u64,
}

impl Default for Effort {
    fn default() -> Effort {
        Effort {
            each: 700,
            seed: 20_190_801,
        }
    }
}

/// Answers a question.
pub fn verdict(question: &Question<'_>, effort: Effort) -> Verdict {
    let all = Months::of(question.points);
    let mut answer = judged(question, &all, effort, Depth::Whole);
    answer.rivals = rivals(question, &all, effort);
    answer.placebo = placebo(question, &all, effort);
    answer
}

/// The word alone, exactly as [`verdict`] gives it, and many times faster: for studies of thousands of series.
pub fn word(question: &Question<'_>, effort: Effort) -> Word {
    judged(question, &Months::of(question.points), effort, Depth::Word).word
}

/// The mean of the usable months before the date, and of those after the transition; none without any.
pub fn means(question: &Question<'_>) -> (Option<f64>, Option<f64>) {
    let usable = usable(question, &Months::of(question.points));
    let (before, after) = usable.months.values.split_at(usable.before);
    let mean = |values: &[f64]| {
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    (mean(before), mean(after))
}

/// How much of a verdict is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// No reasons and no trend.
    Word,
    Whole,
}

/// The series cut to usable months, and where the step is looked for.
struct Usable {
    months: Months,
    /// The first month after the transition.
    start: i32,
    before: usize,
    after: usize,
}

fn usable(question: &Question<'_>, all: &Months) -> Usable {
    let at = number(question.at);
    let in_month = i32::from(question.at.day() > 1);
    let left_out = i32::try_from(question.transition).unwrap_or(i32::MAX / 2);
    let end = at + left_out.max(in_month);
    let months = all.retain(|month| month < at || month >= end);
    let before = months.numbers.partition_point(|month| *month < at);
    // Where the months just after the transition are missing, the step is still that of the first day.
    Usable {
        after: months.numbers.len() - before,
        start: end,
        before,
        months,
    }
}

/// The verdict without rivals and placebo dates.
fn judged(question: &Question<'_>, all: &Months, effort: Effort, depth: Depth) -> Verdict {
    let mut usable = usable(question, all);
    let mut reasons = Vec::new();
    let compared = comparisons(question, &mut usable, &mut reasons);
    let mut answer = Verdict::silent(usable.before, usable.after);
    if usable.before < EACH_SIDE || usable.after < EACH_SIDE {
        reasons.push(Reason::TooFew {
            before: usable.before,
            after: usable.after,
            needed: EACH_SIDE,
        });
        answer.needs_points =
            (usable.before >= EACH_SIDE).then(|| (EACH_SIDE - usable.after.min(EACH_SIDE)) as u32);
        answer.reasons = reasons;
        return answer;
    }
    let redefined = match redefinitions(question, &usable) {
        Ok(redefined) => redefined,
        Err(on) => {
            reasons.push(Reason::RedefinedTooNear { on });
            answer.reasons = reasons;
            return answer;
        }
    };
    reasons.extend(redefined.iter().map(|month| Reason::Redefined {
        on: first_day(*month),
    }));
    let design = Design::new(&usable.months, usable.start, &compared, &redefined);
    word::answer(
        &word::Evidence {
            question,
            months: &usable.months,
            split: usable.before,
            start: usable.start,
            design: &design,
            effort,
            depth,
            stepping: stepping_comparisons(&usable, &compared, effort),
        },
        answer,
        reasons,
    )
}

/// Series to compare with, at the months of this one; months that one of them lacks are left out.
fn comparisons(
    question: &Question<'_>,
    usable: &mut Usable,
    reasons: &mut Vec<Reason>,
) -> Vec<Vec<f64>> {
    let series: Vec<Months> = question.compared.iter().map(|it| Months::of(it)).collect();
    if series.is_empty() {
        return Vec::new();
    }
    let at = number(question.at);
    let held = usable.months.numbers.len();
    usable.months = usable
        .months
        .retain(|month| series.iter().all(|it| it.value(month).is_some()));
    let lost = held - usable.months.numbers.len();
    if lost > 0 {
        reasons.push(Reason::NotCompared { months: lost });
    }
    usable.before = usable.months.numbers.partition_point(|month| *month < at);
    usable.after = usable.months.numbers.len() - usable.before;
    let most = usable.months.numbers.len() / FOR_EACH_COMPARISON;
    if series.len() > most {
        reasons.push(Reason::TooManyComparisons { most });
    }
    let values = |it: &Months| {
        let numbers = usable.months.numbers.iter();
        numbers.filter_map(|month| it.value(*month)).collect()
    };
    series.iter().take(most).map(values).collect()
}

/// The months within the series from which it was counted in another way; or the day of one that does
/// not leave enough months to tell its step from the one that is asked about.
fn redefinitions(question: &Question<'_>, usable: &Usable) -> Result<Vec<i32>, Date> {
    let numbers = &usable.months.numbers;
    let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else {
        return Ok(Vec::new());
    };
    let mut cuts = vec![usable.start];
    let mut redefined = Vec::new();
    for day in question.redefined {
        let month = number(*day);
        if month <= *first || month > *last {
            continue;
        }
        cuts.push(month);
        cuts.sort_unstable();
        let mut stretches = cuts.iter().zip(cuts.iter().skip(1).chain([&i32::MAX]));
        let few = |from: i32, to: i32| {
            let inside = numbers.iter().filter(|it| **it >= from && **it < to);
            inside.count() < EACH_SIDE
        };
        if few(i32::MIN, cuts[0]) || stretches.any(|(from, to)| few(*from, *to)) {
            return Err(*day);
        }
        redefined.push(month);
    }
    Ok(redefined)
}

/// Which of the series compared with take a step of their own at the date.
fn stepping_comparisons(usable: &Usable, compared: &[Vec<f64>], effort: Effort) -> Vec<usize> {
    if compared.is_empty() {
        return Vec::new();
    }
    let design = Design::new(&usable.months, usable.start, &[], &[]);
    let steps = compared.iter().enumerate().filter(|(_, values)| {
        let (scaled, _) = standard(values);
        Answer::new(&design, STEP, &scaled, effort).is_shown()
    });
    steps.map(|(place, _)| place).collect()
}

/// Each event beside the verdict without what lies beyond it: after it when it came later than the
/// date, before it when it came earlier.
fn rivals(question: &Question<'_>, all: &Months, effort: Effort) -> Vec<Rival> {
    let at = number(question.at);
    let (Some(first), Some(last)) = (all.numbers.first(), all.numbers.last()) else {
        return Vec::new();
    };
    let within = |(day, _): &&(Date, String)| (*first..=*last).contains(&number(*day));
    let rival = |(day, text): &(Date, String)| {
        let month = number(*day);
        let rest = all.retain(|it| match month {
            later if later > at => it < month,
            _ => it >= month,
        });
        let without = match month == at {
            true => None,
            false => Some(judged(question, &rest, effort, Depth::Word).word),
        };
        Rival {
            date: *day,
            text: text.clone(),
            verdict_without: without.unwrap_or(Word::CannotTell),
            same_month: month == at,
        }
    };
    question.events.iter().filter(within).map(rival).collect()
}

/// The same question at up to three dates at which nothing is known to have happened, all before.
fn placebo(question: &Question<'_>, all: &Months, effort: Effort) -> Placebo {
    let at = number(question.at);
    let before = all.retain(|month| month < at);
    let count = before.numbers.len();
    if count < 2 * EACH_SIDE {
        return Placebo::NotRun {
            months: count,
            needed: 2 * EACH_SIDE,
        };
    }
    let spare = count - 2 * EACH_SIDE;
    let mut places: Vec<usize> = [0, spare / 2, spare].map(|it| it + EACH_SIDE).to_vec();
    places.dedup();
    let dates = places.iter().map(|place| first_day(before.numbers[*place]));
    let tried = dates.map(|date| {
        let pretended = Question {
            at: date,
            transition: 0,
            events: &[],
            ..question.clone()
        };
        let word = judged(&pretended, &before, effort, Depth::Word).word;
        (date, matches!(word, Word::SteppedUp | Word::SteppedDown))
    });
    let tried: Vec<(Date, bool)> = tried.collect();
    Placebo::Run {
        stepped: tried
            .iter()
            .filter(|(_, is)| *is)
            .map(|(date, _)| *date)
            .collect(),
        dates: tried.into_iter().map(|(date, _)| date).collect(),
    }
}

#[cfg(test)]
mod tests;
