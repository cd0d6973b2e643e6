//! Verification of authenticators' answers, the steps of
//! [Level 3, §7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations) that need no storage.
//!
//! [`core`](mod@core) is the only module that knows `webauthn-rs-core`. What that crate leaves
//! out (client data to the letter, the bytes between the fields of authenticator data, the curve
//! that belongs to an algorithm, the algorithm that belongs to a certificate) is checked here.

pub mod attestation;
mod attestation_object;
mod authenticator_data;
mod cbor;
mod client_data;
mod core;
#[cfg(feature = "fido-mds")]
mod fido_metadata;

use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use crate::{
    Aaguid, Attestation, Config, Credential, CredentialId, UserVerification,
    audit::Reason,
    response::{AuthenticationResponse, RegistrationResponse},
};
use attestation::{TrustAnchors, VerifiedAttestation};
use attestation_object::AttestationObject;
use authenticator_data::AuthenticatorData;
use client_data::ClientData;

/// The COSE algorithms offered at registration, the preferred one first: ES256, ES384, RS256
/// ([IANA registry](https://www.iana.org/assignments/cose/cose.xhtml#algorithms)).
pub(crate) const ALGORITHMS: [i32; 3] = [-7, -35, -257];

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

/// What a verified assertion proves.
#[derive(Debug)]
pub(crate) struct Asserted {
    pub(crate) sign_count: u32,
    pub(crate) user_verified: bool,
    pub(crate) backup_state: bool,
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
        core::PublicKey::parse(attested.public_key)?;
        let statement = self.core.verify_registration(response, challenge)?;
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

    /// The steps of [§7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion) from the
    /// client data to the signature. Who owns the credential, and what its counter means, is for
    /// the ceremony to judge.
    pub(crate) fn verify_assertion(
        &self,
        response: &AuthenticationResponse,
        challenge: &[u8],
        credential: &Credential,
    ) -> Result<Asserted, Reason> {
        response.check_id()?;
        let client_data = ClientData::parse(&response.response.client_data_json)?;
        client_data.check("webauthn.get", challenge, &self.origins)?;

        let data = AuthenticatorData::parse(&response.response.authenticator_data)?;
        if data.attested.is_some() {
            // §6.1: only registrations attest a credential.
            return Err(Reason::Malformed);
        }
        self.check_flags(&data)?;
        if data.backup_eligible() != credential.backup_eligible {
            return Err(Reason::BackupEligibility);
        }
        let public_key = core::PublicKey::parse(&credential.public_key)?;
        self.core
            .verify_assertion(response, challenge, credential, public_key)?;

        Ok(Asserted {
            sign_count: data.sign_count,
            user_verified: data.user_verified(),
            backup_state: data.backup_state(),
        })
    }

    fn check_flags(&self, data: &AuthenticatorData<'_>) -> Result<(), Reason> {
        if *data.rp_id_hash != self.rp_id_hash {
            Err(Reason::RpIdHash)
        } else if !data.user_present() {
            Err(Reason::UserNotPresent)
        } else if self.user_verification == UserVerification::Required && !data.user_verified() {
            Err(Reason::UserNotVerified)
        } else if data.backup_state() && !data.backup_eligible() {
            Err(Reason::BackupState)
        } else {
            Ok(())
        }
    }
}
