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
    statement: Value<'a>,
}

/// Attestation statement, whose form depends on the format: a map, of `compound` an array.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statement<'o, 'a>(&'o Value<'a>);

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
                    statement,
                })
            }
            _ => Err(malformed(
                "`attestationObject` does not have a text `fmt`, bytes `authData` and a map `attStmt`",
            )),
        }
    }

    pub(super) fn statement(&self) -> Statement<'_, 'a> {
        Statement(&self.statement)
    }
}

impl<'o, 'a> Statement<'o, 'a> {
    pub(super) fn is_empty_map(self) -> bool {
        matches!(self.0, Value::Map(members) if members.len() == 0)
    }

    pub(super) fn has(self, name: &'static str) -> bool {
        self.member(name).is_some()
    }

    pub(super) fn integer(self, name: &'static str) -> Option<i128> {
        match self.member(name) {
            Some(Value::Integer(integer)) => Some(*integer),
            _ => None,
        }
    }

    pub(super) fn bytes(self, name: &'static str) -> Option<&'a [u8]> {
        match self.member(name) {
            Some(Value::Bytes(bytes)) => Some(bytes),
            _ => None,
        }
    }

    #[cfg(feature = "attestation")]
    pub(super) fn text(self, name: &'static str) -> Option<&'a str> {
        match self.member(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Returns the elements of an array of byte strings, such as the certificates `x5c`. `None` if there
    /// is no such member.
    #[cfg(feature = "attestation")]
    pub(super) fn byte_strings(self, name: &'static str) -> Option<Vec<&'a [u8]>> {
        let Some(Value::Array(elements)) = self.member(name) else {
            return None;
        };
        let elements = elements.iter().map(|element| match element {
            Value::Bytes(bytes) => Some(*bytes),
            _ => None,
        });
        elements.collect()
    }

    /// Returns the statements that a statement of the format `compound` consists of, with their formats.
    #[cfg(feature = "attestation")]
    pub(super) fn components(self) -> Option<Vec<(&'a str, Self)>> {
        let Value::Array(components) = self.0 else {
            return None;
        };
        let components = components.iter().map(|component| {
            let Value::Map(members) = component else {
                return None;
            };
            let statement = members.get(Key::Text("attStmt"))?;
            match members.get(Key::Text("fmt"))? {
                Value::Text(format) => Some((*format, Statement(statement))),
                _ => None,
            }
        });
        components.collect()
    }

    fn member(self, name: &'static str) -> Option<&'o Value<'a>> {
        match self.0 {
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
