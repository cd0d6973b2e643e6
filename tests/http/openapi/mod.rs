//! The OpenAPI document: what it says, that it is one, and that it joins an application's.

mod hooks;
mod joining;
pub(crate) mod snapshot;
mod step_up;

use serde_json::Value;

/// The document as clients read it.
fn json(document: &utoipa::openapi::OpenApi) -> Value {
    serde_json::to_value(document).unwrap()
}
