//! A registration in the form that all implementations verify.

use std::{collections::BTreeMap, fmt};

use serde_cbor_2::Value as Cbor;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::super::base64url;

#[derive(Clone, Default, PartialEq)]
pub(crate) struct Ceremony {
    pub(crate) verified: bool,
    pub(crate) challenge: Vec<u8>,
    // The response.
    pub(crate) id: String,
    pub(crate) raw_id: Vec<u8>,
    pub(crate) kind: String,
    pub(crate) client_data: Vec<u8>,
    pub(crate) attestation_object: Vec<u8>,
}

/// Attestation object, read by an independent parser.
#[derive(Clone, PartialEq)]
pub(crate) struct Object {
    pub(crate) format: String,
    pub(crate) statement: Cbor,
    pub(crate) authenticator_data: Vec<u8>,
}

impl Ceremony {
    /// Returns the response as a browser sends it.
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id,
            "rawId": base64url(&self.raw_id),
            "type": self.kind,
            "response": {
                "clientDataJSON": base64url(&self.client_data),
                "attestationObject": base64url(&self.attestation_object),
            },
        })
    }

    /// Returns the data that a self attestation must be over.
    pub(crate) fn signed_data(&self, authenticator_data: &[u8]) -> Vec<u8> {
        let hash = Sha256::digest(&self.client_data);
        [authenticator_data, &hash].concat()
    }
}

impl Object {
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let Ok(Cbor::Map(mut members)) = serde_cbor_2::from_slice(bytes) else {
            return None;
        };
        let mut member = |name: &str| members.remove(&Cbor::Text(name.into()));
        match ["fmt", "attStmt", "authData"].map(&mut member) {
            [
                Some(Cbor::Text(format)),
                Some(statement),
                Some(Cbor::Bytes(authenticator_data)),
            ] => Some(Self {
                format,
                statement,
                authenticator_data,
            }),
            _ => None,
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let members = BTreeMap::from([
            (text("fmt"), text(&self.format)),
            (text("attStmt"), self.statement.clone()),
            (
                text("authData"),
                Cbor::Bytes(self.authenticator_data.clone()),
            ),
        ]);
        serde_cbor_2::to_vec(&Cbor::Map(members)).expect("memory")
    }

    /// Returns a member of the statement.
    pub(crate) fn member(&self, name: &str) -> Option<&Cbor> {
        match &self.statement {
            Cbor::Map(members) => members.get(&text(name)),
            _ => None,
        }
    }

    /// Returns whether the statement is a self attestation.
    pub(crate) fn is_self(&self) -> bool {
        let absent = |name| self.member(name).is_none();
        self.format == "packed" && absent("x5c") && absent("ecdaaKeyId")
    }
}

fn text(text: &str) -> Cbor {
    Cbor::Text(text.into())
}

impl fmt::Debug for Ceremony {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let escaped = |bytes: &[u8]| bytes.escape_ascii().to_string();
        f.debug_struct("Ceremony")
            .field("verified", &self.verified)
            .field("challenge", &escaped(&self.challenge))
            .field("id", &self.id)
            .field("raw_id", &escaped(&self.raw_id))
            .field("kind", &self.kind)
            .field("client_data", &escaped(&self.client_data))
            .field("attestation_object", &escaped(&self.attestation_object))
            .finish()
    }
}
