use axum::{
    extract::{Request, State},
    response::Response,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Failure, Shared, answer, body, floor::Floor};
use crate::{
    Error,
    ceremony::{AuthenticationResponse, FinishAuthentication},
    relying_party::RelyingParty,
};

/// Who is signing in, where the page knows.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct BeginAuthentication {
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    username: Option<String>,
}

/// `POST /authenticate/begin`
pub(super) async fn begin<A: RelyingParty>(
    State(passkeys): State<Shared<A>>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let body = body::read(body).await?;
    let named = if body.is_empty() {
        BeginAuthentication::default()
    } else {
        body::json(&parts.headers, &body)?
    };
    let floor = Floor::from_now(passkeys.timing_floor);
    let authentication = passkeys.authentication();
    let begun = match (named.user_id, named.username) {
        (Some(_), Some(_)) => {
            let message = "Name the user by `userId` or by `username`, not both.";
            return Err(Error::InvalidRequest(message.into()).into());
        }
        (None, Some(_)) if !A::FIND_USER => {
            let message = "This application does not look up a `username`.";
            return Err(Error::InvalidRequest(message.into()).into());
        }
        (None, Some(username)) => {
            let user = passkeys.app.find_user(&mut parts, username.clone()).await?;
            authentication.begin_by_name(&username, user.as_ref()).await
        }
        (Some(user_id), None) => authentication.begin(Some(&user_id)).await,
        (None, None) => return Ok(answer::json(&authentication.begin(None).await?)),
    };
    floor.reached().await;
    Ok(answer::json(&begun?))
}

/// `POST /authenticate/finish`
pub(super) async fn finish<A: RelyingParty>(
    State(passkeys): State<Shared<A>>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let body = body::read(body).await?;
    // The credential is read after its ceremony was taken, so that a broken one ends it too.
    let request: FinishAuthentication<Box<RawValue>> = body::json(&parts.headers, &body)?;
    let floor = Floor::from_now(passkeys.timing_floor);
    let authentication = passkeys.authentication();
    let asked = authentication.redeem(&request.state).await?;
    let response: AuthenticationResponse =
        body::parse(request.credential.get()).inspect_err(|_| authentication.unreadable(&asked))?;
    match authentication.complete(&asked, &response).await {
        Ok(login) => Ok(passkeys.app.on_authenticated(&mut parts, login).await),
        Err(error) => {
            floor.reached().await;
            Err(error.into())
        }
    }
}
