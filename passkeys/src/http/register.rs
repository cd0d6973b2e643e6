//! `POST /register/begin`, `POST /sign-up/begin` and `POST /register/finish`.

use std::panic::resume_unwind;

use axum::{
    body::Bytes,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, request::Parts},
    response::Response,
};

use serde::Deserialize;

use super::{body, consent, error, failure::Failure, query, state::Shared, tenant::Serving};
use crate::{
    CredentialId, Error, PasskeyUser, RegistrationResult,
    ceremony::{Consent, FinishRegistration, FinishStepUp, Registration},
    relying_party::{RelyingParty, data::HookData},
    store::CredentialRepository,
    tasks::caught,
    wire::{finish::NoBody, json},
};

/// Response header with the credential ID of a passkey that the server has not kept, because it was not
/// stored or because the sign-up was rolled back. From it `client.js` knows that the browser should drop
/// the passkey.
const ROLLED_BACK: HeaderName = HeaderName::from_static("passkey-rolled-back");

/// `POST /register/begin`: a further passkey, also by conditional creation. With the key `fresh`, a body
/// that is consent by step-up belongs to it. Any other body begins a sign-up where there is the hook
/// `sign_up`, as [`sign_up`] does; where there is none, it is consent that is malformed.
pub(super) async fn begin<A: RelyingParty>(
    Serving(passkeys): Serving<A>,
    request: Request,
) -> Result<Response, Failure> {
    let conditional = query::is_conditional(request.uri(), &passkeys.ceremonies.config)?;
    let registration = passkeys.ceremonies.registration();
    let registration =
        registration.choose(query::profile(request.uri(), &passkeys.ceremonies.config)?)?;
    let (mut parts, body) = request.into_parts();
    let body = body::read(body).await?;
    let has_body = !body::is_nothing(&body);
    let is_consent = FinishStepUp::is_in(&body) || (has_body && !A::SIGN_UP);
    if passkeys.ceremonies.config.fresh().is_some() && is_consent {
        let consent = consent_to_begin(&passkeys, parts, body).await?;
        let registration = registration.with_consent(&consent);
        return begin_further(&registration, &consent.user, conditional).await;
    }
    if A::SIGN_UP && has_body {
        let request = Request::from_parts(parts, body.into());
        return begin_sign_up(&passkeys, &registration, conditional, request).await;
    }
    let user = passkeys.app.call_get_user(&mut parts).await?;
    begin_further(&registration, &user, conditional).await
}

/// `POST /sign-up/begin`. The body is the hook's, also one that is empty.
pub(super) async fn sign_up<A: RelyingParty>(
    Serving(passkeys): Serving<A>,
    request: Request,
) -> Result<Response, Failure> {
    let conditional = query::is_conditional(request.uri(), &passkeys.ceremonies.config)?;
    let registration = passkeys.ceremonies.registration();
    let registration =
        registration.choose(query::profile(request.uri(), &passkeys.ceremonies.config)?)?;
    let (parts, body) = request.into_parts();
    let body = body::read(body).await?;
    let request = Request::from_parts(parts, body.into());
    begin_sign_up(&passkeys, &registration, conditional, request).await
}

async fn begin_sign_up<A: RelyingParty>(
    passkeys: &Shared<A>,
    registration: &Registration<'_, A::Repository>,
    conditional: bool,
    request: Request,
) -> Result<Response, Failure> {
    if conditional {
        let message = "`mediation=conditional` is for the user who is signed in: send it to \
                       `register/begin`, without a body.";
        return Err(Error::InvalidRequest(message.into()).into());
    }
    let user = passkeys.app.call_sign_up(request).await?;
    let begun = registration.begin_sign_up(&user).await?;
    Ok(json::response(&begun))
}

/// Verifies the consent of the signed-in user to a further passkey, to its end.
async fn consent_to_begin<A: RelyingParty>(
    passkeys: &Shared<A>,
    mut parts: Parts,
    body: Bytes,
) -> Result<Consent<NoBody>, Failure> {
    let (tasks, passkeys) = (passkeys.tasks.clone(), passkeys.clone());
    let verify = async move { consent::verify_alone(&passkeys, &mut parts, &body).await };
    tasks.run(verify).await?
}

async fn begin_further<R: CredentialRepository>(
    registration: &Registration<'_, R>,
    user: &PasskeyUser,
    conditional: bool,
) -> Result<Response, Failure> {
    let begun = if conditional {
        registration.begin_conditional(user).await?
    } else {
        registration.begin(user).await?
    };
    Ok(json::response(&begun))
}

/// `POST /register/finish`
pub(super) async fn finish<A: RelyingParty>(
    Serving(passkeys): Serving<A>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let body = body::read(body).await?;
    let request: FinishRegistration = body::json(&parts.headers, &body)?;
    let tasks = passkeys.tasks.clone();
    let finish = async move {
        let who = passkeys.app.call_get_user(&mut parts);
        let who = async { who.await.map_err(Failure::from) };
        let read = || {
            let mut data = HookData::new(request.data.as_deref());
            A::read_registered(&mut data).map(|()| data)
        };
        let registration = passkeys.ceremonies.registration().sign_ups(A::SIGN_UP);
        let finished = registration.finish_and_read(&request, who, read).await;
        let (result, data) = finished.map_err(|failure| not_kept(failure, &request))?;
        data.put_into(&mut parts);
        Ok(if result.signed_up() {
            signed_up(&passkeys, &mut parts, result).await
        } else {
            passkeys.app.call_on_registered(&mut parts, result).await
        })
    };
    tasks.run(finish).await?
}

/// Adds the header to the response to a registration that has not stored the passkey: its authenticator has
/// it, and would offer it.
fn not_kept(mut failure: Failure, request: &FinishRegistration) -> Failure {
    #[derive(Deserialize)]
    struct Created {
        id: String,
    }

    let created: Result<Created, _> = serde_json::from_str(request.credential.get());
    if failure.is_before_storing
        && let Ok(Created { id }) = created
        && let Ok(id) = id.parse()
    {
        failure.response.headers_mut().extend(header(&id));
    }
    failure
}

/// Calls the hook after a sign-up, and rolls the sign-up back if the hook fails.
async fn signed_up<A: RelyingParty>(
    passkeys: &Shared<A>,
    parts: &mut Parts,
    result: RegistrationResult,
) -> Response {
    let hook = passkeys.app.call_on_registered(parts, result.clone());
    let outcome = match caught(hook).await {
        Ok(response) if !is_error(&response) => return response,
        outcome => outcome,
    };
    let rolled_back = passkeys.ceremonies.registration().roll_back(&result).await;
    if let Err(error) = &rolled_back {
        error::log(error);
    }
    let mut response = outcome.unwrap_or_else(|panic| resume_unwind(panic));
    if rolled_back.is_ok() {
        let id = &result.credential().id;
        response.headers_mut().extend(header(id));
    }
    response
}

fn is_error(response: &Response) -> bool {
    response.status() >= StatusCode::BAD_REQUEST
}

fn header(id: &CredentialId) -> Option<(HeaderName, HeaderValue)> {
    // Base64url is valid in a header.
    let value = HeaderValue::try_from(id.to_string()).ok()?;
    Some((ROLLED_BACK, value))
}
