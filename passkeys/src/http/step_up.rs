use axum::{
    extract::{Request, State},
    response::Response,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Failure, Shared, answer, body};
use crate::{ceremony::Action, relying_party::RelyingParty};

/// The request that the page is about to send.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::BeginStepUp))]
pub(crate) struct BeginStepUp {
    /// Its method, in capitals.
    method: String,
    /// Its path and query, as the server sees them.
    path: String,
    /// What it carries as its `body`, to the letter; `null` is the same as nothing.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
    body: Box<RawValue>,
}

/// `POST /step-up/begin`
pub(super) async fn begin<A: RelyingParty>(
    State(passkeys): State<Shared<A>>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let user = passkeys.app.get_user(&mut parts).await?;
    let body = body::read(body).await?;
    let BeginStepUp { method, path, body } = body::json(&parts.headers, &body)?;
    let action = Action::new(&method, &path, body.get().as_bytes());
    let begun = passkeys.step_up().begin(&user, &action).await?;
    Ok(answer::json(&begun))
}
