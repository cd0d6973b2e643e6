use std::{fmt, marker::PhantomData};

use axum::{
    extract::{FromRequest, Request},
    http::request::Parts,
    response::{IntoResponse as _, Response},
};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{body, failure::Failure, observe::no_store, state::ProvidesPasskeys, target};
use crate::{
    AuthenticationResult, Error, PasskeyUser, Passkeys,
    ceremony::{Action, Consent, FinishStepUp},
    relying_party::RelyingParty,
};

/// Extractor for a request that its user has just consented to with a passkey (step-up
/// authentication).
///
/// ```
/// # use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};
/// # #[derive(Clone)]
/// # struct App;
/// # #[passkeys(rp_id = "localhost", origins = ["http://localhost:3000"])]
/// # impl App {
/// #     type Repository = MemoryRepository;
/// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
/// #     async fn on_authenticated(&self, _: AuthenticationResult) {}
/// # }
/// use axum::{Router, routing::post};
/// use passkeys::{Passkeys, Verified};
///
/// #[derive(serde::Deserialize)]
/// struct Transfer {
///     to: String,
///     amount: u32,
/// }
///
/// /// Runs only if the user consents to this very transfer.
/// async fn transfer(Verified { user, body, .. }: Verified<App, Transfer>) -> String {
///     format!("{} sends {} to {}", user.name(), body.amount, body.to)
/// }
///
/// let passkeys = Passkeys::new(App, MemoryRepository::default());
/// let router: Router = Router::new()
///     .route("/transfer", post(transfer))
///     .nest("/auth/passkeys", passkeys.router())
///     .with_state(passkeys);
/// ```
///
/// The page begins with `POST /step-up/begin`, whose body `{"method", "path", "body"}` describes the
/// request it is about to send. The request itself then carries the assertion, as JSON
/// `{"credential", "state", "body"}`: a [`FinishStepUp`]. `stepUp()` of the browser module (feature
/// `client`) does both.
///
/// The handler does not run unless
///
/// - the user that `get_user` returns now is the one who began, and owns the passkey;
/// - the method, the host, the path with its query, and the text of `body` are those that the
///   step-up was begun for ([`Action`] says how they are compared);
/// - the assertion verifies as in a sign-in, and the ceremony state is used for the first time, as
///   far as the challenge store guarantees it: `SealedChallenges` rejects replays per process.
///
/// Whether the authenticator had to verify the user, and not only their presence, is up to the
/// configured `user_verification`. Default: required.
///
/// # Router state
///
/// `Verified<App, T>` works in every router whose state is [`Passkeys<App>`](Passkeys), or a type
/// that `Passkeys<App>` can be had from by [`FromRef`](axum::extract::FromRef). Anything else is a compile error. They must
/// be the `Passkeys` (or a clone) whose router began the step-up.
///
/// It reads the body, at most 64 KiB of it, so it is the handler's last argument. The verification
/// runs to its end although the client disconnects; the handler does not, unless it uses
/// [`Passkeys::run_to_completion`].
///
/// # Host and path
///
/// The host is the request's `Host` header or `:authority`, also that of `step-up/begin`, unless its
/// body has a member `host`. A request that names two hosts is rejected. The path is the one the
/// client requested, however routers are nested.
///
/// Behind a proxy that changes the host or the path, add a layer that inserts the URL that the client
/// requested as [`OriginalUri`](axum::extract::OriginalUri), from a header of the proxy. The proxy
/// must **overwrite** that header, and the application must be reachable through the proxy only:
/// otherwise a client can name the URL that its user has consented to in a request to another one.
/// The example `step_up` has such a layer.
///
/// # Rejections
///
/// The rejection of `get_user`, or an [`Error`](crate::Error) as a response with `Cache-Control:
/// no-store`: `challenge_not_found` (400) if the ceremony is not pending or was begun by another
/// user, for another action or at another application, `authentication_failed` (401) if the assertion does not verify,
/// `invalid_request` (400, 422), `payload_too_large` (413) and `unsupported_media_type` (415) for the
/// body, `storage_unavailable` (503).
#[non_exhaustive]
pub struct Verified<A: RelyingParty, T: DeserializeOwned = ()> {
    /// The verified assertion, with the passkey that was used.
    pub result: AuthenticationResult,
    /// The user who consented, as `get_user` returned them.
    pub user: PasskeyUser,
    /// The request's own body; `()` if there is none.
    pub body: T,
    pub(crate) app: PhantomData<fn() -> A>,
}

impl<A: RelyingParty, T: DeserializeOwned + fmt::Debug> fmt::Debug for Verified<A, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("result", &self.result)
            .field("user", &self.user)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

impl<S, A, T> FromRequest<S> for Verified<A, T>
where
    S: ProvidesPasskeys<A> + Send + Sync,
    A: RelyingParty,
    T: DeserializeOwned + Send + 'static,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match verify(state.passkeys(), request).await {
            Ok(Consent { result, user, body }) => Ok(Self {
                result,
                user,
                body,
                app: PhantomData,
            }),
            Err(failure) => Err(no_store(failure.into_response())),
        }
    }
}

async fn verify<A, T>(passkeys: Passkeys<A>, request: Request) -> Result<Consent<T>, Failure>
where
    A: RelyingParty,
    T: DeserializeOwned + Send + 'static,
{
    let (mut parts, body) = request.into_parts();
    let body = body::read(body).await?;
    let request: FinishStepUp = body::json(&parts.headers, &body)?;
    let action = action(&parts, &request.body)?;
    let tasks = passkeys.tasks.clone();
    let finish = async move {
        let who = passkeys.app.get_user(&mut parts);
        let who = async { who.await.map_err(Failure::from) };
        passkeys.step_up().finish(&request, &action, who).await
    };
    tasks.run(finish).await?
}

/// Returns the action that this request is.
fn action(parts: &Parts, body: &RawValue) -> Result<Action, Error> {
    let (method, host) = (parts.method.as_str(), target::host(parts)?);
    let path = target::path_and_query(parts);
    Ok(Action::new(method, host, path, body.get().as_bytes()))
}
