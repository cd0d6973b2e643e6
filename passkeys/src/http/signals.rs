//! `GET /signals` and `POST /signals/unknown`: what browsers are told about passkeys that were
//! deleted and users that were renamed, so that they update what they offer.

use axum::{
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{body, failure::Failure, tenant::Serving};
use crate::{
    Error,
    relying_party::RelyingParty,
    wire::{
        json,
        signals::{Signals, TriedCredential, UnknownCredential},
    },
};

/// `GET /signals`, for the user that `get_user` returns.
pub(super) async fn current<A: RelyingParty>(
    Serving(passkeys): Serving<A>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, _) = request.into_parts();
    let user = passkeys.app.call_get_user(&mut parts).await?;
    user.check()?;
    let listed = passkeys.ceremonies.list(user.id()).await;
    let accepted = listed.map_err(Error::from)?;
    let signals = Signals::new(passkeys.ceremonies.config.rp_id(), &user, &accepted);
    Ok(json::response(&signals))
}

/// `POST /signals/unknown`, after a failed sign-in.
///
/// Separate from the sign-in, whose failure is the same for every cause.
/// [`Passkeys::signal_unknown_credentials`](crate::Passkeys) documents what it discloses.
pub(super) async fn unknown<A: RelyingParty>(
    Serving(passkeys): Serving<A>,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let body = body::read(body).await?;
    let TriedCredential { credential_id } = body::json(&parts.headers, &body)?;
    let authentication = passkeys.ceremonies.authentication();
    if !passkeys.signals_unknown || !authentication.is_unknown(&credential_id).await? {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let signal = UnknownCredential {
        rp_id: passkeys.ceremonies.config.rp_id(),
        credential_id: &credential_id,
    };
    Ok(json::response(&signal))
}
