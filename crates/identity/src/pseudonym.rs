//! Sector pseudonyms: a person as one body knows them (DESIGN L11).
//!
//! A person's root handle is a random point M of the group ristretto255 (RFC
//! 9496), made of no number that anybody has. A body's pseudonym is `s * M`,
//! where the body's secret `s` is the product of one [`Share`] from each
//! transcryptor; a share is drawn by HKDF (RFC 5869) from that transcryptor's
//! [`MasterKey`], the body's name and the key epoch. To join the tables of two
//! bodies one needs every share of both, for that is the decisional
//! Diffie-Hellman problem. With one transcryptor its operator can.
//!
//! A transcryptor joins without changing any pseudonym: for each body it brings
//! its own share, and the one before it keeps [`Share::without`] that share and
//! destroys the master key that made the old one.
//!
//! Promises: secrets leave memory when dropped and never print; the identity
//! point and encodings that are not canonical are refused. Refuses: translating
//! a pseudonym to another body without a [`Permit`].

use std::fmt;

use base::{BodyId, PersonHandle, SectorPersonId};
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity as _;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

/// The most transcryptors that an installation may have.
pub const MAX_TRANSCRYPTORS: usize = 8;

/// The label under which shares are drawn; a change of it changes every pseudonym.
const SHARE_LABEL: &[u8] = b"throughline body share v1";

/// Bytes that are not the point of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PointError {
    /// Not thirty-two bytes, or not the one encoding of a point (RFC 9496, section 4.3.1).
    #[error("not the canonical encoding of a ristretto255 point")]
    NotCanonical,
    /// The neutral element, which every secret leaves as it is.
    #[error("the identity point stands for nobody")]
    Identity,
}

/// Why a secret cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Zero has no inverse and would map everybody to one point.
    #[error("a share is zero")]
    Zero,
    /// Stored bytes are not a scalar below the group's order.
    #[error("stored share is not a canonical scalar")]
    NotCanonical,
    /// No shares, or more than [`MAX_TRANSCRYPTORS`].
    #[error("a body's secret needs 1 to {MAX_TRANSCRYPTORS} shares, got {count}")]
    ShareCount {
        /// How many were given.
        count: usize,
    },
    /// Shares or secrets of different bodies or epochs were put together.
    #[error("secret of {found} epoch {found_epoch} given where {wanted} epoch {wanted_epoch} was wanted",
        found_epoch = found_epoch.0, wanted_epoch = wanted_epoch.0)]
    WrongBody {
        /// The body wanted.
        wanted: BodyId,
        /// The epoch wanted.
        wanted_epoch: KeyEpoch,
        /// The body found.
        found: BodyId,
        /// The epoch found.
        found_epoch: KeyEpoch,
    },
    /// The person's bytes are not a point.
    #[error(transparent)]
    Point(#[from] PointError),
}

/// Which of a body's secrets: it grows when the body is re-keyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyEpoch(pub u32);

/// Makes a person's root handle from sixty-four random bytes (RFC 9496, section 4.3.4).
///
/// # Errors
/// [`PointError::Identity`] when the bytes give the neutral element: draw others.
pub fn handle_from_random(random: &[u8; 64]) -> Result<PersonHandle, PointError> {
    let point = RistrettoPoint::from_uniform_bytes(random);
    if point.is_identity() {
        return Err(PointError::Identity);
    }
    Ok(PersonHandle::from_bytes(point.compress().to_bytes()))
}

/// Reads a stored or received handle.
///
/// # Errors
/// [`PointError`] unless it is the canonical encoding of a point that stands for somebody.
pub fn handle_from_slice(bytes: &[u8]) -> Result<PersonHandle, PointError> {
    let handle = PersonHandle::from_slice(bytes).ok_or(PointError::NotCanonical)?;
    decode(handle.as_bytes()).map(|_| handle)
}

/// Reads a stored or received pseudonym.
///
/// # Errors
/// [`PointError`] unless it is the canonical encoding of a point that stands for somebody.
pub fn sector_id_from_slice(bytes: &[u8]) -> Result<SectorPersonId, PointError> {
    let id = SectorPersonId::from_slice(bytes).ok_or(PointError::NotCanonical)?;
    decode(id.as_bytes()).map(|_| id)
}

fn decode(bytes: &[u8; 32]) -> Result<RistrettoPoint, PointError> {
    let point = CompressedRistretto(*bytes).decompress().ok_or(PointError::NotCanonical)?;
    if point.is_identity() { Err(PointError::Identity) } else { Ok(point) }
}

/// A transcryptor's one long-lived secret.
#[derive(Clone, ZeroizeOnDrop)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// Takes thirty-two random bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// This transcryptor's share of a body's secret.
    ///
    /// # Errors
    /// [`KeyError::Zero`], once in 2^252 draws: take the next epoch.
    pub fn share(&self, body: &BodyId, epoch: KeyEpoch) -> Result<Share, KeyError> {
        let mut wide = Zeroizing::new([0_u8; 64]);
        let name = body.as_str().as_bytes();
        let length = u64::try_from(name.len()).unwrap_or(u64::MAX).to_be_bytes();
        let info = [SHARE_LABEL, &length, name, &epoch.0.to_be_bytes()].concat();
        hkdf::Hkdf::<sha2::Sha512>::new(None, &self.0)
            .expand(&info, wide.as_mut_slice())
            .map_err(|_| KeyError::Zero)?;
        Share::of(body.clone(), epoch, Scalar::from_bytes_mod_order_wide(&wide))
    }
}

/// One transcryptor's factor of a body's secret.
#[derive(Clone)]
pub struct Share {
    body: BodyId,
    epoch: KeyEpoch,
    factor: Scalar,
}

impl Share {
    fn of(body: BodyId, epoch: KeyEpoch, factor: Scalar) -> Result<Self, KeyError> {
        if factor == Scalar::ZERO { Err(KeyError::Zero) } else { Ok(Self { body, epoch, factor }) }
    }

    /// Reads a share that a transcryptor keeps after another has joined it.
    ///
    /// # Errors
    /// [`KeyError`] when the bytes are not a scalar other than zero.
    pub fn from_stored(body: BodyId, epoch: KeyEpoch, bytes: [u8; 32]) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(bytes);
        let factor = Option::from(Scalar::from_canonical_bytes(*bytes));
        Self::of(body, epoch, factor.ok_or(KeyError::NotCanonical)?)
    }

    /// The share's bytes, to be stored sealed.
    pub fn expose(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.factor.to_bytes())
    }

    /// What is left of this share when `newcomer` joins: together they are the old share, so no
    /// pseudonym changes.
    ///
    /// # Errors
    /// [`KeyError::WrongBody`] when the two are not of one body and epoch.
    pub fn without(&self, newcomer: &Self) -> Result<Self, KeyError> {
        self.same_secret(&newcomer.body, newcomer.epoch)?;
        let mut inverse = newcomer.factor.invert();
        let left = Self::of(self.body.clone(), self.epoch, self.factor * inverse);
        inverse.zeroize();
        left
    }

    fn same_secret(&self, body: &BodyId, epoch: KeyEpoch) -> Result<(), KeyError> {
        same_secret((&self.body, self.epoch), (body, epoch))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.factor.zeroize();
    }
}

impl ZeroizeOnDrop for Share {}

/// A body's whole secret. It exists in one memory only where one operator holds every share.
#[derive(Clone)]
pub struct BodySecret {
    body: BodyId,
    epoch: KeyEpoch,
    factor: Scalar,
}

impl BodySecret {
    /// Multiplies the transcryptors' shares, in any order.
    ///
    /// # Errors
    /// [`KeyError`] unless there are 1 to [`MAX_TRANSCRYPTORS`] shares of one body and epoch.
    pub fn from_shares(shares: &[Share]) -> Result<Self, KeyError> {
        let count = shares.len();
        let first = shares
            .first()
            .filter(|_| count <= MAX_TRANSCRYPTORS)
            .ok_or(KeyError::ShareCount { count })?;
        for share in shares {
            first.same_secret(&share.body, share.epoch)?;
        }
        let factor = shares.iter().map(|share| share.factor).product();
        Ok(Self { body: first.body.clone(), epoch: first.epoch, factor })
    }

    /// The body whose secret it is.
    pub const fn body(&self) -> &BodyId {
        &self.body
    }

    /// Its epoch.
    pub const fn epoch(&self) -> KeyEpoch {
        self.epoch
    }

    /// The person as this body knows them.
    ///
    /// # Errors
    /// [`KeyError::Point`] when the handle is not a person's point.
    pub fn pseudonym(&self, person: PersonHandle) -> Result<SectorPersonId, KeyError> {
        let point = decode(person.as_bytes())? * self.factor;
        Ok(SectorPersonId::from_bytes(point.compress().to_bytes()))
    }

    /// The same person under the same body's next secret.
    ///
    /// # Errors
    /// [`KeyError::WrongBody`] when `next` is another body's; [`KeyError::Point`] when the
    /// pseudonym is not a point.
    pub fn rekey(&self, next: &Self, person: SectorPersonId) -> Result<SectorPersonId, KeyError> {
        same_secret((&self.body, next.epoch), (&next.body, next.epoch))?;
        self.carry(next, person)
    }

    /// `next.s * self.s^-1 * point`, without ever holding the person's handle.
    fn carry(&self, next: &Self, person: SectorPersonId) -> Result<SectorPersonId, KeyError> {
        let mut factor = self.factor.invert() * next.factor;
        let point = decode(person.as_bytes())? * factor;
        factor.zeroize();
        Ok(SectorPersonId::from_bytes(point.compress().to_bytes()))
    }
}

impl Drop for BodySecret {
    fn drop(&mut self) {
        self.factor.zeroize();
    }
}

impl ZeroizeOnDrop for BodySecret {}

fn same_secret(wanted: (&BodyId, KeyEpoch), found: (&BodyId, KeyEpoch)) -> Result<(), KeyError> {
    if wanted == found {
        return Ok(());
    }
    Err(KeyError::WrongBody {
        wanted: wanted.0.clone(),
        wanted_epoch: wanted.1,
        found: found.0.clone(),
        found_epoch: found.1,
    })
}

/// Leave to translate pseudonyms of one body into those of another, given by a data-sharing
/// agreement (DESIGN idea 4).
///
/// It is spent by one translation, and neither copied nor stored.
#[derive(Debug)]
pub struct Permit {
    from: BodyId,
    to: BodyId,
}

impl Permit {
    /// Leave of the gate, which has decided one crossing from the body that asks to the one that
    /// answers. Only the gate's own files may call it: `cargo xtask tidy` refuses it anywhere else.
    pub const fn granted_by_gate(from: BodyId, to: BodyId) -> Self {
        Self { from, to }
    }
}

/// Turns one body's pseudonym of a person into another body's: `s_from^-1 * s_to` applied to the
/// point, so that nobody learns the person's handle.
///
/// # Errors
/// [`KeyError::WrongBody`] when the secrets are not those that the permit names.
pub fn translate(
    permit: Permit,
    from: &BodySecret,
    to: &BodySecret,
    person: SectorPersonId,
) -> Result<SectorPersonId, KeyError> {
    let Permit { from: asks, to: answers } = permit;
    same_secret((&asks, from.epoch), (&from.body, from.epoch))?;
    same_secret((&answers, to.epoch), (&to.body, to.epoch))?;
    from.carry(to, person)
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MasterKey(..)")
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Share({}, {}, ..)", self.body, self.epoch.0)
    }
}

impl fmt::Debug for BodySecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "BodySecret({}, {}, ..)", self.body, self.epoch.0)
    }
}

#[cfg(test)]
mod tests;
