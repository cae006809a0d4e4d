//! How strong the evidence must be, so that false alarms stay rare whatever the noise.
//!
//! The noise is not known, and a short series cannot tell one noise from another. So the test asks: how much
//! better do the months fit *some step under some noise* than *no step under some noise*? The noises without a
//! step are weighed so that the false alarms come out at the limit where they are most frequent and below it
//! elsewhere: the (approximately) least favourable weights. Among tests that hold the limit, this one has nearly the most
//! power (Elliott, Müller and Watson, "Nearly optimal tests when a nuisance parameter is present under the null
//! hypothesis", Econometrica 83, 2015). The weights are found by simulation with a fixed seed, once a design.

use super::contrasts::{Lens, Lenses};
use super::design::Design;
use super::noise::Noise;
use super::{Effort, FALSE_ALARMS};
use nalgebra::{DMatrix, DVector};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Simulated shares are raised by this factor before they are held against [`FALSE_ALARMS`], for the simulation's own
/// error and for measures that are counts or skewed.
pub(super) const MARGIN: f64 = 1.15;

/// Changes that the test is aimed at, in standard deviations of the noise: at the column's largest value. The answer depends little on it.
pub(super) const AIMED: f64 = 2.0;

const ROUNDS: usize = 160;

/// A design and how strong its evidence must be.
pub(super) struct Calibration {
    pub lenses: Lenses,
    /// Variance of the sizes that the test is aimed at, in the noise's.
    spread: f64,
    /// Log weights of the noises with a step.
    aimed: Vec<f64>,
    /// Log weights of the noises without, for intervals that miss the truth in 5% and in 10%.
    at_5: Vec<f64>,
    at_10: Vec<f64>,
    /// Evidence, rising, and how often it is reached by chance under the most unfavourable noise.
    tail: Vec<(f64, f64)>,
    /// How many series were simulated.
    simulated: usize,
}

/// How often an interval may miss the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misses {
    In20,
    In10,
}

/// The calibrations made so far: services measured in the same months share one. Each follows from its
/// design, column and effort alone, so that keeping it changes no answer.
static KEPT: Mutex<BTreeMap<Key, Arc<Calibration>>> = Mutex::new(BTreeMap::new());

/// More than this many are forgotten all at once.
const MOST: usize = 256;

/// The design's values, bit by bit, the column and the effort.
type Key = (Vec<u64>, usize, usize, u64);

/// Series of pure noise, one in each column.
pub(super) fn draws(
    elapsed: &[i32],
    noise: Noise,
    count: usize,
    random: &mut ChaCha8Rng,
) -> DMatrix<f64> {
    let series = (0..count).flat_map(|_| noise.series(elapsed, || StandardNormal.sample(random)));
    DMatrix::from_iterator(elapsed.len(), count, series)
}

pub(super) fn log_sum(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = values.clone().fold(f64::NEG_INFINITY, f64::max);
    most + values.map(|value| (value - most).exp()).sum::<f64>().ln()
}

/// How well one series fits, as logs.
pub(super) struct Look {
    /// As it was drawn, without a change, under each noise.
    pub drawn: Vec<f64>,
    /// As the test sees it, without a change, under each noise.
    pub none: Vec<f64>,
    /// With some change under some noise.
    pub some: f64,
}

/// Simulated series of every noise in turn, seen through every lens.
pub(super) struct Simulated {
    /// How well no step fits beside some step: a row for each series, a column for each lens.
    ratios: DMatrix<f64>,
    /// How often each series would come up under each lens beside how often it did: a column for each series, whose rows
    /// add up to one.
    weights: DMatrix<f64>,
}

impl Calibration {
    /// For one column of a design.
    pub(super) fn of(design: &Design, column: usize, effort: Effort) -> Arc<Calibration> {
        let elapsed = design
            .elapsed
            .iter()
            .map(|month| u64::from(month.unsigned_abs()));
        let values = design.columns.iter().map(|value| value.to_bits());
        let key: Key = (
            elapsed.chain(values).collect(),
            column,
            effort.each,
            effort.seed,
        );
        let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(calibration) = kept().get(&key) {
            return Arc::clone(calibration);
        }
        let made = Arc::new(Calibration::new(design, column, effort));
        let mut kept = kept();
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&made));
        made
    }

    fn new(design: &Design, column: usize, effort: Effort) -> Self {
        let lenses = Lenses::new(design, column);
        let aimed = aimed(&lenses);
        let spread = (AIMED / design.columns.column(column).amax()).powi(2);
        let noises: Vec<Noise> = lenses.all.iter().map(|lens| lens.noise).collect();
        let simulated = Simulated::new(&design.elapsed, &noises, effort, |series| {
            looks(&lenses, &aimed, spread, series)
        });
        let at_5 = simulated.least_favourable(FALSE_ALARMS / MARGIN);
        let at_10 = simulated.least_favourable(2.0 * FALSE_ALARMS / MARGIN);
        let tail = simulated.tail(&at_5);
        Self {
            lenses,
            spread,
            aimed,
            at_5,
            at_10,
            tail,
            simulated: simulated.ratios.nrows(),
        }
    }

    /// How much better some step fits than none; above nought the limit is passed.
    pub(super) fn evidence(&self, misses: Misses, product: &[f64], length: &[f64]) -> f64 {
        let weights = match misses {
            Misses::In20 => &self.at_5,
            Misses::In10 => &self.at_10,
        };
        let contrasts = self.lenses.contrasts;
        let sum = |weights: &[f64], spread: f64| {
            let values: Vec<f64> = (0..weights.len())
                .filter(|&at| weights[at] > f64::NEG_INFINITY)
                .map(|at| {
                    let lens = &self.lenses.all[at];
                    weights[at] + lens.log_density(product[at], length[at], spread, contrasts)
                })
                .collect();
            log_sum(values.iter().copied())
        };
        sum(&self.aimed, self.spread) - sum(weights, 0.0)
    }

    /// How often evidence as strong comes up by chance under the most unfavourable noise.
    pub(super) fn p_value(&self, evidence: f64) -> f64 {
        p_value(&self.tail, self.simulated, evidence)
    }

    /// How well each lens fits, as shares of one, and where and how sure it puts the target.
    pub(super) fn fits(&self, product: &[f64], length: &[f64]) -> Vec<Fit> {
        let contrasts = self.lenses.contrasts;
        let mut fits: Vec<Fit> = Vec::with_capacity(product.len());
        for ((lens, &product), &length) in self.lenses.all.iter().zip(product).zip(length) {
            let estimate = product / lens.information;
            let rest = (length - product * estimate).max(0.0);
            let variance = rest / (contrasts - 1.0);
            fits.push(Fit {
                noise: lens.noise,
                share: lens.log_reml(product, length, contrasts),
                estimate,
                error: (variance / lens.information).sqrt(),
                deviation: variance.sqrt(),
            });
        }
        let whole = log_sum(fits.iter().map(|fit| fit.share));
        for fit in &mut fits {
            fit.share = (fit.share - whole).exp();
        }
        fits
    }
}

/// How often evidence comes up by chance, by the tail of so many simulated series.
pub(super) fn p_value(tail: &[(f64, f64)], simulated: usize, evidence: f64) -> f64 {
    let place = tail.partition_point(|(at, _)| *at <= evidence);
    let share = place.checked_sub(1).map_or(1.0, |place| tail[place].1);
    let least = 1.0 / simulated as f64;
    let p_value = (MARGIN * share).clamp(least, 1.0);
    // The limit was set by the same series: above nought it is passed, whatever thinning the tail left out.
    match evidence > 0.0 {
        true => p_value.min(FALSE_ALARMS),
        false => p_value.max(FALSE_ALARMS * 1.000_001),
    }
}

/// How well series fit without the target and with some size of it.
fn looks(lenses: &Lenses, aimed: &[f64], spread: f64, series: &DMatrix<f64>) -> Vec<Look> {
    let weighed = lenses.weigh(series);
    let look = |draw: usize| {
        let product = weighed.products.column(draw);
        let length = weighed.lengths.column(draw);
        let density = |at: usize, spread: f64| {
            lenses.all[at].log_density(product[at], length[at], spread, lenses.contrasts)
        };
        let count = lenses.all.len();
        let some: Vec<f64> = (0..count)
            .filter(|&at| aimed[at] > f64::NEG_INFINITY)
            .map(|at| aimed[at] + density(at, spread))
            .collect();
        let none: Vec<f64> = (0..count).map(|at| density(at, 0.0)).collect();
        Look {
            drawn: none.clone(),
            none,
            some: log_sum(some.iter().copied()),
        }
    };
    (0..series.ncols()).map(look).collect()
}

/// What one noise makes of a series.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    pub noise: Noise,
    /// How well it fits beside the others.
    pub share: f64,
    pub estimate: f64,
    /// The estimate's standard error.
    pub error: f64,
    /// The noise's standard deviation.
    pub deviation: f64,
}

/// The noises that the test is aimed at: an AR(1) of ordinary persistence, and a little of all up to it.
fn aimed(lenses: &Lenses) -> Vec<f64> {
    let weight = |noise: Noise| -> f64 {
        match noise {
            Noise { phi, .. } if phi > 0.8 => 0.0,
            Noise { white: 0.0, .. } => 1.0,
            _ => 0.1,
        }
    };
    let log = |lens: &Lens| weight(lens.noise).ln();
    lenses.all.iter().map(log).collect()
}

impl Simulated {
    /// So many series of every noise in turn, looked at as `look` does.
    pub(super) fn new(
        elapsed: &[i32],
        noises: &[Noise],
        effort: Effort,
        look: impl Fn(&DMatrix<f64>) -> Vec<Look>,
    ) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(effort.seed);
        let mut ratios = DMatrix::zeros(effort.each * noises.len(), noises.len());
        let mut weights = DMatrix::zeros(noises.len(), effort.each * noises.len());
        for (batch, &noise) in noises.iter().enumerate() {
            let series = draws(elapsed, noise, effort.each, &mut random);
            for (draw, Look { drawn, none, some }) in look(&series).into_iter().enumerate() {
                let any = log_sum(drawn.iter().copied());
                for (at, (none, drawn)) in none.iter().zip(&drawn).enumerate() {
                    ratios[(batch * effort.each + draw, at)] = (none - some).exp();
                    weights[(at, batch * effort.each + draw)] = (drawn - any).exp();
                }
            }
        }
        for mut row in weights.row_iter_mut() {
            let whole = row.sum();
            row /= whole;
        }
        Self { ratios, weights }
    }

    /// Log weights of the noises without a step with which no noise gives more false alarms than `limit`.
    pub(super) fn least_favourable(&self, limit: f64) -> Vec<f64> {
        let count = self.ratios.ncols();
        let mut logs = DVector::from_element(count, -1.0);
        for round in 0..ROUNDS {
            let fits = &self.ratios * logs.map(f64::exp);
            let mut shares = DVector::zeros(count);
            for (series, _) in fits.iter().enumerate().filter(|(_, fit)| **fit < 1.0) {
                shares += self.weights.column(series);
            }
            let pace = if round < ROUNDS / 2 { 12.0 } else { 4.0 };
            logs += (shares.add_scalar(-limit)) * pace;
        }
        // What is left over the limit after the last round is taken away by asking for more from all.
        let weights = logs.map(f64::exp);
        let (evidence, worst) = self.worst(&weights);
        let place = worst.partition_point(|share| *share > limit);
        let asked = evidence.get(place).copied().unwrap_or(0.0);
        logs.add_scalar(asked).iter().copied().collect()
    }

    /// The series' evidence, rising, and the worst noise's share of series with as much or more.
    fn worst(&self, weights: &DVector<f64>) -> (Vec<f64>, Vec<f64>) {
        let fits = &self.ratios * weights;
        let mut order: Vec<usize> = (0..fits.len()).collect();
        order.sort_by(|&one, &other| fits[other].total_cmp(&fits[one]));
        let mut left = vec![1.0; self.weights.nrows()];
        let mut worst = Vec::with_capacity(order.len());
        for &series in &order {
            worst.push(left.iter().copied().fold(0.0, f64::max));
            for (left, weight) in left.iter_mut().zip(self.weights.column(series).iter()) {
                *left -= weight;
            }
        }
        let evidence = order.iter().map(|&series| -fits[series].ln()).collect();
        (evidence, worst)
    }

    /// The same for log weights, thinned where it changes little.
    pub(super) fn tail(&self, logs: &[f64]) -> Vec<(f64, f64)> {
        let weights = DVector::from_column_slice(logs).map(f64::exp);
        let (evidence, worst) = self.worst(&weights);
        let mut tail: Vec<(f64, f64)> = Vec::new();
        for pair in evidence.into_iter().zip(worst) {
            if tail
                .last()
                .is_none_or(|last| last.1 - pair.1 > 0.01 * pair.1)
            {
                tail.push(pair);
            }
        }
        tail
    }
}
