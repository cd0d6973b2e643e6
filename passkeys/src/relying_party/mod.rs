//! Interface between the library and an application: repository, hooks, and their descriptions.

#[expect(
    missing_debug_implementations,
    reason = "only `Data` is part of the public interface"
)]
pub(crate) mod data;
mod describe;
#[cfg(feature = "openapi")]
#[expect(
    missing_debug_implementations,
    reason = "not part of the public interface"
)]
pub(crate) mod hook_errors;
#[cfg(feature = "openapi")]
#[expect(
    missing_debug_implementations,
    reason = "not part of the public interface"
)]
pub(crate) mod hooks;
#[cfg(feature = "openapi")]
#[expect(
    missing_debug_implementations,
    reason = "not part of the public interface"
)]
pub(crate) mod payload;
pub(crate) mod per_request;
pub(crate) mod rejection;

use std::{convert::Infallible, future::Future, marker::PhantomData, sync::Arc};

use axum::{
    extract::Request,
    http::{StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
};

use self::data::HookData;
#[cfg(feature = "openapi")]
use self::hooks::Hooks;
use crate::{
    AuthenticationResult, Config, CredentialRemoval, Error, PasskeyUser, RegistrationResult,
    ceremony::RelyingPartyConfig,
    store::CredentialRepository,
    wire::{credentials::Registered, json},
};

/// Application with passkey hooks, implemented by `#[passkeys]`.
///
/// Hidden, because only the macro implements it. Every method runs the extractors in the hook's
/// signature and calls the hook; a rejection, of an extractor or of the hook, is returned as its
/// response.
///
/// Names begin with `call_`, so that the macro's calls of the hooks never find these methods: where rustc
/// drops the block, because its type is of another crate, they would be called with too few arguments.
///
/// The methods repeat the bound `Sync` so that rustc reports an application that is not `Sync` once
/// and not again for each future that borrows it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no passkey hooks",
    label = "not annotated with `#[passkeys(..)]`",
    note = "use the type whose impl block is annotated, such as `App` in `Passkeys::new(App {{ state }}, repository)`; if there is none yet: `#[passkeys(rp_id = \"example.com\", origins = [\"https://example.com\"])] impl App {{ type Repository = ..; async fn get_user(..); async fn on_authenticated(..) }}`",
    note = "`Arc<..>` and types of other crates cannot be annotated: wrap them in a type of your own, `#[derive(Clone)] struct App {{ state: Arc<AppState> }}`"
)]
pub trait RelyingParty: Clone + Send + Sync + 'static {
    /// The block's `type Repository`.
    type Repository: CredentialRepository;

    /// Where the configuration is: the type itself, which is then [`InAttribute`], [`AtRunTime`], or
    /// [`PerRequest`](per_request::PerRequest).
    type Configuration;

    /// Whether there is a `sign_up` hook.
    const SIGN_UP: bool = false;

    /// Whether there is a `find_user` hook.
    const FIND_USER: bool = false;

    /// Whether there is a `second_factor_user` hook.
    const SECOND_FACTOR: bool = false;

    /// Whether there is an `on_removed` hook.
    const ON_REMOVED: bool = false;

    /// Whether there is a `relying_party` hook.
    const RELYING_PARTY: bool = false;

    /// Names of the profiles in the attribute.
    const PROFILES: &'static [&'static str] = &[];

    /// Returns the application's name, by which its ceremonies are told from those of others with the
    /// same challenge store: the path of the annotated type.
    ///
    /// The default is for generic types, whose arguments the macro does not know. It may be another
    /// one with another compiler, so the macro names all other types.
    #[must_use]
    fn name() -> &'static str {
        std::any::type_name::<Self>()
    }

    /// Describes the hooks: doc comments and body types.
    #[cfg(feature = "openapi")]
    fn describe(hooks: &mut Hooks) {
        let _ = hooks;
    }

    /// Returns the relying party that the request is for. Only called if
    /// [`RELYING_PARTY`](Self::RELYING_PARTY).
    fn call_relying_party(
        &self,
        parts: &mut Parts,
    ) -> impl Future<Output = Result<RelyingPartyConfig, Response>> + Send
    where
        Self: Sync,
    {
        let _ = parts;
        std::future::ready(Err(StatusCode::NOT_FOUND.into_response()))
    }

    /// Returns the user who is signed in, for registration, management and step-up.
    fn call_get_user(
        &self,
        parts: &mut Parts,
    ) -> impl Future<Output = Result<PasskeyUser, Response>> + Send
    where
        Self: Sync;

    /// Reads the data of the request for `on_authenticated`, before the sign-in is verified.
    fn read_authenticated(data: &mut HookData) -> Result<(), Error> {
        let _ = data;
        Ok(())
    }

    /// Returns the response to a verified sign-in. The data that was read is in the request's extensions.
    fn call_on_authenticated(
        &self,
        parts: &mut Parts,
        result: AuthenticationResult,
    ) -> impl Future<Output = Response> + Send
    where
        Self: Sync;

    /// Returns the account to create with a passkey. Only called if [`SIGN_UP`](Self::SIGN_UP).
    fn call_sign_up(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<PasskeyUser, Response>> + Send
    where
        Self: Sync,
    {
        async move {
            let (mut parts, _) = request.into_parts();
            self.call_get_user(&mut parts).await
        }
    }

    /// Reads the data of the request for `on_registered`, before the registration is verified.
    fn read_registered(data: &mut HookData) -> Result<(), Error> {
        let _ = data;
        Ok(())
    }

    /// Returns the response to a stored registration. The data that was read is in the request's
    /// extensions.
    fn call_on_registered(
        &self,
        parts: &mut Parts,
        result: RegistrationResult,
    ) -> impl Future<Output = Response> + Send
    where
        Self: Sync,
    {
        let _ = parts;
        std::future::ready(registered(&result))
    }

    /// Returns the user with this username. Only called if [`FIND_USER`](Self::FIND_USER).
    fn call_find_user(
        &self,
        parts: &mut Parts,
        username: String,
    ) -> impl Future<Output = Result<Option<PasskeyUser>, Response>> + Send
    where
        Self: Sync,
    {
        let _ = (parts, username);
        std::future::ready(Ok(None))
    }

    /// Returns the user who has passed the first factor. Only called if
    /// [`SECOND_FACTOR`](Self::SECOND_FACTOR).
    fn call_second_factor_user(
        &self,
        parts: &mut Parts,
    ) -> impl Future<Output = Result<PasskeyUser, Response>> + Send
    where
        Self: Sync,
    {
        self.call_get_user(parts)
    }

    /// Tells the application of a passkey that its user has deleted. The response is for the log. Only
    /// called if [`ON_REMOVED`](Self::ON_REMOVED).
    fn call_on_removed(
        &self,
        parts: &mut Parts,
        removal: CredentialRemoval,
    ) -> impl Future<Output = Response> + Send
    where
        Self: Sync,
    {
        let _ = (parts, removal);
        std::future::ready(Response::default())
    }
}

/// Place of a configuration in the attribute, which [`Passkeys::new`](crate::Passkeys::new) takes.
#[diagnostic::on_unimplemented(
    message = "`Passkeys::new` takes the configuration of the attribute, and `#[passkeys]` has none",
    label = "the attribute has neither `rp_id` nor `origins`",
    note = "write `Passkeys::with_config(app, repository, Config::from_env()?)`, or `Config::new(..)`, for a configuration that is made when the program starts",
    note = "or add one that the compiler checks: `#[passkeys(rp_id = \"example.com\", origins = [\"https://example.com\"])]`"
)]
pub trait InAttribute {
    /// Returns the configuration in the attribute.
    fn config() -> Config;
}

/// Place of a configuration, in the attribute or at run time: of every application, but not of a
/// pointer to one.
pub trait Configured {}

impl<C: InAttribute> Configured for C {}

/// Place of the configuration of an application whose attribute has none:
/// [`Passkeys::with_config`](crate::Passkeys::with_config) takes it.
#[expect(missing_debug_implementations, reason = "has no values")]
#[expect(clippy::exhaustive_enums, reason = "has no values")]
pub enum AtRunTime {}

impl Configured for AtRunTime {}

/// Application as the first type argument of [`Verified`](crate::Verified). Only a name for a bound, so
/// that the compile error says which argument the application is.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an application with passkey hooks, so it cannot be the first type argument of `Verified`",
    label = "the application comes first: `Verified<App, Body>`",
    note = "if `{Self}` is the body of the request, write `Verified<App, {Self}>`, where `App` is the type whose impl block is annotated with `#[passkeys(..)]`",
    note = "if `{Self}` is the application, annotate its impl block: `#[passkeys(rp_id = \"example.com\", origins = [\"https://example.com\"])] impl {Self} {{ type Repository = ..; async fn get_user(..); async fn on_authenticated(..) }}`",
    note = "in place of `Arc<App>` or `Passkeys<App>`, write `App`"
)]
pub trait Application: RelyingParty {}

#[diagnostic::do_not_recommend]
impl<A: RelyingParty<Configuration: Configured>> Application for A {}

/// Bound that no type meets, of an application in an `Arc`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is a pointer to the application, not the application itself",
    label = "pass the application itself, without the `Arc`",
    note = "the application is the type whose impl block is annotated with `#[passkeys(..)]`: `Passkeys::new(App {{ .. }}, repository)`",
    note = "`Passkeys` clones it for each request; what is expensive to clone, or changes, goes into an `Arc` within it: `#[derive(Clone)] struct App {{ state: Arc<State> }}`"
)]
pub trait ApplicationItself {
    /// Never called.
    fn never<R>() -> R;
}

/// Place of the configuration of an application in an `Arc`, which the constructors of
/// [`Passkeys`](crate::Passkeys) do not take.
#[derive(Debug)]
pub struct InArc<T>(Infallible, PhantomData<T>);

impl<T: RelyingParty> InAttribute for InArc<T>
where
    Arc<T>: ApplicationItself,
{
    fn config() -> Config {
        Arc::<T>::never()
    }
}

/// Has hooks, so that the compiler reports an application in an `Arc` once, where it is passed to
/// `Passkeys`, and not wherever the result is used.
impl<T: RelyingParty> RelyingParty for Arc<T> {
    type Repository = T::Repository;
    type Configuration = InArc<T>;

    async fn call_get_user(&self, parts: &mut Parts) -> Result<PasskeyUser, Response> {
        (**self).call_get_user(parts).await
    }

    async fn call_on_authenticated(
        &self,
        parts: &mut Parts,
        result: AuthenticationResult,
    ) -> Response {
        (**self).call_on_authenticated(parts, result).await
    }
}

/// Returns the default response to a registration, for applications without `on_registered`.
fn registered(result: &RegistrationResult) -> Response {
    json::response(&Registered {
        status: "ok",
        credential_id: &result.credential().id,
    })
}
