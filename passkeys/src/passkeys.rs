use std::{sync::Arc, time::Duration};

use axum::Router;

use crate::{
    Clock, Config, SystemClock, WeakSecret,
    attestation::TrustAnchors,
    audit::{AuditSink, Trail},
    ceremony::{Authentication, Ceremonies, Decoys, Recent, Registration, StepUp},
    engine::Engine,
    http,
    relying_party::RelyingParty,
    store::{ChallengeStore, MemoryChallenges},
};

/// An application's passkeys: its hooks, its repository and the routes made of them.
///
/// `A` is the type whose impl block carries [`#[passkeys]`](macro@crate::passkeys).
///
/// ```no_run
/// # use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
/// # #[derive(Clone)]
/// # struct App;
/// # #[passkeys(rp_id = "localhost", origins = ["http://localhost:3000"])]
/// # impl App {
/// #     type Repository = MemoryRepository;
/// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
/// #     async fn on_authenticated(&self, login: AuthenticationResult) -> String {
/// #         login.user_id().to_owned()
/// #     }
/// # }
/// let passkeys = Passkeys::new(App, MemoryRepository::default());
/// let router: axum::Router = axum::Router::new().nest("/auth/passkeys", passkeys.router());
/// ```
pub struct Passkeys<A: RelyingParty> {
    pub(crate) app: A,
    pub(crate) ceremonies: Ceremonies<A::Repository>,
    pub(crate) timing_floor: Duration,
    #[cfg(feature = "client")]
    pub(crate) signals_unknown: bool,
}

impl<A: RelyingParty> Clone for Passkeys<A> {
    fn clone(&self) -> Self {
        Self {
            app: self.app.clone(),
            ceremonies: self.ceremonies.clone(),
            timing_floor: self.timing_floor,
            #[cfg(feature = "client")]
            signals_unknown: self.signals_unknown,
        }
    }
}

impl<A: RelyingParty> Passkeys<A> {
    /// Passkeys with the configuration of the attribute. Ceremonies wait in
    /// [`MemoryChallenges`], which suits one process; see [`challenges`](Self::challenges).
    #[must_use]
    pub fn new(app: A, repository: A::Repository) -> Self {
        Self::with_config(app, repository, A::config())
    }

    /// Passkeys with a configuration that is known when the program starts, instead of the
    /// attribute's.
    #[must_use]
    pub fn with_config(app: A, repository: A::Repository, config: Config) -> Self {
        let ceremonies = Ceremonies {
            engine: Arc::new(Engine::new(&config)),
            config: Arc::new(config),
            repository: Arc::new(repository),
            challenges: Arc::new(MemoryChallenges::default()),
            clock: Arc::new(SystemClock),
            audit: None,
            decoys: Decoys::random(),
            redeemed: Arc::new(Recent::default()),
        };
        Self {
            app,
            ceremonies,
            timing_floor: Duration::from_millis(20),
            #[cfg(feature = "client")]
            signals_unknown: false,
        }
    }

    /// Keeps unfinished ceremonies here. Where several processes serve one application, they
    /// need a store that they share.
    #[must_use]
    pub fn challenges(mut self, store: impl ChallengeStore) -> Self {
        self.ceremonies.challenges = Arc::new(store);
        self
    }

    /// Tells this sink what happens, on [a thread of its own](crate::audit#to-a-sink).
    #[must_use]
    pub fn audit(mut self, sink: impl AuditSink) -> Self {
        self.ceremonies.audit = Some(Arc::new(Trail::to(sink)));
        self
    }

    /// Waits until the audit sink was given everything that has happened, but no longer than
    /// this. Answers whether it was.
    ///
    /// Blocks the thread. It is for the end of a program, when the server has stopped, and for
    /// tests that read what their sink was told.
    pub fn flush_audit(&self, at_most: Duration) -> bool {
        let trail = self.ceremonies.audit.as_ref();
        trail.is_none_or(|trail| trail.flush(at_most))
    }

    /// Registers only passkeys whose attestation leads to one of these, and has browsers asked
    /// for it: `attestation` is then `"direct"`, whatever the configuration says.
    ///
    /// Synchronised passkeys have no attestation, so with this people need authenticators of
    /// their own, such as security keys.
    #[must_use]
    pub fn trust_anchors(mut self, anchors: TrustAnchors) -> Self {
        let mut engine = Engine::new(&self.ceremonies.config);
        engine.trust(anchors);
        self.ceremonies.engine = Arc::new(engine);
        self
    }

    /// Makes up credentials for users who do not exist from this secret of 32 bytes or more, from
    /// a random source.
    ///
    /// `authenticate/begin` answers a user who does not exist with made-up credentials, always
    /// the same for the same name. Without a secret they are those of this process: another
    /// instance, and this one after a restart, makes up others, and whoever asks twice learns
    /// by the difference that nobody has the name. So set one wherever sign-in begins with a name
    /// and who has an account is to stay private, give every instance the same, and keep it as
    /// long as the application lives: changing it tells as much as a restart without one.
    ///
    /// A key is derived from it, so the secret may serve other purposes, too, and be in any form:
    /// base64 from the environment will do. It can be that of `SealedChallenges`.
    ///
    /// # Errors
    ///
    /// [`WeakSecret`] where it has fewer than 32 bytes.
    pub fn decoy_secret(mut self, secret: impl AsRef<[u8]>) -> Result<Self, WeakSecret> {
        self.ceremonies.decoys = Decoys::with_secret(secret.as_ref())?;
        Ok(self)
    }

    /// How long those answers of the [router](Self::router) take at least whose time would tell who
    /// has an account: `authenticate/begin` for a user who is named, and a sign-in that fails. 20 ms
    /// unless an application says otherwise; zero to answer as soon as possible, and an hour at most.
    ///
    /// It should be longer than what the application does meanwhile: `find_user`, and one query each of
    /// the repository and of the challenge store. Nobody waits for it who signs in without a name.
    /// Routes of an application's own, on [`authentication`](Self::authentication), have none.
    #[must_use]
    pub fn timing_floor(mut self, at_least: Duration) -> Self {
        self.timing_floor = at_least.min(Duration::from_hours(1));
        self
    }

    /// Reads the time here.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.ceremonies.clock = Arc::new(clock);
        self
    }

    /// Lets browsers drop a passkey that was refused because nobody knows it: one whose account
    /// is gone, which no signed-in user could have it removed from.
    ///
    /// Only for repositories that hold **every** passkey of the RP ID. Browsers drop passkeys by
    /// RP ID and credential id, so where another server has passkeys of the same RP ID in a
    /// repository of its own (a sibling below the same domain, the next project on `localhost`),
    /// or reads lag behind writes, passkeys that work would be lost. Hence it is off unless an
    /// application asks for it.
    ///
    /// A sign-in that fails does not become an oracle by this. It goes on failing the same
    /// whatever the cause, and the browser asks separately, at `POST /signals/unknown`, about
    /// the one id that it just tried. The answer for every id that `authenticate/begin` hands
    /// out is the same, whether a passkey has it or it was made up for a user who does not
    /// exist (with the [secret](Self::decoy_secret) of this process); all others are random and long enough
    /// that nobody guesses them. What is left: who holds a credential's id learns whether it is
    /// still stored, be it suspended or not, and never whose it is.
    #[cfg(feature = "client")]
    #[must_use]
    pub fn signal_unknown_credentials(mut self) -> Self {
        self.signals_unknown = true;
        self
    }

    /// The routes, to be mounted anywhere: `/register/begin`, `/register/finish`,
    /// `/authenticate/begin`, `/authenticate/finish`, `/step-up/begin`, `/credentials` and
    /// `/credentials/{id}`. With the feature `client` also the browser's side, `/client.js`, and what
    /// it asks for: `/signals` and `/signals/unknown`.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        http::router(self.clone())
    }

    /// The documents that browsers, password managers and phones look for at the root of the RP
    /// ID's host, `https://example.com/.well-known/..`. To be merged into the application's
    /// outermost router, on that host also where the passkeys' routes are on another.
    ///
    /// | document | is there with | and lets |
    /// | --- | --- | --- |
    /// | [`webauthn`](https://www.w3.org/TR/webauthn-3/#sctn-related-origins) | `related_origins` | pages of those origins use the passkeys |
    /// | [`passkey-endpoints`](https://www.w3.org/TR/passkey-endpoints/) | `enroll_url`, `manage_url` | password managers lead people to these pages |
    /// | [`assetlinks.json`](https://developer.android.com/identity/credential-manager/prerequisites) | `android_apps` | Android apps use the passkeys |
    /// | [`apple-app-site-association`](https://developer.apple.com/documentation/xcode/supporting-associated-domains) | `apple_apps` | apps on Apple's systems use the passkeys |
    ///
    /// Each is public, says what the configuration says and may be kept for an hour. They are
    /// fetched over `https`, with a certificate that is trusted, and no redirects are followed;
    /// Apple's and Google's servers must reach theirs.
    ///
    /// A document whose keys are not configured is left to the application, which can serve one
    /// that says more, such as which links open in an app.
    ///
    /// ```
    /// # use axum::Router;
    /// # use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
    /// # #[derive(Clone)]
    /// # struct App;
    /// #[passkeys(
    ///     rp_id = "example.com",
    ///     origins = ["https://example.com"],
    ///     manage_url = "https://example.com/account/passkeys",
    ///     apple_apps = ["ABCDE12345.com.example.app"],
    /// )]
    /// impl App {
    ///     // ..
    /// #     type Repository = MemoryRepository;
    /// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    /// #     async fn on_authenticated(&self, _: AuthenticationResult) {}
    /// }
    ///
    /// let passkeys = Passkeys::new(App, MemoryRepository::default());
    /// let router: Router = Router::new()
    ///     .nest("/auth/passkeys", passkeys.router())
    ///     .merge(passkeys.well_known());
    /// ```
    pub fn well_known<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        http::well_known(&self.ceremonies.config)
    }

    /// The [routes](Self::router) as an OpenAPI 3.1 document, with paths relative to where they
    /// are mounted: nest it there, into the application's own document.
    ///
    /// ```
    /// # use axum::{Json, Router, routing::get};
    /// # use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
    /// # #[derive(Clone)]
    /// # struct App;
    /// # #[derive(serde::Serialize, utoipa::ToSchema)]
    /// # struct SignedIn {}
    /// # #[passkeys(rp_id = "localhost", origins = ["http://localhost:3000"])]
    /// # impl App {
    /// #     type Repository = MemoryRepository;
    /// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    /// #     async fn on_authenticated(&self, _: AuthenticationResult) -> Json<SignedIn> {
    /// #         Json(SignedIn {})
    /// #     }
    /// # }
    /// use utoipa::OpenApi;
    ///
    /// #[derive(OpenApi)]
    /// #[openapi(info(title = "Example", version = "1"))]
    /// struct ApiDoc;
    ///
    /// let passkeys = Passkeys::new(App, MemoryRepository::default());
    /// let document = ApiDoc::openapi().nest("/auth/passkeys", passkeys.openapi());
    /// let router: Router = Router::new()
    ///     .nest("/auth/passkeys", passkeys.router())
    ///     .route("/openapi.json", get(async move || Json(document)));
    /// ```
    ///
    /// What `sign_up` takes and `on_authenticated` and `on_registered` answer is read off their
    /// signatures: `Json<T>`, alone, in a `Result` or at the end of a tuple, also behind an alias.
    /// Where that says nothing, because the type is `Response` or `T` is not `ToSchema`, the
    /// document says that anything may be there; for `on_authenticated` the attribute's `response`
    /// can say more. Their documentation becomes the operations'.
    ///
    /// An application's rejections (of a hook, or of an extractor in one) may have any status and
    /// shape, so wherever there can be one it is documented as free-form, beside the library's
    /// errors. Requests with another method are no operations: the `405` that answers them is
    /// not in the document. Component names begin with `Passkeys.`, operation ids with
    /// `passkeys_`; the types of hooks go by the names that utoipa gives them.
    #[cfg(feature = "openapi")]
    #[must_use]
    pub fn openapi(&self) -> utoipa::openapi::OpenApi {
        crate::openapi::document::<A>(&self.ceremonies.config)
    }

    /// The registration ceremony itself, for routes of your own.
    #[must_use]
    pub fn registration(&self) -> Registration<'_, A::Repository> {
        Registration::new(&self.ceremonies)
    }

    /// The authentication ceremony itself, for routes of your own.
    #[must_use]
    pub fn authentication(&self) -> Authentication<'_, A::Repository> {
        Authentication::new(&self.ceremonies)
    }

    /// The step-up ceremony itself, for routes of your own.
    #[must_use]
    pub fn step_up(&self) -> StepUp<'_, A::Repository> {
        StepUp::new(&self.ceremonies)
    }

    /// Returns the application.
    #[must_use]
    pub fn app(&self) -> &A {
        &self.app
    }

    /// The configuration in force.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.ceremonies.config
    }

    /// Where the passkeys are.
    #[must_use]
    pub fn repository(&self) -> &A::Repository {
        &self.ceremonies.repository
    }
}
