//! Consent by step-up in the body of a request.

use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{body, failure::Failure, target};
use crate::{
    Error, Passkeys,
    ceremony::{Action, Consent, FinishStepUp, policy::sealed::Demands},
    relying_party::RelyingParty,
    wire::finish::NoBody,
};

/// Verifies the consent in a request that has a body of its own beside it.
pub(super) async fn verify<A, T>(
    passkeys: &Passkeys<A>,
    parts: &mut Parts,
    request: &FinishStepUp,
    demands: Demands,
) -> Result<Consent<T>, Failure>
where
    A: RelyingParty,
    T: DeserializeOwned,
{
    let action = action(parts, &request.body)?;
    let who = passkeys.app.call_get_user(parts);
    let who = async { who.await.map_err(Failure::from) };
    let step_up = passkeys.ceremonies.step_up().demanding(demands);
    step_up.finish(request, &action, who).await
}

/// Verifies the consent in the body of a request that has no body of its own.
pub(super) async fn verify_alone<A: RelyingParty>(
    passkeys: &Passkeys<A>,
    parts: &mut Parts,
    body: &[u8],
) -> Result<Consent<NoBody>, Failure> {
    let request = body::json(&parts.headers, body)?;
    verify(passkeys, parts, &request, Demands::default()).await
}

/// Returns the action that this request is.
fn action(parts: &Parts, body: &RawValue) -> Result<Action, Error> {
    let (method, host) = (parts.method.as_str(), target::host(parts)?);
    let path = target::path_and_query(parts);
    Ok(Action::new(method, host, path, body.get().as_bytes()))
}
