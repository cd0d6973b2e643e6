//! Items that the output of `#[passkeys]` refers to. Not part of the public interface.

#![expect(
    clippy::result_large_err,
    reason = "the error is the response, which is large and moved once"
)]

mod editors;
mod profile;

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
pub use passkeys_macros::in_editors_only;
pub use passkeys_rules::{Draft, ProfileDraft};

pub use crate::{
    AuthenticationResult, Config, CredentialRemoval, PasskeyUser, Passkeys, PasskeysState,
    RegistrationResult, RelyingPartyConfig,
    domain::config::from_attribute,
    relying_party::{
        AtRunTime, InAttribute, RelyingParty,
        data::{HookData, Reader, ReadsData, ReadsNothing},
        per_request::{HasTenants, PerRequest},
    },
    store::MemoryRepository,
};

use crate::{
    Error,
    relying_party::{data::Argument, rejection},
};

#[cfg(feature = "openapi")]
pub use crate::relying_party::{
    hook_errors::{
        DescribedErrors, ErrorsWithoutBody, HookErrors, NoErrors, UndescribedErrors, UnknownErrors,
    },
    hooks::Hooks,
    payload::{
        Carrier, Content, NoData, Payload, Probe, Typed, TypedData, Unknown, Unnamed, Untyped,
        UntypedData,
    },
};
pub use crate::{
    __describe as describe, __in_editors as in_editors, __needs_attestation as needs_attestation,
    __needs_aws_lc_rs as needs_aws_lc_rs,
};

pub use profile::check_profile;

/// Documentation of keys and hooks, for editors.
pub mod attribute {
    pub use crate::attribute::*;
}

/// Bounds of an application that serves requests concurrently.
pub trait Shared: Clone + Send + Sync + 'static {}

impl<T: Clone + Send + Sync + 'static> Shared for T {}

/// Result of `get_user`, `sign_up` and `second_factor_user`: the user, or the rejection as a response.
pub type User = Result<PasskeyUser, Response>;

/// Result of `find_user`: the user with a username, if any, or the rejection as a response.
pub type Found = Result<Option<PasskeyUser>, Response>;

/// Result of `relying_party`: the relying party of a request, or the rejection as a response.
pub type Chosen = Result<RelyingPartyConfig, Response>;

/// Returns the application, for `State<App>` in a router whose state is `Passkeys<App>`.
///
/// Clones it here, so that rustc reports an application that is not `Clone` only once.
pub fn app<A: RelyingParty>(passkeys: &Passkeys<A>) -> A {
    passkeys.app().clone()
}

/// Runs an extractor on the request's head.
///
/// Not an `async fn`, and called with a turbofish, so that rustc reports a type that is not an
/// extractor once, on the whole type.
pub fn extract<'a, T, S>(
    parts: &'a mut Parts,
    state: &'a S,
) -> Pin<Box<dyn Future<Output = Result<T, Response>> + Send + 'a>>
where
    T: FromRequestParts<S> + 'a,
    S: Send + Sync,
{
    Box::pin(async move {
        let rejection = match T::from_request_parts(parts, state).await {
            Ok(extracted) => return Ok(extracted),
            Err(rejection) => rejection.into_response(),
        };
        Err(rejection::in_form(rejection).await)
    })
}

/// Result of the reading of the data of a request, for its arguments of a hook.
pub type Read = Result<(), Error>;

/// Returns an argument of a hook that is called when a ceremony is finished: the result of an extractor,
/// or the data that was read.
pub fn argument<'a, T, S, M: 'a>(
    parts: &'a mut Parts,
    state: &'a S,
) -> Pin<Box<dyn Future<Output = Result<T, Response>> + Send + 'a>>
where
    T: Argument<S, M> + 'a,
{
    Box::pin(T::extract(parts, state))
}

/// Runs the extractor that consumes the body.
pub fn extract_body<'a, T, S, M>(
    request: Request,
    state: &'a S,
) -> Pin<Box<dyn Future<Output = Result<T, Response>> + Send + 'a>>
where
    T: FromRequest<S, M> + 'a,
    S: Send + Sync,
{
    Box::pin(async move {
        let rejection = match T::from_request(request, state).await {
            Ok(extracted) => return Ok(extracted),
            Err(rejection) => rejection.into_response(),
        };
        Err(rejection::in_form(rejection).await)
    })
}

/// Converts the return value of `on_authenticated`, `on_registered` or `on_removed` into a response.
///
/// Takes the value in a second call, so that rustc reports a type that is not a response on the
/// whole type, as in [`extract`].
#[must_use]
pub fn response<T: IntoResponse>() -> fn(T) -> Response {
    T::into_response
}

/// Converts the return value of `get_user`, `sign_up` or `second_factor_user`.
#[must_use]
pub fn user<T: IntoUser>() -> fn(T) -> User {
    T::into_user
}

/// Converts the return value of `find_user`.
#[must_use]
pub fn found<T: IntoFound>() -> fn(T) -> Found {
    T::into_found
}

/// Converts the return value of `relying_party`.
#[must_use]
pub fn chosen<T: IntoChosen>() -> fn(T) -> Chosen {
    T::into_chosen
}

/// Return types of `relying_party`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relying party",
    label = "must be `RelyingPartyConfig` or `Result<RelyingPartyConfig, E>`",
    note = "make each tenant's once, by `RelyingPartyConfig::of::<App>(rp_id, origins)?`, and return a clone of it; an error `E` is anything that implements `IntoResponse`, such as `StatusCode::NOT_FOUND` for a host that is no tenant's"
)]
pub trait IntoChosen {
    /// Converts the value, and an error into its response.
    fn into_chosen(self) -> Chosen;
}

impl IntoChosen for RelyingPartyConfig {
    fn into_chosen(self) -> Chosen {
        Ok(self)
    }
}

impl<E: IntoResponse> IntoChosen for Result<RelyingPartyConfig, E> {
    fn into_chosen(self) -> Chosen {
        self.map_err(IntoResponse::into_response)
    }
}

/// Return types of `get_user`, `sign_up` and `second_factor_user`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a user",
    label = "must be `PasskeyUser` or `Result<PasskeyUser, E>`",
    note = "build the user with `PasskeyUser::new(id, name, display_name)`; an error `E` is anything that implements `IntoResponse`, such as `StatusCode`"
)]
pub trait IntoUser {
    /// Converts the value, and an error into its response.
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

/// Return types of `find_user`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether there is such a user",
    label = "must be `Option<PasskeyUser>` or `Result<Option<PasskeyUser>, E>`",
    note = "`None` is for a name that nobody has; an error `E` is anything that implements `IntoResponse`, such as `StatusCode`"
)]
pub trait IntoFound {
    /// Converts the value, and an error into its response.
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

/// Converts a ceremony's result into the type of a hook's last argument.
#[must_use]
pub fn given<T: Given<G>, G>() -> fn(G) -> T {
    T::given
}

/// Type of a hook's last argument: exactly the type that the library passes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what this hook is given",
    label = "must be the type `{G}` of the `passkeys` crate"
)]
pub trait Given<G> {
    /// Returns the same value.
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
