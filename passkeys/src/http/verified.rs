use std::marker::PhantomData;

use axum::{
    extract::{FromRef, FromRequest, OriginalUri, Request},
    http::request::Parts,
    response::{IntoResponse as _, Response},
};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{body, failure::Failure, observe::no_store};
use crate::{
    AuthenticationResult, PasskeyUser, Passkeys,
    ceremony::{Action, Consent, FinishStepUp},
    relying_party::RelyingParty,
};

/// A request that the user who is signed in has agreed to with a passkey of theirs, just now:
/// an extractor for handlers of your own (step-up).
///
/// ```
/// # use axum::Json;
/// # use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};
/// # #[derive(Clone)]
/// # struct App;
/// # #[passkeys(rp_id = "localhost", origins = ["http://localhost:3000"])]
/// # impl App {
/// #     type Repository = MemoryRepository;
/// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
/// #     async fn on_authenticated(&self, _: AuthenticationResult) {}
/// # }
/// use axum::{Extension, Router, routing::post};
/// use passkeys::{Passkeys, Verified};
///
/// #[derive(serde::Deserialize)]
/// struct Transfer {
///     to: String,
///     amount: u32,
/// }
///
/// /// Runs only if the person in front of the browser agrees to this very transfer.
/// async fn transfer(Verified { user, body, .. }: Verified<App, Transfer>) -> String {
///     format!("{} sends {} to {}", user.name(), body.amount, body.to)
/// }
///
/// let passkeys = Passkeys::new(App, MemoryRepository::default());
/// let router: Router = Router::new()
///     .route("/transfer", post(transfer))
///     .layer(Extension(passkeys.clone()))
///     .nest("/auth/passkeys", passkeys.router());
/// ```
///
/// The page begins with `POST /step-up/begin`, whose body `{"method", "path", "body"}` says what it
/// is about to send. What the person answers comes with the request itself, as
/// `{"credential", "state", "body"}` in JSON: a [`FinishStepUp`](crate::ceremony::FinishStepUp).
/// `stepUp()` of the browser's module (feature `client`) does both.
///
/// The handler does not run unless
///
/// - whoever `get_user` says is who began, and the passkey is theirs;
/// - method, path with the query, and the text of `body` are those that the person was asked about,
///   byte for byte;
/// - the assertion verifies like that of a sign-in, and it is the first request with this `state`,
///   as far as the challenge store promises: `SealedChallenges` lets every process have its first.
///
/// Whether the person was verified and not only present is up to the configured
/// `user_verification`, which requires it unless told otherwise.
///
/// It takes the body, so it is the last argument, and at most 64 KiB of it. The state of the
/// router may be anything: the [`Passkeys`] come from an extension, which must be those of the
/// router that begins. The path is the one that the request came with, however routers are nested;
/// behind a proxy that changes it, a layer has to insert the browser's as an [`OriginalUri`].
///
/// # Rejections
///
/// What `get_user` answers instead of a user, or an [`Error`], as a response that nobody stores:
/// `challenge_not_found` (400) for a ceremony that is another's, of another action, over or none,
/// `authentication_failed` (401) for everything that is wrong with the assertion, `invalid_request`
/// (400, 422), `payload_too_large` (413) and `unsupported_media_type` (415) for the body,
/// `storage_unavailable` (503). Without the extension `internal_error` (500), and the log says
/// what to add.
pub struct Verified<A: RelyingParty, T: DeserializeOwned = ()> {
    /// The passkey that it was agreed with.
    pub result: AuthenticationResult,
    /// Who has agreed, as `get_user` says.
    pub user: PasskeyUser,
    /// What the request is about. `()` where it says nothing but its method and path.
    pub body: T,
    app: PhantomData<fn() -> A>,
}

impl<S, A, T> FromRequest<S> for Verified<A, T>
where
    S: Send + Sync,
    A: RelyingParty,
    T: DeserializeOwned + Send,
    Passkeys<A>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let passkeys = Passkeys::from_ref(state);
        match verify(&passkeys, request).await {
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

async fn verify<A, T>(passkeys: &Passkeys<A>, request: Request) -> Result<Consent<T>, Failure>
where
    A: RelyingParty,
    T: DeserializeOwned + Send,
{
    let (mut parts, body) = request.into_parts();
    let body = body::read(body).await?;
    let request: FinishStepUp = body::json(&parts.headers, &body)?;
    let action = action(&parts, &request.body);
    let who = passkeys.app.get_user(&mut parts);
    let who = async { who.await.map_err(Failure::from) };
    passkeys.step_up().finish(&request, &action, who).await
}

/// Returns the action that this request is.
fn action(parts: &Parts, body: &RawValue) -> Action {
    let original = parts.extensions.get::<OriginalUri>();
    let uri = original.map_or(&parts.uri, |OriginalUri(uri)| uri);
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    Action::new(parts.method.as_str(), path, body.get().as_bytes())
}
