//! The rows, one file for each part of a response.

pub(crate) mod android_key;
pub(crate) mod apple;
pub(crate) mod attestation_object;
pub(crate) mod authenticator_data;
pub(crate) mod client_data;
pub(crate) mod compound;
pub(crate) mod ecdsa;
pub(crate) mod extensions;
pub(crate) mod fido_u2f;
pub(crate) mod identity;
pub(crate) mod origin;
pub(crate) mod packed;
pub(crate) mod packed_certificate;
pub(crate) mod public_key;
pub(crate) mod response;
pub(crate) mod safety_net;
pub(crate) mod sign_count;
pub(crate) mod signature;
pub(crate) mod tpm;
pub(crate) mod tpm_certificate;
pub(crate) mod trust;

use crate::step_by_step::row::Row;

pub(crate) fn all() -> Vec<Row> {
    [
        response::rows(),
        client_data::rows(),
        origin::rows(),
        authenticator_data::rows(),
        public_key::rows(),
        attestation_object::rows(),
        packed::rows(),
        packed_certificate::rows(),
        tpm::rows(),
        tpm_certificate::rows(),
        android_key::rows(),
        fido_u2f::rows(),
        apple::rows(),
        safety_net::rows(),
        compound::rows(),
        trust::rows(),
        identity::rows(),
        signature::rows(),
        ecdsa::rows(),
        sign_count::rows(),
        extensions::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Every row with every kind of passkeys that it is for.
pub(crate) async fn hold(rows: Vec<Row>) {
    let mut failures = Vec::new();
    for row in rows {
        failures.extend(row.failures().await);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
