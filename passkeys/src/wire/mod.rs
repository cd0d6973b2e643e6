//! The JSON that goes over the network: options, responses and request bodies, each with its
//! schema for the OpenAPI document.
//!
//! Types here are data. What they mean is decided by [`verify`](crate::verify) and
//! [`ceremony`](crate::ceremony).

pub(crate) mod begin;
pub(crate) mod credentials;
mod extensions;
pub(crate) mod finish;
pub(crate) mod json;
pub(crate) mod mistake;
pub(crate) mod options;
pub(crate) mod prompt;
pub(crate) mod responses;
#[cfg(feature = "openapi")]
pub(crate) mod schemas;
mod shape;
#[cfg(feature = "client")]
pub(crate) mod signals;
