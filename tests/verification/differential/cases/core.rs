//! `webauthn-rs-core`, which registrations and sign-ins are compared with.

use std::time::Duration;

use passkeys::{UserVerification, audit::Reason};
use serde::de::DeserializeOwned;
use serde_cbor_2::Value as Cbor;
use serde_json::json;
use webauthn_rs_core::{
    WebauthnCore,
    error::WebauthnError,
    proto::{
        AttestationFormat, AuthenticationExtensionsClientOutputs, AuthenticationState,
        AuthenticatorAssertionResponseRaw, AuthenticatorAttestationResponseRaw, COSEKey,
        Credential, ParsedAttestation, PublicKeyCredential, RegisterPublicKeyCredential,
        RegisteredExtensions, RegistrationExtensionsClientOutputs, RegistrationState,
        UserVerificationPolicy,
    },
};

use super::{ORIGINS, RP_ID, base64url, registration, sign_in};

/// Relying party of `webauthn-rs-core`.
pub(crate) struct Core {
    webauthn: WebauthnCore,
    policy: UserVerificationPolicy,
}

impl Core {
    pub(crate) fn new(policy: UserVerification) -> Self {
        let origins = ORIGINS.iter().map(|origin| origin.parse().unwrap());
        Self {
            webauthn: WebauthnCore::new_unsafe_experts_only(
                "Example",
                RP_ID,
                origins.collect(),
                Duration::ZERO,
                None,
                None,
            ),
            policy: match policy {
                UserVerification::Required => UserVerificationPolicy::Required,
                // Core enforces `preferred` for credentials that were once verified; the
                // specification does not.
                _ => UserVerificationPolicy::Discouraged_DO_NOT_USE,
            },
        }
    }

    /// Verifies a registration, with a statement of any format that core supports.
    pub(crate) fn registration(&self, ceremony: &registration::Ceremony) -> Result<(), Reason> {
        let state: RegistrationState = state(json!({
            "policy": self.policy,
            "exclude_credentials": [],
            "challenge": base64url(&ceremony.challenge),
            "credential_algorithms": ["ES256", "EDDSA", "ES384", "RS256"],
            "require_resident_key": false,
            "authenticator_attachment": null,
            "extensions": {},
            "allow_synchronised_authenticators": true,
        }));
        let response = RegisterPublicKeyCredential {
            id: ceremony.id.clone(),
            raw_id: ceremony.raw_id.clone(),
            response: AuthenticatorAttestationResponseRaw {
                attestation_object: ceremony.attestation_object.clone(),
                client_data_json: ceremony.client_data.clone(),
                transports: None,
            },
            type_: ceremony.kind.clone(),
            extensions: RegistrationExtensionsClientOutputs::default(),
        };
        self.webauthn
            .register_credential(&response, &state, None)
            .map(drop)
            .map_err(|error| reason(&error, Reason::Attestation))
    }

    pub(crate) fn sign_in(&self, ceremony: &sign_in::Ceremony) -> Result<(), Reason> {
        let state: AuthenticationState = state(json!({
            "credentials": [],
            "policy": self.policy,
            "challenge": base64url(&ceremony.challenge),
            "appid": null,
            "allow_backup_eligible_upgrade": false,
        }));
        let stored = ceremony.stored();
        let credential = Credential {
            cred_id: stored.id.as_bytes().to_vec(),
            cred: read_key(&stored.public_key)?,
            // Clone detection is not compared, so core sees no counter.
            counter: 0,
            transports: None,
            user_verified: stored.user_verified,
            backup_eligible: stored.backup_eligible.unwrap_or_default(),
            backup_state: stored.backup_state,
            registration_policy: self.policy,
            extensions: RegisteredExtensions::none(),
            attestation: ParsedAttestation::default(),
            attestation_format: AttestationFormat::None,
        };
        let response = PublicKeyCredential {
            id: ceremony.id.clone(),
            raw_id: ceremony.raw_id.clone(),
            response: AuthenticatorAssertionResponseRaw {
                authenticator_data: ceremony.authenticator_data.clone(),
                client_data_json: ceremony.client_data.clone(),
                signature: ceremony.signature.clone(),
                user_handle: None,
            },
            extensions: AuthenticationExtensionsClientOutputs::default(),
            type_: ceremony.kind.clone(),
        };
        self.webauthn
            .authenticate_single_credential(&response, &state, &credential)
            .map(drop)
            .map_err(|error| reason(&error, Reason::Signature))
    }

    /// Verifies a signature alone.
    pub(crate) fn verifies(&self, cose: &[u8], signed: &[u8], signature: &[u8]) -> bool {
        let key = read_key(cose).ok();
        key.is_some_and(|key| key.verify_signature(signature, signed).unwrap_or_default())
    }
}

fn read_key(cose: &[u8]) -> Result<COSEKey, Reason> {
    let value: Cbor = serde_cbor_2::from_slice(cose).map_err(|_| Reason::Malformed)?;
    COSEKey::try_from(&value).map_err(|error| reason(&error, Reason::Malformed))
}

/// Returns whether core can read extension outputs as this type.
pub(crate) fn reads_extensions<T: DeserializeOwned>(outputs: &[u8]) -> bool {
    let value = serde_cbor_2::from_slice(outputs).ok();
    value.is_some_and(|value: Cbor| serde_cbor_2::value::from_value::<T>(value).is_ok())
}

/// Creates a state of core. It has no constructor for a given challenge, but can be deserialized.
fn state<T: DeserializeOwned>(value: serde_json::Value) -> T {
    serde_json::from_value(value).expect("a state of `webauthn-rs-core`")
}

fn reason(error: &WebauthnError, otherwise: Reason) -> Reason {
    match error {
        WebauthnError::InvalidClientDataType => Reason::ClientDataType,
        WebauthnError::MismatchedChallenge => Reason::Challenge,
        WebauthnError::InvalidRPOrigin => Reason::Origin,
        WebauthnError::CredentialCrossOrigin => Reason::CrossOrigin,
        WebauthnError::InvalidRPIDHash => Reason::RpIdHash,
        WebauthnError::UserNotPresent => Reason::UserNotPresent,
        WebauthnError::UserNotVerified => Reason::UserNotVerified,
        WebauthnError::CredentialAlteredAlgFromRequest
        | WebauthnError::COSEKeyInvalidAlgorithm
        | WebauthnError::COSEKeyInvalidType
        | WebauthnError::COSEKeyECDSAInvalidCurve
        | WebauthnError::COSEKeyRSANEInvalid
        | WebauthnError::SshPublicKeyEDUnsupported => Reason::Algorithm,
        WebauthnError::CredentialBackupEligibilityInconsistent => Reason::BackupEligibility,
        WebauthnError::CredentialMayNotBeHardwareBound => Reason::BackupState,
        WebauthnError::CredentialNotFound => Reason::CredentialId,
        WebauthnError::ParseCBORFailure(_)
        | WebauthnError::ParseJSONFailure(_)
        | WebauthnError::ParseNOMFailure => Reason::Malformed,
        _ => otherwise,
    }
}
