//! The cells of the study: how a series is made up, and what is asked of it.

use nalgebra::{DMatrix, DVector};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Poisson, StandardNormal};

/// What a month's value is made of, from noise of mean nought and standard deviation one.
#[derive(Clone, Copy, PartialEq)]
pub enum Shape {
    /// The noise itself.
    Normal,
    /// A Poisson count of mean 20 whose logarithm wanders by 0.3 of the noise.
    Count,
    /// The exponential of the noise.
    Skewed,
}

/// How one month's noise hangs on those before.
#[derive(Clone, Copy, PartialEq)]
pub enum Noise {
    /// AR(1).
    Keeps(f64),
    /// AR(1), half of whose variance after the date is gone.
    Halved(f64),
    /// AR(2) with coefficients 0.5 and 0.3.
    Twice,
    /// AR(1) of which half is white noise.
    HalfWhite(f64),
    /// A random walk, each month's move of standard deviation one.
    Walk,
}

/// What happens at the date.
#[derive(Clone, Copy, PartialEq)]
pub enum Change {
    /// A step of so many standard deviations.
    Step(f64),
    /// Two standard deviations, spread evenly over twelve months.
    Ramp,
}

#[derive(Clone, Copy)]
pub struct Cell {
    pub months: usize,
    pub shape: Shape,
    pub noise: Noise,
    pub change: Change,
}

impl Cell {
    /// The cells that the goals are about, in the order of the table.
    pub fn main() -> Vec<Cell> {
        let mut cells = Vec::new();
        for months in [24, 36, 60, 120] {
            for shape in [Shape::Normal, Shape::Count, Shape::Skewed] {
                for phi in [0.0, 0.3, 0.6, 0.8] {
                    for step in [0.0, 0.5, 1.0, 1.5, 2.0] {
                        cells.push(Cell {
                            months,
                            shape,
                            noise: Noise::Keeps(phi),
                            change: Change::Step(step),
                        });
                    }
                }
            }
        }
        cells
    }

    /// Noise and changes that the method is not made for.
    pub fn stress() -> Vec<Cell> {
        let mut cells = Vec::new();
        for months in [36, 60, 120] {
            let cell = |noise, change| Cell {
                months,
                shape: Shape::Normal,
                noise,
                change,
            };
            let none = Change::Step(0.0);
            cells.extend([0.0, 0.3, 0.6, 0.8].map(|phi| cell(Noise::Halved(phi), none)));
            cells.push(cell(Noise::Twice, none));
            cells.extend([0.6, 0.8].map(|phi| cell(Noise::HalfWhite(phi), none)));
            cells.push(cell(Noise::Walk, none));
            cells.extend([0.0, 0.6].map(|phi| cell(Noise::Keeps(phi), Change::Ramp)));
        }
        cells
    }

    /// Series whose date nobody is told.
    pub fn unknown() -> Vec<Cell> {
        let mut cells = Vec::new();
        for months in [36, 60, 120] {
            for phi in [0.0, 0.3, 0.6, 0.8] {
                let cell = |shape, step| Cell {
                    months,
                    shape,
                    noise: Noise::Keeps(phi),
                    change: Change::Step(step),
                };
                let shapes = [Shape::Normal, Shape::Count, Shape::Skewed];
                cells.extend(shapes.map(|shape| cell(shape, 0.0)));
                cells.extend([2.0, 3.0, 4.0].map(|step| cell(Shape::Normal, step)));
            }
        }
        cells
    }

    /// The first month after the date: the halves are equal.
    pub fn date(&self) -> usize {
        self.months / 2
    }

    pub fn step(&self) -> f64 {
        match self.change {
            Change::Step(step) => step,
            Change::Ramp => 2.0,
        }
    }

    pub fn name(&self) -> String {
        let shape = match self.shape {
            Shape::Normal => "normal",
            Shape::Count => "count",
            Shape::Skewed => "skewed",
        };
        let noise = match self.noise {
            Noise::Keeps(phi) => format!("phi {phi}"),
            Noise::Halved(phi) => format!("phi {phi}, variance halved after"),
            Noise::Twice => "AR(2) 0.5 0.3".into(),
            Noise::HalfWhite(phi) => format!("phi {phi}, half white"),
            Noise::Walk => "random walk".into(),
        };
        let change = match self.change {
            Change::Step(step) => format!("step {step}"),
            Change::Ramp => "ramp of 12 months".into(),
        };
        format!("{}, {shape}, {noise}, {change}", self.months)
    }

    /// The standard deviation of one month, which steps are counted in.
    pub fn deviation(&self) -> f64 {
        match self.shape {
            Shape::Normal => 1.0,
            Shape::Count => (20.0 + 400.0 * (0.09_f64.exp() - 1.0)).sqrt(),
            Shape::Skewed => {
                let e = std::f64::consts::E;
                (e * (e - 1.0)).sqrt()
            }
        }
    }

    /// One series.
    pub fn series(&self, random: &mut ChaCha8Rng) -> Vec<f64> {
        let noise = self.noise(random);
        let date = self.date();
        let values = noise.into_iter().enumerate().map(|(month, noise)| {
            let since = (month + 1).saturating_sub(date) as f64;
            let change = self.deviation()
                * match self.change {
                    Change::Step(step) if month >= date => step,
                    Change::Step(_) => 0.0,
                    Change::Ramp => 2.0 * (since / 12.0).min(1.0),
                };
            match self.shape {
                Shape::Normal => noise + change,
                Shape::Skewed => noise.exp() + change,
                Shape::Count => {
                    let mean = 20.0 * (0.3 * noise - 0.045).exp() + change;
                    Poisson::new(mean)
                        .expect("a mean above nought")
                        .sample(random)
                }
            }
        });
        values.collect()
    }

    fn noise(&self, random: &mut ChaCha8Rng) -> Vec<f64> {
        let mut fresh = || -> f64 { StandardNormal.sample(random) };
        let keeps = |phi: f64, fresh: &mut dyn FnMut() -> f64| {
            let mut state = fresh();
            let mut values = vec![state];
            while values.len() < self.months {
                state = phi * state + (1.0 - phi * phi).sqrt() * fresh();
                values.push(state);
            }
            values
        };
        match self.noise {
            Noise::Keeps(phi) => keeps(phi, &mut fresh),
            Noise::Halved(phi) => {
                let mut values = keeps(phi, &mut fresh);
                for value in &mut values[self.date()..] {
                    *value *= 0.5_f64.sqrt();
                }
                values
            }
            Noise::Twice => {
                let (mut one, mut two) = (0.0, 0.0);
                let mut values = Vec::new();
                for month in 0..self.months + 200 {
                    let next = 0.5 * one + 0.3 * two + fresh();
                    (two, one) = (one, next);
                    if month >= 200 {
                        // The standard deviation of this process.
                        values.push(next / 2.2436_f64.sqrt());
                    }
                }
                values
            }
            Noise::HalfWhite(phi) => {
                let values = keeps(phi, &mut fresh).into_iter();
                values
                    .map(|value| (value + fresh()) * 0.5_f64.sqrt())
                    .collect()
            }
            Noise::Walk => {
                let mut state = 0.0;
                (0..self.months)
                    .map(|_| {
                        state += fresh();
                        state
                    })
                    .collect()
            }
        }
    }

    /// The power of somebody who is told the noise: generalised least squares with the same terms, two-sided 5%.
    /// For normal AR(1) alone.
    pub fn ceiling(&self) -> Option<f64> {
        let (Noise::Keeps(phi), Shape::Normal, Change::Step(step)) =
            (self.noise, self.shape, self.change)
        else {
            return None;
        };
        let (months, date) = (self.months, self.date());
        let mut columns: Vec<Box<dyn Fn(usize) -> f64>> = vec![
            Box::new(move |month| f64::from(u8::from(month >= date))),
            Box::new(|_| 1.0),
            Box::new(|month| month as f64),
            Box::new(move |month| month.saturating_sub(date) as f64),
        ];
        match months {
            ..36 => {}
            36..60 => {
                for wave in [f64::sin, f64::cos] {
                    columns.push(Box::new(move |month| {
                        wave(month as f64 * std::f64::consts::TAU / 12.0)
                    }));
                }
            }
            _ => {
                for of_year in 0..11 {
                    columns.push(Box::new(move |month| {
                        f64::from(u8::from(month % 12 == of_year))
                    }));
                }
            }
        }
        let design = DMatrix::from_fn(months, columns.len(), |month, column| {
            columns[column](month)
        });
        let noise = DMatrix::from_fn(months, months, |one, other| {
            phi.powi(one.abs_diff(other) as i32)
        });
        let weighed = noise.cholesky()?.solve(&design);
        let unit = DVector::from_fn(columns.len(), |column, _| f64::from(u8::from(column == 0)));
        let error = design.tr_mul(&weighed).cholesky()?.solve(&unit)[0].sqrt();
        let beyond = |limit: f64| 0.5 * erfc(limit / 2.0_f64.sqrt());
        Some(beyond(1.959_964 - step / error) + beyond(1.959_964 + step / error))
    }
}

/// The complementary error function to seven digits (Press and others, Numerical Recipes, section 6.2).
fn erfc(x: f64) -> f64 {
    let z = x.abs();
    let t = 1.0 / (1.0 + 0.5 * z);
    let terms = [
        -1.265_512_23,
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    let sum = terms.iter().rev().fold(0.0, |sum, term| term + t * sum);
    let value = t * (sum - z * z).exp();
    if x >= 0.0 { value } else { 2.0 - value }
}
