//! The absence of attestation
//! ([Level 3, §8.7](https://www.w3.org/TR/webauthn-3/#sctn-none-attestation)).

use std::{borrow::Cow, collections::BTreeMap};

use serde::Deserialize;
use serde_cbor_2::Value;

use crate::audit::Reason;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttestationObject<'a> {
    #[serde(borrow)]
    fmt: Cow<'a, str>,
    att_stmt: BTreeMap<String, Value>,
}

/// Any other format is refused, and so is a statement where there must be none.
pub(super) fn verify(attestation_object: &[u8]) -> Result<(), Reason> {
    let object: AttestationObject<'_> =
        serde_cbor_2::from_slice(attestation_object).map_err(|_| Reason::Malformed)?;
    if object.fmt == "none" && object.att_stmt.is_empty() {
        Ok(())
    } else {
        Err(Reason::Attestation)
    }
}
