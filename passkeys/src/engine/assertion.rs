//! Verification of an assertion, step by step as
//! [Level 3, §7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion) counts them.

use super::{
    Engine, PublicKey, authenticator_data::AuthenticatorData, client_data::ClientData, ensure,
};
use crate::{Credential, audit::Reason, response::AuthenticationResponse};

/// What a verified assertion proves.
#[derive(Debug)]
pub(crate) struct Asserted {
    pub(crate) sign_count: u32,
    pub(crate) user_verified: bool,
    pub(crate) backup_state: bool,
}

impl Engine {
    /// Steps 7 to 21.
    ///
    /// Those before are the options that `begin` handed out, the browser's part and, for the
    /// ceremony to judge, who owns the credential. Those after are what the counter means and
    /// what is written down.
    pub(crate) fn verify_assertion(
        &self,
        response: &AuthenticationResponse,
        challenge: &[u8],
        credential: &Credential,
    ) -> Result<Asserted, Reason> {
        response.check_id()?;
        ensure(
            response.raw_id == credential.id.as_bytes(),
            Reason::CredentialId,
        )?;

        // Step 7: cData, authData and sig.
        let answer = &response.response;

        // Steps 8 and 9: cData is UTF-8 and JSON, and C is what it says.
        let client_data = ClientData::parse(&answer.client_data_json)?;

        // Step 10: C.type is `webauthn.get`.
        client_data.check_type("webauthn.get")?;

        // Step 11: C.challenge is the one that was handed out.
        client_data.check_challenge(challenge)?;

        // Step 12: C.origin is expected.
        client_data.check_origin(&self.origins)?;

        // Steps 13 and 14: neither C.crossOrigin nor C.topOrigin tells of another site's frame.
        client_data.check_frames()?;

        // Step 15: rpIdHash is that of our RP ID.
        let data = AuthenticatorData::parse(&answer.authenticator_data)?;
        data.check_rp_id(&self.rp_id_hash)?;
        // §6.1: only registrations attest a credential.
        ensure(data.attested.is_none(), Reason::Malformed)?;

        // Step 16: somebody is present.
        data.check_user_present()?;

        // Step 17: and verified, where the options required it.
        data.check_user_verified(self.user_verification)?;

        // Step 18: only what is eligible is backed up.
        data.check_backup_state()?;

        // Step 19: the eligibility is what it was at registration, for it never changes.
        let unchanged = data.backup_eligible() == credential.backup_eligible;
        ensure(unchanged, Reason::BackupEligibility)?;

        // Steps 20 and 21: sig is over authData and the hash of cData, by the registered key.
        #[cfg(feature = "fast")]
        {
            use sha2::{Digest as _, Sha256};

            let hash = Sha256::digest(&answer.client_data_json);
            let signed = [answer.authenticator_data.as_slice(), &hash].concat();
            let public_key = PublicKey::parse(&credential.public_key)?;
            public_key.verify(&signed, &answer.signature)?;
        }
        // Without that feature, `webauthn-rs-core` does all of this again in its own way.
        #[cfg(not(feature = "fast"))]
        {
            let public_key = PublicKey::parse(&credential.public_key)?;
            self.core
                .verify_assertion(response, challenge, credential, public_key)?;
        }

        Ok(Asserted {
            sign_count: data.sign_count,
            user_verified: data.user_verified(),
            backup_state: data.backup_state(),
        })
    }
}
