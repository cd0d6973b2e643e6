//! The OpenAPI document: its contents, its validity, and how it joins the application's document.

pub(crate) mod client_types;
mod errors;
mod hooks;
mod joining;
pub(crate) mod snapshot;
mod step_up;

use serde_json::Value;

/// The document as clients read it.
fn json(document: &utoipa::openapi::OpenApi) -> Value {
    serde_json::to_value(document).unwrap()
}
