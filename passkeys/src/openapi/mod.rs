//! The OpenAPI 3.1 document of the routes
//! ([OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.1.html)).
//!
//! The types in [`wire`](crate::wire) derive their schemas; the routes are described here, with
//! every response that each can have.

mod document;
mod errors;
mod operation;
mod routes;
#[cfg(feature = "client")]
mod signals;
