//! A series fitted with each kind of noise: the lines that are drawn, and what is left beside them.

use super::design::{Design, STEP, TREND_CHANGE};
use super::noise::{Noise, Whitening};
use nalgebra::{DMatrix, DVector};

/// A design prepared for one kind of noise.
struct Prepared {
    noise: Noise,
    whitening: Whitening,
    /// Orthonormal: what the columns explain once whitened.
    basis: DMatrix<f64>,
    /// Leads from the basis to the coefficients.
    back: DMatrix<f64>,
    /// What of the restricted likelihood does not depend on the values.
    log_det: f64,
}

/// A design prepared for every kind of noise.
pub struct Fitter {
    prepared: Vec<Prepared>,
    columns: DMatrix<f64>,
}

/// What a series comes to with one kind of noise.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    pub noise: Noise,
    /// Restricted log-likelihood, up to a constant.
    pub likelihood: f64,
    /// Log-likelihood, up to a constant: comparable between designs of as many columns.
    pub closeness: f64,
    place: usize,
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
                basis,
                back,
            }
        });
        Fitter {
            prepared: prepared.collect(),
            columns: design.columns.clone(),
        }
    }

    /// The series with every kind of noise, best first.
    pub fn fit(&self, values: &[f64]) -> Vec<Trial> {
        let mut trials = Vec::new();
        let mut white = Vec::new();
        let free = (values.len() - self.columns.ncols()) as f64;
        for (place, prepared) in self.prepared.iter().enumerate() {
            prepared
                .whitening
                .whiten(values.iter().copied(), &mut white);
            let squares: f64 = white.iter().map(|it| it * it).sum();
            let rest = squares - prepared.explained(&white).norm_squared();
            let variance = (rest / free).max(f64::MIN_POSITIVE);
            trials.push(Trial {
                noise: prepared.noise,
                closeness: -prepared.whitening.log_det / 2.0
                    - values.len() as f64 / 2.0 * variance.ln(),
                likelihood: -prepared.log_det - free / 2.0 * variance.ln(),
                place,
            });
        }
        let best = |one: &Trial, other: &Trial| other.likelihood.total_cmp(&one.likelihood);
        trials.sort_by(best);
        trials
    }

    /// What the series is taken to be, month by month: with the step and the change of trend, and
    /// without them.
    pub fn lines(&self, trial: &Trial, values: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let prepared = &self.prepared[trial.place];
        let mut white = Vec::new();
        prepared
            .whitening
            .whiten(values.iter().copied(), &mut white);
        let explained = prepared.explained(&white);
        let mut coefficients = &prepared.back * explained;
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
}

impl Prepared {
    fn explained(&self, white: &[f64]) -> DVector<f64> {
        self.basis.tr_mul(&DVector::from_column_slice(white))
    }
}
