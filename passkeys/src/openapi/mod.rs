//! [OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.1.html) document of the routes.
//!
//! The types in [`wire`](crate::wire) derive their schemas; the operations are described here, each
//! with every response it can have.

mod document;
mod errors;
mod operation;
mod routes;
#[cfg(feature = "client")]
mod signals;
#[cfg(feature = "client")]
pub(crate) mod typescript;
