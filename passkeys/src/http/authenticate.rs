//! `POST /authenticate/begin` and `POST /authenticate/finish`.

use axum::{extract::Request, response::Response};

use super::{body, failure::Failure, query, tenant::Serving};
use crate::{
    Error,
    ceremony::{Factor, FinishAuthentication},
    relying_party::{RelyingParty, data::HookData},
    wire::{begin::BeginAuthentication, json},
};

/// `POST /authenticate/begin`
pub(super) async fn begin<A: RelyingParty>(
    Serving(passkeys): Serving<A>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let profile = query::profile(&parts.uri, &passkeys.ceremonies.config)?;
    let authentication = passkeys.ceremonies.authentication().choose(profile)?;
    let body = body::read(body).await?;
    let request = if body.is_empty() {
        BeginAuthentication::default()
    } else {
        body::json(&parts.headers, &body)?
    };
    request.check()?;
    if request.is_second_factor() {
        check_second_factor::<A>(request)?;
        let user = passkeys.app.call_second_factor_user(&mut parts).await?;
        let begun = authentication.begin_second_factor(&user).await?;
        return Ok(json::response(&begun));
    }
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
            let found = passkeys.app.call_find_user(&mut parts, username.clone());
            let found = async { found.await.map_err(Failure::from) };
            authentication.begin_for_username(&username, found).await?
        }
        (Some(user_id), None) => authentication.begin_for_user_id(&user_id).await?,
        (None, None) => authentication.begin().await?,
    };
    Ok(json::response(&begun))
}

/// Checks that the application has second factors, and that the body names no user: the hook does.
fn check_second_factor<A: RelyingParty>(request: BeginAuthentication) -> Result<(), Error> {
    let message = if !A::SECOND_FACTOR {
        "This application has no passkeys as a second factor: leave out `secondFactor`."
    } else if request.named() != (None, None) {
        "`secondFactor` is for the user who has passed the first factor: leave out `userId` and `username`."
    } else {
        return Ok(());
    };
    Err(Error::InvalidRequest(message.into()))
}

/// `POST /authenticate/finish`
pub(super) async fn finish<A: RelyingParty>(
    Serving(passkeys): Serving<A>,
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
        let accepted: &[Factor] = if A::SECOND_FACTOR {
            &[Factor::Only, Factor::Second]
        } else {
            &[Factor::Only]
        };
        let authentication = passkeys.ceremonies.authentication();
        let finished = {
            let who = passkeys.app.call_second_factor_user(&mut parts);
            let who = async { who.await.map_err(Failure::from) };
            authentication
                .finish_any(&request, accepted, who, read)
                .await
        };
        let (login, data) = finished?;
        data.put_into(&mut parts);
        Ok(passkeys.app.call_on_authenticated(&mut parts, login).await)
    };
    tasks.run(finish).await?
}
