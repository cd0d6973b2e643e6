use std::future::Future;

use axum::{
    extract::{FromRequestParts, Request},
    http::request::Parts,
    response::Response,
};
use serde::Serialize;

#[cfg(feature = "openapi")]
use crate::openapi::{Hooks, schemas};
use crate::{
    AuthenticationResult, Config, CredentialId, PasskeyUser, Passkeys, RegistrationResult, http::answer,
    store::CredentialRepository,
};

/// What `#[passkeys]` implements for an application: thin glue from requests to hooks.
///
/// Hidden, because only the macro implements it. Every method runs the extractors that the hook
/// names and calls the hook; a rejection, of an extractor or of the hook, comes back as the
/// response that it made of itself.
///
/// The methods repeat that the application is `Sync`: so one that is not is reported as such, and
/// not once more for each future that borrows it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no passkey hooks",
    label = "not annotated with `#[passkeys(..)]`",
    note = "annotate an impl block of `{Self}`: `#[passkeys(rp_id = \"example.com\", origins = [\"https://example.com\"])] impl {Self} {{ type Repository = ..; async fn get_user(..); async fn on_authenticated(..) }}`"
)]
pub trait RelyingParty: Clone + Send + Sync + 'static {
    /// `type Repository` of the block.
    type Repository: CredentialRepository;

    /// Whether there is a `sign_up` hook.
    const SIGN_UP: bool = false;

    /// Whether there is a `find_user` hook.
    const FIND_USER: bool = false;

    /// The attribute's values.
    fn config() -> Config;

    /// What the hooks take, answer and are documented with.
    #[cfg(feature = "openapi")]
    fn describe(hooks: &mut Hooks) {
        let _ = hooks;
    }

    /// Who is adding or managing passkeys.
    fn get_user(
        &self,
        parts: &mut Parts,
    ) -> impl Future<Output = Result<PasskeyUser, Response>> + Send
    where
        Self: Sync;

    /// Answers a verified sign-in.
    fn on_authenticated(
        &self,
        parts: &mut Parts,
        result: AuthenticationResult,
    ) -> impl Future<Output = Response> + Send
    where
        Self: Sync;

    /// The account to create with a passkey. Only called where [`SIGN_UP`](Self::SIGN_UP).
    fn sign_up(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<PasskeyUser, Response>> + Send
    where
        Self: Sync,
    {
        async move {
            let (mut parts, _) = request.into_parts();
            self.get_user(&mut parts).await
        }
    }

    /// Answers a stored registration.
    fn on_registered(
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

    /// The account with this name. Only called where [`FIND_USER`](Self::FIND_USER).
    fn find_user(
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
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::Registered))]
pub(crate) struct Registered<'a> {
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::ok))]
    status: &'static str,
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    credential_id: &'a CredentialId,
}

/// The answer to a registration where the application has no `on_registered`.
fn registered(result: &RegistrationResult) -> Response {
    answer::json(&Registered {
        status: "ok",
        credential_id: &result.credential().id,
    })
}

/// Router state from which [`PasskeyUser`] can be extracted: it holds the application.
///
/// The application itself and [`Passkeys<App>`](Passkeys) implement it. Implement it for a state
/// type of your own by delegating to the [`Passkeys`] it holds:
///
/// ```
/// # use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
/// # #[derive(Clone)]
/// # struct App;
/// # #[passkeys(rp_id = "localhost", origins = ["http://localhost:3000"])]
/// # impl App {
/// #     type Repository = MemoryRepository;
/// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
/// #     async fn on_authenticated(&self, _: AuthenticationResult) {}
/// # }
/// use axum::{Router, routing::get};
/// use passkeys::PasskeysState;
///
/// #[derive(Clone)]
/// struct WebState {
///     passkeys: Passkeys<App>,
/// }
///
/// impl PasskeysState for WebState {
///     type App = App;
///
///     fn app(&self) -> &App {
///         self.passkeys.app()
///     }
/// }
///
/// async fn greet(user: PasskeyUser) -> String {
///     format!("Hello, {}", user.display_name())
/// }
///
/// let passkeys = Passkeys::new(App, MemoryRepository::default());
/// let router: Router = Router::new()
///     .route("/greet", get(greet))
///     .with_state(WebState { passkeys });
/// ```
#[diagnostic::on_unimplemented(
    message = "`PasskeyUser` cannot be extracted where the router's state is `{Self}`",
    label = "holds no application with passkey hooks",
    note = "use `Passkeys<App>` as the router's state (`Router::with_state(passkeys)`), or implement `PasskeysState` for `{Self}`"
)]
pub trait PasskeysState {
    /// The type whose impl block carries [`#[passkeys]`](macro@crate::passkeys).
    type App: RelyingParty;

    /// Returns the application whose `get_user` identifies the signed-in user.
    fn app(&self) -> &Self::App;
}

/// The application is its own state.
#[diagnostic::do_not_recommend]
impl<A: RelyingParty> PasskeysState for A {
    type App = Self;

    fn app(&self) -> &Self {
        self
    }
}

impl<A: RelyingParty> PasskeysState for Passkeys<A> {
    type App = A;

    fn app(&self) -> &A {
        &self.app
    }
}

/// Extracts the signed-in user with the application's `get_user`, in routers whose state
/// implements [`PasskeysState`].
impl<S: PasskeysState + Send + Sync> FromRequestParts<S> for PasskeyUser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        state.app().get_user(parts).await
    }
}
