use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::runtime::Handle;

use crate::{
    CheckError, Clock, Config, Error, SystemClock, WeakSecret,
    audit::{AuditSink, Trail},
    ceremony::{
        Authentication, Ceremonies, Credentials, Decoys, Management, PromptReport, Recent,
        Registration, StepUp,
    },
    domain::application::Application,
    recorder::Recorder,
    relying_party::{Configured, InAttribute, RelyingParty, per_request::OneRelyingParty},
    store::{self, ChallengeStore, MemoryChallenges},
    tasks::Tasks,
    verify::Verifier,
};

/// The passkeys of an application: its hooks, its repository, and the routes made of them.
///
/// `A` is the type whose impl block is annotated with [`#[passkeys]`](macro@crate::passkeys).
/// Cloning is cheap if cloning `A` is; everything else is shared. It is the natural state of the
/// application's router: `State<Passkeys<A>>`, `State<A>`, [`PasskeyUser`](crate::PasskeyUser) and
/// [`Verified`](crate::Verified) are then extractors.
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
/// use axum::{Router, routing::get};
///
/// async fn me(user: PasskeyUser) -> String {
///     user.display_name().to_owned()
/// }
///
/// let passkeys = Passkeys::new(App, MemoryRepository::default());
/// let router: Router = Router::new()
///     .route("/me", get(me))
///     .nest("/auth/passkeys", passkeys.router())
///     .with_state(passkeys);
/// ```
pub struct Passkeys<A: RelyingParty> {
    pub(crate) app: A,
    pub(crate) ceremonies: Ceremonies<A::Repository>,
    pub(crate) tasks: Tasks,
    /// Enables sign-ins by user ID in the routes of an application with `find_user`.
    pub(crate) by_user_id: bool,
    #[cfg(feature = "client")]
    pub(crate) signals_unknown: bool,
    /// Serves the declarations of `client.js` without the types of the application.
    #[cfg(feature = "client")]
    pub(crate) types_are_hidden: bool,
}

impl<A: RelyingParty> Clone for Passkeys<A> {
    fn clone(&self) -> Self {
        Self {
            app: self.app.clone(),
            ceremonies: self.ceremonies.clone(),
            tasks: self.tasks.clone(),
            by_user_id: self.by_user_id,
            #[cfg(feature = "client")]
            signals_unknown: self.signals_unknown,
            #[cfg(feature = "client")]
            types_are_hidden: self.types_are_hidden,
        }
    }
}

impl<A: RelyingParty> fmt::Debug for Passkeys<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passkeys")
            .field("ceremonies", &self.ceremonies)
            .finish_non_exhaustive()
    }
}

impl<A: RelyingParty> Passkeys<A> {
    /// Creates the passkeys of an application with the configuration in the attribute.
    ///
    /// Does not compile if the attribute has no keys of the configuration; `rp_id` and `origins` are
    /// needed. [`with_config`](Self::with_config) takes a configuration that is made at run time. An
    /// application with the hook `relying_party` has neither: its tenants share the keys in the attribute.
    ///
    /// Ceremony states are kept in [`MemoryChallenges`], which serves one process; see
    /// [`challenges`](Self::challenges).
    #[must_use]
    pub fn new(app: A, repository: A::Repository) -> Self
    where
        A::Configuration: InAttribute,
    {
        Self::made(app, repository, A::Configuration::config())
    }

    /// Creates the passkeys of an application with a configuration made at run time, instead of the
    /// attribute's, if there is one. An application that always uses this is annotated with
    /// `#[passkeys]`, without `rp_id` and `origins`: [`new`](Self::new) does not compile then.
    ///
    /// ```no_run
    /// # use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
    /// # #[derive(Clone)]
    /// # struct App;
    /// #[passkeys]
    /// impl App {
    ///     type Repository = MemoryRepository;
    ///     // ..
    /// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    /// #     async fn on_authenticated(&self, _: AuthenticationResult) {}
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use passkeys::Config;
    ///
    /// // `PASSKEYS_RP_ID`, `PASSKEYS_ORIGINS`, ..
    /// let config = Config::from_env()?;
    /// let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn with_config(app: A, repository: A::Repository, config: Config) -> Self
    where
        A::Configuration: Configured + OneRelyingParty,
    {
        Self::made(app, repository, config)
    }

    fn made(app: A, repository: A::Repository, config: Config) -> Self {
        let rp_id = Arc::from(config.rp_id());
        let ceremonies = Ceremonies {
            verifier: Arc::new(Verifier::new(&config)),
            config: Arc::new(config),
            application: Application::named(A::name()),
            credentials: Credentials::new(store::repository(repository), rp_id, A::RELYING_PARTY),
            challenges: store::challenges(MemoryChallenges::default()),
            clock: Arc::new(SystemClock),
            audit: None,
            decoys: Decoys::random(),
            redeemed: Arc::new(Recent::default()),
            notices: Arc::default(),
            prompts: Arc::default(),
            #[cfg(feature = "metrics")]
            waiting: Arc::default(),
            empty_allow_credentials: false,
            timing_floor: Duration::from_millis(20),
            recorder: Recorder::default(),
        };
        Self {
            app,
            ceremonies,
            tasks: Tasks::default(),
            by_user_id: false,
            #[cfg(feature = "client")]
            signals_unknown: false,
            #[cfg(feature = "client")]
            types_are_hidden: false,
        }
    }

    /// Forgets which notices were logged, after a setting has changed: the next router logs the configuration
    /// in force again.
    fn changed(mut self) -> Self {
        self.ceremonies.notices = Arc::default();
        self
    }

    /// Sets the challenge store, where ceremony states are kept between `begin` and `finish`.
    /// Default: [`MemoryChallenges`].
    ///
    /// Where several processes serve one application, they need a store that they share.
    #[must_use]
    pub fn challenges(mut self, store: impl ChallengeStore) -> Self {
        self.ceremonies.challenges = store::challenges(store);
        self.changed()
    }

    /// Sets the name of the application, to which its ceremonies belong. Default: the path of the
    /// annotated type, such as `shop::App`.
    ///
    /// A ceremony finishes only at the application that it was begun at, also where several applications
    /// have one RP ID and one challenge store, or seal their ceremony states with one secret. To another
    /// one it is [unknown](crate::Error::ChallengeNotFound); its audit trail has the reason
    /// `other_application`.
    ///
    /// Set a name where two programs are one application (a ceremony that one has begun finishes at
    /// the other), or where one type serves several. Tenants of the hook `relying_party` need none: a
    /// ceremony finishes at its RP ID only. Set names also where two
    /// programs happen to have the same one, such as `server::App`: they would count as one application.
    /// A new name, also of the type, ends the ceremonies that wait.
    #[must_use]
    pub fn application(mut self, name: impl AsRef<str>) -> Self {
        self.ceremonies.application = Application::named(name.as_ref());
        self.changed()
    }

    /// Sets the sink of the audit trail. Default: none; events are always logged by `tracing`.
    ///
    /// The sink runs on [a thread of its own](crate::audit#delivery-to-a-sink).
    #[must_use]
    pub fn audit(mut self, sink: impl AuditSink) -> Self {
        self.ceremonies.audit = Some(Arc::new(Trail::to(sink)));
        self
    }

    /// Waits until the audit sink has received every event so far, for at most `at_most`. Returns
    /// whether it has.
    ///
    /// Blocks the thread. For tests; [`shutdown`](Self::shutdown) is for the end of a program.
    pub fn flush_audit(&self, at_most: Duration) -> bool {
        self.ceremonies.record_waiting_prompts();
        let trail = self.ceremonies.audit.as_ref();
        trail.is_none_or(|trail| trail.flush(at_most))
    }

    /// Waits for the finishes and changes in progress, and then for the audit sink to receive their
    /// events, for at most `at_most` together. Returns whether all of it is done.
    ///
    /// The routes finish a ceremony, rename and delete in a task of its own, hooks included: the work
    /// goes on when its client disconnects, and may outlast the server's graceful shutdown. Call this
    /// at the end of the program, after the server.
    ///
    /// ```no_run
    /// # use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
    /// # #[derive(Clone)]
    /// # struct App;
    /// # #[passkeys(rp_id = "localhost", origins = ["http://localhost:3000"])]
    /// # impl App {
    /// #     type Repository = MemoryRepository;
    /// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    /// #     async fn on_authenticated(&self, _: AuthenticationResult) {}
    /// # }
    /// use std::time::Duration;
    ///
    /// use axum::Router;
    /// use tokio::net::TcpListener;
    ///
    /// # async fn serve(stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
    /// let passkeys = Passkeys::new(App, MemoryRepository::default());
    /// let router = Router::new().nest("/auth/passkeys", passkeys.router());
    /// let listener = TcpListener::bind("127.0.0.1:3000").await?;
    /// axum::serve(listener, router).with_graceful_shutdown(stop).await?;
    /// if !passkeys.shutdown(Duration::from_secs(10)).await {
    ///     eprintln!("some work was not done in time");
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn shutdown(&self, at_most: Duration) -> bool {
        let begun = Instant::now();
        let ended = self.tasks.ended(at_most).await;
        let left = at_most.saturating_sub(begun.elapsed());
        let passkeys = self.clone();
        let flush = move || passkeys.flush_audit(left);
        let flushed = match Handle::try_current() {
            Ok(runtime) => runtime.spawn_blocking(flush).await.unwrap_or(false),
            Err(_) => flush(),
        };
        ended && flushed
    }

    /// Checks that both stores can be reached and used: that their tables are there, and a database takes
    /// writes. For the start of a program, before it serves, and for readiness probes.
    ///
    /// Takes as long as the stores' timeouts at most. A route that calls it should not be public: every
    /// call asks the databases.
    ///
    /// ```no_run
    /// # use passkeys::{AuthenticationResult, Passkeys, PasskeyUser, passkeys, store::MemoryRepository};
    /// # #[derive(Clone)]
    /// # struct App;
    /// # #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
    /// # impl App {
    /// #     type Repository = MemoryRepository;
    /// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    /// #     async fn on_authenticated(&self, _: AuthenticationResult) {}
    /// # }
    /// use axum::http::StatusCode;
    ///
    /// /// `GET /ready`: whether this instance can serve.
    /// async fn ready(passkeys: Passkeys<App>) -> StatusCode {
    ///     match passkeys.check().await {
    ///         Ok(()) => StatusCode::OK,
    ///         Err(error) => {
    ///             eprintln!("{error}");
    ///             StatusCode::SERVICE_UNAVAILABLE
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`CheckError`], with a line for each store that failed: its name, the cause, and the fix.
    pub async fn check(&self) -> Result<(), CheckError> {
        CheckError::of(&self.ceremonies).await
    }

    /// Runs work to its end in a task of its own, whatever the client's connection does. For routes
    /// of your own, as the [router](Self::router)'s routes do it.
    ///
    /// A server drops the handler of a request whose client disconnects, at any `.await`: a passkey
    /// might be stored, and the account not created. Pass the whole rest of the handler, from the
    /// finish of the ceremony on. [`shutdown`](Self::shutdown) waits for it.
    ///
    /// The work runs in the current tracing span. It does not see the task-locals of the caller, nor a
    /// tracing subscriber that is set for a scope only. A
    /// panic is resumed in the caller.
    ///
    /// ```
    /// # use passkeys::{AuthenticationResult, Passkeys, PasskeyUser, passkeys, store::MemoryRepository};
    /// # #[derive(Clone)]
    /// # struct App;
    /// # #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
    /// # impl App {
    /// #     type Repository = MemoryRepository;
    /// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    /// #     async fn on_authenticated(&self, login: AuthenticationResult) -> String { String::new() }
    /// # }
    /// use axum::{Json, extract::State};
    /// use passkeys::{Error, ceremony::FinishAuthentication};
    ///
    /// async fn finish(
    ///     State(passkeys): State<Passkeys<App>>,
    ///     State(app): State<App>,
    ///     Json(request): Json<FinishAuthentication>,
    /// ) -> Result<String, Error> {
    ///     let worker = passkeys.clone();
    ///     let work = async move {
    ///         let login = worker.authentication().finish(&request).await?;
    ///         Ok(app.on_authenticated(login).await)
    ///     };
    ///     passkeys.run_to_completion(work).await
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// The error of the work; [`Error::StorageUnavailable`](crate::Error::StorageUnavailable) if the
    /// Tokio runtime shuts down meanwhile.
    pub async fn run_to_completion<T, E>(
        &self,
        work: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.tasks.run(work).await?
    }

    /// Restricts registration to passkeys whose attestation leads to one of these trust anchors.
    /// Default: none; no attestation is required.
    ///
    /// Implies `attestation = "direct"`, whatever the configuration says. Synced passkeys have no
    /// attestation, so users need device-bound authenticators, such as security keys. With
    /// [`TrustAnchors::report_untrusted`](crate::attestation::TrustAnchors::report_untrusted), other
    /// attestation is accepted, and the application decides.
    #[cfg(feature = "attestation")]
    #[must_use]
    pub fn trust_anchors(mut self, anchors: crate::attestation::TrustAnchors) -> Self
    where
        A::Configuration: OneRelyingParty,
    {
        let mut verifier = Verifier::new(&self.ceremonies.config);
        verifier.trust(anchors);
        self.ceremonies.verifier = Arc::new(verifier);
        self.changed()
    }

    /// Replaces the [trust anchors](Self::trust_anchors) of a running application, in every clone and
    /// router, from the next registration on: for newer metadata of the FIDO Alliance, or another
    /// manufacturer.
    ///
    /// # Errors
    ///
    /// - [`NotSet`](crate::attestation::ReplaceError::NotSet): the application has no trust anchors, so
    ///   it does not ask for attestation.
    /// - `Older` (feature `fido-mds`): the current ones were made of newer metadata. The same metadata
    ///   again is accepted.
    #[cfg(feature = "attestation")]
    pub fn replace_trust_anchors(
        &self,
        anchors: crate::attestation::TrustAnchors,
    ) -> Result<(), crate::attestation::ReplaceError>
    where
        A::Configuration: OneRelyingParty,
    {
        self.ceremonies.verifier.replace_trust(anchors)
    }

    /// Sets the secret that decoy credentials are derived from, against user enumeration. Default: a
    /// random one for this process.
    ///
    /// `authenticate/begin` for a user who does not exist responds with decoy credentials, the same
    /// ones for the same name. They depend on the secret: with the random default, another instance,
    /// or this one after a restart, has other decoys, and a client that compares two responses learns
    /// that the name has no account. Set a secret wherever sign-in begins with a name and accounts
    /// are private, the same for every instance and for every application that shares the repository,
    /// and keep it: changing it discloses as much as a restart without one.
    ///
    /// The [router](Self::router) of an application with the hook `find_user` logs a warning if there is
    /// none.
    ///
    /// The secret has 32 bytes or more from a random source, in any encoding, such as base64 from
    /// the environment. Keys are derived from it, so it may serve other purposes, for example
    /// `SealedChallenges`.
    ///
    /// # Errors
    ///
    /// [`WeakSecret`] if it has fewer than 32 bytes.
    pub fn decoy_secret(mut self, secret: impl AsRef<[u8]>) -> Result<Self, WeakSecret> {
        self.ceremonies.decoys = Decoys::with_secret(secret.as_ref())?;
        Ok(self.changed())
    }

    /// Responds to every sign-in begin that names a user with an empty `allowCredentials`, whether the
    /// user exists or not. Default: off; the list has the user's credentials, or decoy credentials.
    ///
    /// Decoy credentials are drawn from the kinds and numbers of passkeys that are common, so a list
    /// of an unusual form is a real one. An empty list discloses nothing about anybody, and the
    /// repository is not asked. It takes discoverable credentials, which the browser or the
    /// authenticator finds by itself: users of others, such as security keys with
    /// `resident_key = "discouraged"`, cannot sign in any more. The sign-in still finishes with a
    /// passkey of the named user only.
    #[must_use]
    pub fn empty_allow_credentials(mut self) -> Self {
        self.ceremonies.empty_allow_credentials = true;
        self.changed()
    }

    /// Lets `authenticate/begin` of the [router](Self::router) take a `userId` where the application
    /// has the hook `find_user`. Default: off; it takes a `username` there. Without that hook it always
    /// takes a `userId`.
    ///
    /// Where both are taken, a client that begins by a user name and by user IDs recognises the same
    /// credentials, and learns which ID belongs to the name. Enable it where user IDs are as private
    /// as user names, or together with [`empty_allow_credentials`](Self::empty_allow_credentials).
    #[must_use]
    pub fn sign_in_by_user_id(mut self) -> Self {
        self.by_user_id = true;
        self
    }

    /// Sets the timing floor, against user enumeration by a timing side channel: the time between the
    /// request and the response is this long, or a whole multiple of it. Default: 20 ms. Zero disables
    /// it; the maximum is an hour.
    ///
    /// It applies to sign-in begins that name a user, to failed sign-ins and step-ups, to
    /// registrations whose credential ID is already registered, to changes of credentials that the
    /// user does not have, and to `/signals/unknown`, of the
    /// [router](Self::router) and of the services for routes of your own alike. Everything else is
    /// not delayed, such as a sign-in that succeeds.
    ///
    /// It should exceed the time of what happens meanwhile: `find_user`, and one query each of the
    /// repository and of the challenge store. Work that takes longer is hidden, too, but for the
    /// number of multiples.
    #[must_use]
    pub fn timing_floor(mut self, at_least: Duration) -> Self {
        self.ceremonies.timing_floor = at_least.min(Duration::from_hours(1));
        self.changed()
    }

    /// Replaces the system clock, for example by a frozen one in tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.ceremonies.clock = Arc::new(clock);
        self
    }

    /// Lets browsers remove a passkey after a sign-in failed because its credential ID is unknown.
    /// Default: off.
    ///
    /// For passkeys whose account was deleted, which no signed-in user can have removed. Only for
    /// repositories that hold **every** passkey of the RP ID: browsers remove passkeys by RP ID and
    /// credential ID. If another server has passkeys of the same RP ID in another repository (a
    /// sibling below the same domain, the next project on `localhost`), or if reads lag behind
    /// writes, working passkeys would be lost.
    ///
    /// It does not make the failed sign-in an oracle. That response stays the same for every cause;
    /// the browser asks separately, by `POST /signals/unknown`, about the credential ID it just
    /// tried. The response is the same for every ID that `authenticate/begin` returned, whether it
    /// is a passkey's or a decoy's (of this [secret](Self::decoy_secret)); all other IDs are too
    /// long to guess. What it discloses: a client that knows a credential ID learns whether it is
    /// still stored, suspended or not, but not whose it is.
    #[cfg(feature = "client")]
    #[must_use]
    pub fn signal_unknown_credentials(mut self) -> Self {
        self.signals_unknown = true;
        self
    }

    /// Returns the registration ceremony, for routes of your own.
    #[must_use]
    pub fn registration(&self) -> Registration<'_, A::Repository>
    where
        A::Configuration: OneRelyingParty,
    {
        self.ceremonies.registration()
    }

    /// Returns the authentication ceremony, for routes of your own.
    #[must_use]
    pub fn authentication(&self) -> Authentication<'_, A::Repository>
    where
        A::Configuration: OneRelyingParty,
    {
        self.ceremonies.authentication()
    }

    /// Returns the step-up ceremony, for routes of your own.
    #[must_use]
    pub fn step_up(&self) -> StepUp<'_, A::Repository>
    where
        A::Configuration: OneRelyingParty,
    {
        self.ceremonies.step_up()
    }

    /// Returns the management of users' passkeys by the application, with audit events: list, rename,
    /// suspend, resume, delete.
    #[must_use]
    pub fn management(&self) -> Management<'_, A::Repository>
    where
        A::Configuration: OneRelyingParty,
    {
        self.ceremonies.management()
    }

    /// Records a browser's report on a prompt that has ended without a passkey, for routes of your own. The
    /// [router](Self::router) calls it for `POST /outcomes`, which is there with the key `prompt_outcomes`.
    ///
    /// The report reaches the audit trail as an event of [`PromptFailures`](crate::audit::PromptFailures), at
    /// once or together with others within ten seconds, [in bounded number](crate::audit#prompts).
    ///
    /// ```
    /// # use passkeys::{AuthenticationResult, Passkeys, PasskeyUser, passkeys, store::MemoryRepository};
    /// # #[derive(Clone)]
    /// # struct App;
    /// # #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
    /// # impl App {
    /// #     type Repository = MemoryRepository;
    /// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    /// #     async fn on_authenticated(&self, login: AuthenticationResult) -> String { String::new() }
    /// # }
    /// use axum::{Json, extract::State, http::StatusCode};
    /// use passkeys::ceremony::PromptReport;
    ///
    /// async fn report(
    ///     State(passkeys): State<Passkeys<App>>,
    ///     Json(report): Json<PromptReport>,
    /// ) -> StatusCode {
    ///     passkeys.record_prompt(report);
    ///     StatusCode::NO_CONTENT
    /// }
    /// ```
    pub fn record_prompt(&self, report: PromptReport) {
        self.ceremonies.record_prompt(report);
    }

    /// Returns the application.
    #[must_use]
    pub fn app(&self) -> &A {
        &self.app
    }

    /// Returns the configuration in force.
    #[must_use]
    pub fn config(&self) -> &Config
    where
        A::Configuration: OneRelyingParty,
    {
        &self.ceremonies.config
    }

    /// Returns the repository.
    #[must_use]
    pub fn repository(&self) -> &A::Repository {
        self.ceremonies.credentials.repository()
    }
}
