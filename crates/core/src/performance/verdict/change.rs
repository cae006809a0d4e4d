//! Where did a measure change? At a date that nobody named.
//!
//! The same test as at a known date, asked of every month at once: how much better do the months fit *a step somewhere
//! under some noise* than *no step under some noise*? Its limit is calibrated by simulation on the very months at hand
//! ([`calibration`](super::calibration)), so that a series without a change is given a date at most one time in twenty,
//! however many dates were looked at. A date is a question to a person ("do you know what?"), never a cause, and never
//! evidence for a verdict at that date: it was found by looking.

use super::calibration::{AIMED, Look, MARGIN, Simulated, log_sum, p_value};
use super::contrasts::Lens;
use super::design::{Design, Season, from};
use super::months::{Months, first_day, standard};
use super::noise::{Noise, Whitening};
use super::{Direction, Effort, FALSE_ALARMS};
use crate::performance::Point;
use jiff::civil::Date;
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Months that a series needs.
pub const LEAST: usize = 24;

/// Usable months to each side of a date, and between two: fewer are an odd stretch and no change.
pub const APART: usize = 6;

/// No more dates than this are offered; what is left after so many changes is no longer one series.
pub const MOST: usize = 3;

/// Enough series of each noise: one that every month is looked for in costs more than one whose date is known.
pub const EFFORT: Effort = Effort {
    each: 300,
    seed: 20_190_801,
};

/// The share of what is probable that lies between the earliest and the latest month of a change.
const BETWEEN: f64 = 0.9;

/// A date about which something changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The most probable first month of the new level.
    pub about: Date,
    /// Between these two first months it lies nine times in ten, if there was a step.
    pub earliest: Date,
    pub latest: Date,
    pub direction: Direction,
    /// How large a step fits best at `about`, in the measure's unit. Dates are chosen for large ones: it is likely less.
    pub step: f64,
    /// How often a series without this change would look at least as changed somewhere.
    pub p_value: f64,
}

/// Why there are no dates, or what to know beside them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Unsure {
    /// Fewer usable months than are needed.
    TooFew { months: usize, needed: usize },
    /// More months are missing between the first and the last than are there.
    MostlyGaps { missing: usize },
    /// The values are all the same, or follow the trend and season exactly.
    NeverVaries,
    /// Nothing that chance does not show in series like this one. A change may be too small or too near the ends.
    NotClear,
    /// Too few months to allow for the season.
    SeasonNotKnown,
    /// Months are missing: a change within them is dated from the gap's first month on.
    Gaps { missing: usize },
    /// [`MOST`] were found, and there may be more.
    PerhapsMore,
}

/// Where a measure changed, as far as anybody can tell from its figures alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    /// By date; empty when none is clear.
    pub found: Vec<Change>,
    /// How often a series without any change would look at least as changed as this one.
    pub p_value: Option<f64>,
    pub reasons: Vec<Unsure>,
    /// Usable months.
    pub months: usize,
}

/// Asks it of a series in any order; several values of one month count as their mean.
pub fn changes(points: &[Point], effort: Effort) -> Changes {
    let months = Months::of(points);
    let count = months.numbers.len();
    let mut answer = Changes {
        found: Vec::new(),
        p_value: None,
        reasons: Vec::new(),
        months: count,
    };
    let ends = months.numbers.first().zip(months.numbers.last());
    let length = ends.map_or(0, |(first, last)| {
        (last - first + 1).unsigned_abs() as usize
    });
    let missing = length - count;
    let (scaled, (_, unit)) = standard(&months.values);
    let refusal = match () {
        () if count < LEAST => Some(Unsure::TooFew {
            months: count,
            needed: LEAST,
        }),
        () if missing > count => Some(Unsure::MostlyGaps { missing }),
        () if Search::new(&months, &[]).is_exact(&scaled) => Some(Unsure::NeverVaries),
        () => None,
    };
    if let Some(refusal) = refusal {
        answer.reasons.push(refusal);
        return answer;
    }
    let mut steps: Vec<(i32, f64)> = Vec::new();
    while steps.len() < MOST {
        let known: Vec<i32> = steps.iter().map(|(month, _)| *month).collect();
        let search = Search::new(&months, &known);
        let Some(p_value) = search.p_value(&scaled, effort) else {
            break;
        };
        answer.p_value.get_or_insert(p_value);
        if p_value > FALSE_ALARMS {
            break;
        }
        steps.push((search.probable(&scaled).0, p_value));
    }
    // The first dates were found while the later changes were still taken for noise.
    for at in 0..steps.len() {
        let others = steps.iter().enumerate().filter(|(place, _)| *place != at);
        let others: Vec<i32> = others.map(|(_, (month, _))| *month).collect();
        let search = Search::new(&months, &others);
        let (month, shares) = search.probable(&scaled);
        steps[at].0 = month;
        answer
            .found
            .push(search.change(&scaled, (month, &shares), unit, steps[at].1));
    }
    answer.found.sort_by_key(|change| change.about);
    if answer.found.is_empty() {
        answer.reasons.push(Unsure::NotClear);
    }
    if answer.found.len() == MOST {
        answer.reasons.push(Unsure::PerhapsMore);
    }
    if missing > 0 {
        answer.reasons.push(Unsure::Gaps { missing });
    }
    if Season::of(count) == Season::None {
        answer.reasons.push(Unsure::SeasonNotKnown);
    }
    answer
}

/// How strong the evidence must be.
struct Limit {
    /// Log weights of the noises without a change.
    weights: Vec<f64>,
    /// Evidence, rising, and how often it is reached by chance under the most unfavourable noise.
    tail: Vec<(f64, f64)>,
    /// How many series were simulated.
    simulated: usize,
}

/// The months, the steps that are known, and the effort.
type Key = (Vec<i32>, Vec<i32>, usize, u64);

/// The limits found so far: services measured in the same months share one. Each follows from its key alone, so that
/// keeping it changes no answer.
static KEPT: Mutex<BTreeMap<Key, Arc<Limit>>> = Mutex::new(BTreeMap::new());

/// More than this many are forgotten all at once.
const KEPT_AT_MOST: usize = 64;

/// A series without a further change under one noise.
struct Sight {
    noise: Noise,
    whitening: Whitening,
    /// Orthonormal: what the design explains once whitened.
    basis: DMatrix<f64>,
    log_determinant: f64,
    /// For noises that the test is aimed at: each date's step once whitened, beyond what the design explains of it.
    dates: Option<(DMatrix<f64>, Vec<Lens>)>,
}

/// How well a series fits: logs.
#[derive(Clone, Default)]
struct Densities {
    /// Without a further step, under each noise.
    none: Vec<f64>,
    /// With a step at each date, under each noise that the test is aimed at.
    some: Vec<Vec<f64>>,
}

/// Every date at which a step is looked for, beside steps that are known.
struct Search<'a> {
    months: &'a Months,
    known: Vec<i32>,
    elapsed: Vec<i32>,
    /// The first months of the new level.
    candidates: Vec<i32>,
    sights: Vec<Sight>,
    contrasts: f64,
}

impl<'a> Search<'a> {
    fn new(months: &'a Months, known: &[i32]) -> Self {
        let design = Design::with_steps(months, known);
        let numbers = &months.numbers;
        let mut cuts: Vec<usize> = known
            .iter()
            .map(|month| numbers.partition_point(|it| it < month))
            .chain([0, numbers.len()])
            .collect();
        cuts.sort_unstable();
        let is_apart = |place: &usize| cuts.iter().all(|cut| cut.abs_diff(*place) >= APART);
        let places = (0..numbers.len()).filter(is_apart);
        let candidates: Vec<i32> = places.map(|place| numbers[place]).collect();
        let steps: Vec<DVector<f64>> = candidates
            .iter()
            .map(|month| DVector::from_vec(from(months, *month)))
            .collect();
        let sights = Noise::held_for().into_iter().map(|noise| {
            let whitening = Whitening::new(noise, &design.elapsed);
            let qr = whitening.whitened(&design.columns).qr();
            let (basis, triangle) = (qr.q(), qr.r());
            let diagonal = triangle.diagonal();
            let log_determinant =
                whitening.log_det + 2.0 * diagonal.iter().map(|it| it.abs().ln()).sum::<f64>();
            let is_aimed = noise.white == 0.0 && noise.phi <= 0.8 && !steps.is_empty();
            let dates = is_aimed.then(|| {
                let mut dates = whitening.whitened(&DMatrix::from_columns(&steps));
                dates -= &basis * basis.tr_mul(&dates);
                let lens = |date: nalgebra::DVectorView<'_, f64>| Lens {
                    noise,
                    information: date.norm_squared(),
                    log_determinant,
                };
                let lenses = dates.column_iter().map(lens).collect();
                (dates, lenses)
            });
            Sight {
                noise,
                whitening,
                basis,
                log_determinant,
                dates,
            }
        });
        Search {
            months,
            known: known.to_vec(),
            candidates,
            sights: sights.collect(),
            contrasts: (numbers.len() - design.columns.ncols()) as f64,
            elapsed: design.elapsed,
        }
    }

    fn densities(&self, series: &DMatrix<f64>) -> Vec<Densities> {
        let mut all = vec![Densities::default(); series.ncols()];
        for sight in &self.sights {
            let white = sight.whitening.whitened(series);
            let explained = sight.basis.tr_mul(&white);
            let products = sight.dates.as_ref().map(|(dates, _)| dates.tr_mul(&white));
            for (draw, Densities { none, some }) in all.iter_mut().enumerate() {
                let length =
                    white.column(draw).norm_squared() - explained.column(draw).norm_squared();
                let plain = Lens {
                    noise: sight.noise,
                    information: 0.0,
                    log_determinant: sight.log_determinant,
                };
                none.push(plain.log_density(0.0, length, 0.0, self.contrasts));
                if let (Some((_, lenses)), Some(products)) = (&sight.dates, &products) {
                    let products = products.column(draw);
                    let at_dates = lenses.iter().zip(products.iter());
                    let density = |(lens, product): (&Lens, &f64)| {
                        lens.log_density(*product, length, AIMED * AIMED, self.contrasts)
                    };
                    some.push(at_dates.map(density).collect());
                }
            }
        }
        all
    }

    fn looks(&self, series: &DMatrix<f64>) -> Vec<Look> {
        let seen = self.densities(&self.ranks(series));
        let drawn = self
            .densities(series)
            .into_iter()
            .map(|as_drawn| as_drawn.none);
        let look = |(drawn, Densities { none, some }): (Vec<f64>, Densities)| Look {
            drawn,
            none,
            some: log_sum(some.iter().flatten().copied()),
        };
        drawn.zip(seen).map(look).collect()
    }

    /// The ranks of each series' months beside level, trend and season (as Pettitt 1979 does): a few odd months, and
    /// measures whose values are lopsided, look no more like a change than others.
    fn ranks(&self, series: &DMatrix<f64>) -> DMatrix<f64> {
        // Noise without memory comes first: what is left beside its basis is left beside the columns themselves.
        let basis = &self.sights[0].basis;
        let mut left = series - basis * basis.tr_mul(series);
        for mut column in left.column_iter_mut() {
            let mut order: Vec<usize> = (0..column.len()).collect();
            order.sort_by(|one, other| column[*one].total_cmp(&column[*other]));
            for (rank, place) in order.into_iter().enumerate() {
                column[place] = rank as f64;
            }
        }
        left
    }

    /// Whether nothing is left beside level, trend and season.
    fn is_exact(&self, values: &[f64]) -> bool {
        let series = DMatrix::from_column_slice(values.len(), 1, values);
        let sight = &self.sights[0];
        let white = sight.whitening.whitened(&series);
        white.norm_squared() - sight.basis.tr_mul(&white).norm_squared() < 1e-12
    }

    /// How often a series without a further change looks at least as changed; `None` when no date is left to look at.
    fn p_value(&self, values: &[f64], effort: Effort) -> Option<f64> {
        if self.candidates.is_empty() {
            return None;
        }
        let limit = self.limit(effort);
        let series = DMatrix::from_column_slice(values.len(), 1, values);
        let Look { none, some, .. } = self.looks(&series).pop()?;
        let weighed: Vec<f64> = (none.iter().zip(&limit.weights))
            .map(|(none, weight)| none + weight)
            .collect();
        let evidence = some - log_sum(weighed.iter().copied());
        Some(p_value(&limit.tail, limit.simulated, evidence))
    }

    fn limit(&self, effort: Effort) -> Arc<Limit> {
        let months = self.months.numbers.clone();
        let key = (months, self.known.clone(), effort.each, effort.seed);
        let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(limit) = kept().get(&key) {
            return Arc::clone(limit);
        }
        let noises: Vec<Noise> = self.sights.iter().map(|sight| sight.noise).collect();
        let looks = |series: &DMatrix<f64>| self.looks(series);
        let simulated = Simulated::new(&self.elapsed, &noises, effort, looks);
        let weights = simulated.least_favourable(FALSE_ALARMS / MARGIN);
        let limit = Arc::new(Limit {
            tail: simulated.tail(&weights),
            weights,
            simulated: effort.each * noises.len(),
        });
        let mut kept = kept();
        if kept.len() >= KEPT_AT_MOST {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&limit));
        limit
    }

    /// The most probable date, and how probable each is.
    fn probable(&self, values: &[f64]) -> (i32, Vec<f64>) {
        let series = DMatrix::from_column_slice(values.len(), 1, values);
        let Densities { some, .. } = self.densities(&self.ranks(&series)).swap_remove(0);
        let at = |date: usize| log_sum(some.iter().map(|of_noise| of_noise[date]));
        let logs: Vec<f64> = (0..self.candidates.len()).map(at).collect();
        let whole = log_sum(logs.iter().copied());
        let shares: Vec<f64> = logs.iter().map(|log| (log - whole).exp()).collect();
        let best = (0..shares.len()).max_by(|one, other| shares[*one].total_cmp(&shares[*other]));
        (best.map_or(0, |best| self.candidates[best]), shares)
    }

    fn change(
        &self,
        values: &[f64],
        (month, shares): (i32, &[f64]),
        unit: f64,
        p_value: f64,
    ) -> Change {
        let mut order: Vec<usize> = (0..shares.len()).collect();
        order.sort_by(|one, other| shares[*other].total_cmp(&shares[*one]));
        let mut covered = 0.0;
        let enough = order.iter().take_while(|date| {
            let is_short = covered < BETWEEN;
            covered += shares[**date];
            is_short
        });
        let likely: Vec<i32> = enough.map(|date| self.candidates[*date]).collect();
        let earliest = likely.iter().min().copied().unwrap_or(month);
        // Nobody saw the months of a gap: the new level may have begun in any of them.
        let place = self.months.numbers.partition_point(|it| *it < earliest);
        let earliest = place
            .checked_sub(1)
            .map_or(earliest, |place| self.months.numbers[place] + 1);
        let step = unit * self.size(values, month);
        Change {
            about: first_day(month),
            earliest: first_day(earliest),
            latest: first_day(likely.iter().max().copied().unwrap_or(month)),
            direction: match step > 0.0 {
                true => Direction::Rose,
                false => Direction::Fell,
            },
            step,
            p_value,
        }
    }

    /// How large the step at a date is under the noise that fits it best.
    fn size(&self, values: &[f64], month: i32) -> f64 {
        let series = DMatrix::from_column_slice(values.len(), 1, values);
        let date = self.candidates.partition_point(|it| *it < month);
        let seen = self.sights.iter().filter_map(|sight| {
            let (dates, lenses) = sight.dates.as_ref()?;
            let white = sight.whitening.whitened(&series);
            let length = white.norm_squared() - sight.basis.tr_mul(&white).norm_squared();
            let product = dates.column(date).dot(&white.column(0));
            let closeness = lenses[date].log_reml(product, length, self.contrasts);
            Some((closeness, product / lenses[date].information))
        });
        seen.max_by(|one, other| one.0.total_cmp(&other.0))
            .map_or(0.0, |(_, size)| size)
    }
}

#[cfg(test)]
mod tests;
