//! Serialized forms of a ceremony, in CBOR.

#[cfg(feature = "sealed")]
use serde::Deserialize as _;
use serde::Serialize as _;
use serde_cbor_2::{Serializer, ser::IoWrite};

use super::{PendingCeremony, StoreError};
#[cfg(feature = "sealed")]
use crate::PasskeyUser;

/// Serializes for this process only: fields by position, a third of the size of JSON.
pub(super) fn pack(ceremony: &PendingCeremony) -> Result<Vec<u8>, StoreError> {
    // Most ceremonies take less, so the buffer is allocated once.
    let mut packed = Vec::with_capacity(256);
    let mut serializer = Serializer::new(IoWrite::new(&mut packed)).packed_format();
    ceremony
        .serialize(&mut serializer)
        .map_err(StoreError::new)?;
    Ok(packed)
}

/// Deserializes the output of [`pack`].
pub(super) fn unpack(packed: &[u8]) -> Result<PendingCeremony, StoreError> {
    serde_cbor_2::from_slice(packed).map_err(StoreError::new)
}

/// Serializes for other processes as well, which may run another release: fields by name.
#[cfg(any(
    feature = "postgres-driver",
    feature = "mysql",
    feature = "redis",
    feature = "sealed"
))]
pub(crate) fn write(ceremony: &PendingCeremony) -> Result<Vec<u8>, StoreError> {
    serde_cbor_2::to_vec(ceremony).map_err(StoreError::new)
}

/// Deserializes the output of [`write`]. Returns `None` for a form that this release does not
/// know: the ceremony counts as unknown, and the user begins again.
#[cfg(any(
    feature = "postgres-driver",
    feature = "mysql",
    feature = "redis",
    feature = "sealed"
))]
pub(crate) fn read(written: &[u8]) -> Option<PendingCeremony> {
    serde_cbor_2::from_slice(written).ok()
}

/// Serializes for clients: as [`write`], followed by zeros, so that the length does not depend on the
/// user whom a sign-in names. They may not exist, and an ID is shorter or longer than another.
#[cfg(feature = "sealed")]
pub(crate) fn write_padded(ceremony: &PendingCeremony) -> Result<Vec<u8>, StoreError> {
    let mut written = write(ceremony)?;
    if let Some(user_id) = ceremony.named() {
        let longest = text_bytes(PasskeyUser::MAX_ID_BYTES);
        let padding = longest.saturating_sub(text_bytes(user_id.len()));
        written.resize(written.len() + padding, 0);
    }
    Ok(written)
}

/// Deserializes the output of [`write_padded`], as [`read`].
#[cfg(feature = "sealed")]
pub(crate) fn read_padded(written: &[u8]) -> Option<PendingCeremony> {
    // Does not look at what follows.
    let mut deserializer = serde_cbor_2::Deserializer::from_slice(written);
    PendingCeremony::deserialize(&mut deserializer).ok()
}

/// Returns the encoded length of a text in CBOR.
#[cfg(feature = "sealed")]
fn text_bytes(length: usize) -> usize {
    let head = match length {
        0..24 => 1,
        24..256 => 2,
        _ => 3,
    };
    head + length
}
