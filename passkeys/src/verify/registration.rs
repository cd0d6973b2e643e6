//! Verification of a registration, step by step as
//! [Level 3, §7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential) counts them.

use time::OffsetDateTime;

use super::{
    attestation::{self, Statement, VerifiedAttestation},
    attestation_object::AttestationObject,
    authenticator_data::AuthenticatorData,
    client_data::ClientData,
    public_key::{EDDSA, PublicKey},
    refusal::{Refusal, ensure},
    verifier::{Verifier, check_id},
};
use crate::{Aaguid, Attestation, CredentialId, wire::responses::RegistrationResponse};

/// Result of a verified registration: credential ID, public key, flags and attestation.
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

impl Verifier {
    /// Verifies a registration: steps 4 to 24.
    ///
    /// The earlier steps belong to `begin` and to the browser. The later ones, the check that the
    /// credential ID is not registered and storing the credential, are the ceremony's.
    pub(crate) fn verify_registration(
        &self,
        response: &RegistrationResponse,
        challenge: &[u8],
        now: OffsetDateTime,
    ) -> Result<Attested, Refusal> {
        // Step 4: the credential is a public key credential, and `id` is `rawId`.
        check_id(&response.kind, &response.id, &response.raw_id)?;

        // Steps 5 and 6: the client data C is UTF-8 and JSON.
        let client_data = ClientData::parse(&response.response.client_data_json)?;

        // Step 7: C.type is `webauthn.create`.
        client_data.check_type("webauthn.create")?;

        // Step 8: C.challenge is the one that was sent.
        client_data.check_challenge(challenge)?;

        // Step 9: C.origin is expected.
        client_data.check_origin(&self.origins)?;

        // Steps 10 and 11: neither C.crossOrigin nor C.topOrigin says that the page was in a
        // frame of another site.
        client_data.check_frames()?;

        // Steps 12 and 13: the attestation object is CBOR of fmt, authData and attStmt.
        let object = AttestationObject::parse(&response.response.attestation_object)?;
        let data = AuthenticatorData::parse(&object.auth_data)?;

        // Steps 14 to 18: RP ID hash, user present, user verified, backup flags.
        self.check_flags(&data)?;
        let attested = data.attested.as_ref().ok_or(Refusal::Malformed)?;
        ensure(
            attested.credential_id == response.raw_id,
            Refusal::CredentialId,
        )?;

        // Step 20: the key's algorithm was offered.
        let algorithm = self.check_key(attested.public_key)?;

        // Steps 21 and 22: the statement is of a known format, and verifies.
        let asked = self.attestation == Attestation::Direct;
        ensure(!asked || object.format != "none", Refusal::Attestation)?;
        let statement = if object.format == "none" {
            // What is left to check is that the statement is empty.
            Statement::none()
        } else {
            // `webauthn-rs-core` cannot read these keys.
            ensure(algorithm != EDDSA, Refusal::Attestation)?;
            self.core.verify_registration(response, challenge)?
        };
        attestation::check_statement(&object)?;

        // Steps 23 and 24: the statement's certificates lead to a trust anchor.
        let aaguid = Aaguid::new(attested.aaguid);
        let authority = match &self.trust_anchors {
            Some(anchors) => Some(anchors.verify(&statement, aaguid, now)?),
            None => None,
        };
        let trust_path = object.trust_path().map(Into::into).collect();
        let attestation = VerifiedAttestation::new(
            object.format.clone(),
            statement.attestation_type()?,
            trust_path,
            authority,
        );

        Ok(Attested {
            id: CredentialId::new(attested.credential_id).map_err(|_| Refusal::CredentialId)?,
            public_key: attested.public_key.to_vec(),
            sign_count: data.sign_count,
            aaguid,
            user_verified: data.user_verified(),
            backup_eligible: data.backup_eligible(),
            backup_state: data.backup_state(),
            attestation,
        })
    }

    /// Checks that a key is well-formed and its algorithm was offered. Returns the algorithm.
    fn check_key(&self, public_key: &[u8]) -> Result<i32, Refusal> {
        let algorithm = PublicKey::parse(public_key)?.algorithm();
        ensure(self.algorithms().contains(&algorithm), Refusal::Algorithm)?;
        if algorithm != EDDSA {
            // Otherwise a point off the curve would only be detected at the first sign-in.
            attestation::check_key(public_key)?;
        }
        Ok(algorithm)
    }
}
