//! How the months of a series hang together: what is left of one month in the next, and what is not.

use nalgebra::DMatrix;

/// Noise that keeps `phi` of itself from month to month, beside a share that keeps nothing: an
/// autoregression of order 1 plus white noise, of variance 1 together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// From 0 to below 1.
    pub phi: f64,
    /// The white share of the variance, from 0 to below 1.
    pub white: f64,
}

impl Noise {
    /// What a series is fitted with. Finer grids change nothing that some dozens of months could tell.
    pub fn grid() -> Vec<Noise> {
        const PHI: [f64; 8] = [0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98];
        Noise::over(&PHI, &[0.0, 0.3, 0.6, 0.8])
    }

    /// What the rate of false alarms is held for; those of the same `phi` stand together.
    pub fn held_for() -> Vec<Noise> {
        const PHI: [f64; 9] = [0.0, 0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 0.95];
        Noise::over(&PHI, &[0.0, 0.25, 0.5, 0.75])
    }

    /// The correlation of values so many months apart.
    pub fn correlation(self, months: i32) -> f64 {
        match months {
            0 => 1.0,
            _ => (1.0 - self.white) * self.phi.powi(months.abs()),
        }
    }

    pub fn correlations(self, months: &[i32]) -> DMatrix<f64> {
        DMatrix::from_fn(months.len(), months.len(), |one, other| {
            self.correlation(months[one] - months[other])
        })
    }

    /// Every pair; without memory the white share makes no difference.
    fn over(phis: &[f64], whites: &[f64]) -> Vec<Noise> {
        let pairs = phis.iter().flat_map(|&phi| {
            let of_phi = whites.iter().map(move |&white| Noise { phi, white });
            of_phi.take(if phi == 0.0 { 1 } else { whites.len() })
        });
        pairs.collect()
    }

    /// A series of this noise at these months, from independent standard normal values.
    pub fn series(self, months: &[i32], mut normal: impl FnMut() -> f64) -> Vec<f64> {
        let mut state = 0.0;
        let mut last = None;
        let one = |&month: &i32| {
            let kept = last.map_or(0.0, |last| self.phi.powi(month - last));
            last = Some(month);
            let fresh = ((1.0 - self.white) * (1.0 - kept * kept)).sqrt();
            state = kept * state + fresh * normal();
            state + self.white.sqrt() * normal()
        };
        months.iter().map(one).collect()
    }
}

/// Turns a series of a noise into independent values of variance 1, month by month (Kalman filter).
/// Months may be missing.
pub(super) struct Whitening {
    /// What of the forecast is left after the months between.
    kept: Vec<f64>,
    gain: Vec<f64>,
    scale: Vec<f64>,
    /// Logarithm of the determinant of the covariance.
    pub log_det: f64,
}

impl Whitening {
    pub fn new(noise: Noise, months: &[i32]) -> Whitening {
        let own = 1.0 - noise.white;
        let mut whitening = Whitening {
            kept: Vec::new(),
            gain: Vec::new(),
            scale: Vec::new(),
            log_det: 0.0,
        };
        let mut spread = 0.0;
        for (place, month) in months.iter().enumerate() {
            let kept = match place {
                0 => 0.0,
                _ => noise.phi.powi(month - months[place - 1]),
            };
            let forecast = kept * kept * spread + own * (1.0 - kept * kept);
            let variance = forecast + noise.white;
            let gain = forecast / variance;
            spread = forecast * (1.0 - gain);
            whitening.kept.push(kept);
            whitening.gain.push(gain);
            whitening.scale.push(variance.sqrt().recip());
            whitening.log_det += variance.ln();
        }
        whitening
    }

    pub fn whiten(&self, values: impl IntoIterator<Item = f64>, out: &mut Vec<f64>) {
        out.clear();
        let mut state = 0.0;
        for (place, value) in values.into_iter().enumerate() {
            let forecast = self.kept[place] * state;
            let surprise = value - forecast;
            state = forecast + self.gain[place] * surprise;
            out.push(surprise * self.scale[place]);
        }
    }

    pub fn whitened(&self, columns: &DMatrix<f64>) -> DMatrix<f64> {
        let mut out = columns.clone();
        let mut white = Vec::new();
        for mut column in out.column_iter_mut() {
            self.whiten(column.iter().copied(), &mut white);
            column.copy_from_slice(&white);
        }
        out
    }
}
