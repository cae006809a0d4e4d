//! How large a step looks in series without one, by simulation of the design at hand.

use super::fit::Fitter;
use super::noise::Noise;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

/// The statistic of series without a step, for each noise that the false-alarm rate is held for,
/// sorted.
#[derive(Clone, Debug)]
pub struct Critical {
    of_noise: Vec<Vec<f64>>,
}

/// Held to 4.5%, so that what the simulation itself does not know stays within 5%.
const HELD: f64 = 0.955;
/// The same for the two sides of an interval that holds nine in ten.
const HELD_90: f64 = 0.91;

impl Critical {
    /// From so many series of each noise. The same seed gives the same answer.
    pub fn simulated(fitter: &Fitter, each: usize, seed: u64) -> Critical {
        let of_noise = Noise::held_for()
            .into_iter()
            .zip(0u64..)
            .map(|(noise, stream)| {
                let mut random = ChaCha8Rng::seed_from_u64(seed);
                random.set_stream(stream);
                let series = (0..each)
                    .map(|_| noise.series(&fitter.elapsed, || StandardNormal.sample(&mut random)));
                let mut statistics = fitter.statistics(series);
                statistics.sort_by(f64::total_cmp);
                statistics
            });
        Critical {
            of_noise: of_noise.collect(),
        }
    }

    /// What the statistic must reach to be called a step.
    pub fn value(&self) -> f64 {
        self.point(HELD)
    }

    /// How many standard errors an interval reaches to each side that holds the step nine times in ten.
    pub fn value_90(&self) -> f64 {
        self.point(HELD_90)
    }

    fn point(&self, share: f64) -> f64 {
        let points = self.of_noise.iter().map(|sorted| {
            let place = (share * sorted.len() as f64).ceil() as usize;
            sorted[place.saturating_sub(1).min(sorted.len() - 1)]
        });
        points.fold(0.0, f64::max)
    }

    /// How often series without a step look at least as stepped, for the noise for which they do so
    /// most often.
    pub fn p_value(&self, statistic: f64) -> f64 {
        let shares = self.of_noise.iter().map(|sorted| {
            let below = sorted.partition_point(|held| *held < statistic.abs());
            (sorted.len() - below + 1) as f64 / (sorted.len() + 1) as f64
        });
        shares.fold(0.0, f64::max)
    }
}
