//! `POST /outcomes`: prompts that have ended without a passkey, as `client.js` reports them.

use axum::{extract::Request, http::StatusCode};

use super::{body, failure::Failure, tenant::Serving};
use crate::{ceremony::PromptReport, relying_party::RelyingParty};

/// `POST /outcomes`, of any client. The response does not depend on whether the report is counted.
pub(super) async fn report<A: RelyingParty>(
    Serving(passkeys): Serving<A>,
    request: Request,
) -> Result<StatusCode, Failure> {
    let (parts, body) = request.into_parts();
    let body = body::read(body).await?;
    let report: PromptReport = body::json(&parts.headers, &body)?;
    passkeys.record_prompt(report);
    Ok(StatusCode::NO_CONTENT)
}
