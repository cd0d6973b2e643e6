//! `POST /step-up/begin`.

use axum::{extract::Request, response::Response};

use super::{body, failure::Failure, query, target, tenant::Serving};
use crate::{
    ceremony::Action,
    relying_party::RelyingParty,
    wire::{begin::BeginStepUp, json},
};

/// `POST /step-up/begin`
pub(super) async fn begin<A: RelyingParty>(
    Serving(passkeys): Serving<A>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let step_up = passkeys
        .ceremonies
        .step_up()
        .choose(query::profile(&parts.uri, &passkeys.ceremonies.config)?)?;
    let user = passkeys.app.call_get_user(&mut parts).await?;
    let body = body::read(body).await?;
    let asked: BeginStepUp = body::json(&parts.headers, &body)?;
    asked.check()?;
    let BeginStepUp {
        method,
        host,
        path,
        body,
        ..
    } = asked;
    let host = match &host {
        Some(host) => host,
        None => target::host(&parts)?,
    };
    let action = Action::new(&method, host, &path, body.get().as_bytes());
    let recorder = &passkeys.ceremonies.recorder;
    recorder.action(&method, host, &path);
    let begun = step_up.begin(&user, &action).await?;
    Ok(json::response(&begun))
}
