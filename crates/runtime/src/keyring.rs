//! Keyring: a body's data keys, made durable before use, and the sealing of a case's values.
//!
//! Keys are drawn in blocks and written, wrapped under the body's epoch key, before the first of
//! them is handed out, so that a key always precedes its ciphertext and a commit waits for one
//! fsync (DESIGN L9). Forgetting a key is final.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::{BodyId, DataKey, EventSeq, Field, FixedMap, KeyId, Nonce, Party, SealError, Sealed};
use base::{Sealer, Shard, ValueId};
use store::{KeyStore, StoreError, WrapEpoch, WrappedKey};

use crate::entropy::{Entropy, Place, Use};

/// Keys that are made durable with the first fsync; each further block has twice as many as the
/// one before, so that a busy body waits seldom and a quiet one wastes little.
const FIRST_BLOCK_KEYS: u32 = 256;
/// Keys that are made durable with one fsync at most.
const BLOCK_KEYS: u32 = 2_048;
/// Blocks drawn in a row before giving up.
const BLOCK_TRIES: u32 = 1_000;
/// Unwrapped keys that are kept at hand.
const CACHED_KEYS: usize = 50_000;

/// Why a key is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The keystore failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A wrapped key does not open under the body's key.
    #[error("data key {key} does not open under the body's key")]
    DoesNotOpen {
        /// The key.
        key: KeyId,
    },
}

struct Inner {
    store: Box<dyn KeyStore>,
    spare: VecDeque<(KeyId, DataKey)>,
    cache: FixedMap<KeyId, DataKey>,
    /// Keys drawn so far.
    drawn: u32,
}

/// A body's keyring, shared by its writer and its readers.
#[derive(Clone)]
pub struct Keyring {
    body: BodyId,
    wrap: DataKey,
    epoch: WrapEpoch,
    inner: Arc<Mutex<Inner>>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Keyring({})", self.body)
    }
}

impl Keyring {
    /// The keyring of a body over its keystore, under its present epoch key.
    pub fn new(body: BodyId, wrap: DataKey, epoch: WrapEpoch, store: Box<dyn KeyStore>) -> Self {
        let inner = Inner { store, spare: VecDeque::new(), cache: FixedMap::default(), drawn: 0 };
        Self { body, wrap, epoch, inner: Arc::new(Mutex::new(inner)) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn associated(&self, key: KeyId) -> Vec<u8> {
        [b"data-key/".as_slice(), self.body.as_str().as_bytes(), b"/", key.as_bytes()].concat()
    }

    /// A key that is durable and was never used.
    pub(crate) fn take(
        &self,
        entropy: &dyn Entropy,
        shard: Shard,
        seq: EventSeq,
    ) -> Result<KeyId, KeyError> {
        let mut inner = self.lock();
        if inner.spare.is_empty() {
            self.add_block(&mut inner, entropy, shard, seq)?;
        }
        let Some((id, key)) = inner.spare.pop_front() else {
            return Err(StoreError::Stopped.into());
        };
        inner.remember(id, key);
        Ok(id)
    }

    /// A block whose ids are taken was drawn before a crash at the same place: the next one is
    /// drawn, for its keys may be in use.
    fn add_block(
        &self,
        inner: &mut Inner,
        entropy: &dyn Entropy,
        shard: Shard,
        seq: EventSeq,
    ) -> Result<(), KeyError> {
        for _ in 0..BLOCK_TRIES {
            let count = inner.drawn.clamp(FIRST_BLOCK_KEYS, BLOCK_KEYS);
            let block = self.draw_block(entropy, (shard, seq), inner.drawn, count);
            inner.drawn = inner.drawn.wrapping_add(count);
            let wrapped: Vec<WrappedKey> =
                block.iter().map(|(_, _, wrapped)| wrapped.clone()).collect();
            match inner.store.append_keys(&wrapped) {
                Ok(()) => {
                    inner.spare.extend(block.into_iter().map(|(id, key, _)| (id, key)));
                    return Ok(());
                }
                Err(StoreError::NotUnique { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Stopped.into())
    }

    fn draw_block(
        &self,
        entropy: &dyn Entropy,
        (shard, seq): (Shard, EventSeq),
        first: u32,
        count: u32,
    ) -> Vec<(KeyId, DataKey, WrappedKey)> {
        let keys = (0..count).filter_map(|index| {
            let index = first.wrapping_add(index);
            let place = Place { body: &self.body, shard, seq, index, purpose: Use::DataKey };
            let drawn = entropy.draw(place);
            let (secret, rest) = drawn.split_first_chunk::<32>()?;
            let (nonce, rest) = rest.split_first_chunk::<24>()?;
            let (id, nonce) = (ordered_id(seq, index, rest), Nonce(*nonce));
            let sealed = self.wrap.seal(nonce, &self.associated(id), secret)?;
            let wrapped = [nonce.0.as_slice(), &sealed].concat();
            Some((
                id,
                DataKey::from_bytes(*secret),
                WrappedKey { key: id, epoch: self.epoch, wrapped },
            ))
        });
        keys.collect()
    }

    /// The key, or `None` when it was forgotten.
    ///
    /// # Errors
    /// [`KeyError`] when the keystore fails or the wrapped key does not open.
    pub fn key(&self, id: KeyId) -> Result<Option<DataKey>, KeyError> {
        let mut inner = self.lock();
        if let Some(key) = inner.cache.get(&id) {
            return Ok(Some(key.clone()));
        }
        let Some(wrapped) = inner.store.key(id)? else { return Ok(None) };
        let opened = wrapped.wrapped.split_first_chunk::<24>().and_then(|(nonce, sealed)| {
            self.wrap.open(Nonce(*nonce), &self.associated(id), sealed)
        });
        let secret = opened.and_then(|secret| <[u8; 32]>::try_from(secret).ok());
        let key = DataKey::from_bytes(secret.ok_or(KeyError::DoesNotOpen { key: id })?);
        inner.remember(id, key.clone());
        Ok(Some(key))
    }

    /// Forgets a key for good.
    ///
    /// # Errors
    /// [`KeyError`] when the keystore fails; the key may then still be there.
    pub fn forget(&self, id: KeyId) -> Result<(), KeyError> {
        self.forget_all(&[id])
    }

    /// Forgets keys for good, all at once.
    ///
    /// # Errors
    /// As [`Keyring::forget`].
    pub fn forget_all(&self, ids: &[KeyId]) -> Result<(), KeyError> {
        if ids.is_empty() {
            return Ok(());
        }
        let mut inner = self.lock();
        inner.store.forget(ids)?;
        for id in ids {
            inner.cache.remove(id);
        }
        Ok(())
    }

    /// What opens and seals the values of a case whose parties have these keys. A forgotten key
    /// is left out: values under it do not open.
    ///
    /// # Errors
    /// [`KeyError`] when the keystore fails.
    pub fn of_case(&self, keys: &[KeyId]) -> Result<CaseKeys, KeyError> {
        let keys = keys.iter().map(|id| self.key(*id)).collect::<Result<Vec<_>, _>>()?;
        Ok(CaseKeys { body: self.body.clone(), keys })
    }
}

/// An id of a key: 48 bits of the place at which its block was drawn, 16 of its number and 64 drawn
/// at random. Keys that are drawn one after another stand side by side in the keystore: at random
/// places, a block would rewrite as many pages as it has keys.
fn ordered_id(seq: EventSeq, number: u32, drawn: &[u8]) -> KeyId {
    let [_, _, place @ ..] = seq.0.to_be_bytes();
    let [_, _, number @ ..] = number.to_be_bytes();
    let mut id = [0; 16];
    let parts = place.into_iter().chain(number).chain(drawn.iter().copied());
    id.iter_mut().zip(parts).for_each(|(byte, part)| *byte = part);
    KeyId::from_bytes(id)
}

impl Inner {
    fn remember(&mut self, id: KeyId, key: DataKey) {
        if self.cache.len() >= CACHED_KEYS {
            self.cache.clear();
        }
        self.cache.insert(id, key);
    }
}

/// The keys of a case's parties, which open its values.
#[derive(Clone)]
pub struct CaseKeys {
    body: BodyId,
    keys: Vec<Option<DataKey>>,
}

impl std::fmt::Debug for CaseKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "CaseKeys({} parties)", self.keys.len())
    }
}

impl CaseKeys {
    /// Leaves a party's key out, though it may still be in the keystore.
    pub(crate) fn forget(&mut self, party: Party) {
        if let Some(key) = self.keys.get_mut(usize::from(party.0)) {
            *key = None;
        }
    }

    /// The parties that have no key any more.
    pub(crate) fn missing(&self) -> impl Iterator<Item = Party> {
        let parties = (0..=u8::MAX).map(Party).zip(&self.keys);
        parties.filter(|(_, key)| key.is_none()).map(|(party, _)| party)
    }

    fn key(&self, party: Party) -> Result<&DataKey, SealError> {
        self.keys
            .get(usize::from(party.0))
            .and_then(Option::as_ref)
            .ok_or(SealError::NoKey { party })
    }

    fn associated(&self, value: ValueId, field: Field<'_>) -> Vec<u8> {
        let body = self.body.as_str().as_bytes();
        [body, b"/", &value.0.to_be_bytes(), b"/", field.0.as_bytes()].concat()
    }

    /// Opens what was sealed under this field.
    ///
    /// # Errors
    /// [`SealError`] when there is no key or it does not open.
    pub fn open(&self, field: Field<'_>, sealed: &Sealed) -> Result<Vec<u8>, SealError> {
        let associated = self.associated(sealed.value, field);
        let key = self.key(sealed.party)?;
        key.open(sealed.nonce, &associated, &sealed.ciphertext).ok_or(SealError::DoesNotOpen)
    }

    /// What seals the values of the event at this place.
    pub(crate) fn sealer<'a>(
        &'a self,
        entropy: &'a dyn Entropy,
        shard: Shard,
        seq: EventSeq,
    ) -> EventSealer<'a> {
        EventSealer { keys: self, entropy, shard, seq, index: 0 }
    }
}

impl Sealer for CaseKeys {
    fn seal(
        &mut self,
        party: Party,
        _field: Field<'_>,
        _value: Option<ValueId>,
        _plaintext: &[u8],
    ) -> Result<Sealed, SealError> {
        Err(SealError::NoKey { party }) // sealing needs a place for its nonce
    }

    fn open(&self, field: Field<'_>, sealed: &Sealed) -> Result<Vec<u8>, SealError> {
        Self::open(self, field, sealed)
    }
}

/// Seals the values of one event. A value's number is its first event's place and its number there.
pub(crate) struct EventSealer<'a> {
    keys: &'a CaseKeys,
    entropy: &'a dyn Entropy,
    shard: Shard,
    seq: EventSeq,
    index: u32,
}

/// Values that one event may number.
const VALUES_PER_EVENT: u64 = 1 << 16;

impl Sealer for EventSealer<'_> {
    fn seal(
        &mut self,
        party: Party,
        field: Field<'_>,
        value: Option<ValueId>,
        plaintext: &[u8],
    ) -> Result<Sealed, SealError> {
        let fresh = self.seq.0.wrapping_mul(VALUES_PER_EVENT).wrapping_add(u64::from(self.index));
        let value = value.unwrap_or(ValueId(fresh));
        let place = Place {
            body: &self.keys.body,
            shard: self.shard,
            seq: self.seq,
            index: self.index,
            purpose: Use::Nonce,
        };
        let nonce = self.entropy.nonce(place);
        self.index = self.index.saturating_add(1);
        let associated = self.keys.associated(value, field);
        let key = self.keys.key(party)?;
        let sealed = key.seal(nonce, &associated, plaintext);
        let ciphertext = sealed.ok_or(SealError::NoKey { party })?;
        Ok(Sealed { value, party, nonce, ciphertext })
    }

    fn open(&self, field: Field<'_>, sealed: &Sealed) -> Result<Vec<u8>, SealError> {
        self.keys.open(field, sealed)
    }
}
