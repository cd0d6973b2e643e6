use std::{fmt, marker::PhantomData};

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{Method, request::Parts},
    response::{IntoResponse as _, Response},
};
use serde::de::DeserializeOwned;

use super::{
    body, consent, failure::Failure, observe::no_store, state::ProvidesPasskeys, tenant::serving,
};
use crate::{
    Error, PasskeyUser, Passkeys,
    ceremony::{
        Consent, FinishStepUp,
        policy::{AnyConsent, Policy},
    },
    relying_party::Application,
    wire::json,
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
///   step-up was begun for ([`Action`](crate::ceremony::Action) says how they are compared);
/// - the assertion verifies as in a sign-in, and the ceremony state is used for the first time, as
///   far as the challenge store guarantees it: `SealedChallenges` rejects replays per process.
///
/// Whether the authenticator had to verify the user, and not only their presence, is up to the
/// configured `user_verification`. Default: required.
///
/// # Policies
///
/// The third type argument says what else the handler demands: user verification, a passkey that cannot
/// be synced, or only a recent sign-in. `Verified<App, Transfer, Recent<300>>` also runs without consent
/// if the user signed in at most five minutes ago. The module [`policy`](crate::policy) has them all.
///
/// # Router state
///
/// `Verified<App, T>` works in every router whose state is [`Passkeys<App>`](Passkeys), a type that
/// `Passkeys<App>` can be had from by [`FromRef`](axum::extract::FromRef), or an `Arc` of such a state. Anything
/// else is a compile error, which names the cause if the handler has `#[axum::debug_handler(state = ..)]`. They
/// must be the `Passkeys` (or a clone) whose router began the step-up.
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
/// user, for another action or at another application, `authentication_failed` (401) if the assertion
/// does not verify or does not fulfil the policy, `step_up_required` (403) for a request without consent,
/// which is one whose body is not an object with the members `credential` and `state`,
/// `reauthentication_required` (403) in its place with [`Recent`](crate::policy::Recent), if the sign-in is
/// not as recent as the policy says,
/// `invalid_request` (400, 422), `payload_too_large` (413) and `unsupported_media_type` (415) for the
/// body, `storage_unavailable` (503).
#[non_exhaustive]
pub struct Verified<A: Application, T: RequestBody = (), P: Policy = AnyConsent> {
    /// The verified assertion, with the passkey that was used: an [`AuthenticationResult`], or with the
    /// policy [`Recent`](crate::policy::Recent) an `Option` of it.
    ///
    /// [`AuthenticationResult`]: crate::AuthenticationResult
    pub result: P::Result,
    /// The user who consented, as `get_user` returned them.
    pub user: PasskeyUser,
    /// The request's own body; `()` if there is none.
    pub body: T,
    policy: PhantomData<fn() -> (A, P)>,
}

/// Body of a request as the second type argument of [`Verified`]: any `T: DeserializeOwned`. Only a name
/// for a bound, so that the compile error says which argument the body is.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the body of a request, the second type argument of `Verified`",
    label = "does not deserialize",
    note = "the arguments are the application, the type that the request's JSON body deserializes to, and the policy: `Verified<App, Transfer, UserVerified>`, with `#[derive(serde::Deserialize)] struct Transfer`",
    note = "write the type itself and not `Json<Transfer>`, and `()` if there is no body: `Verified<App, (), UserVerified>`"
)]
pub trait RequestBody: DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> RequestBody for T {}

impl<A: Application, T: RequestBody, P: Policy> Verified<A, T, P> {
    pub(crate) fn of(user: PasskeyUser, result: P::Result, body: T) -> Self {
        Self {
            result,
            user,
            body,
            policy: PhantomData,
        }
    }
}

impl<A, T, P> fmt::Debug for Verified<A, T, P>
where
    A: Application,
    T: RequestBody + fmt::Debug,
    P: Policy,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("result", &self.result)
            .field("user", &self.user)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

impl<S, A, T, P> FromRequest<S> for Verified<A, T, P>
where
    S: ProvidesPasskeys<A> + Send + Sync,
    A: Application,
    T: RequestBody + Send + 'static,
    P: Policy,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (passkeys, request) = serving(state.passkeys(), request).await.map_err(no_store)?;
        let exchange = passkeys.ceremonies.recorder.step_up(&request);
        let verified = exchange.scope(verify(passkeys, request)).await;
        verified.map_err(|failure| {
            let response = no_store(failure.into_response());
            exchange.answered(&response);
            response
        })
    }
}

/// Bound that no router state meets, of [`Verified`] before the last argument of a handler. It is one of
/// the state, since rustc does not print the message of another bound of the extractor.
#[diagnostic::on_unimplemented(
    message = "`Verified` reads the request's body, so it is the last argument of its handler",
    label = "move it behind the other extractors",
    note = "if another extractor of the body, such as `Json<Transfer>`, is behind it, remove that one: `Verified<App, Transfer>` has the body in its field `body`"
)]
pub trait LastArgument {
    /// Never called.
    fn never<R>() -> R;
}

/// Never holds: only the [message](LastArgument) is of use.
#[doc(hidden)]
impl<S, A, T, P> FromRequestParts<S> for Verified<A, T, P>
where
    S: LastArgument + Send + Sync,
    A: Application,
    T: RequestBody + Send + 'static,
    P: Policy,
{
    type Rejection = Response;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Response> {
        S::never()
    }
}

async fn verify<A, T, P>(
    passkeys: Passkeys<A>,
    request: Request,
) -> Result<Verified<A, T, P>, Failure>
where
    A: Application,
    T: RequestBody + Send + 'static,
    P: Policy,
{
    let (mut parts, body) = request.into_parts();
    let body = body::read(body).await?;
    if let Some((at_most, result)) = P::without_consent()
        && !FinishStepUp::is_in(&body)
    {
        let user = passkeys.app.call_get_user(&mut parts).await?;
        passkeys.ceremonies.step_up().check_recent(&user, at_most)?;
        let body = own_body(&parts, &body)?;
        return Ok(Verified::of(user, result, body));
    }
    // Read once where the consent is as it should be.
    let request = match body::json::<FinishStepUp>(&parts.headers, &body) {
        Ok(request) => request,
        Err(malformed) if FinishStepUp::is_meant(&body) => return Err(malformed.into()),
        Err(malformed) => return Err(no_consent(&passkeys, parts, &body, malformed).await),
    };
    let tasks = passkeys.tasks.clone();
    let finish = async move { consent::verify(&passkeys, &mut parts, &request, P::DEMANDS).await };
    let Consent { result, user, body } = tasks.run(finish).await??;
    Ok(Verified::of(user, P::consented(result), body))
}

/// Returns why a request without consent fails: because of the consent, unless the user is not signed in, or
/// the body is declared as JSON and is none.
async fn no_consent<A: Application>(
    passkeys: &Passkeys<A>,
    mut parts: Parts,
    body: &[u8],
    malformed: Error,
) -> Failure {
    if !body.is_empty() && matches!(malformed, Error::MalformedRequest(_)) {
        return malformed.into();
    }
    match passkeys.app.call_get_user(&mut parts).await {
        Ok(user) => passkeys.ceremonies.step_up().without_consent(&user).into(),
        Err(rejection) => rejection.into(),
    }
}

/// Parses the body of a request without consent.
///
/// A `POST` without a body must be declared as JSON, too, against cross-site request forgery: browsers
/// send such requests to another origin without a preflight, except for that content type.
fn own_body<T: DeserializeOwned>(parts: &Parts, body: &[u8]) -> Result<T, Error> {
    if body.is_empty() {
        if parts.method == Method::POST {
            body::text(&parts.headers, body)?;
        }
        return json::parse("null", "");
    }
    json::parse(body::text(&parts.headers, body)?, "")
}
