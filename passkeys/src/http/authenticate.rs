//! `POST /authenticate/begin` and `POST /authenticate/finish`.

use axum::{
    extract::{Request, State},
    response::Response,
};

use super::{body, failure::Failure, query, state::Shared};
use crate::{
    Error,
    ceremony::FinishAuthentication,
    relying_party::{RelyingParty, data::HookData},
    wire::{begin::BeginAuthentication, json},
};

/// `POST /authenticate/begin`
pub(super) async fn begin<A: RelyingParty>(
    State(passkeys): State<Shared<A>>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let profile = query::profile(&parts.uri)?;
    let authentication = passkeys.authentication().choose(profile)?;
    let body = body::read(body).await?;
    let request = if body.is_empty() {
        BeginAuthentication::default()
    } else {
        body::json(&parts.headers, &body)?
    };
    let begun = match request.named() {
        (Some(_), Some(_)) => {
            let message = "Name the user by `userId` or by `username`, not both.";
            return Err(Error::InvalidRequest(message.into()).into());
        }
        (None, Some(_)) if !A::FIND_USER => {
            let message = "This application does not look up a `username`.";
            return Err(Error::InvalidRequest(message.into()).into());
        }
        (Some(_), None) if A::FIND_USER && !passkeys.by_user_id => {
            let message = "This application looks up users by `username`, not by `userId`.";
            return Err(Error::InvalidRequest(message.into()).into());
        }
        (None, Some(username)) => {
            let found = passkeys.app.find_user(&mut parts, username.clone());
            let found = async { found.await.map_err(Failure::from) };
            authentication.begin_for_username(&username, found).await?
        }
        (Some(user_id), None) => authentication.begin_for_user_id(&user_id).await?,
        (None, None) => authentication.begin().await?,
    };
    Ok(json::response(&begun))
}

/// `POST /authenticate/finish`
pub(super) async fn finish<A: RelyingParty>(
    State(passkeys): State<Shared<A>>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let body = body::read(body).await?;
    let request: FinishAuthentication = body::json(&parts.headers, &body)?;
    let tasks = passkeys.tasks.clone();
    let finish = async move {
        let read = || {
            let mut data = HookData::new(request.data.as_deref());
            A::read_authenticated(&mut data).map(|()| data)
        };
        let authentication = passkeys.authentication();
        let (login, data) = authentication.finish_and_read(&request, read).await?;
        data.put_into(&mut parts);
        Ok(passkeys.app.on_authenticated(&mut parts, login).await)
    };
    tasks.run(finish).await?
}
