use std::{sync::Arc, time::Duration};

use crate::{
    Clock, Config, SystemClock, WeakSecret,
    attestation::TrustAnchors,
    audit::{AuditSink, Trail},
    ceremony::{Authentication, Ceremonies, Decoys, Recent, Registration, StepUp},
    relying_party::RelyingParty,
    store::{ChallengeStore, MemoryChallenges},
    verify::Verifier,
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
    #[cfg(feature = "client")]
    pub(crate) signals_unknown: bool,
}

impl<A: RelyingParty> Clone for Passkeys<A> {
    fn clone(&self) -> Self {
        Self {
            app: self.app.clone(),
            ceremonies: self.ceremonies.clone(),
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
            verifier: Arc::new(Verifier::new(&config)),
            config: Arc::new(config),
            repository: Arc::new(repository),
            challenges: Arc::new(MemoryChallenges::default()),
            clock: Arc::new(SystemClock),
            audit: None,
            decoys: Decoys::random(),
            redeemed: Arc::new(Recent::default()),
            timing_floor: Duration::from_millis(20),
        };
        Self {
            app,
            ceremonies,
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
        let mut verifier = Verifier::new(&self.ceremonies.config);
        verifier.trust(anchors);
        self.ceremonies.verifier = Arc::new(verifier);
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
        self.ceremonies.timing_floor = at_least.min(Duration::from_hours(1));
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
