//! The form in which ceremonies wait: packed CBOR, a third of JSON's size.

use super::{PendingCeremony, StoreError};

pub(super) fn pack(ceremony: &PendingCeremony) -> Result<Vec<u8>, StoreError> {
    serde_cbor_2::ser::to_vec_packed(ceremony).map_err(StoreError::new)
}

pub(super) fn unpack(packed: &[u8]) -> Result<PendingCeremony, StoreError> {
    serde_cbor_2::from_slice(packed).map_err(StoreError::new)
}
