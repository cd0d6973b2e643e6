//! What the expansion of `#[passkeys]` calls. Not part of the public interface.

use std::{future::Future, pin::Pin};

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::request::Parts,
    response::{IntoResponse, Response},
};

pub use axum;
pub use passkeys_rules::Draft;

pub use crate::{config::from_attribute, relying_party::RelyingParty};

/// Runs an extractor on the request's head.
///
/// Not `async`, and called by turbofish: so rustc reports a type that is no extractor once, on
/// the whole type.
pub fn extract<'a, T, S>(
    parts: &'a mut Parts,
    state: &'a S,
) -> Pin<Box<dyn Future<Output = Result<T, Response>> + Send + 'a>>
where
    T: FromRequestParts<S> + 'a,
    S: Send + Sync,
{
    Box::pin(async move {
        T::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)
    })
}

/// Runs the one extractor that takes the body.
pub fn extract_body<'a, T, S, M>(
    request: Request,
    state: &'a S,
) -> Pin<Box<dyn Future<Output = Result<T, Response>> + Send + 'a>>
where
    T: FromRequest<S, M> + 'a,
    S: Send + Sync,
{
    Box::pin(async move {
        T::from_request(request, state)
            .await
            .map_err(IntoResponse::into_response)
    })
}
