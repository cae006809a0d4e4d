//! What the months say under each noise that is thought possible.
//!
//! A design's own columns (level, trend, season and so on) are taken out first, so that nothing below depends on
//! them: adding any trend or season to a series changes no answer. What is left are the *contrasts*. Under one
//! persistence their covariances for all shares of white noise have the same eigenvectors, so one rotation
//! serves them all.

use super::design::Design;
use super::noise::Noise;
use nalgebra::{DMatrix, RowDVector};

/// One noise, seen from one design.
pub(super) struct Lens {
    pub noise: Noise,
    /// Information on the target: its variance is sigma squared over this.
    pub information: f64,
    /// Of the contrasts' covariance, up to a constant that all lenses share.
    pub log_determinant: f64,
}

/// The noises of one persistence, which share their eigenvectors.
struct Lane {
    /// Rotates a series into independent contrasts.
    rotation: DMatrix<f64>,
    /// One row for each lens: the contrasts' precisions.
    precisions: DMatrix<f64>,
    /// The same, times the target.
    aims: DMatrix<f64>,
}

/// A design seen under every possible noise.
pub(super) struct Lenses {
    pub all: Vec<Lens>,
    lanes: Vec<Lane>,
    /// How many contrasts there are.
    pub contrasts: f64,
}

/// What a series holds for each lens: its product with the target, and its length, both weighed by precision.
pub(super) struct Weighed {
    pub products: DMatrix<f64>,
    pub lengths: DMatrix<f64>,
}

impl Lenses {
    /// For one of a design's columns, the others being taken out.
    pub(super) fn new(design: &Design, column: usize) -> Self {
        let target = design.columns.column(column).into_owned();
        let contrasts = contrasts(design.columns.clone().remove_column(column));
        let mut all = Vec::new();
        let mut lanes = Vec::new();
        let possible = Noise::held_for();
        for alike in possible.chunk_by(|one, other| one.phi == other.phi) {
            let pure = Noise {
                phi: alike[0].phi,
                white: 0.0,
            };
            let covariance =
                &contrasts * pure.correlations(&design.elapsed) * contrasts.transpose();
            let eigen = covariance.symmetric_eigen();
            let rotation = eigen.eigenvectors.transpose() * &contrasts;
            let aim = &rotation * &target;
            let mut precisions = Vec::new();
            let mut aims = Vec::new();
            for &noise in alike {
                let variances = eigen
                    .eigenvalues
                    .map(|value| (1.0 - noise.white) * value.max(1e-10) + noise.white);
                let precision = variances.map(f64::recip);
                let weighed = aim.component_mul(&precision);
                all.push(Lens {
                    noise,
                    information: weighed.dot(&aim),
                    log_determinant: variances.map(f64::ln).sum(),
                });
                precisions.push(RowDVector::from_iterator(
                    precision.len(),
                    precision.iter().copied(),
                ));
                aims.push(RowDVector::from_iterator(
                    weighed.len(),
                    weighed.iter().copied(),
                ));
            }
            lanes.push(Lane {
                rotation,
                precisions: DMatrix::from_rows(&precisions),
                aims: DMatrix::from_rows(&aims),
            });
        }
        Self {
            all,
            lanes,
            contrasts: contrasts.nrows() as f64,
        }
    }

    /// Weigh many series at once, one in each column.
    pub(super) fn weigh(&self, series: &DMatrix<f64>) -> Weighed {
        let mut products = DMatrix::zeros(self.all.len(), series.ncols());
        let mut lengths = products.clone();
        let mut row = 0;
        for lane in &self.lanes {
            let mut rotated = &lane.rotation * series;
            let rows = lane.aims.nrows();
            products
                .rows_mut(row, rows)
                .copy_from(&(&lane.aims * &rotated));
            rotated.apply(|value| *value *= *value);
            lengths
                .rows_mut(row, rows)
                .copy_from(&(&lane.precisions * &rotated));
            row += rows;
        }
        Weighed { products, lengths }
    }
}

impl Lens {
    /// The log density of the contrasts' shape, whatever their scale, when the target's size is normal about
    /// nought with so many times the noise's variance: 0 for no effect at all.
    pub(super) fn log_density(
        &self,
        product: f64,
        length: f64,
        spread: f64,
        contrasts: f64,
    ) -> f64 {
        let grown = 1.0 + spread * self.information;
        let rest = (length - product * product * spread / grown).max(f64::MIN_POSITIVE);
        -0.5 * (self.log_determinant + grown.ln() + contrasts * rest.ln())
    }

    /// The log of the restricted likelihood (REML), up to a constant that all lenses share.
    pub(super) fn log_reml(&self, product: f64, length: f64, contrasts: f64) -> f64 {
        let rest = (length - product * product / self.information).max(f64::MIN_POSITIVE);
        -0.5 * (self.log_determinant + self.information.ln() + (contrasts - 1.0) * rest.ln())
    }
}

/// Rows that are orthogonal to each other, of length one, and to every column of a design.
fn contrasts(columns: DMatrix<f64>) -> DMatrix<f64> {
    let (months, width) = columns.shape();
    let mut whole = DMatrix::identity(months, months);
    columns.qr().q_tr_mul(&mut whole);
    whole.rows(width, months - width).into_owned()
}
