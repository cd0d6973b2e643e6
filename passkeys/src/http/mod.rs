//! The routes, the browser's module beside them, and the extractor for what the application's own
//! routes need a person's consent for. Each reads its request, asks the application's hooks and
//! drives a ceremony; what they decide is decided elsewhere.

pub(crate) mod answer;
mod authenticate;
mod body;
#[cfg(feature = "client")]
mod client;
mod credentials;
mod error;
mod floor;
mod observe;
mod register;
#[cfg(feature = "client")]
mod signals;
mod step_up;
mod verified;
mod well_known;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, patch, post},
};
#[cfg(feature = "client")]
use axum::{response::IntoResponse as _, routing::MethodRouter};

#[cfg(feature = "openapi")]
pub(crate) use credentials::{CredentialView, Rename};
#[cfg(all(feature = "client", feature = "openapi"))]
pub(crate) use signals::{Signals, Tried, UnknownCredential};
#[cfg(feature = "openapi")]
pub(crate) use step_up::BeginStepUp;
pub use verified::Verified;
pub(crate) use well_known::well_known;

use crate::{Error, Passkeys, relying_party::RelyingParty};
use error::Failure;

/// What every handler is given.
type Shared<A> = Arc<Passkeys<A>>;

pub(crate) fn router<A, S>(passkeys: Passkeys<A>) -> Router<S>
where
    A: RelyingParty,
    S: Clone + Send + Sync + 'static,
{
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
    #[cfg(feature = "client")]
    let routes = routes
        .route("/signals", get(signals::current::<A>))
        .route("/signals/unknown", post(signals::unknown::<A>));
    let routes = routes
        .method_not_allowed_fallback(async || Error::MethodNotAllowed)
        .layer(observe::Observe(passkeys.ceremonies.config.clone()));
    // After the layer: the module is the same for everybody and may be kept.
    #[cfg(feature = "client")]
    let routes = routes.route("/client.js", client_js());
    routes.with_state(Arc::new(passkeys))
}

#[cfg(feature = "client")]
fn client_js<S: Clone + Send + Sync + 'static>() -> MethodRouter<S> {
    get(client::script)
        .fallback(async || observe::no_store(Error::MethodNotAllowed.into_response()))
}
