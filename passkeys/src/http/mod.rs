//! The HTTP routes.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::RegistrationResult;

/// The answer to a registration where the application has no `on_registered`.
pub(crate) fn registered(result: &RegistrationResult) -> Response {
    let id = result.credential().id.to_string();
    Json(json!({ "status": "ok", "credentialId": id })).into_response()
}
