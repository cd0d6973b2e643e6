//! Verification of authenticators' answers, the steps of
//! [Level 3, §7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations) that need no storage.
//!
//! [`core`](mod@core) is the only module that knows `webauthn-rs-core`, which verifies attestation
//! where there is any. What that crate leaves out (client data to the letter, the bytes between the
//! fields of authenticator data, the curve that belongs to an algorithm, the algorithm that belongs
//! to a certificate) is checked here.
//!
//! With the feature `fast` it is not asked about assertions: there, four fifths of the work is
//! one signature, and [`signature`] has that verified by a crate that is five times faster.
//! `tests/verification/differential` holds the one to the other.

mod assertion;
pub mod attestation;
mod attestation_object;
pub(crate) mod authenticator_data;
mod cbor;
mod client_data;
mod core;
#[cfg(feature = "fast")]
mod ed25519;
#[cfg(feature = "fido-mds")]
mod fido_metadata;
#[cfg(feature = "fast")]
mod public_key;
#[cfg(all(feature = "fast", feature = "testing"))]
pub mod side_by_side;
#[cfg(feature = "fast")]
mod signature;

use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use crate::{
    Aaguid, Attestation, Config, CredentialId, UserVerification, audit::Reason,
    response::RegistrationResponse,
};
pub(crate) use assertion::Asserted;
use attestation::{TrustAnchors, VerifiedAttestation};
use attestation_object::AttestationObject;
use authenticator_data::AuthenticatorData;
use client_data::ClientData;
#[cfg(not(feature = "fast"))]
use core::PublicKey;
#[cfg(feature = "fast")]
use public_key::PublicKey;

// COSE algorithms
// ([IANA registry](https://www.iana.org/assignments/cose/cose.xhtml#algorithms)).
const ES256: i32 = -7;
const EDDSA: i32 = -8;
const ES384: i32 = -35;
const RS256: i32 = -257;

pub(crate) struct Engine {
    core: core::Core,
    rp_id_hash: [u8; 32],
    origins: Vec<String>,
    user_verification: UserVerification,
    attestation: Attestation,
    trust_anchors: Option<TrustAnchors>,
}

/// What a verified registration proves.
#[derive(Debug)]
pub(crate) struct Attested {
    pub(crate) id: CredentialId,
    pub(crate) public_key: Vec<u8>,
    pub(crate) sign_count: u32,
    pub(crate) aaguid: Option<Aaguid>,
    pub(crate) user_verified: bool,
    pub(crate) backup_eligible: bool,
    pub(crate) backup_state: bool,
    pub(crate) attestation: VerifiedAttestation,
}

impl Engine {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            core: core::Core::new(config),
            rp_id_hash: Sha256::digest(config.rp_id()).into(),
            origins: config.accepted_origins().map(str::to_owned).collect(),
            user_verification: config.user_verification(),
            attestation: config.attestation(),
            trust_anchors: None,
        }
    }

    /// Takes only attestation that leads to one of these, which implies asking for it.
    pub(crate) fn trust(&mut self, anchors: TrustAnchors) {
        self.attestation = Attestation::Direct;
        self.trust_anchors = Some(anchors);
    }

    /// How much attestation to ask browsers for.
    pub(crate) fn attestation(&self) -> Attestation {
        self.attestation
    }

    /// The algorithms offered at registration, the preferred one first. EdDSA only where nobody
    /// asks for attestation.
    pub(crate) fn algorithms(&self) -> &'static [i32] {
        if cfg!(feature = "fast") && self.attestation == Attestation::None {
            &[ES256, EDDSA, ES384, RS256]
        } else {
            &[ES256, ES384, RS256]
        }
    }

    /// The steps of [§7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential).
    pub(crate) fn verify_registration(
        &self,
        response: &RegistrationResponse,
        challenge: &[u8],
        now: OffsetDateTime,
    ) -> Result<Attested, Reason> {
        response.check_id()?;
        let client_data = ClientData::parse(&response.response.client_data_json)?;
        client_data.check("webauthn.create", challenge, &self.origins)?;

        let object = AttestationObject::parse(&response.response.attestation_object)?;
        let data = AuthenticatorData::parse(&object.auth_data)?;
        self.check_flags(&data)?;
        let attested = data.attested.as_ref().ok_or(Reason::Malformed)?;
        if attested.credential_id != response.raw_id {
            return Err(Reason::CredentialId);
        }
        if self.attestation == Attestation::Direct && object.format == "none" {
            return Err(Reason::Attestation);
        }
        let algorithm = self.check_key(attested.public_key)?;
        let statement = if object.format == "none" {
            // Nothing is left to verify but that there is no statement.
            core::Statement::none()
        } else {
            // `webauthn-rs-core` knows no such keys, and so no attestation for them.
            ensure(algorithm != EDDSA, Reason::Attestation)?;
            self.core.verify_registration(response, challenge)?
        };
        object.check_statement()?;
        let aaguid = Aaguid::new(attested.aaguid);
        let attestation = VerifiedAttestation {
            attestation_type: statement.attestation_type()?,
            trust_path: object.trust_path().map(Into::into).collect(),
            authority: match &self.trust_anchors {
                Some(anchors) => Some(anchors.judge(&statement, aaguid, now)?),
                None => None,
            },
            format: object.format.clone(),
        };

        Ok(Attested {
            id: attested.credential_id.into(),
            public_key: attested.public_key.to_vec(),
            sign_count: data.sign_count,
            aaguid,
            user_verified: data.user_verified(),
            backup_eligible: data.backup_eligible(),
            backup_state: data.backup_state(),
            attestation,
        })
    }

    /// The algorithm of a key that is offered to be registered.
    fn check_key(&self, public_key: &[u8]) -> Result<i32, Reason> {
        let algorithm = PublicKey::parse(public_key)?.algorithm();
        ensure(self.algorithms().contains(&algorithm), Reason::Algorithm)?;
        #[cfg(feature = "fast")]
        if algorithm != EDDSA {
            // Whether a point is on its curve would only show when a signature is verified.
            core::read_key(public_key)?;
        }
        Ok(algorithm)
    }

    fn check_flags(&self, data: &AuthenticatorData<'_>) -> Result<(), Reason> {
        data.check_rp_id(&self.rp_id_hash)?;
        data.check_user_present()?;
        data.check_user_verified(self.user_verification)?;
        data.check_backup_state()
    }
}

fn ensure(holds: bool, otherwise: Reason) -> Result<(), Reason> {
    if holds { Ok(()) } else { Err(otherwise) }
}
