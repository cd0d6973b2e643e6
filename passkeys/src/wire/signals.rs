//! The arguments of the browser's signal methods
//! ([Level 3, §5.1.10](https://www.w3.org/TR/webauthn-3/#sctn-signal-methods)).

use serde::{Deserialize, Serialize};

#[cfg(feature = "openapi")]
use super::schemas;
use crate::{CredentialId, PasskeyUser, domain::base64url};

/// One member for each method of `PublicKeyCredential`, with that method's name and argument.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::Signals))]
pub(crate) struct Signals<'a> {
    signal_all_accepted_credentials: AllAcceptedCredentials<'a>,
    signal_current_user_details: CurrentUserDetails<'a>,
}

impl<'a> Signals<'a> {
    pub(crate) fn new(rp_id: &'a str, user: &'a PasskeyUser, accepted: Vec<CredentialId>) -> Self {
        Self {
            signal_all_accepted_credentials: AllAcceptedCredentials {
                rp_id,
                user_id: user.id(),
                all_accepted_credential_ids: accepted,
            },
            signal_current_user_details: CurrentUserDetails {
                rp_id,
                user_id: user.id(),
                name: user.name(),
                display_name: user.display_name(),
            },
        }
    }
}

/// `AllAcceptedCredentialsOptions`. The browser may remove passkeys that are not listed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::AllAcceptedCredentials))]
pub(crate) struct AllAcceptedCredentials<'a> {
    rp_id: &'a str,
    #[serde(with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    user_id: &'a str,
    /// Includes suspended passkeys: one that an authenticator dropped cannot be restored.
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url_list))]
    all_accepted_credential_ids: Vec<CredentialId>,
}

/// `CurrentUserDetailsOptions`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::CurrentUserDetails))]
pub(crate) struct CurrentUserDetails<'a> {
    rp_id: &'a str,
    #[serde(with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    user_id: &'a str,
    name: &'a str,
    display_name: &'a str,
}

/// The body of `POST /signals/unknown`: the passkey that a sign-in failed with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
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
