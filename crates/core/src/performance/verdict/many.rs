//! Many services at once: how many steps chance alone would show.

use serde::Serialize;

/// What is to be expected of several verdicts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Many {
    /// Steps that chance alone would show among as many services without one.
    pub by_chance: f64,
    /// Which survive, in the order asked: of those that do, at most one in twenty is expected to be
    /// chance (Benjamini and Hochberg 1995).
    pub survives: Vec<bool>,
}

/// From the p-values of those that could be judged.
pub fn many(p_values: &[f64]) -> Many {
    const RATE: f64 = 0.05;
    let count = p_values.len();
    let mut ordered: Vec<f64> = p_values.to_vec();
    ordered.sort_by(f64::total_cmp);
    let held = |(place, value): &(usize, &f64)| **value <= RATE * (place + 1) as f64 / count as f64;
    let limit = ordered
        .iter()
        .enumerate()
        .filter(held)
        .map(|(_, value)| *value)
        .next_back();
    Many {
        by_chance: RATE * count as f64,
        survives: p_values
            .iter()
            .map(|value| limit.is_some_and(|limit| *value <= limit))
            .collect(),
    }
}
