//! Seeded randomness (SplitMix64): the same seed kills at the same points.

#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// From `CLAVIGER_CRASH_SEED` where set, else `seed`; told either way, so that a failure can be repeated.
    pub(crate) fn new(seed: u64) -> Random {
        let given = std::env::var("CLAVIGER_CRASH_SEED")
            .ok()
            .and_then(|text| text.parse().ok());
        let seed = given.unwrap_or(seed);
        eprintln!("seed {seed}");
        Random(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to and without `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}
