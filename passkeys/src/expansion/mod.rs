//! What the expansion of `#[passkeys]` names. Not part of the public interface.

#![expect(
    clippy::result_large_err,
    reason = "the error is the response, which is large and moved once"
)]

use std::{future::Future, pin::Pin};

use axum::{
    extract::{FromRequest, FromRequestParts},
    response::IntoResponse,
};

pub use axum::{
    extract::{FromRef, Request},
    http::request::Parts,
    response::Response,
};
pub use passkeys_rules::Draft;

pub use crate::{
    AuthenticationResult, Config, PasskeyUser, Passkeys, PasskeysState, RegistrationResult,
    domain::config::from_attribute, relying_party::RelyingParty, store::MemoryRepository,
};

pub use crate::__describe as describe;
#[cfg(feature = "openapi")]
pub use crate::relying_party::{
    hooks::Hooks,
    payload::{Carrier, Content, Payload, Probe, Typed, Unknown, Unnamed, Untyped},
};

/// What an application must be to serve several requests at once.
pub trait Shared: Clone + Send + Sync + 'static {}

impl<T: Clone + Send + Sync + 'static> Shared for T {}

/// A user, or the response that refuses to name one.
pub type User = Result<PasskeyUser, Response>;

/// The user with a name, if there is one, or the response that refuses to tell.
pub type Found = Result<Option<PasskeyUser>, Response>;

/// Returns the application, for `State<App>` in a router whose state is `Passkeys<App>`.
///
/// Clones it here, so that rustc reports an application that is not `Clone` only once.
pub fn app<A: RelyingParty>(passkeys: &Passkeys<A>) -> A {
    passkeys.app().clone()
}

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

/// What makes a response of the answer of `on_authenticated` or `on_registered`.
///
/// Takes the answer in a second call, so that rustc reports a type that cannot be one on the
/// whole type, as in [`extract`].
#[must_use]
pub fn response<T: IntoResponse>() -> fn(T) -> Response {
    T::into_response
}

/// What reads the answer of `get_user` or `sign_up`.
#[must_use]
pub fn user<T: IntoUser>() -> fn(T) -> User {
    T::into_user
}

/// What reads the answer of `find_user`.
#[must_use]
pub fn found<T: IntoFound>() -> fn(T) -> Found {
    T::into_found
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

/// What hands a hook its last argument.
#[must_use]
pub fn given<T: Given<G>, G>() -> fn(G) -> T {
    T::given
}

/// A type by which a hook may take what it is given: only the very type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what this hook is given",
    label = "must be the type `{G}` of the `passkeys` crate"
)]
pub trait Given<G> {
    /// The same value.
    fn given(value: G) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T> Given<T> for T {
    fn given(value: T) -> T {
        value
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn hidden_module_is_named_after_the_version() {
        let version = env!("CARGO_PKG_VERSION").replace(|char: char| !char.is_alphanumeric(), "_");
        let module = format!("__private_{version}");
        assert!(
            include_str!("../lib.rs").contains(&format!("pub mod {module} {{")),
            "the version has changed: rename the hidden module to `{module}` in `src/lib.rs`, \
             `src/relying_party/describe.rs` and `tests/attribute/blocks/mod.rs`, and run the \
             tests with `BLESS=1`"
        );
    }
}
