//! Attestation objects
//! ([Level 3, §6.5.4](https://www.w3.org/TR/webauthn-3/#sctn-attestation)).

use super::{
    cbor::{self, Heads, Key, Value},
    refusal::{Refusal, ensure, malformed},
};

/// Parsed attestation object: format, authenticator data and statement.
#[derive(Debug)]
pub(super) struct AttestationObject<'a> {
    pub(super) format: &'a str,
    pub(super) auth_data: &'a [u8],
    pub(super) statement: Statement<'a>,
}

/// Attestation statement, whose form depends on the format: a map, of `compound` an array.
#[derive(Debug)]
pub(super) struct Statement<'a>(Value<'a>);

impl<'a> AttestationObject<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let mut members = cbor::read_map(bytes, Heads::Shortest)
            .ok_or_else(|| malformed("`attestationObject` is not a canonical map of CBOR"))?;
        let mut member = |name| members.remove(Key::Text(name));
        match (member("fmt"), member("authData"), member("attStmt")) {
            (
                Some(Value::Text(format)),
                Some(Value::Bytes(auth_data)),
                Some(statement @ (Value::Map(_) | Value::Array(_))),
            ) => {
                ensure(is_identifier(format), || {
                    malformed("`fmt` of the attestation object is not 1 to 32 printable characters")
                })?;
                Ok(Self {
                    format,
                    auth_data,
                    statement: Statement(statement),
                })
            }
            _ => Err(malformed(
                "`attestationObject` does not have a text `fmt`, bytes `authData` and a map `attStmt`",
            )),
        }
    }
}

impl<'a> Statement<'a> {
    pub(super) fn is_empty_map(&self) -> bool {
        matches!(&self.0, Value::Map(members) if members.len() == 0)
    }

    pub(super) fn has(&self, name: &'static str) -> bool {
        self.member(name).is_some()
    }

    pub(super) fn integer(&self, name: &'static str) -> Option<i128> {
        match self.member(name) {
            Some(Value::Integer(integer)) => Some(*integer),
            _ => None,
        }
    }

    pub(super) fn bytes(&self, name: &'static str) -> Option<&'a [u8]> {
        match self.member(name) {
            Some(Value::Bytes(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// Returns the number of elements of an array; 0 if there is none of this name.
    #[cfg(feature = "attestation")]
    pub(super) fn length(&self, name: &'static str) -> usize {
        match self.member(name) {
            Some(Value::Array(elements)) => elements.len(),
            _ => 0,
        }
    }

    /// Returns the certificates (`x5c`) in DER, if any.
    #[cfg(feature = "attestation")]
    pub(super) fn certificates(&self) -> impl Iterator<Item = &'a [u8]> {
        let certificates = match self.member("x5c") {
            Some(Value::Array(certificates)) => certificates.as_slice(),
            _ => &[],
        };
        certificates
            .iter()
            .filter_map(|certificate| match certificate {
                Value::Bytes(der) => Some(*der),
                _ => None,
            })
    }

    fn member(&self, name: &'static str) -> Option<&Value<'a>> {
        match &self.0 {
            Value::Map(members) => members.get(Key::Text(name)),
            _ => None,
        }
    }
}

/// Returns whether a text can be an attestation statement format identifier
/// ([Level 3, §8.1](https://www.w3.org/TR/webauthn-3/#sctn-attstn-fmt-ids)).
fn is_identifier(format: &str) -> bool {
    let printable = |byte: u8| byte.is_ascii_graphic() && byte != b'\\' && byte != b'"';
    (1..=32).contains(&format.len()) && format.bytes().all(printable)
}
