//! Attestation objects
//! ([Level 3, §6.5.4](https://www.w3.org/TR/webauthn-3/#sctn-attestation)).

use serde_cbor_2::Value;

use super::{cbor, refusal::Refusal};

/// Parsed attestation object: format, authenticator data and statement.
pub(super) struct AttestationObject {
    pub(super) format: String,
    pub(super) auth_data: Vec<u8>,
    pub(super) statement: Value,
}

impl AttestationObject {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let Value::Map(mut members) = cbor::read(bytes)? else {
            return Err(Refusal::Malformed);
        };
        let mut member = |name: &str| members.remove(&Value::Text(name.into()));
        match (member("fmt"), member("authData"), member("attStmt")) {
            (Some(Value::Text(format)), Some(Value::Bytes(auth_data)), Some(statement)) => {
                Ok(Self {
                    format,
                    auth_data,
                    statement,
                })
            }
            _ => Err(Refusal::Malformed),
        }
    }

    /// Returns the statement's certificates (`x5c`), if any.
    pub(super) fn trust_path(&self) -> impl Iterator<Item = &[u8]> {
        let certificates = match self.member("x5c") {
            Some(Value::Array(certificates)) => certificates.as_slice(),
            _ => &[],
        };
        certificates
            .iter()
            .filter_map(|certificate| match certificate {
                Value::Bytes(der) => Some(der.as_slice()),
                _ => None,
            })
    }

    /// Returns a member of the statement.
    pub(super) fn member(&self, name: &str) -> Option<&Value> {
        match &self.statement {
            Value::Map(members) => members.get(&Value::Text(name.into())),
            _ => None,
        }
    }
}
