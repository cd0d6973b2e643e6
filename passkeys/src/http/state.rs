use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts, OptionalFromRequestParts},
    http::{StatusCode, request::Parts},
    response::Response,
};

use super::observe::no_store;
use crate::{PasskeyUser, Passkeys, relying_party::RelyingParty};

/// State of the routes' own handlers.
pub(super) type Shared<A> = Arc<Passkeys<A>>;

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
///
/// A router with the state `Arc<WebState>` needs the same implementation, for `WebState`.
///
/// rustc reports a handler with `PasskeyUser` in a router of another state only as not a `Handler`. To
/// see the cause, put `#[axum::debug_handler(state = WebState)]` on the handler, with the type of the
/// router's state (axum's feature `macros`).
#[diagnostic::on_unimplemented(
    message = "`PasskeyUser` cannot be extracted where the router's state is `{Self}`",
    label = "holds no application with passkey hooks",
    note = "use `Passkeys<App>` as the router's state (`Router::with_state(passkeys)`), or implement `PasskeysState` for the state, which holds `Passkeys<App>`: of `Arc<AppState>`, for `AppState`",
    note = "if the router has another state, tell `debug_handler`: `#[axum::debug_handler(state = passkeys::Passkeys<App>)]`"
)]
pub trait PasskeysState {
    /// The type whose impl block carries [`#[passkeys]`](macro@crate::passkeys).
    type App: RelyingParty;

    /// Returns the application whose `get_user` identifies the signed-in user.
    fn app(&self) -> &Self::App;
}

/// The application is its own state. The macro generates the `FromRef`, for annotated types only: an
/// `Arc` of the application is none.
#[diagnostic::do_not_recommend]
impl<A: RelyingParty + FromRef<Passkeys<A>>> PasskeysState for A {
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

/// A state may be shared in an `Arc`.
impl<S: PasskeysState> PasskeysState for Arc<S> {
    type App = S::App;

    fn app(&self) -> &S::App {
        (**self).app()
    }
}

/// Extracts the signed-in user with the application's `get_user`, in routers whose state
/// implements [`PasskeysState`]. A rejection is the hook's response, as on the library's routes, with
/// `Cache-Control: no-store`.
impl<S: PasskeysState + Send + Sync> FromRequestParts<S> for PasskeyUser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let user = state.app().call_get_user(parts).await;
        user.map_err(no_store)
    }
}

/// Extracts the signed-in user, or `None` where `get_user` responds with `401 Unauthorized`. Any
/// other rejection is returned.
impl<S: PasskeysState + Send + Sync> OptionalFromRequestParts<S> for PasskeyUser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Response> {
        match state.app().call_get_user(parts).await {
            Ok(user) => Ok(Some(user)),
            Err(rejection) if rejection.status() == StatusCode::UNAUTHORIZED => Ok(None),
            Err(rejection) => Err(no_store(rejection)),
        }
    }
}

/// Router state that [`Verified`](crate::Verified) can be extracted with. Only a name for a bound, so
/// that compile errors say what is missing.
#[diagnostic::on_unimplemented(
    message = "`Verified<{A}, _>` cannot be extracted where the router's state is `{Self}`",
    label = "`Passkeys<{A}>` cannot be had from this state",
    note = "use `Passkeys<{A}>` as the router's state (`Router::with_state(passkeys)`), or implement `FromRef<{Self}>` for `Passkeys<{A}>` (for example by `#[derive(FromRef)]` on a state with a field `passkeys: Passkeys<{A}>`)"
)]
pub trait ProvidesPasskeys<A: RelyingParty> {
    /// Returns the passkeys of the application.
    fn passkeys(&self) -> Passkeys<A>;
}

#[diagnostic::do_not_recommend]
impl<S, A: RelyingParty> ProvidesPasskeys<A> for S
where
    Passkeys<A>: FromRef<S>,
{
    fn passkeys(&self) -> Passkeys<A> {
        Passkeys::from_ref(self)
    }
}

/// A state from which the passkeys can be had may be shared in an `Arc`.
impl<S: ProvidesPasskeys<A>, A: RelyingParty> ProvidesPasskeys<A> for Arc<S> {
    fn passkeys(&self) -> Passkeys<A> {
        (**self).passkeys()
    }
}
