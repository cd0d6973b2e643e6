//! The arguments of the browser's signal methods
//! ([Level 3, §5.1.10](https://www.w3.org/TR/webauthn-3/#sctn-signal-methods)).

use serde::{Deserialize, Serialize};

use super::json::from_json;
#[cfg(feature = "openapi")]
use super::schemas;
use crate::{Credential, CredentialId, PasskeyUser, UserHandle, domain::base64url};

/// Signals about a user: for each method of `PublicKeyCredential` that a member is named after, the
/// arguments to call it with, one for each user handle.
///
/// A user has several handles if some of their passkeys were registered before the application set
/// one of its own, or if two first ones were registered at the same time.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::Signals))]
pub(crate) struct Signals<'a> {
    /// RP ID of the passkeys.
    rp_id: &'a str,
    signal_all_accepted_credentials: Vec<AllAcceptedCredentials<'a>>,
    signal_current_user_details: Vec<CurrentUserDetails<'a>>,
}

impl<'a> Signals<'a> {
    /// Returns the signals about a user with these passkeys. The handle that the application has set
    /// is among them, also if no passkey carries it. A user ID in place of a handle is not, if it is
    /// longer than a handle: no passkey carries it.
    pub(crate) fn new(rp_id: &'a str, user: &'a PasskeyUser, accepted: &'a [Credential]) -> Self {
        let own = user.own_handle().map(UserHandle::as_bytes);
        let stored = accepted.iter().map(Credential::handle);
        let stored = stored.filter(|handle| handle.len() <= UserHandle::MAX_BYTES);
        let mut handles: Vec<&[u8]> = Vec::new();
        for handle in own.into_iter().chain(stored) {
            if !handles.contains(&handle) {
                handles.push(handle);
            }
        }
        let accepted_of = |handle: &[u8]| {
            let carrying = accepted.iter().filter(|it| it.handle() == handle);
            carrying.map(|credential| &credential.id).collect()
        };
        Self {
            rp_id,
            signal_all_accepted_credentials: handles
                .iter()
                .map(|&user_id| AllAcceptedCredentials {
                    rp_id,
                    user_id,
                    all_accepted_credential_ids: accepted_of(user_id),
                })
                .collect(),
            signal_current_user_details: handles
                .iter()
                .map(|&user_id| CurrentUserDetails {
                    rp_id,
                    user_id,
                    name: user.name(),
                    display_name: user.display_name(),
                })
                .collect(),
        }
    }
}

/// `AllAcceptedCredentialsOptions`. The browser may remove passkeys with this user handle that are
/// not listed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::AllAcceptedCredentials))]
pub(crate) struct AllAcceptedCredentials<'a> {
    rp_id: &'a str,
    /// The user handle.
    #[serde(with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    user_id: &'a [u8],
    /// Includes suspended passkeys: one that an authenticator dropped cannot be restored.
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url_list))]
    all_accepted_credential_ids: Vec<&'a CredentialId>,
}

/// `CurrentUserDetailsOptions`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::CurrentUserDetails))]
pub(crate) struct CurrentUserDetails<'a> {
    rp_id: &'a str,
    /// The user handle.
    #[serde(with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    user_id: &'a [u8],
    name: &'a str,
    display_name: &'a str,
}

from_json!(TriedCredential);

/// The body of `POST /signals/unknown`: the passkey that a sign-in failed with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::TriedCredential))]
pub(crate) struct TriedCredential {
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    pub(crate) credential_id: CredentialId,
}

/// `UnknownCredentialOptions`. The browser may remove this passkey.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::UnknownCredential))]
pub(crate) struct UnknownCredential<'a> {
    pub(crate) rp_id: &'a str,
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    pub(crate) credential_id: &'a CredentialId,
}
