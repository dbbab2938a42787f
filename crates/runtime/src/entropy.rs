//! Random numbers: one seam, so that a simulated run draws the same ones again.

use std::cell::RefCell;

use base::{BodyId, EventSeq, Nonce, Shard};

/// Where a draw is used. Two uses at the same place give different bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// The id of a case.
    CaseId,
    /// A nonce of a sealed value.
    Nonce,
    /// A data key, the nonce under which it is wrapped, and what is random in its id.
    DataKey,
    /// A session's secret.
    Token,
    /// A one-time code.
    Code,
    /// A person's root handle.
    Handle,
    /// An account's id.
    AccountId,
    /// A draft's id.
    DraftId,
    /// The salt of a leaf of the access log.
    Salt,
}

/// The place of a draw: simulated entropy is a function of it, never a stream, so that a crash
/// shifts nothing (DESIGN L7).
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The body.
    pub body: &'a BodyId,
    /// The shard.
    pub shard: Shard,
    /// The position of the event that it is for.
    pub seq: EventSeq,
    /// The draw's number at that position.
    pub index: u32,
    /// What for.
    pub purpose: Use,
}

/// Random numbers, as the shell asks for them.
pub trait Entropy: Send + Sync + 'static {
    /// Sixty-four bytes for this place.
    fn draw(&self, place: Place<'_>) -> [u8; 64];

    /// A nonce for this place: the first bytes of its draw, or as many drawn for it alone.
    fn nonce(&self, place: Place<'_>) -> Nonce {
        let mut nonce = [0; 24];
        nonce.copy_from_slice(self.draw(place).first_chunk::<24>().unwrap_or(&[0; 24]));
        Nonce(nonce)
    }
}

/// The operating system's, asked for a pool at a time: a request takes some dozens of draws, and a
/// system call for each would be a tenth of its work.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

/// Random bytes of one thread that were not handed out yet. What is handed out is blanked.
struct Pool {
    bytes: [u8; POOL_BYTES],
    used: usize,
}

/// What one system call brings.
const POOL_BYTES: usize = 4_096;

thread_local! {
    static POOL: RefCell<Pool> =
        const { RefCell::new(Pool { bytes: [0; POOL_BYTES], used: POOL_BYTES }) };
}

impl Pool {
    fn draw<const N: usize>(&mut self) -> [u8; N] {
        if self.used + N > POOL_BYTES {
            #[expect(clippy::disallowed_methods, reason = "this is the source of random numbers")]
            let drawn = getrandom::fill(&mut self.bytes);
            // Without random numbers no id, key or nonce is safe, and nothing may go on.
            assert!(drawn.is_ok(), "the operating system gives no random numbers");
            self.used = 0;
        }
        let mut drawn = [0; N];
        drawn.swap_with_slice(&mut self.bytes[self.used..self.used + N]);
        self.used += N;
        drawn
    }
}

impl Entropy for SystemEntropy {
    fn draw(&self, _place: Place<'_>) -> [u8; 64] {
        POOL.with_borrow_mut(Pool::draw)
    }

    fn nonce(&self, _place: Place<'_>) -> Nonce {
        Nonce(POOL.with_borrow_mut(Pool::draw))
    }
}

/// A function of a seed and the place, for simulation and the demo.
#[derive(Debug, Clone, Copy)]
pub struct SeededEntropy(pub u64);

impl Entropy for SeededEntropy {
    fn draw(&self, place: Place<'_>) -> [u8; 64] {
        let mut bytes = [0; 64];
        for (half, chunk) in (0_u8..).zip(bytes.chunks_exact_mut(32)) {
            let digest = base::Digest::of_parts(&[
                &self.0.to_be_bytes(),
                place.body.as_str().as_bytes(),
                &place.shard.0.to_be_bytes(),
                &place.seq.0.to_be_bytes(),
                &place.index.to_be_bytes(),
                &[place.purpose as u8, half],
            ]);
            chunk.copy_from_slice(digest.as_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_gives_is_given_once_and_is_no_blank() {
        let body: BodyId = "millbrook".parse().unwrap();
        let place =
            Place { body: &body, shard: Shard(0), seq: EventSeq(1), index: 0, purpose: Use::Nonce };
        let draws = |_| (0..1_000).map(|_| SystemEntropy.draw(place)).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4)
            .map(|thread| std::thread::scope(|scope| scope.spawn(|| draws(thread)).join().unwrap()))
            .collect();
        let all: std::collections::BTreeSet<[u8; 64]> = threads.iter().flatten().copied().collect();
        assert_eq!(all.len(), 4_000, "no draw came twice");
        let blank = |draw: &[u8; 64]| draw.chunks_exact(16).any(|part| part == [0; 16]);
        assert!(!all.iter().any(blank), "no draw holds bytes that were handed out");
    }

    #[test]
    fn seeded_entropy_is_a_function_of_the_place() {
        let body: BodyId = "millbrook".parse().unwrap();
        let place = |seq, purpose| Place {
            body: &body,
            shard: Shard(0),
            seq: EventSeq(seq),
            index: 0,
            purpose,
        };
        let entropy = SeededEntropy(7);
        assert_eq!(entropy.draw(place(1, Use::CaseId)), entropy.draw(place(1, Use::CaseId)));
        assert_ne!(entropy.draw(place(1, Use::CaseId)), entropy.draw(place(2, Use::CaseId)));
        assert_ne!(entropy.draw(place(1, Use::CaseId)), entropy.draw(place(1, Use::Nonce)));
        assert_ne!(
            SeededEntropy(8).draw(place(1, Use::CaseId)),
            entropy.draw(place(1, Use::CaseId))
        );
    }
}
