//! The secrets of an installation, in files that only its owner may read.
//!
//! `keys/{body}.key` holds thirty-two random bytes; the key that wraps a body's data keys and the
//! key of its blind indexes are derived from it, one for each purpose (HKDF, RFC 5869). Whoever
//! has the file and the data has the values: keep backups of the two apart.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base::{BlindKey, BodyId, DataKey, Digest};

/// The secrets of one body.
pub struct BodySecrets {
    /// Wraps its data keys.
    pub wrap: DataKey,
    /// Keys its blind indexes.
    pub blind: BlindKey,
    /// Seals what a browser keeps for it, such as form tokens.
    pub cookie: DataKey,
    /// Signs the checkpoints of its access log.
    pub log: audit::SigningKey,
    /// By which the secret is known again; nothing of it can be read from it.
    pub fingerprint: Digest,
}

/// Reads a body's secrets, making them when the installation is new. `random` gives the bytes
/// of a new one.
///
/// # Errors
/// When the file cannot be read or written, or is not ours.
pub fn body_secrets(
    folder: &Path,
    body: &BodyId,
    random: impl FnOnce() -> [u8; 32],
) -> anyhow::Result<BodySecrets> {
    let secret = read_or_make(&key_file(folder, body.as_str()), random)?;
    let log = runtime::log_key(body, &derive(&secret, body, "access log checkpoints")?);
    Ok(BodySecrets {
        log: log.with_context(|| format!("{body} can have no key for its access log"))?,
        wrap: DataKey::from_bytes(derive(&secret, body, "wrap data keys, epoch 1")?),
        blind: BlindKey::from_bytes(derive(&secret, body, "blind indexes")?),
        cookie: DataKey::from_bytes(derive(&secret, body, "form tokens")?),
        fingerprint: fingerprint(&secret),
    })
}

/// By which a secret is known again.
pub fn fingerprint(secret: &[u8; 32]) -> Digest {
    Digest::of_parts(&[b"throughline key fingerprint", secret])
}

/// Reads a secret of the installation itself, such as the transcryptor's master key.
///
/// # Errors
/// As [`body_secrets`].
pub fn secret(
    folder: &Path,
    name: &str,
    random: impl FnOnce() -> [u8; 32],
) -> anyhow::Result<[u8; 32]> {
    read_or_make(&key_file(folder, name), random)
}

/// Where a secret stands within the data folder.
pub fn key_file(folder: &Path, name: &str) -> PathBuf {
    folder.join("keys").join(format!("{name}.key"))
}

fn derive(secret: &[u8; 32], body: &BodyId, purpose: &str) -> anyhow::Result<[u8; 32]> {
    let mut key = [0; 32];
    let info = format!("throughline/{body}/{purpose}");
    let derived = hkdf::Hkdf::<sha2::Sha256>::new(None, secret).expand(info.as_bytes(), &mut key);
    if derived.is_err() {
        bail!("no key could be derived for {body}");
    }
    Ok(key)
}

fn read_or_make(path: &Path, random: impl FnOnce() -> [u8; 32]) -> anyhow::Result<[u8; 32]> {
    match std::fs::read(path) {
        Ok(bytes) => match <[u8; 32]>::try_from(bytes) {
            Ok(secret) => Ok(secret),
            Err(_) => bail!("{} is not a key of 32 bytes: put the right file back", path.display()),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(path, random()),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

/// Writes a new secret durably before anything is sealed under it.
fn make(path: &Path, secret: [u8; 32]) -> anyhow::Result<[u8; 32]> {
    let said = || format!("{} cannot be written", path.display());
    let folder = path.parent().context("a key stands in a folder")?;
    std::fs::create_dir_all(folder).with_context(said)?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).with_context(said)?;
    file.write_all(&secret).with_context(said)?;
    file.sync_all().with_context(said)?;
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).with_context(said)?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_differs_by_purpose() {
        let folder = std::env::temp_dir().join(format!("throughline-keys-{}", std::process::id()));
        let body: BodyId = "wealdmere".parse().unwrap();
        let first = body_secrets(&folder, &body, || [7; 32]).unwrap();
        let again = body_secrets(&folder, &body, || unreachable!("it is there")).unwrap();
        assert_eq!(first.wrap.expose(), again.wrap.expose());
        assert_ne!(first.wrap.expose(), first.cookie.expose());
        std::fs::write(folder.join("keys/wealdmere.key"), b"short").unwrap();
        assert!(body_secrets(&folder, &body, || [7; 32]).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
