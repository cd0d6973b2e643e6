//! What browsers can be told about passkeys that changed here, so that they stop offering what is
//! gone and show names as they are
//! ([Level 3, §5.1.10](https://www.w3.org/TR/webauthn-3/#sctn-signal-methods)).

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use super::{Failure, Shared, answer, body};
#[cfg(feature = "openapi")]
use crate::openapi::schemas;
use crate::{
    CredentialId, Error, base64url, relying_party::RelyingParty, store::CredentialRepository as _,
};

/// One member for each method of `PublicKeyCredential`, named for it and passed to it as it is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::Signals))]
pub(crate) struct Signals<'a> {
    signal_all_accepted_credentials: AllAcceptedCredentials<'a>,
    signal_current_user_details: CurrentUserDetails<'a>,
}

/// `AllAcceptedCredentialsOptions`. What is not listed may be removed by the browser.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::AllAcceptedCredentials))]
pub(crate) struct AllAcceptedCredentials<'a> {
    rp_id: &'a str,
    #[serde(with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    user_id: &'a str,
    /// Suspended ones too: they cannot come back to an authenticator that dropped them.
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url_list))]
    all_accepted_credential_ids: Vec<CredentialId>,
}

/// `CurrentUserDetailsOptions`
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

/// `GET /signals`, about and for whoever `get_user` says.
pub(super) async fn current<A: RelyingParty>(
    State(passkeys): State<Shared<A>>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, _) = request.into_parts();
    let user = passkeys.app.get_user(&mut parts).await?;
    user.check()?;
    let rp_id = passkeys.config().rp_id();
    let credentials = passkeys
        .repository()
        .list(user.id())
        .await
        .map_err(Error::from)?;
    let signals = Signals {
        signal_all_accepted_credentials: AllAcceptedCredentials {
            rp_id,
            user_id: user.id(),
            all_accepted_credential_ids: credentials.into_iter().map(|it| it.id).collect(),
        },
        signal_current_user_details: CurrentUserDetails {
            rp_id,
            user_id: user.id(),
            name: user.name(),
            display_name: user.display_name(),
        },
    };
    Ok(answer::json(&signals))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::TriedCredential))]
pub(crate) struct Tried {
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    credential_id: CredentialId,
}

/// `UnknownCredentialOptions`. The browser may remove this passkey.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::UnknownCredential))]
pub(crate) struct UnknownCredential<'a> {
    rp_id: &'a str,
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    credential_id: &'a CredentialId,
}

/// `POST /signals/unknown`, after a sign-in that failed. Not part of that failure, which looks the
/// same whatever the cause; see [`Passkeys::signal_unknown_credentials`](crate::Passkeys) for what
/// this tells and what it does not.
pub(super) async fn unknown<A: RelyingParty>(
    State(passkeys): State<Shared<A>>,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let body = body::read(body).await?;
    let Tried { credential_id } = body::json(&parts.headers, &body)?;
    let authentication = passkeys.authentication();
    if !passkeys.signals_unknown || !authentication.is_unknown(&credential_id).await? {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let signal = UnknownCredential {
        rp_id: passkeys.config().rp_id(),
        credential_id: &credential_id,
    };
    Ok(answer::json(&signal))
}
