//! Verification of a registration, step by step as
//! [Level 3, §7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential) counts them.
//!
//! Steps 1 to 4 are before there is a response: `begin`, and the browser. Steps 26 to 29, in which
//! the credential is stored under an ID that is not registered, are the ceremony's.

use sha2::{Digest as _, Sha256};
#[cfg(feature = "attestation")]
use time::OffsetDateTime;

#[cfg(feature = "attestation")]
use super::attestation::{Registration, VerifiedAttestation};
use super::{
    algorithm,
    attestation_object::AttestationObject,
    authenticator_data::{AuthenticatorData, InProfile},
    client_data::{self, ClientData},
    curve,
    public_key::PublicKey,
    refusal::{Refusal, RefusalKind, ensure, malformed},
    unsolicited,
    verifier::{Verifier, check_id},
};
#[cfg(feature = "attestation")]
use crate::Attestation;
use crate::{
    Aaguid, AuthenticatorAttachment, CredentialId,
    domain::{base64url, config::Terms, detail::shown},
    wire::responses::RegistrationResponse,
};

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
    /// Format of the attestation statement, verified or not.
    pub(crate) attestation_format: String,
    /// Attestation, if it was asked for.
    #[cfg(feature = "attestation")]
    pub(crate) attestation: Option<VerifiedAttestation>,
}

/// Challenge and options of the ceremony that a registration response is for.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) challenge: &'a [u8],
    /// Mediation of the options: `true` for `conditional`.
    pub(crate) conditional: bool,
    /// Terms that the options were created with.
    pub(crate) terms: &'a Terms,
    /// Current time, at which certificates must be valid.
    #[cfg(feature = "attestation")]
    pub(crate) now: OffsetDateTime,
}

impl Verifier {
    /// Verifies a registration: steps 5 to 25.
    pub(crate) fn verify_registration(
        &self,
        response: &RegistrationResponse,
        asked: Asked<'_>,
    ) -> Result<Attested, Refusal> {
        // The JSON form of a credential has its ID twice.
        check_id(&response.kind, &response.id, &response.raw_id)?;

        // Step 5: the client data is decoded as UTF-8.
        let json = client_data::decode(&response.response.client_data_json);

        // Step 6: the client data C is JSON.
        let client_data = ClientData::parse(&json)?;

        // Step 7: C.type is `webauthn.create`.
        client_data.check_type("webauthn.create")?;

        // Step 8: C.challenge is the one that was sent.
        client_data.check_challenge(asked.challenge)?;

        // Step 9: C.origin is expected.
        client_data.check_origin(self)?;

        // Step 10: C.crossOrigin is expected.
        client_data.check_cross_origin(self)?;

        // Step 11: C.topOrigin is expected.
        client_data.check_top_origin(self)?;

        // Step 12: the hash of the client data.
        let hash = Sha256::digest(&response.response.client_data_json);

        // Step 13: the attestation object is CBOR of fmt, authData and attStmt.
        let object = AttestationObject::parse(&response.response.attestation_object)?;
        let data = AuthenticatorData::parse(object.auth_data)?;

        // Step 14: the RP ID hash is of the RP ID.
        data.check_rp_id(self, client_data.origin())?;

        // Step 15: the user is present, unless mediation is conditional.
        if !asked.conditional {
            data.check_user_present()?;
        }

        // Step 16: the user is verified, if that is required for this registration.
        data.check_user_verified(asked.terms)?;

        // Step 17: what is backed up is eligible for backup.
        data.check_backup_state()?;

        // Steps 18 and 19: the application finds both backup flags in the credential.

        // Step 20: the key's algorithm was offered. The key is valid, and the response's.
        let attested = data.attested.as_ref();
        let attested =
            attested.ok_or_else(|| malformed("the authenticator data has no passkey in it"))?;
        ensure(attested.credential_id == response.raw_id, || {
            RefusalKind::CredentialId.because(format_args!(
                "`rawId` is {}, and the authenticator data is of the passkey {}",
                shown(&base64url::encode(&response.raw_id)),
                shown(&base64url::encode(attested.credential_id)),
            ))
        })?;
        let key = PublicKey::parse_new(attested.public_key)?;
        let offered = asked.terms.algorithms.contains(&key.algorithm());
        ensure(offered, || {
            algorithm::not_offered(key.algorithm(), asked.terms)
        })?;
        ensure(curve::contains(&key), || {
            malformed("the public key is not a point of its curve")
        })?;

        // Not a step of the specification: the client does not report another kind of authenticator than
        // the only one that may register. Only a modified client does, which could as well lie.
        let reported = response.authenticator_attachment();
        let differs = asked.terms.authenticator_attachment.zip(reported);
        ensure(
            differs.is_none_or(|(only, reported)| only == reported),
            || {
                let (only, reported) = differs.unzip();
                let words =
                    |it: Option<AuthenticatorAttachment>| it.map_or("none", |it| it.as_str());
                RefusalKind::Attachment.because(format_args!(
                    "`authenticatorAttachment` is `{}`, and `authenticator_attachment` is `{}`{}: the page \
                     passed other options to the browser than `begin` returned. If both kinds may register, \
                     leave `authenticator_attachment` out",
                    words(reported),
                    words(only),
                    InProfile(asked.terms.profile.as_deref()),
                ))
            },
        )?;

        // Not a step either.
        self.check_large_blob(response)?;

        let aaguid = Aaguid::new(attested.aaguid);

        // Steps 21 to 24: the attestation statement, if one was asked for. With `indirect`, the client
        // may have left it out.
        #[cfg(feature = "attestation")]
        let asked_for = asked.terms.attestation;
        #[cfg(feature = "attestation")]
        let left_out = object.format == "none" && asked_for == Attestation::Indirect;
        #[cfg(feature = "attestation")]
        let attestation = if left_out || asked_for == Attestation::None {
            unsolicited::check(&object, &key, &hash)?;
            None
        } else {
            let registration = Registration {
                object: &object,
                data: &data,
                credential: attested,
                key: &key,
                client_data_hash: &hash,
            };
            Some(self.verify_attestation(registration, asked.now)?)
        };
        #[cfg(not(feature = "attestation"))]
        unsolicited::check(&object, &key, &hash)?;

        // Step 25: the credential ID has at most 1023 bytes.
        let id = CredentialId::new(attested.credential_id).map_err(|_| {
            RefusalKind::CredentialId.because(format_args!(
                "the credential ID has {} bytes, and must have 1 to {}",
                attested.credential_id.len(),
                CredentialId::MAX_BYTES,
            ))
        })?;

        Ok(Attested {
            id,
            public_key: attested.public_key.to_vec(),
            sign_count: data.sign_count,
            // Not signed by `fido-u2f`, whose authenticators have none (§8.6).
            aaguid: aaguid.filter(|_| object.format != "fido-u2f"),
            user_verified: data.user_verified(),
            backup_eligible: data.backup_eligible(),
            backup_state: data.backup_state(),
            attestation_format: object.format.to_owned(),
            #[cfg(feature = "attestation")]
            attestation,
        })
    }

    /// Returns an error if large blobs are required, and the client does not report that the authenticator
    /// stores them. Neither a step of the specification nor proof: the report is not signed. An authenticator
    /// that does not know the extension ignores that it is required.
    fn check_large_blob(&self, response: &RegistrationResponse) -> Result<(), Refusal> {
        let supported = response.extensions.large_blob_supported;
        ensure(!self.needs_large_blob || supported == Some(true), || {
            RefusalKind::LargeBlob.because(format_args!(
                "`clientExtensionResults.largeBlob.supported` is {}, and `extensions` has `large_blob = \
                 \"required\"`: the authenticator stores no large blobs, or the browser does not know them. If \
                 such passkeys may register, write `large_blob = \"preferred\"`",
                supported.map_or("missing", |_| "false"),
            ))
        })
    }
}
