//! The document of the routes
//! ([OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.1.html)).
//!
//! What goes over the network has its schema by derive, where it is defined; here are the routes
//! and what can become of a request to each.

mod errors;
mod hooks;
mod operation;
mod payload;
mod routes;
pub(crate) mod schemas;
#[cfg(feature = "client")]
mod signals;

use utoipa::openapi::{
    Components, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, PathsBuilder, tag::TagBuilder,
};

pub use hooks::Hooks;
pub use payload::{Carrier, Content, Payload, Probe, Typed, Unknown, Unnamed, Untyped};

use crate::{Config, relying_party::RelyingParty};

/// The component of what applications answer of their own.
const REJECTION: &str = "Passkeys.Rejection";

/// The tag of the operations.
const TAG: &str = "passkeys";

/// The application's document.
pub(crate) fn document<A: RelyingParty>(config: &Config) -> OpenApi {
    let mut hooks = Hooks::default();
    A::describe(&mut hooks);
    let mut components = Components::new();
    components
        .schemas
        .insert(REJECTION.to_owned(), errors::rejection());
    let mut paths = PathsBuilder::new();
    for (path, method, operation) in routes::all::<A>(&mut hooks, &mut components) {
        paths = paths.path(path, PathItem::new(method, operation));
    }
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title(config.rp_name())
                .version(env!("CARGO_PKG_VERSION"))
                .build(),
        )
        .paths(paths)
        .components(Some(components))
        .tags(Some([TagBuilder::new()
            .name(TAG)
            .description(Some("Sign-in with passkeys (WebAuthn)."))
            .build()]))
        .build()
}
