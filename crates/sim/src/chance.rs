//! Chance: one stream of numbers from one seed, from which a whole run follows.

/// Sebastiano Vigna's splitmix64.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to `count`, without it.
    pub(crate) fn below(&mut self, count: u64) -> u64 {
        self.next() % count.max(1)
    }

    /// An instant or a span, `low` and `high` included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high.saturating_sub(low).saturating_add(1)).unwrap_or(1);
        low.saturating_add(i64::try_from(self.below(span)).unwrap_or(0))
    }

    pub(crate) fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    pub(crate) fn pick<'i, T>(&mut self, items: &'i [T]) -> Option<&'i T> {
        let place = self.below(u64::try_from(items.len()).unwrap_or(1));
        items.get(usize::try_from(place).ok()?)
    }
}

/// A number that depends on a seed and parts alone, for what must not shift when a run does.
pub(crate) fn fixed(seed: u64, parts: &[&str]) -> u64 {
    let seed = seed.to_be_bytes();
    let parts: Vec<&[u8]> =
        std::iter::once(&seed[..]).chain(parts.iter().map(|part| part.as_bytes())).collect();
    let digest = base::Digest::of_parts(&parts);
    digest.as_bytes().first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}
