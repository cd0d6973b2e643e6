//! Verification of an assertion, step by step as
//! [Level 3, §7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion) counts them.

use sha2::{Digest as _, Sha256};

use super::{
    authenticator_data::AuthenticatorData,
    client_data::ClientData,
    crypto,
    public_key::PublicKey,
    refusal::{Refusal, ensure},
    verifier::{Verifier, check_id},
};
use crate::{Credential, wire::responses::AuthenticationResponse};

/// Result of a verified assertion: signature counter and flags.
#[derive(Debug)]
pub(crate) struct Asserted {
    pub(crate) sign_count: u32,
    pub(crate) user_verified: bool,
    pub(crate) backup_state: bool,
}

impl Verifier {
    /// Verifies an assertion: steps 7 to 21.
    ///
    /// The earlier steps belong to `begin`, to the browser, and to the ceremony, which does the
    /// owner check. The later ones, clone detection and storing the result, are the ceremony's too.
    pub(crate) fn verify_assertion(
        &self,
        response: &AuthenticationResponse,
        challenge: &[u8],
        credential: &Credential,
    ) -> Result<Asserted, Refusal> {
        check_id(&response.kind, &response.id, &response.raw_id)?;
        let same = response.raw_id == credential.id.as_bytes();
        ensure(same, Refusal::CredentialId)?;

        // Step 7: the client data C, the authenticator data and the signature.
        let assertion = &response.response;

        // Steps 8 and 9: C is UTF-8 and JSON.
        let client_data = ClientData::parse(&assertion.client_data_json)?;

        // Step 10: C.type is `webauthn.get`.
        client_data.check_type("webauthn.get")?;

        // Step 11: C.challenge is the one that was sent.
        client_data.check_challenge(challenge)?;

        // Step 12: C.origin is expected.
        client_data.check_origin(&self.origins)?;

        // Steps 13 and 14: neither C.crossOrigin nor C.topOrigin says that the page was in a
        // frame of another site.
        client_data.check_frames()?;

        // Steps 15 to 18: RP ID hash, user present, user verified, backup flags.
        let data = AuthenticatorData::parse(&assertion.authenticator_data)?;
        self.check_flags(&data)?;
        // §6.1: attested credential data is for registrations only.
        ensure(data.attested.is_none(), Refusal::Malformed)?;

        // Step 19: backup eligibility never changes.
        let unchanged = data.backup_eligible() == credential.backup_eligible;
        ensure(unchanged, Refusal::BackupEligibility)?;

        // Steps 20 and 21: the registered key's signature is over the authenticator data and
        // the hash of C.
        let hash = Sha256::digest(&assertion.client_data_json);
        let signed = [assertion.authenticator_data.as_slice(), &hash].concat();
        let public_key = PublicKey::parse(&credential.public_key)?;
        crypto::verify(&public_key, &signed, &assertion.signature)?;

        Ok(Asserted {
            sign_count: data.sign_count,
            user_verified: data.user_verified(),
            backup_state: data.backup_state(),
        })
    }
    /// Verifies an assertion by `webauthn-rs-core`, the oracle of differential tests.
    #[cfg(feature = "testing")]
    pub(crate) fn verify_assertion_by_core(
        &self,
        response: &AuthenticationResponse,
        challenge: &[u8],
        credential: &Credential,
    ) -> Result<(), Refusal> {
        self.core.verify_assertion(response, challenge, credential)
    }
}
