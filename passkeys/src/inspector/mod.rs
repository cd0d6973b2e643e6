//! The inspector: a page on which a developer sees the last ceremonies, with the reason of each failure
//! and the line of configuration to change.
//!
//! Beside [`http`](crate::http). Ceremonies know the [`recorder`](crate::recorder) only.

#[cfg(debug_assertions)]
mod advice;
#[cfg(debug_assertions)]
mod guard;
#[cfg(debug_assertions)]
mod page;
#[cfg(debug_assertions)]
mod report;
#[cfg(debug_assertions)]
mod sections;
#[cfg(debug_assertions)]
mod setting;
#[cfg(debug_assertions)]
mod steps;
#[cfg(debug_assertions)]
mod view;

use axum::Router;

use crate::{Passkeys, relying_party::RelyingParty};

impl<A: RelyingParty> Passkeys<A> {
    /// Returns a page for developers, to be nested at any path: the last 50 ceremonies as they happen, with
    /// every step of verification, the reason of a failure, and the line of configuration to change.
    ///
    /// For development. In a release build (without debug assertions) it is an **empty router**, and nothing
    /// is recorded. In a debug build, ceremonies are recorded in memory from this call on, also those of
    /// clones.
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
    /// use axum::Router;
    ///
    /// let passkeys = Passkeys::new(App, MemoryRepository::default());
    /// let router: Router = Router::new()
    ///     .nest("/auth/passkeys", passkeys.router())
    ///     // http://localhost:3000/inspector
    ///     .nest("/inspector", passkeys.inspector());
    /// ```
    ///
    /// # Who can read it
    ///
    /// Anybody who can open the page: it shows user IDs, user names and credential IDs, but no challenge, no
    /// ceremony state, no signature and no key. Requests are answered for a host that is this machine, or
    /// that of a configured origin, against DNS rebinding, and not to pages of other origins. A client that
    /// reaches the server from another machine can send any host: bind a debug build to a loopback address,
    /// or put a layer of your own around this router.
    pub fn inspector<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        #[cfg(debug_assertions)]
        {
            let config = self.ceremonies.config.clone();
            if config.is_for_a_site() {
                tracing::warn!(
                    target: "passkeys",
                    rp_id = config.rp_id(),
                    "this is a debug build of a site, and everybody who reaches `Passkeys::inspector()` there reads \
                     user names and IDs: serve the site from a release build, or put a layer of your own around \
                     the inspector",
                );
            }
            let recorder = self.ceremonies.recorder.clone();
            recorder.start();
            page::router(recorder, config)
        }
        #[cfg(not(debug_assertions))]
        Router::new()
    }
}
