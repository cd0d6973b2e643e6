//! The forms in which ceremonies wait.

use serde::Serialize as _;
use serde_cbor_2::{Serializer, ser::IoWrite};

use super::{PendingCeremony, StoreError};

/// For this process only: field by position, a third of JSON's size.
pub(super) fn pack(ceremony: &PendingCeremony) -> Result<Vec<u8>, StoreError> {
    // Most take less, so that it grows once.
    let mut packed = Vec::with_capacity(256);
    let mut serializer = Serializer::new(IoWrite::new(&mut packed)).packed_format();
    ceremony
        .serialize(&mut serializer)
        .map_err(StoreError::new)?;
    Ok(packed)
}

pub(super) fn unpack(packed: &[u8]) -> Result<PendingCeremony, StoreError> {
    serde_cbor_2::from_slice(packed).map_err(StoreError::new)
}

/// For other processes too, which may run another release: field by name.
#[cfg(any(feature = "postgres", feature = "redis", feature = "sealed"))]
pub(crate) fn write(ceremony: &PendingCeremony) -> Result<Vec<u8>, StoreError> {
    serde_cbor_2::to_vec(ceremony).map_err(StoreError::new)
}

/// `None` for a form that this release does not know: the person begins again.
#[cfg(any(feature = "postgres", feature = "redis", feature = "sealed"))]
pub(crate) fn read(written: &[u8]) -> Option<PendingCeremony> {
    serde_cbor_2::from_slice(written).ok()
}
