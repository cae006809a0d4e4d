//! One question asked of a series: how large, how sure, how likely by chance.

use super::calibration::{Calibration, Fit, Misses, draws};
use super::design::{Design, STEP};
use super::months::Months;
use super::noise::Noise;
use super::{Effort, Estimate, FALSE_ALARMS};
use nalgebra::DMatrix;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::sync::Arc;

/// What a series says of one column of its design.
pub(super) struct Answer {
    calibration: Arc<Calibration>,
    product: Vec<f64>,
    length: Vec<f64>,
    fits: Vec<Fit>,
    elapsed: Vec<i32>,
    seed: u64,
}

impl Answer {
    pub(super) fn new(design: &Design, column: usize, values: &[f64], effort: Effort) -> Self {
        let calibration = Calibration::of(design, column, effort);
        let series = DMatrix::from_column_slice(values.len(), 1, values);
        let weighed = calibration.lenses.weigh(&series);
        let product = weighed.products.as_slice().to_vec();
        let length = weighed.lengths.as_slice().to_vec();
        Self {
            fits: calibration.fits(&product, &length),
            calibration,
            product,
            length,
            elapsed: design.elapsed.clone(),
            seed: effort.seed,
        }
    }

    /// The evidence against a size of the target, of its column.
    fn against(&self, misses: Misses, size: f64) -> f64 {
        let lenses = &self.calibration.lenses.all;
        let moved = lenses.iter().zip(self.product.iter().zip(&self.length));
        let (product, length): (Vec<f64>, Vec<f64>) = moved
            .map(|(lens, (&product, &length))| {
                let rest = product - size * lens.information;
                (rest, length - size * (product + rest))
            })
            .unzip();
        self.calibration.evidence(misses, &product, &length)
    }

    fn centre(&self) -> f64 {
        self.fits.iter().map(|fit| fit.share * fit.estimate).sum()
    }

    /// How often as much evidence of a change comes up by chance, in the most unfavourable noise.
    pub(super) fn p_value(&self) -> f64 {
        self.calibration.p_value(self.against(Misses::In20, 0.0))
    }

    /// Whether nothing is left beside the other columns: no noise, and no change either. The values are to be
    /// of about size one.
    pub(super) fn is_exact(&self) -> bool {
        self.length.iter().all(|length| *length < 1e-16)
    }

    /// Whether it is too large to be chance.
    pub(super) fn is_shown(&self) -> bool {
        !self.is_exact()
            && self.p_value() <= FALSE_ALARMS
            && self.estimate(Misses::In20).excludes_nought()
    }

    /// Whether no size beyond `smallest` either way is possible, nine times in ten.
    pub(super) fn is_within(&self, smallest: f64) -> bool {
        if self.is_exact()
            || [-smallest, smallest]
                .iter()
                .any(|&size| self.against(Misses::In10, size) <= 0.0)
        {
            return false;
        }
        let possible = self.estimate(Misses::In10);
        -smallest < possible.low && possible.high < smallest
    }

    /// The sizes that the evidence does not speak against.
    pub(super) fn estimate(&self, misses: Misses) -> Estimate {
        let centre = self.centre();
        let mean_square: f64 = self
            .fits
            .iter()
            .map(|fit| fit.share * fit.error * fit.error)
            .sum();
        let pace = 0.25 * mean_square.sqrt().max(1e-12);
        let edge = |way: f64| self.edge(misses, centre, way * pace);
        Estimate {
            estimate: centre,
            low: edge(-1.0),
            high: edge(1.0),
        }
    }

    /// The outermost size in one direction that is still possible. All sizes within twenty standard errors are
    /// looked at, since the possible ones need not hang together.
    fn edge(&self, misses: Misses, centre: f64, pace: f64) -> f64 {
        let is_possible = |size: f64| self.against(misses, size) <= 0.0;
        let last = (0..=80)
            .rev()
            .find(|&steps| is_possible(centre + f64::from(steps) * pace));
        let Some(last) = last else { return centre };
        let mut inside = centre + f64::from(last) * pace;
        let mut outside = inside + pace;
        for _ in 0..40 {
            let middle = f64::midpoint(inside, outside);
            if is_possible(middle) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        inside
    }

    /// The noise that fits best, with its standard deviation.
    fn noise(&self) -> (Noise, f64) {
        let best = self
            .fits
            .iter()
            .max_by(|one, other| one.share.total_cmp(&other.share));
        let best = best.expect("there are noises to choose from");
        (best.noise, best.deviation)
    }

    /// How many standard errors a step must have so that four in five are found, under the noise that fits best.
    fn errors_for_power(&self) -> f64 {
        const DRAWS: usize = 300;
        let (noise, _) = self.noise();
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        let series = draws(&self.elapsed, noise, DRAWS, &mut random);
        let weighed = self.calibration.lenses.weigh(&series);
        let lenses = &self.calibration.lenses.all;
        let found = |size: f64| {
            let is_found = |draw: &usize| {
                let products = weighed.products.column(*draw);
                let lengths = weighed.lengths.column(*draw);
                let (product, length): (Vec<f64>, Vec<f64>) = lenses
                    .iter()
                    .enumerate()
                    .map(|(at, lens)| {
                        let moved = products[at] + size * lens.information;
                        (moved, lengths[at] + size * (products[at] + moved))
                    })
                    .unzip();
                self.calibration.evidence(Misses::In20, &product, &length) > 0.0
            };
            (0..DRAWS).filter(is_found).count() * 5 >= DRAWS * 4
        };
        let information = lenses
            .iter()
            .find(|lens| lens.noise == noise)
            .map_or(1.0, |lens| lens.information);
        let error = information.sqrt().recip();
        let (mut misses, mut finds) = (2.0, 12.0);
        for _ in 0..8 {
            let middle = f64::midpoint(misses, finds);
            if found(middle * error) {
                finds = middle;
            } else {
                misses = middle;
            }
        }
        finds
    }

    /// How many further months, one each, would find four in five steps of `smallest`, with the noise as it fits
    /// best; `None` when ten years would not, because the time before is too short.
    pub(super) fn needed(&self, months: &Months, start: i32, smallest: f64) -> Option<u32> {
        const MOST: u32 = 120;
        let (noise, deviation) = self.noise();
        let asked = (self.errors_for_power() * deviation / smallest).powi(2);
        let last = *months.numbers.last()?;
        let is_enough = |more: u32| {
            let mut longer = months.clone();
            for month in last + 1..=last + more as i32 {
                longer.numbers.push(month);
                longer.values.push(0.0);
            }
            information(&Design::new(&longer, start, &[], &[]), noise) >= asked
        };
        if !is_enough(MOST) {
            return None;
        }
        let (mut short, mut enough) = (0, MOST);
        while enough - short > 1 {
            let middle = u32::midpoint(short, enough);
            if is_enough(middle) {
                enough = middle;
            } else {
                short = middle;
            }
        }
        Some(enough)
    }
}

/// What a design knows of its step under one noise: one over its variance, counted in the noise's.
fn information(design: &Design, noise: Noise) -> f64 {
    let cholesky = noise.correlations(&design.elapsed).cholesky();
    let shared = cholesky.map(|it| design.columns.tr_mul(&it.solve(&design.columns)));
    let unit = nalgebra::DVector::from_fn(design.columns.ncols(), |row, _| {
        f64::from(u8::from(row == STEP))
    });
    let variance = shared
        .and_then(|it| it.cholesky())
        .map(|it| it.solve(&unit)[STEP]);
    variance.map_or(0.0, f64::recip)
}
