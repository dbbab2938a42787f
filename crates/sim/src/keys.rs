//! The keystore as the program holds it: it outlives the program's lives.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::KeyId;
use store::{KeyStore, SimKeyStore, StoreError, WrappedKey};

/// A keystore that a restarted program opens again.
pub(crate) struct SharedKeys(pub(crate) Arc<Mutex<SimKeyStore>>);

impl SharedKeys {
    fn lock(&self) -> MutexGuard<'_, SimKeyStore> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyStore for SharedKeys {
    fn append_keys(&mut self, keys: &[WrappedKey]) -> Result<(), StoreError> {
        self.lock().append_keys(keys)
    }

    fn key(&self, key: KeyId) -> Result<Option<WrappedKey>, StoreError> {
        self.lock().key(key)
    }

    fn keys_after(&self, after: Option<KeyId>, limit: u32) -> Result<Vec<WrappedKey>, StoreError> {
        self.lock().keys_after(after, limit)
    }

    fn rewrap(&mut self, keys: &[WrappedKey]) -> Result<(), StoreError> {
        self.lock().rewrap(keys)
    }

    fn forget(&mut self, keys: &[KeyId]) -> Result<u64, StoreError> {
        self.lock().forget(keys)
    }
}
