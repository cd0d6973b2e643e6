use std::sync::Arc;

use axum::{
    Router,
    routing::{get, patch, post},
};

use super::{authenticate, credentials, observe, outcomes, register, start, step_up};
#[cfg(feature = "client")]
use super::{client, signals};
use crate::{Error, Passkeys, relying_party::RelyingParty};

impl<A: RelyingParty> Passkeys<A> {
    /// Returns the routes, to be nested at any path: `/register/begin`, `/register/finish`,
    /// `/authenticate/begin`, `/authenticate/finish`, `/step-up/begin`, `/credentials` and
    /// `/credentials/{id}`. With the hook `sign_up` also `/sign-up/begin`, and with the key `prompt_outcomes`
    /// also `/outcomes`. With the feature `client` also `/client.js`, the browser module,
    /// `/capabilities.js`, `/fallback.js` and `/outcomes.js`, which it imports where they are needed,
    /// `/extensions.js`, which pages import, `/client.d.ts` and `/extensions.d.ts`, their
    /// [declarations](Self::client_types), and `/signals` and `/signals/unknown`, which `client.js` calls;
    /// with `elements` also `/elements.js`, `/elements.d.ts`, `/elements/{part}.js` and `/texts/{language}.js`.
    ///
    /// Request bodies are JSON of at most 64 KiB; responses have `Cache-Control: no-store`.
    ///
    /// Once its request has been read, a ceremony is finished, and a passkey renamed or deleted, in a
    /// task of its own: to its end, hooks included, although the client disconnects. Call
    /// [`shutdown`](Self::shutdown) at the end of the program.
    ///
    /// The first call logs the configuration in force (target `passkeys`, level `INFO`) and, unless every
    /// origin is of `localhost`, a warning of each setting that suits development only.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        router(self.clone())
    }
}

fn router<A, S>(passkeys: Passkeys<A>) -> Router<S>
where
    A: RelyingParty,
    S: Clone + Send + Sync + 'static,
{
    start::log(&passkeys);
    let routes = Router::new()
        .route("/register/begin", post(register::begin::<A>))
        .route("/register/finish", post(register::finish::<A>))
        .route("/authenticate/begin", post(authenticate::begin::<A>))
        .route("/authenticate/finish", post(authenticate::finish::<A>))
        .route("/step-up/begin", post(step_up::begin::<A>))
        .route("/credentials", get(credentials::list::<A>))
        .route(
            "/credentials/{id}",
            patch(credentials::rename::<A>).delete(credentials::delete::<A>),
        );
    let routes = if A::SIGN_UP {
        routes.route("/sign-up/begin", post(register::sign_up::<A>))
    } else {
        routes
    };
    let routes = if passkeys.ceremonies.config.prompt_outcomes() {
        routes.route("/outcomes", post(outcomes::report::<A>))
    } else {
        routes
    };
    #[cfg(feature = "client")]
    let routes = routes
        .route("/signals", get(signals::current::<A>))
        .route("/signals/unknown", post(signals::unknown::<A>));
    let routes = routes
        .method_not_allowed_fallback(async || Error::MethodNotAllowed)
        .layer(observe::Observe {
            config: (!A::RELYING_PARTY).then(|| passkeys.ceremonies.config.clone()),
            notices: passkeys.ceremonies.notices.clone(),
            recorder: passkeys.ceremonies.recorder.clone(),
        });
    // After the layer: the modules are the same for everybody and may be kept.
    #[cfg(feature = "client")]
    let routes = client::routes(routes);
    routes.with_state(Arc::new(passkeys))
}
