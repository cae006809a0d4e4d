//! Numbers that look random and are the same every time.

/// SplitMix64: G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014; the constants are those of <https://prng.di.unimi.it/splitmix64.c>.
pub(super) struct Random(u64);

/// The odd number nearest to 2^64 divided by the golden ratio.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    /// A sequence of its own for each (seed, stream), so that one file can be written again without
    /// the files before it.
    pub(super) fn stream(seed: u64, stream: u64) -> Random {
        let start = Random(seed).number();
        Random(start ^ Random(stream).number())
    }

    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Near enough to a standard normal number: twelve from 0 to 1, added up, less six. Exact sums of
    /// exact numbers, so that it is the same on every machine.
    pub(super) fn normal(&mut self) -> f64 {
        const FINE: u64 = 1 << 24;
        let sum: u64 = (0..12).map(|_| self.below(FINE)).sum();
        (sum as f64 + 6.0) / FINE as f64 - 6.0
    }

    /// A whole number from 0 up to, but not including, `bound`; 0 when `bound` is 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.number()) * u128::from(bound)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_numbers_are_the_published_ones() {
        let mut random = Random(1_234_567);
        let first = [random.number(), random.number(), random.number()];
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }
}
