//! Serialized forms of a ceremony, in CBOR.

use serde::Serialize as _;
use serde_cbor_2::{Serializer, ser::IoWrite};

use super::{PendingCeremony, StoreError};

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
#[cfg(any(feature = "postgres", feature = "redis", feature = "sealed"))]
pub(crate) fn write(ceremony: &PendingCeremony) -> Result<Vec<u8>, StoreError> {
    serde_cbor_2::to_vec(ceremony).map_err(StoreError::new)
}

/// Deserializes the output of [`write`]. Returns `None` for a form that this release does not
/// know: the ceremony counts as unknown, and the user begins again.
#[cfg(any(feature = "postgres", feature = "redis", feature = "sealed"))]
pub(crate) fn read(written: &[u8]) -> Option<PendingCeremony> {
    serde_cbor_2::from_slice(written).ok()
}
