use axum::{
    extract::{Request, State},
    response::Response,
};
use serde_json::value::RawValue;

use super::{Failure, Shared, answer, body};
use crate::{
    ceremony::{FinishRegistration, RegistrationResponse},
    relying_party::RelyingParty,
};

/// `POST /register/begin`
pub(super) async fn begin<A: RelyingParty>(
    State(passkeys): State<Shared<A>>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let body = body::read(body).await?;
    let registration = passkeys.registration();
    let begun = if A::SIGN_UP && !body.is_empty() {
        let user = passkeys
            .app
            .sign_up(Request::from_parts(parts, body.into()))
            .await?;
        registration.begin_sign_up(&user).await?
    } else {
        let user = passkeys.app.get_user(&mut parts).await?;
        registration.begin(&user).await?
    };
    Ok(answer::json(&begun))
}

/// `POST /register/finish`
pub(super) async fn finish<A: RelyingParty>(
    State(passkeys): State<Shared<A>>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let body = body::read(body).await?;
    // The credential is read after its ceremony was taken, so that a broken one ends it too.
    let request: FinishRegistration<Box<RawValue>> = body::json(&parts.headers, &body)?;
    let registration = passkeys.registration();
    let begun = registration.redeem(&request.state).await?;
    if !begun.sign_up {
        let user = passkeys.app.get_user(&mut parts).await;
        let user = user.inspect_err(|_| registration.not_signed_in(&begun))?;
        registration.check_owner(&begun, &user)?;
    }
    let response: RegistrationResponse = body::parse(request.credential.get())
        .inspect_err(|_| registration.unreadable(&begun.user))?;
    let result = registration
        .complete(begun, &response, request.device_name.as_deref())
        .await?;
    Ok(passkeys.app.on_registered(&mut parts, result).await)
}
