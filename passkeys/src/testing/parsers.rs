//! Parsers behind the public interface, for fuzzing. Not part of the public interface.

#![expect(
    clippy::exhaustive_structs,
    reason = "not part of the public interface"
)]

use crate::verify::authenticator_data;

/// Parsed authenticator data.
#[derive(Debug)]
pub struct AuthenticatorData<'a> {
    pub rp_id_hash: &'a [u8; 32],
    pub flags: u8,
    pub sign_count: u32,
    pub attested: Option<AttestedCredential<'a>>,
}

/// Parsed attested credential data.
#[derive(Debug)]
pub struct AttestedCredential<'a> {
    pub aaguid: [u8; 16],
    pub credential_id: &'a [u8],
    pub public_key: &'a [u8],
}

/// Parses authenticator data. Returns `None` if the library rejects it.
#[must_use]
pub fn authenticator_data(bytes: &[u8]) -> Option<AuthenticatorData<'_>> {
    let data = authenticator_data::AuthenticatorData::parse(bytes).ok()?;
    Some(AuthenticatorData {
        rp_id_hash: data.rp_id_hash,
        flags: data.flags,
        sign_count: data.sign_count,
        attested: data.attested.map(|attested| AttestedCredential {
            aaguid: attested.aaguid,
            credential_id: attested.credential_id,
            public_key: attested.public_key,
        }),
    })
}

/// Deserializes a ceremony as shared stores keep it, and serializes it again.
#[cfg(any(
    feature = "postgres-driver",
    feature = "mysql",
    feature = "redis",
    feature = "sealed"
))]
#[must_use]
pub fn pending_ceremony(written: &[u8]) -> Option<(crate::store::PendingCeremony, Vec<u8>)> {
    use crate::store::ceremony_format::{read, write};
    let ceremony = read(written)?;
    let again = write(&ceremony).ok()?;
    Some((ceremony, again))
}

/// Parses a `state` as the stores on servers do, and formats it again.
#[cfg(any(feature = "postgres-driver", feature = "mysql", feature = "redis"))]
#[must_use]
pub fn ticket(state: &str) -> Option<String> {
    crate::store::ticket::Ticket::from_state(state).map(|ticket| ticket.state())
}
