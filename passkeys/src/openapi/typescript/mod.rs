//! TypeScript declarations of the browser module, with the types of an application.

mod application;
mod codes;
mod schemas;
mod ty;

use utoipa::openapi::OpenApi;

use crate::{Passkeys, relying_party::RelyingParty};

/// Returns the declarations of `client.js` with the types of an application: of its hooks, and if its own
/// document is given, of its step-up handlers and errors.
pub(crate) fn declarations<A: RelyingParty>(
    general: &str,
    passkeys: &Passkeys<A>,
    document: Option<&OpenApi>,
) -> String {
    let (of_hooks, hooks) = super::document::described(passkeys);
    let json = |document: &OpenApi| serde_json::to_value(document).unwrap_or_default();
    let application = application::declarations(
        &json(&of_hooks),
        document.map(json).as_ref(),
        hooks.errors_are_known(),
    );
    format!("{general}\n{application}")
}
