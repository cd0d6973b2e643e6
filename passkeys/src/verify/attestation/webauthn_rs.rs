//! Adapter of `webauthn-rs-core`. No other module uses that crate.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use serde::Deserialize;
use serde_cbor_2::Value;
use serde_json::json;
use time::OffsetDateTime;
use tracing::{Dispatch, dispatcher};
use webauthn_rs_core::{
    WebauthnCore,
    attestation::verify_attestation_ca_chain,
    error::WebauthnError,
    proto::{
        AttestationCaList, AttestationCaListBuilder, AttestationFormat,
        AuthenticatorAttestationResponseRaw, COSEAlgorithm, COSEKey, COSEKeyType, ECDSACurve,
        ParsedAttestationData, RegisterPublicKeyCredential, RegistrationExtensionsClientOutputs,
        RegistrationState, UserVerificationPolicy,
    },
};

#[cfg(feature = "testing")]
use webauthn_rs_core::proto::{
    AuthenticationExtensionsClientOutputs, AuthenticationState, AuthenticatorAssertionResponseRaw,
    Credential as CoreCredential, ParsedAttestation, PublicKeyCredential, RegisteredExtensions,
};

use super::verified::AttestationType;
use crate::{
    Config, UserVerification, domain::base64url, verify::refusal::Refusal,
    wire::responses::RegistrationResponse,
};
#[cfg(feature = "testing")]
use crate::{Credential, wire::responses::AuthenticationResponse};

/// Verifier of attestation statements and, for tests, of assertions by `webauthn-rs-core`.
pub(in crate::verify) struct Core {
    webauthn: WebauthnCore,
    user_verification: UserVerificationPolicy,
}

impl Core {
    pub(in crate::verify) fn new(config: &Config) -> Self {
        // A valid configuration has no origin that the crate's URL parser cannot parse, and
        // `ClientData` would reject it anyway.
        let origins = config
            .accepted_origins()
            .filter_map(|origin| origin.parse().ok())
            .collect();
        // The timeout is only used in options that the crate creates, which this library does not
        // send.
        let timeout = Duration::ZERO;
        Self {
            webauthn: WebauthnCore::new_unsafe_experts_only(
                config.rp_name(),
                config.rp_id(),
                origins,
                timeout,
                None,
                None,
            ),
            user_verification: match config.user_verification() {
                UserVerification::Required => UserVerificationPolicy::Required,
                // The crate enforces `preferred` for credentials that were once verified; the
                // specification does not.
                _ => UserVerificationPolicy::Discouraged_DO_NOT_USE,
            },
        }
    }

    pub(in crate::verify) fn verify_registration(
        &self,
        response: &RegistrationResponse,
        challenge: &[u8],
    ) -> Result<Statement, Refusal> {
        let state: RegistrationState = state(json!({
            "policy": self.user_verification,
            "exclude_credentials": [],
            "challenge": base64url::encode(challenge),
            "credential_algorithms": ["ES256", "ES384", "RS256"],
            "require_resident_key": false,
            "authenticator_attachment": null,
            "extensions": { "credProps": true },
            "allow_synchronised_authenticators": true,
        }))?;
        let response = RegisterPublicKeyCredential {
            id: response.id.clone(),
            raw_id: response.raw_id.clone(),
            response: AuthenticatorAttestationResponseRaw {
                attestation_object: response.response.attestation_object.clone(),
                client_data_json: response.response.client_data_json.clone(),
                transports: None,
            },
            type_: response.kind.clone(),
            extensions: RegistrationExtensionsClientOutputs::default(),
        };
        silently(|| self.webauthn.register_credential(&response, &state, None))
            .map(|credential| Statement {
                format: credential.attestation_format,
                attestation: credential.attestation.data,
            })
            .map_err(|error| reason(&error, Refusal::Attestation))
    }

    #[cfg(feature = "testing")]
    pub(in crate::verify) fn verify_assertion(
        &self,
        response: &AuthenticationResponse,
        challenge: &[u8],
        credential: &Credential,
    ) -> Result<(), Refusal> {
        let public_key = read_key(&credential.public_key)?;
        let state: AuthenticationState = state(json!({
            "credentials": [],
            "policy": self.user_verification,
            "challenge": base64url::encode(challenge),
            "appid": null,
            "allow_backup_eligible_upgrade": false,
        }))?;
        let credential = CoreCredential {
            cred_id: credential.id.as_bytes().to_vec(),
            cred: public_key,
            // Clone detection is the ceremony's, so the crate sees no counter.
            counter: 0,
            transports: None,
            user_verified: credential.user_verified,
            backup_eligible: credential.backup_eligible,
            backup_state: credential.backup_state,
            registration_policy: self.user_verification,
            extensions: RegisteredExtensions::none(),
            attestation: ParsedAttestation::default(),
            attestation_format: AttestationFormat::None,
        };
        let response = PublicKeyCredential {
            id: response.id.clone(),
            raw_id: response.raw_id.clone(),
            response: AuthenticatorAssertionResponseRaw {
                authenticator_data: response.response.authenticator_data.clone(),
                client_data_json: response.response.client_data_json.clone(),
                signature: response.response.signature.clone(),
                user_handle: None,
            },
            extensions: AuthenticationExtensionsClientOutputs::default(),
            type_: response.kind.clone(),
        };
        silently(|| {
            self.webauthn
                .authenticate_single_credential(&response, &state, &credential)
        })
        .map(drop)
        .map_err(|error| reason(&error, Refusal::Signature))
    }
}

/// Checks that an elliptic-curve key is a point on its curve.
pub(in crate::verify) fn check_key(cose: &[u8]) -> Result<(), Refusal> {
    read_key(cose).map(drop)
}

fn read_key(cose: &[u8]) -> Result<COSEKey, Refusal> {
    let value: Value = serde_cbor_2::from_slice(cose).map_err(|_| Refusal::Malformed)?;
    let key = silently(|| COSEKey::try_from(&value)).map_err(|error| match error {
        WebauthnError::COSEKeyInvalidAlgorithm
        | WebauthnError::COSEKeyInvalidType
        | WebauthnError::COSEKeyECDSAInvalidCurve
        | WebauthnError::COSEKeyRSANEInvalid
        | WebauthnError::SshPublicKeyEDUnsupported => Refusal::Algorithm,
        _ => Refusal::Malformed,
    })?;
    let fits = match (&key.type_, &key.key) {
        (COSEAlgorithm::ES256, COSEKeyType::EC_EC2(key)) => key.curve == ECDSACurve::SECP256R1,
        (COSEAlgorithm::ES384, COSEKeyType::EC_EC2(key)) => key.curve == ECDSACurve::SECP384R1,
        (COSEAlgorithm::RS256, COSEKeyType::RSA(_)) => true,
        _ => false,
    };
    fits.then_some(key).ok_or(Refusal::Algorithm)
}

/// Verified attestation statement. Its trust path is verified by [`Roots`].
pub(in crate::verify) struct Statement {
    format: AttestationFormat,
    attestation: ParsedAttestationData,
}

impl Statement {
    pub(in crate::verify) fn none() -> Self {
        Self {
            format: AttestationFormat::None,
            attestation: ParsedAttestationData::None,
        }
    }

    pub(in crate::verify) fn attestation_type(&self) -> Result<AttestationType, Refusal> {
        match self.attestation {
            ParsedAttestationData::None => Ok(AttestationType::None),
            ParsedAttestationData::Self_ => Ok(AttestationType::SelfAttestation),
            ParsedAttestationData::Basic(_) => Ok(AttestationType::Basic),
            ParsedAttestationData::AttCa(_) => Ok(AttestationType::AttestationCa),
            ParsedAttestationData::AnonCa(_) => Ok(AttestationType::AnonymizationCa),
            ParsedAttestationData::ECDAA | ParsedAttestationData::Uncertain => {
                Err(Refusal::Attestation)
            }
        }
    }

    /// Returns whether the statement proves the authenticator model: its format signs the AAGUID,
    /// and it must be equal to the one in the certificate, if any.
    pub(super) fn signs_model(&self) -> bool {
        matches!(self.format, AttestationFormat::Packed)
    }
}

/// Certificate of one authority.
#[derive(Clone)]
pub(super) struct Root(AttestationCaList);

impl Root {
    pub(super) fn parse(der: &[u8]) -> Option<Self> {
        let mut list = AttestationCaListBuilder::new();
        // The crate requires a model, which is not used: `Authority` has the models.
        let model = <_>::default();
        silently(|| list.insert_device_der(der, model, String::new(), BTreeMap::new())).ok()?;
        Some(Self(list.build()))
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        self.0.cas().keys().eq(other.0.cas().keys())
    }
}

/// Certificates of all authorities.
#[derive(Clone)]
pub(super) struct Roots(AttestationCaList);

impl Roots {
    pub(super) fn new<'a>(roots: impl IntoIterator<Item = &'a Root>) -> Self {
        let mut all = AttestationCaList::default();
        roots.into_iter().for_each(|root| all.union(&root.0));
        Self(all)
    }

    /// Returns the certificate that the statement's trust path leads to, if all certificates of the
    /// path are valid at `now`.
    pub(super) fn verify(&self, statement: &Statement, now: OffsetDateTime) -> Option<Root> {
        let now = SystemTime::from(now);
        let found = silently(|| verify_attestation_ca_chain(&statement.attestation, &self.0, now));
        let mut root = AttestationCaList::default();
        root.insert(found.ok()??.clone()).ok()?;
        Some(Root(root))
    }
}

/// Creates a state of the crate. It has no constructor for a given challenge, but can be
/// deserialized.
fn state<T: for<'de> Deserialize<'de>>(value: serde_json::Value) -> Result<T, Refusal> {
    serde_json::from_value(value).map_err(|_| Refusal::Malformed)
}

/// Runs a function of the crate without logging: the crate logs responses, challenges and keys.
pub(super) fn silently<T>(verify: impl FnOnce() -> T) -> T {
    dispatcher::with_default(&Dispatch::none(), verify)
}

fn reason(error: &WebauthnError, otherwise: Refusal) -> Refusal {
    match error {
        WebauthnError::InvalidClientDataType => Refusal::ClientDataType,
        WebauthnError::MismatchedChallenge => Refusal::Challenge,
        WebauthnError::InvalidRPOrigin => Refusal::Origin,
        WebauthnError::CredentialCrossOrigin => Refusal::CrossOrigin,
        WebauthnError::InvalidRPIDHash => Refusal::RpIdHash,
        WebauthnError::UserNotPresent => Refusal::UserNotPresent,
        WebauthnError::UserNotVerified => Refusal::UserNotVerified,
        WebauthnError::CredentialAlteredAlgFromRequest => Refusal::Algorithm,
        WebauthnError::CredentialBackupEligibilityInconsistent => Refusal::BackupEligibility,
        WebauthnError::CredentialMayNotBeHardwareBound => Refusal::BackupState,
        WebauthnError::CredentialNotFound => Refusal::CredentialId,
        WebauthnError::ParseCBORFailure(_)
        | WebauthnError::ParseJSONFailure(_)
        | WebauthnError::ParseNOMFailure => Refusal::Malformed,
        _ => otherwise,
    }
}
