//! A series fitted with each kind of noise, and what all that fit about as well have in common.

use super::design::{Design, STEP, TREND_CHANGE};
use super::noise::{Noise, Whitening};
use nalgebra::{DMatrix, DVector};

/// A design prepared for one kind of noise.
struct Prepared {
    noise: Noise,
    whitening: Whitening,
    /// Orthonormal, row by row: what the columns explain once whitened.
    basis: Vec<f64>,
    /// Leads from the basis to the coefficients.
    back: DMatrix<f64>,
    /// What of the restricted likelihood does not depend on the values.
    log_det: f64,
}

/// A design prepared for every kind of noise.
pub struct Fitter {
    prepared: Vec<Prepared>,
    columns: DMatrix<f64>,
    pub elapsed: Vec<i32>,
}

/// What a series comes to with one kind of noise.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    pub noise: Noise,
    /// Restricted log-likelihood, up to a constant.
    pub likelihood: f64,
    /// Log-likelihood, up to a constant: comparable between designs of as many columns.
    pub closeness: f64,
    pub step: Coefficient,
    pub trend_change: Coefficient,
    /// Variance of the noise.
    pub variance: f64,
    place: usize,
}

/// An estimate and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficient {
    pub estimate: f64,
    pub error: f64,
}

/// How much worse than the best a fit may be, in units of log-likelihood, and still count.
const ABOUT_AS_GOOD: f64 = 1.0;

impl Prepared {
    /// What the columns explain of whitened values, and the sum of their squares.
    fn explain(&self, white: &[f64], explained: &mut Vec<f64>) -> f64 {
        let size = self.back.ncols();
        explained.clear();
        explained.resize(size, 0.0);
        let mut squares = 0.0;
        for (value, row) in white.iter().zip(self.basis.chunks_exact(size)) {
            squares += value * value;
            for (sum, part) in explained.iter_mut().zip(row) {
                *sum += value * part;
            }
        }
        squares
    }

    /// The standard error of a coefficient, for a noise of this variance.
    fn error(&self, of: usize, variance: f64) -> f64 {
        (variance * self.back.row(of).norm_squared()).sqrt()
    }
}

impl Fitter {
    pub fn new(design: &Design) -> Fitter {
        let prepared = Noise::grid().into_iter().map(|noise| {
            let whitening = Whitening::new(noise, &design.elapsed);
            let qr = whitening.whitened(&design.columns).qr();
            let (basis, triangle) = (qr.q(), qr.r());
            let log_det = triangle
                .diagonal()
                .iter()
                .map(|it| it.abs().ln())
                .sum::<f64>();
            let size = triangle.nrows();
            let back = triangle
                .solve_upper_triangular(&DMatrix::identity(size, size))
                .unwrap_or_else(|| DMatrix::zeros(size, size));
            Prepared {
                noise,
                log_det: whitening.log_det / 2.0 + log_det,
                whitening,
                basis: basis
                    .row_iter()
                    .flat_map(|row| row.iter().copied().collect::<Vec<_>>())
                    .collect(),
                back,
            }
        });
        Fitter {
            prepared: prepared.collect(),
            columns: design.columns.clone(),
            elapsed: design.elapsed.clone(),
        }
    }

    /// The series with every kind of noise that fits about as well as the best, best first.
    pub fn fit(&self, values: &[f64]) -> Vec<Trial> {
        let mut trials = Vec::new();
        self.fit_into(values, &mut trials, &mut Vec::new(), &mut Vec::new());
        let best = |one: &Trial, other: &Trial| other.likelihood.total_cmp(&one.likelihood);
        trials.sort_by(best);
        trials
    }

    fn fit_into(
        &self,
        values: &[f64],
        trials: &mut Vec<Trial>,
        white: &mut Vec<f64>,
        explained: &mut Vec<f64>,
    ) {
        trials.clear();
        let size = self.columns.ncols();
        let free = (values.len() - size) as f64;
        for (place, prepared) in self.prepared.iter().enumerate() {
            prepared.whitening.whiten(values.iter().copied(), white);
            let squares = prepared.explain(white, explained);
            let rest = squares - explained.iter().map(|it| it * it).sum::<f64>();
            let variance = (rest / free).max(f64::MIN_POSITIVE);
            let coefficient = |of: usize| {
                let row = prepared.back.row(of);
                let pairs = row.iter().zip(explained.iter());
                Coefficient {
                    estimate: pairs.map(|(one, other)| one * other).sum(),
                    error: prepared.error(of, variance),
                }
            };
            trials.push(Trial {
                noise: prepared.noise,
                closeness: -prepared.whitening.log_det / 2.0
                    - values.len() as f64 / 2.0 * variance.ln(),
                likelihood: -prepared.log_det - free / 2.0 * variance.ln(),
                step: coefficient(STEP),
                trend_change: coefficient(TREND_CHANGE),
                variance,
                place,
            });
        }
        let best = trials
            .iter()
            .map(|trial| trial.likelihood)
            .fold(f64::NEG_INFINITY, f64::max);
        trials.retain(|trial| trial.likelihood >= best - ABOUT_AS_GOOD);
    }

    /// [`statistic`] of each of many series, without keeping their fits.
    pub fn statistics(&self, series: impl Iterator<Item = Vec<f64>>) -> Vec<f64> {
        let (mut trials, mut white, mut explained) = (Vec::new(), Vec::new(), Vec::new());
        let one = |values: Vec<f64>| {
            self.fit_into(&values, &mut trials, &mut white, &mut explained);
            statistic(&trials).abs()
        };
        series.map(one).collect()
    }

    /// What the series is taken to be, month by month: with the step and the change of trend, and
    /// without them.
    pub fn lines(&self, trial: &Trial, values: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let prepared = &self.prepared[trial.place];
        let (mut white, mut explained) = (Vec::new(), Vec::new());
        prepared
            .whitening
            .whiten(values.iter().copied(), &mut white);
        prepared.explain(&white, &mut explained);
        let mut coefficients = &prepared.back * DVector::from_vec(explained);
        let with = &self.columns * &coefficients;
        coefficients[STEP] = 0.0;
        coefficients[TREND_CHANGE] = 0.0;
        let without = &self.columns * coefficients;
        (
            with.iter().copied().collect(),
            without.iter().copied().collect(),
        )
    }

    /// What is left of the series once whitened: independent values, if the noise is of this kind.
    pub fn surprises(&self, trial: &Trial, values: &[f64]) -> Vec<f64> {
        let (with, _) = self.lines(trial, values);
        let rest = values.iter().zip(&with).map(|(value, line)| value - line);
        let mut white = Vec::new();
        self.prepared[trial.place]
            .whitening
            .whiten(rest, &mut white);
        white
    }

    /// The standard error of the step for a noise of this trial's kind and variance.
    pub fn error_like(&self, trial: &Trial) -> f64 {
        self.prepared[trial.place].error(STEP, trial.variance)
    }
}

/// The smallest step, in standard errors, that any fit about as good as the best gives; 0 where they
/// do not agree on its direction.
pub fn statistic(trials: &[Trial]) -> f64 {
    let mut ratios = trials
        .iter()
        .map(|trial| trial.step.estimate / trial.step.error);
    let Some(first) = ratios.next() else {
        return 0.0;
    };
    ratios.fold(first, |least, ratio| {
        if least.signum() == ratio.signum() {
            least.signum() * least.abs().min(ratio.abs())
        } else {
            0.0
        }
    })
}
