//! Adapter of `webauthn-rs-core`. No other module uses that crate.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use tracing::{Dispatch, dispatcher};
use webauthn_rs_core::{
    WebauthnCore,
    attestation::verify_attestation_ca_chain,
    error::WebauthnError,
    proto::{
        AttestationCaList, AttestationCaListBuilder, AttestationFormat,
        AuthenticatorAttestationResponseRaw, ParsedAttestationData, RegisterPublicKeyCredential,
        RegistrationExtensionsClientOutputs, RegistrationState, UserVerificationPolicy,
    },
};

#[cfg(feature = "fido-mds")]
use x509_cert::Certificate;

use super::verified::AttestationType;
use crate::{
    Config,
    domain::base64url,
    verify::refusal::{Refusal, RefusalKind, malformed},
    wire::responses::RegistrationResponse,
};

/// Verifier of attestation statements by `webauthn-rs-core`.
pub(in crate::verify) struct Core {
    webauthn: WebauthnCore,
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
        }
    }

    /// Verifies the statement of a response whose other parts are verified already.
    pub(super) fn verify_registration(
        &self,
        response: &RegistrationResponse,
        challenge: &[u8],
        format: &str,
    ) -> Result<Statement, Refusal> {
        let state: RegistrationState = state(json!({
            "policy": UserVerificationPolicy::Discouraged_DO_NOT_USE,
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
            .map_err(|error| refusal(&error, format))
    }
}

/// Verified attestation statement. Its trust path is verified by [`Roots`].
pub(super) struct Statement {
    format: AttestationFormat,
    attestation: ParsedAttestationData,
}

impl Statement {
    pub(super) fn attestation_type(&self, format: &str) -> Result<AttestationType, Refusal> {
        match self.attestation {
            ParsedAttestationData::Self_ => Ok(AttestationType::SelfAttestation),
            ParsedAttestationData::Basic(_) => Ok(AttestationType::Basic),
            ParsedAttestationData::AttCa(_) => Ok(AttestationType::AttestationCa),
            ParsedAttestationData::AnonCa(_) => Ok(AttestationType::AnonymizationCa),
            ParsedAttestationData::None
            | ParsedAttestationData::ECDAA
            | ParsedAttestationData::Uncertain => Err(RefusalKind::Attestation.because(
                format_args!("the type of the attestation (format `{format}`) is not supported"),
            )),
        }
    }

    /// Returns whether the statement proves the authenticator model, if its certificates lead to a trust
    /// anchor: the manufacturer's key signs the AAGUID, and it must be equal to the one in the
    /// certificate, if any.
    pub(super) fn proves_model(&self) -> bool {
        matches!(self.format, AttestationFormat::Packed)
            && matches!(self.attestation, ParsedAttestationData::Basic(_))
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
        self.find(&statement.attestation, now)
    }

    /// Returns whether a chain of certificates, that of the signing key first, leads to one of these,
    /// and all are valid at `now`.
    #[cfg(feature = "fido-mds")]
    pub(super) fn certify(&self, chain: Vec<Certificate>, now: OffsetDateTime) -> bool {
        self.find(&ParsedAttestationData::Basic(chain), now)
            .is_some()
    }

    fn find(&self, attestation: &ParsedAttestationData, now: OffsetDateTime) -> Option<Root> {
        let now = SystemTime::from(now);
        let found = silently(|| verify_attestation_ca_chain(attestation, &self.0, now));
        let mut root = AttestationCaList::default();
        root.insert(found.ok()??.clone()).ok()?;
        Some(Root(root))
    }
}

/// Creates a state of the crate. It has no constructor for a given challenge, but can be
/// deserialized.
fn state<T: for<'de> Deserialize<'de>>(value: serde_json::Value) -> Result<T, Refusal> {
    serde_json::from_value(value).map_err(|_| malformed("the attestation could not be passed on"))
}

/// Runs a function of the crate without logging: the crate logs responses, challenges and keys.
pub(super) fn silently<T>(verify: impl FnOnce() -> T) -> T {
    dispatcher::with_default(&Dispatch::none(), verify)
}

/// Explains an error of the crate by its name only: its text may quote certificates.
fn refusal(error: &WebauthnError, format: &str) -> Refusal {
    let text = format!("{error:?}");
    let name = text
        .split(|char: char| !char.is_ascii_alphanumeric())
        .next();
    kind(error, RefusalKind::Attestation).because(format_args!(
        "the attestation statement (format `{format}`) does not verify: `{}` of `webauthn-rs-core`. If \
         attestation is not needed, leave `attestation` out",
        name.unwrap_or_default(),
    ))
}

fn kind(error: &WebauthnError, otherwise: RefusalKind) -> RefusalKind {
    match error {
        WebauthnError::InvalidClientDataType => RefusalKind::ClientDataType,
        WebauthnError::MismatchedChallenge => RefusalKind::Challenge,
        WebauthnError::InvalidRPOrigin => RefusalKind::Origin,
        WebauthnError::CredentialCrossOrigin => RefusalKind::CrossOrigin,
        WebauthnError::InvalidRPIDHash => RefusalKind::RpIdHash,
        WebauthnError::UserNotPresent => RefusalKind::UserNotPresent,
        WebauthnError::UserNotVerified => RefusalKind::UserNotVerified,
        WebauthnError::CredentialAlteredAlgFromRequest => RefusalKind::Algorithm,
        WebauthnError::CredentialBackupEligibilityInconsistent => RefusalKind::BackupEligibility,
        WebauthnError::CredentialMayNotBeHardwareBound => RefusalKind::BackupState,
        WebauthnError::CredentialNotFound => RefusalKind::CredentialId,
        WebauthnError::ParseCBORFailure(_)
        | WebauthnError::ParseJSONFailure(_)
        | WebauthnError::ParseNOMFailure => RefusalKind::Malformed,
        _ => otherwise,
    }
}
