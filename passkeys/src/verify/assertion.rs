//! Verification of an assertion, step by step as
//! [Level 3, §7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion) counts them.
//!
//! Steps 1 to 4 are before there is a response: `begin`, and the browser. Steps 5 and 6, the owner
//! check, and steps 22 to 25, from clone detection on, are the ceremony's.

use sha2::{Digest as _, Sha256};

use super::{
    authenticator_data::AuthenticatorData,
    client_data::{self, ClientData},
    crypto,
    public_key::PublicKey,
    refusal::{Refusal, RefusalKind, ensure},
    verifier::{Verifier, check_id},
};
use crate::{
    BackupEligibility, Credential, domain::config::Terms, wire::responses::AuthenticationResponse,
};

/// Result of a verified assertion: signature counter and flags.
#[derive(Debug)]
pub(crate) struct Asserted {
    pub(crate) sign_count: u32,
    pub(crate) user_verified: bool,
    pub(crate) backup_eligible: bool,
    pub(crate) backup_state: bool,
}

impl Verifier {
    /// Verifies an assertion: steps 7 to 21.
    pub(crate) fn verify_assertion(
        &self,
        response: &AuthenticationResponse,
        challenge: &[u8],
        terms: &Terms,
        credential: &Credential,
    ) -> Result<Asserted, Refusal> {
        // The JSON form of a credential has its ID twice.
        check_id(&response.kind, &response.id, &response.raw_id)?;
        let same = response.raw_id == credential.id.as_bytes();
        ensure(same, || {
            RefusalKind::CredentialId.because(format_args!(
                "`rawId` is not the ID of the stored passkey: the repository's `find` returned another one"
            ))
        })?;

        // Step 7: the client data, the authenticator data and the signature.
        let assertion = &response.response;

        // Step 8: the client data is decoded as UTF-8.
        let json = client_data::decode(&assertion.client_data_json);

        // Step 9: the client data C is JSON.
        let client_data = ClientData::parse(&json)?;

        // Step 10: C.type is `webauthn.get`.
        client_data.check_type("webauthn.get")?;

        // Step 11: C.challenge is the one that was sent.
        client_data.check_challenge(challenge)?;

        // Step 12: C.origin is expected.
        client_data.check_origin(self)?;

        // Step 13: C.crossOrigin is expected.
        client_data.check_cross_origin(self)?;

        // Step 14: C.topOrigin is expected.
        client_data.check_top_origin(self)?;

        // Step 15: the RP ID hash is of the RP ID.
        //
        // Attested credential data, which belongs in registrations only, is ignored: some clients
        // have sent it, and no step demands that it is missing.
        let data = AuthenticatorData::parse(&assertion.authenticator_data)?;
        data.check_rp_id(self, client_data.origin())?;

        // Step 16: the user is present.
        data.check_user_present()?;

        // Step 17: the user is verified, if that is required.
        data.check_user_verified(terms)?;

        // Step 18: what is backed up is eligible for backup.
        data.check_backup_state()?;

        // Step 19: backup eligibility is as at registration, if that is known.
        self.check_backup_eligibility(credential, data.backup_eligible())?;

        // Step 20: the hash of the client data.
        let hash = Sha256::digest(&assertion.client_data_json);

        // Step 21: the signature is by the registered key, over authenticator data and hash.
        let signed = [assertion.authenticator_data.as_slice(), &hash].concat();
        let key = PublicKey::parse(&credential.public_key)?;
        crypto::verify(&key, &signed, &assertion.signature)?;

        Ok(Asserted {
            sign_count: data.sign_count,
            user_verified: data.user_verified(),
            backup_eligible: data.backup_eligible(),
            backup_state: data.backup_state(),
        })
    }

    /// Checks the backup-eligible flag of an assertion (step 19): it is the stored one, or none is
    /// stored yet, or the configuration lets it change.
    pub(crate) fn check_backup_eligibility(
        &self,
        credential: &Credential,
        backup_eligible: bool,
    ) -> Result<(), Refusal> {
        let stored = credential.backup_eligible;
        let same = stored.is_none_or(|stored| stored == backup_eligible);
        let may_change = self.backup_eligibility == BackupEligibility::Report;
        ensure(same || may_change, || {
            let word = |eligible| if eligible { "set" } else { "not set" };
            RefusalKind::BackupEligibility.because(format_args!(
                "the backup-eligible flag (BE) is {}, and was {} at registration: an authenticator never \
                 changes it, and some password managers do. To accept and store the change, set \
                 `backup_eligibility = \"report\"`",
                word(backup_eligible),
                word(!backup_eligible),
            ))
        })
    }
}
