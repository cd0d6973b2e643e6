//! What the expansion of `#[passkeys]` names. Not part of the public interface.

use std::{future::Future, pin::Pin};

use axum::{
    extract::{FromRequest, FromRequestParts},
    response::IntoResponse,
};

pub use axum::{extract::Request, http::request::Parts, response::Response};
pub use passkeys_rules::Draft;

pub use crate::{
    AuthenticationResult, Config, PasskeyUser, RegistrationResult, config::from_attribute,
    relying_party::RelyingParty,
};

/// A user, or the response that refuses to name one.
pub type User = Result<PasskeyUser, Response>;

/// The user with a name, if there is one, or the response that refuses to tell.
pub type Found = Result<Option<PasskeyUser>, Response>;

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

/// The answer of `on_authenticated` or `on_registered`.
pub fn response<T: IntoResponse>(answer: T) -> Response {
    answer.into_response()
}

/// The answer of `get_user` or `sign_up`.
pub fn user<T: IntoUser>(answer: T) -> User {
    answer.into_user()
}

/// The answer of `find_user`.
pub fn found<T: IntoFound>(answer: T) -> Found {
    answer.into_found()
}

/// What `get_user` and `sign_up` may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a user",
    label = "must be `PasskeyUser` or `Result<PasskeyUser, E>`",
    note = "build the user with `PasskeyUser::new(id, name, display_name)`; an error `E` is anything that implements `IntoResponse`, such as `StatusCode`"
)]
pub trait IntoUser {
    /// The answer, with an error as the response that it makes of itself.
    fn into_user(self) -> User;
}

impl IntoUser for PasskeyUser {
    fn into_user(self) -> User {
        Ok(self)
    }
}

impl<E: IntoResponse> IntoUser for Result<PasskeyUser, E> {
    fn into_user(self) -> User {
        self.map_err(IntoResponse::into_response)
    }
}

/// What `find_user` may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether there is such a user",
    label = "must be `Option<PasskeyUser>` or `Result<Option<PasskeyUser>, E>`",
    note = "`None` is for a name that nobody has; an error `E` is anything that implements `IntoResponse`, such as `StatusCode`"
)]
pub trait IntoFound {
    /// The answer, with an error as the response that it makes of itself.
    fn into_found(self) -> Found;
}

impl IntoFound for Option<PasskeyUser> {
    fn into_found(self) -> Found {
        Ok(self)
    }
}

impl<E: IntoResponse> IntoFound for Result<Option<PasskeyUser>, E> {
    fn into_found(self) -> Found {
        self.map_err(IntoResponse::into_response)
    }
}
