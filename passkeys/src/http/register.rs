//! `POST /register/begin` and `POST /register/finish`.

use axum::{
    extract::{Request, State},
    response::Response,
};

use super::{body, failure::Failure, state::Shared};
use crate::{relying_party::RelyingParty, wire::json};

/// `POST /register/begin`: a further passkey, or a sign-up where there is a body and the hook.
pub(super) async fn begin<A: RelyingParty>(
    State(passkeys): State<Shared<A>>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let body = body::read(body).await?;
    let registration = passkeys.registration();
    let begun = if A::SIGN_UP && !body.is_empty() {
        let request = Request::from_parts(parts, body.into());
        let user = passkeys.app.sign_up(request).await?;
        registration.begin_sign_up(&user).await?
    } else {
        let user = passkeys.app.get_user(&mut parts).await?;
        registration.begin(&user).await?
    };
    Ok(json::response(&begun))
}

/// `POST /register/finish`
pub(super) async fn finish<A: RelyingParty>(
    State(passkeys): State<Shared<A>>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let body = body::read(body).await?;
    let request = body::json(&parts.headers, &body)?;
    let who = passkeys.app.get_user(&mut parts);
    let who = async { who.await.map_err(Failure::from) };
    let registration = passkeys.registration().sign_ups(A::SIGN_UP);
    let result = registration.finish(&request, who).await?;
    Ok(passkeys.app.on_registered(&mut parts, result).await)
}
