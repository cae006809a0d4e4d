//! The tables of a period: what is hidden of each, and the cells that come of it.

use super::mask::{Ask, Mask, Rows};
use super::{Audit, CannotClose, Cell, Closing, Impact, Lost, NOT_GIVEN, Shown};
use crate::engagement::happiness::{self, Bands};
use crate::engagement::response::Answer;
use crate::engagement::suppression;
use std::collections::{BTreeMap, BTreeSet};

/// The values of a dimension, and which of them an answer has.
pub(super) struct Dimension {
    name: &'static str,
    pub(super) values: Vec<String>,
    of: fn(&Answer) -> Option<&String>,
}

impl Dimension {
    fn new(
        name: &'static str,
        declared: &BTreeSet<String>,
        of: fn(&Answer) -> Option<&String>,
    ) -> Dimension {
        let declared = declared.iter().filter(|value| *value != NOT_GIVEN).cloned();
        Dimension {
            name,
            values: declared.chain([NOT_GIVEN.to_owned()]).collect(),
            of,
        }
    }

    pub(super) fn value(&self, answer: &Answer) -> usize {
        let named = (self.of)(answer).and_then(|named| {
            self.values
                .iter()
                .position(|value| value.eq_ignore_ascii_case(named))
        });
        named.unwrap_or(self.values.len() - 1)
    }
}

/// The dimensions, in the order of [`Layers::dimensions`].
const SERVICE: usize = 0;
const DIRECTORATE: usize = 1;
const PLACE: usize = 2;

/// A value of each dimension by its place among the values; `None` for all together.
pub(super) type Values = [Option<usize>; 3];

pub(super) const WHOLE: Values = [None; 3];

/// The cells in their order, by the table that they are of.
fn order(dimensions: &[Dimension; 3]) -> Vec<(usize, Values)> {
    let some = |dimension: usize| (0..dimensions[dimension].values.len()).map(Some);
    let one = |dimension: usize| {
        some(dimension).map(move |value| {
            let mut values = WHOLE;
            values[dimension] = value;
            values
        })
    };
    let both = some(SERVICE)
        .flat_map(|service| some(DIRECTORATE).map(move |directorate| [service, directorate, None]));
    let crossed = [WHOLE]
        .into_iter()
        .chain(one(SERVICE))
        .chain(one(DIRECTORATE))
        .chain(both);
    crossed
        .map(|values| (0, values))
        .chain(one(PLACE).map(|values| (1, values)))
        .collect()
}

/// The tables of a period and what is hidden of them.
pub(super) struct Layers<'a> {
    closing: &'a Closing<'a>,
    dimensions: [Dimension; 3],
    /// Service by directorate, and place.
    answers: [(Rows<'a>, Mask); 2],
    /// Too few were asked for more than the whole.
    is_small: bool,
    pub(super) audit: Audit,
}

/// Of each dimension what is hidden of its lost time, and of how many named each factor.
pub(super) struct Counted<'a> {
    rows: [Rows<'a>; 3],
    lost: [Mask; 3],
    factors: Vec<(String, [Mask; 3])>,
}

impl<'a> Layers<'a> {
    pub(super) fn of(closing: &'a Closing<'a>) -> Result<Layers<'a>, CannotClose> {
        let cube = closing.cube;
        let dimensions = [
            Dimension::new("service", &cube.services, |answer| answer.service.as_ref()),
            Dimension::new("directorate", &cube.directorates, |answer| {
                answer.directorate.as_ref()
            }),
            Dimension::new("place", &cube.places, |answer| answer.place.as_ref()),
        ];
        let asked = closing
            .invited
            .map_or(closing.answers.len() as u64, |invited| invited.whole);
        let is_small = asked < 2 * closing.threshold;
        let mut audit = Audit::default();
        let mut masked = |over: &[usize]| {
            let rows = Rows::of(closing.answers, &dimensions, over);
            let ask = Ask {
                threshold: closing.threshold,
                is_small,
                counts: &|_| true,
                tells: &|answers| Bands::of(answers.iter().copied()).is_one(),
                hidden: None,
            };
            let mask = rows.mask(&ask, &mut audit)?;
            Ok::<_, suppression::Fault>((rows, mask))
        };
        let answers = [masked(&[SERVICE, DIRECTORATE])?, masked(&[PLACE])?];
        Ok(Layers {
            closing,
            answers,
            dimensions,
            is_small,
            audit,
        })
    }

    fn is_hidden(&self, table: usize, values: &Values) -> bool {
        let (rows, mask) = &self.answers[table];
        mask.is_hidden(rows, values)
    }

    /// The factors that may be named, and what each goes with.
    pub(super) fn impacts(&self) -> Vec<Impact> {
        if self.is_hidden(0, &WHOLE) {
            return Vec::new();
        }
        let answers = self.closing.answers;
        let whole = happiness::score(&Bands::of(answers));
        let names: BTreeSet<&String> = answers.iter().flat_map(|answer| &answer.factors).collect();
        let named = |name: &String| {
            let (these, others): (Vec<&Answer>, Vec<&Answer>) = answers
                .iter()
                .partition(|answer| answer.factors.contains(name));
            let n = these.len() as u64;
            let rest = others.len() as u64;
            let tells = rest > 0 && (rest < self.closing.threshold || Bands::of(others).is_one());
            let happiness = happiness::score(&Bands::of(these)).filter(|_| !tells);
            let above = happiness
                .zip(whole)
                .map(|(these, whole)| i64::from(these.points - whole.points));
            Impact {
                factor: name.clone(),
                n,
                happiness,
                impact: above.map(|points| points * n as i64),
            }
        };
        let mut impacts: Vec<Impact> = names.into_iter().map(named).collect();
        impacts.retain(|impact| impact.n >= self.closing.threshold);
        impacts.sort_by_key(|impact| std::cmp::Reverse(impact.n));
        impacts
    }

    /// The tables of lost time and of factors. A factor whose whole had to be hidden is named no more.
    pub(super) fn counted(
        &mut self,
        impacts: &mut Vec<Impact>,
    ) -> Result<Counted<'a>, CannotClose> {
        let over =
            |dimension: usize| Rows::of(self.closing.answers, &self.dimensions, &[dimension]);
        let rows = [SERVICE, DIRECTORATE, PLACE].map(over);
        let threshold = self.closing.threshold;
        let lost = self.masks(&rows, &|answer| answer.lost_minutes.is_some(), &|answers| {
            let silent = answers.iter().filter(|it| it.lost_minutes.is_none());
            tells_lost_time(answers) || (1..threshold).contains(&(silent.count() as u64))
        })?;
        let mut factors = Vec::new();
        for impact in impacts.iter() {
            let named = |answer: &Answer| answer.factors.contains(&impact.factor);
            // That few did not name it tells of them what that everybody did tells of all.
            let tells = |answers: &[&Answer]| {
                let others = answers.iter().filter(|answer| !named(answer));
                (others.count() as u64) < threshold
            };
            factors.push((impact.factor.clone(), self.masks(&rows, &named, &tells)?));
        }
        factors.retain(|(_, masks)| !masks[0].is_hidden(&rows[0], &WHOLE));
        impacts.retain(|impact| factors.iter().any(|(factor, _)| *factor == impact.factor));
        Ok(Counted {
            rows,
            lost,
            factors,
        })
    }

    /// The masks of one count over each dimension. The three have one whole: hidden in one, it must not be the sum of
    /// what another shows.
    fn masks(
        &mut self,
        rows: &[Rows<'a>; 3],
        counts: &dyn Fn(&Answer) -> bool,
        tells: &dyn Fn(&[&Answer]) -> bool,
    ) -> Result<[Mask; 3], CannotClose> {
        let mut audit = self.audit;
        let mut mask = |dimension: usize| {
            let (whole, of_whole) = &self.answers[usize::from(dimension == PLACE)];
            let hidden = |values: &Values| of_whole.is_hidden(whole, values);
            let ask = Ask {
                threshold: self.closing.threshold,
                is_small: self.is_small,
                counts,
                tells,
                hidden: Some(&hidden),
            };
            rows[dimension].mask(&ask, &mut audit)
        };
        let masks = [mask(SERVICE)?, mask(DIRECTORATE)?, mask(PLACE)?];
        self.audit = audit;
        let hides_whole = |(mask, rows): (&Mask, &Rows<'_>)| mask.is_hidden(rows, &WHOLE);
        Ok(match masks.iter().zip(rows).any(hides_whole) {
            true => [0, 1, 2].map(|dimension| rows[dimension].all_hidden()),
            false => masks,
        })
    }

    /// Every cell, in the order of [`order`].
    pub(super) fn cells(&self, counted: &Counted<'_>) -> Result<Vec<Cell>, CannotClose> {
        let cells = order(&self.dimensions).into_iter();
        cells
            .map(|(table, values)| self.cell(table, &values, counted))
            .collect()
    }

    fn cell(
        &self,
        table: usize,
        values: &Values,
        counted: &Counted<'_>,
    ) -> Result<Cell, CannotClose> {
        let value = |dimension: usize| {
            values[dimension].map(|value| self.dimensions[dimension].values[value].clone())
        };
        let invited = self.invited(values);
        let answers = self.answers[table].0.answers(values);
        let n = answers.len() as u64;
        if invited.is_some_and(|invited| invited < n) {
            let named = |dimension: usize| {
                value(dimension).map(|value| format!("{} {value}", self.dimensions[dimension].name))
            };
            let group = named(DIRECTORATE).or_else(|| named(PLACE));
            let group = group.unwrap_or_else(|| "the whole".to_owned());
            return Err(CannotClose::MoreThanInvited { group });
        }
        let happiness = happiness::score(&Bands::of(answers.iter().copied()));
        let shows_invited = match *values {
            [None, Some(_), None] => self.shows_invited(DIRECTORATE),
            [None, None, Some(_)] => self.shows_invited(PLACE),
            _ => true,
        };
        let shown = happiness.filter(|_| !self.is_hidden(table, values));
        let shown = shown.map(|happiness| Shown {
            n,
            invited: invited.filter(|_| shows_invited),
            happiness,
            lost: counted.lost(values),
            factors: counted.factors(values),
        });
        Ok(Cell {
            service: value(SERVICE),
            directorate: value(DIRECTORATE),
            place: value(PLACE),
            shown,
        })
    }

    /// How many were asked of the whole, a directorate or a place. Nobody is asked as the user of a service.
    fn invited(&self, values: &Values) -> Option<u64> {
        let invited = self.closing.invited?;
        match *values {
            WHOLE => Some(invited.whole),
            [None, Some(value), None] => self.invited_of(DIRECTORATE, value),
            [None, None, Some(value)] => self.invited_of(PLACE, value),
            _ => None,
        }
    }

    fn invited_of(&self, dimension: usize, value: usize) -> Option<u64> {
        let invited = self.closing.invited?;
        let known = match dimension {
            DIRECTORATE => &invited.directorates,
            _ => &invited.places,
        };
        known
            .get(&self.dimensions[dimension].values[value])
            .copied()
    }

    /// Whether the invited of a dimension's cells may be shown: taken from the whole's, they must leave those of
    /// several hidden cells, and not few.
    fn shows_invited(&self, dimension: usize) -> bool {
        let hidden = |&value: &usize| {
            let mut values = WHOLE;
            values[dimension] = Some(value);
            self.is_hidden(usize::from(dimension == PLACE), &values)
        };
        let values = (0..self.dimensions[dimension].values.len()).filter(hidden);
        let left: Vec<u64> = values
            .filter_map(|value| self.invited_of(dimension, value))
            .collect();
        left.is_empty() || left.len() > 1 && left.iter().sum::<u64>() >= self.closing.threshold
    }
}

/// Whether lost time added up tells what one answer said: it makes over half, or all of them said none.
pub(super) fn tells_lost_time(answers: &[&Answer]) -> bool {
    let minutes = || {
        answers
            .iter()
            .filter_map(|answer| answer.lost_minutes.map(u64::from))
    };
    minutes()
        .max()
        .is_some_and(|most| most * 2 > minutes().sum::<u64>() || most == 0)
}

impl Counted<'_> {
    /// The dimension whose table tells of these values; the whole is in each, and the same in all.
    fn telling(values: &Values) -> Option<usize> {
        let mut set = (0..values.len()).filter(|&dimension| values[dimension].is_some());
        match (set.next(), set.next()) {
            (one, None) => Some(one.unwrap_or(SERVICE)),
            _ => None,
        }
    }

    fn lost(&self, values: &Values) -> Option<Lost> {
        let dimension = Counted::telling(values)?;
        let rows = &self.rows[dimension];
        if self.lost[dimension].is_hidden(rows, values) {
            return None;
        }
        let answers = rows.answers(values).iter();
        let minutes: Vec<u64> = answers
            .filter_map(|answer| answer.lost_minutes.map(u64::from))
            .collect();
        Some(Lost {
            n: minutes.len() as u64,
            minutes: minutes.iter().sum(),
        })
    }

    fn factors(&self, values: &Values) -> BTreeMap<String, Option<u64>> {
        let Some(dimension) = Counted::telling(values) else {
            return BTreeMap::new();
        };
        let rows = &self.rows[dimension];
        let named = |(factor, masks): &(String, [Mask; 3])| {
            let answers = rows.answers(values).iter();
            let n = answers
                .filter(|answer| answer.factors.contains(factor))
                .count() as u64;
            (
                factor.clone(),
                (!masks[dimension].is_hidden(rows, values)).then_some(n),
            )
        };
        self.factors.iter().map(named).collect()
    }
}
