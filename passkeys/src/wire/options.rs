//! Responses of `begin`: options for `navigator.credentials`, in the JSON form that
//! `PublicKeyCredential.parseCreationOptionsFromJSON()` and `parseRequestOptionsFromJSON()` read
//! ([Level 3, §5.1.8 and §5.1.9](https://www.w3.org/TR/webauthn-3/#sctn-parseCreationOptionsFromJSON)).

use std::fmt;

use serde::Serialize;

#[cfg(feature = "openapi")]
use super::schemas;
use crate::{
    AuthenticatorAttachment, Config, Credential, CredentialId, Hint, PasskeyUser, ResidentKey,
    Transport, UserHandle,
    domain::{challenge::Challenge, config::Terms, prompt::PromptCeremony},
};

/// Response of `begin`: the options for the browser, and the ceremony state to send back.
///
/// Serialises to `{"publicKey": .., "state": ".."}`, and `"reportAs"` with the key `prompt_outcomes`.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Begun<O> {
    /// The options for `navigator.credentials.create()` or `.get()`.
    pub public_key: O,
    /// The ceremony state, single-use.
    pub state: String,
    /// With the key `prompt_outcomes`: the ceremony to name in the report of how the prompt ends
    /// ([`Passkeys::record_prompt`](crate::Passkeys::record_prompt)).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::prompt_ceremony))]
    pub report_as: Option<PromptCeremony>,
}

impl<O: fmt::Debug> fmt::Debug for Begun<O> {
    /// Omits the ceremony state: with it, the ceremony can be ended.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Begun")
            .field("public_key", &self.public_key)
            .finish_non_exhaustive()
    }
}

/// `PublicKeyCredentialCreationOptionsJSON`, the options for `navigator.credentials.create()`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::CreationOptions))]
pub struct CreationOptions {
    rp: RelyingPartyEntity,
    user: UserEntity,
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    challenge: Challenge,
    pub_key_cred_params: Vec<CredentialParameters>,
    timeout: u64,
    exclude_credentials: Vec<CredentialDescriptor>,
    authenticator_selection: AuthenticatorSelection,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::hints))]
    hints: Vec<&'static str>,
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::attestation))]
    attestation: &'static str,
    extensions: CreationExtensions,
}

/// `PublicKeyCredentialRequestOptionsJSON`, the options for `navigator.credentials.get()`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::RequestOptions))]
pub struct RequestOptions {
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    challenge: Challenge,
    timeout: u64,
    rp_id: String,
    allow_credentials: Vec<CredentialDescriptor>,
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::user_verification))]
    user_verification: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::hints))]
    hints: Vec<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::RelyingPartyEntity))]
struct RelyingPartyEntity {
    id: String,
    name: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::UserEntity))]
struct UserEntity {
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    id: UserHandle,
    name: String,
    display_name: String,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::CredentialParameters))]
struct CredentialParameters {
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::public_key))]
    kind: &'static str,
    alg: i32,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::AuthenticatorSelection))]
struct AuthenticatorSelection {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::authenticator_attachment))]
    authenticator_attachment: Option<&'static str>,
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::resident_key))]
    resident_key: &'static str,
    // For browsers that only know Level 1.
    require_resident_key: bool,
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::user_verification))]
    user_verification: &'static str,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::CreationExtensions))]
struct CreationExtensions {
    cred_props: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object, required = false))]
    prf: Option<PrfInputs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = LargeBlobInputs, required = false))]
    large_blob: Option<LargeBlobInputs>,
}

/// Inputs of the extension `prf`: none, since only pages know what they derive keys from.
#[derive(Clone, Debug, Serialize)]
struct PrfInputs {}

/// Inputs of the extension `largeBlob`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::LargeBlobInputs))]
struct LargeBlobInputs {
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::large_blob))]
    support: &'static str,
}

impl CreationExtensions {
    fn new(config: &Config) -> Self {
        Self {
            cred_props: true,
            prf: config.prf().then_some(PrfInputs {}),
            large_blob: config.large_blob().map(|support| LargeBlobInputs {
                support: support.as_str(),
            }),
        }
    }
}

/// `PublicKeyCredentialDescriptorJSON`: a credential by its ID.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::CredentialDescriptor))]
pub(crate) struct CredentialDescriptor {
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::public_key))]
    kind: &'static str,
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    id: CredentialId,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    transports: Vec<Transport>,
}

impl CreationOptions {
    pub(crate) fn new(
        config: &Config,
        terms: &Terms,
        user: &PasskeyUser,
        handle: &UserHandle,
        challenge: &Challenge,
        exclude: Vec<Credential>,
    ) -> Self {
        Self {
            rp: RelyingPartyEntity {
                id: config.rp_id().to_owned(),
                name: config.rp_name().to_owned(),
            },
            user: UserEntity {
                id: handle.to_owned(),
                name: user.name().to_owned(),
                display_name: user.display_name().to_owned(),
            },
            challenge: challenge.to_owned(),
            pub_key_cred_params: terms
                .algorithms
                .iter()
                .map(|algorithm| CredentialParameters {
                    kind: "public-key",
                    alg: algorithm.cose(),
                })
                .collect(),
            timeout: millis(terms.timeout),
            exclude_credentials: exclude.into_iter().map(Into::into).collect(),
            authenticator_selection: AuthenticatorSelection {
                authenticator_attachment: terms
                    .authenticator_attachment
                    .map(AuthenticatorAttachment::as_str),
                resident_key: terms.resident_key.as_str(),
                require_resident_key: terms.resident_key == ResidentKey::Required,
                user_verification: terms.user_verification.as_str(),
            },
            hints: terms.hints.iter().copied().map(Hint::as_str).collect(),
            attestation: terms.attestation.as_str(),
            extensions: CreationExtensions::new(config),
        }
    }
}

impl RequestOptions {
    pub(crate) fn new(
        config: &Config,
        terms: &Terms,
        challenge: &Challenge,
        allow: Vec<CredentialDescriptor>,
    ) -> Self {
        Self {
            challenge: challenge.to_owned(),
            timeout: millis(terms.timeout),
            rp_id: config.rp_id().to_owned(),
            allow_credentials: allow,
            user_verification: terms.user_verification.as_str(),
            hints: terms.hints.iter().copied().map(Hint::as_str).collect(),
        }
    }
}

impl CredentialDescriptor {
    pub(crate) fn new(id: CredentialId, transports: Vec<Transport>) -> Self {
        Self {
            kind: "public-key",
            id,
            transports,
        }
    }
}

impl From<Credential> for CredentialDescriptor {
    fn from(credential: Credential) -> Self {
        // In alphabetical order, which is the browsers' (Level 3, §5.2.1.1). Extensions of password
        // managers report another, in which the credential would differ from a decoy.
        let mut transports = credential.transports;
        transports.sort_unstable_by_key(|transport| transport.as_str());
        Self::new(credential.id, transports)
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}
