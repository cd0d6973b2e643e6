//! The passkey list, and the bodies of management requests.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

#[cfg(feature = "openapi")]
use super::schemas;
use super::{json::from_json, shape};
use crate::{Aaguid, Credential, CredentialId, PasskeyUser, Transport};

/// A passkey in its owner's list. Does not contain the public key.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::Credential))]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the specification"
)]
pub(crate) struct CredentialView {
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    id: String,
    /// Name given by the owner; may be empty.
    device_name: String,
    transports: Vec<Transport>,
    /// Authenticator model (AAGUID), if known.
    #[cfg_attr(feature = "openapi", schema(required))]
    aaguid: Option<String>,
    /// Name of the passkey provider or authenticator model, if known.
    #[cfg_attr(feature = "openapi", schema(required))]
    provider: Option<&'static str>,
    /// Backup eligibility: `true` if the passkey may be backed up and synced to other devices. `null`: not known before
    /// its first sign-in.
    #[cfg_attr(feature = "openapi", schema(required))]
    backup_eligible: Option<bool>,
    /// Whether the passkey was backed up when it was last used.
    backup_state: bool,
    /// Whether the passkey can sign in without a user being named.
    discoverable: bool,
    /// Whether the passkey is suspended, by clone detection or by the application, and cannot sign in.
    suspended: bool,
    /// Whether the current session was signed in with this passkey, if the application tells.
    current: bool,
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::timestamp))]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::optional_timestamp, required))]
    last_used_at: Option<OffsetDateTime>,
}

impl CredentialView {
    pub(crate) fn new(credential: Credential, owner: &PasskeyUser) -> Self {
        Self {
            current: owner.is_signed_in_with(&credential.id),
            id: credential.id.to_string(),
            device_name: credential.device_name,
            transports: credential.transports,
            aaguid: credential.aaguid.map(|aaguid| aaguid.to_string()),
            provider: credential.aaguid.and_then(provider),
            backup_eligible: credential.backup_eligible,
            backup_state: credential.backup_state,
            discoverable: credential.discoverable,
            suspended: credential.suspended_at.is_some(),
            created_at: credential.created_at,
            last_used_at: credential.last_used_at,
        }
    }
}

#[cfg(feature = "provider-names")]
fn provider(aaguid: Aaguid) -> Option<&'static str> {
    aaguid.provider_name()
}

/// Returns `None`: the member is `null`, so that its presence does not depend on Cargo features.
#[cfg(not(feature = "provider-names"))]
fn provider(_: Aaguid) -> Option<&'static str> {
    None
}

from_json!(Rename);

/// Body of `PATCH /credentials/{id}`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::Rename))]
pub(crate) struct Rename {
    #[serde(deserialize_with = "shape::text_without_surrogates")]
    pub(crate) device_name: String,
}

/// Default response of `register/finish`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::Registered))]
pub(crate) struct Registered<'a> {
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::ok))]
    pub(crate) status: &'static str,
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    pub(crate) credential_id: &'a CredentialId,
}
