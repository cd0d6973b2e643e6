//! `POST /register/begin` and `POST /register/finish`.

use axum::{
    extract::{Request, State},
    response::Response,
};

use super::{body, failure::Failure, state::Shared};
use crate::{Error, relying_party::RelyingParty, wire::json};

/// `POST /register/begin`: a further passkey, also by conditional creation, or a sign-up where there
/// is a body and the hook.
pub(super) async fn begin<A: RelyingParty>(
    State(passkeys): State<Shared<A>>,
    request: Request,
) -> Result<Response, Failure> {
    let conditional = is_conditional(request.uri().query())?;
    let (mut parts, body) = request.into_parts();
    let body = body::read(body).await?;
    let registration = passkeys.registration();
    let begun = if A::SIGN_UP && !body.is_empty() {
        if conditional {
            let message = "`mediation=conditional` is for the user who is signed in: send no body.";
            return Err(Error::InvalidRequest(message.into()).into());
        }
        let request = Request::from_parts(parts, body.into());
        let user = passkeys.app.sign_up(request).await?;
        registration.begin_sign_up(&user).await?
    } else {
        let user = passkeys.app.get_user(&mut parts).await?;
        if conditional {
            registration.begin_conditional(&user).await?
        } else {
            registration.begin(&user).await?
        }
    };
    Ok(json::response(&begun))
}

/// Returns whether the query has `mediation=conditional`. Rejects any other value of `mediation`.
fn is_conditional(query: Option<&str>) -> Result<bool, Error> {
    let parameters = query.unwrap_or_default().split('&');
    let mut mediation = parameters.filter_map(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        (name == "mediation").then_some(value)
    });
    match (mediation.next(), mediation.next()) {
        (None, _) => Ok(false),
        (Some("conditional"), None) => Ok(true),
        (Some(_), None) => Err(Error::InvalidRequest(
            "`mediation` must be `conditional`, or left out.".into(),
        )),
        (Some(_), Some(_)) => Err(Error::InvalidRequest("`mediation` appears twice.".into())),
    }
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
