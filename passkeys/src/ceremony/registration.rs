use std::{
    fmt,
    time::{Duration, Instant},
};

use super::{
    Begun, Cause, Ceremonies, Consent, CreationOptions, FinishRegistration, RegistrationResult,
    user_handle,
};
use crate::{
    Attestation, Credential, Error, PasskeyUser, ResidentKey, UserHandle, alarm,
    audit::{AuditKind, Reason},
    domain::{
        challenge::Challenge,
        config::Terms,
        device_name,
        error::StoreError,
        pending::{Account, PendingCeremony, Purpose},
    },
    store::{CredentialRepository, Insertion},
    verify::{Asked, Attested},
    wire::{json::FromJson as _, responses::RegistrationResponse},
};

/// Registration ceremony
/// ([Level 3, §7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential)), for
/// routes of your own. [`Passkeys::router`](crate::Passkeys::router) calls the same methods.
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
/// use passkeys::{Error, ceremony::FinishRegistration};
///
/// async fn finish(
///     State(passkeys): State<Passkeys<App>>,
///     State(app): State<App>,
///     Json(request): Json<FinishRegistration>,
/// ) -> Result<String, Error> {
///     // Runs after the ceremony was taken from the challenge store.
///     let who = async { Ok::<_, Error>(app.get_user().await) };
///     let registered = passkeys.registration().finish(&request, who).await?;
///     Ok(registered.credential().id.to_string())
/// }
/// ```
pub struct Registration<'a, R> {
    ceremonies: &'a Ceremonies<R>,
    /// Terms of registrations that are begun.
    terms: &'a Terms,
    /// Whether a sign-up can be finished.
    sign_ups: bool,
    /// ID of the user who has consented by step-up, so that their sign-in may be old.
    consenting: Option<String>,
}

impl<R> fmt::Debug for Registration<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registration")
            .field(self.ceremonies)
            .finish()
    }
}

impl<'a, R: CredentialRepository> Registration<'a, R> {
    pub(crate) fn new(ceremonies: &'a Ceremonies<R>) -> Self {
        Self {
            ceremonies,
            terms: ceremonies.verifier.terms(),
            sign_ups: true,
            consenting: None,
        }
    }

    /// Chooses the [profile](crate::Profile) with which registrations are begun. One that is finished
    /// has the profile that it was begun with.
    ///
    /// ```
    /// # use passkeys::{AuthenticationResult, Passkeys, PasskeyUser, passkeys, store::MemoryRepository};
    /// # #[derive(Clone)]
    /// # struct App;
    /// #[passkeys(
    ///     rp_id = "example.com",
    ///     origins = ["https://example.com"],
    ///     profiles(security_key(hints = ["security-key"])),
    /// )]
    /// impl App {
    ///     type Repository = MemoryRepository;
    ///     // ..
    /// #   async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    /// #   async fn on_authenticated(&self, login: AuthenticationResult) -> String { String::new() }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), passkeys::Error> {
    /// let passkeys = Passkeys::new(App, MemoryRepository::default());
    /// let user = PasskeyUser::new("1", "ada", "Ada");
    /// let begun = passkeys.registration().profile("security_key")?.begin(&user).await?;
    /// # drop(begun);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] if there is no profile of this name.
    pub fn profile(self, name: &str) -> Result<Self, Error> {
        self.choose(Some(name))
    }

    /// Chooses a profile, or none.
    pub(crate) fn choose(self, profile: Option<&str>) -> Result<Self, Error> {
        let terms = self.ceremonies.choose(profile)?;
        Ok(Self { terms, ..self })
    }

    /// Sets the consent of a user to the registration that begins: the result of a
    /// [step-up](super::StepUp). The age of that user's sign-in does not matter then.
    ///
    /// Needed only where the configuration has the key `fresh`, and the sign-in is older:
    ///
    /// ```
    /// # use passkeys::{AuthenticationResult, Passkeys, PasskeyUser, passkeys, store::MemoryRepository};
    /// # #[derive(Clone)]
    /// # struct App;
    /// # #[passkeys(rp_id = "example.com", origins = ["https://example.com"], fresh = "10m")]
    /// # impl App {
    /// #     type Repository = MemoryRepository;
    /// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    /// #     async fn on_authenticated(&self, login: AuthenticationResult) -> String { String::new() }
    /// # }
    /// use passkeys::{
    ///     Error,
    ///     ceremony::{Action, Begun, Consent, CreationOptions, FinishStepUp},
    /// };
    ///
    /// /// `POST /passkeys`.
    /// async fn begin(
    ///     passkeys: &Passkeys<App>,
    ///     user: PasskeyUser,
    ///     request: &FinishStepUp,
    /// ) -> Result<Begun<CreationOptions>, Error> {
    ///     let action = Action::new("POST", "example.com", "/passkeys", request.body.get().as_bytes());
    ///     let who = async { Ok::<_, Error>(user) };
    ///     let consent: Consent = passkeys.step_up().finish(request, &action, who).await?;
    ///     passkeys.registration().with_consent(&consent).begin(&consent.user).await
    /// }
    /// ```
    #[must_use]
    pub fn with_consent<T>(self, consent: &Consent<T>) -> Self {
        let consenting = Some(consent.user.id().to_owned());
        Self { consenting, ..self }
    }

    /// Sets whether a sign-up can be finished: not by the routes of an application without the
    /// hook, which shares its challenge store with one that has it.
    pub(crate) fn sign_ups(self, sign_ups: bool) -> Self {
        Self { sign_ups, ..self }
    }

    /// Begins the registration of a further passkey for an existing user.
    ///
    /// The user's passkeys of this RP ID are excluded, so that no authenticator is registered twice.
    /// The new one gets the user handle that [`PasskeyUser::handle`] documents.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidUser`] if the user's ID or names are out of bounds,
    /// [`Error::ReauthenticationRequired`] if [`fresh`](crate::Config::fresh) is configured and the user's
    /// sign-in is older or of unknown age, unless [with consent](Self::with_consent),
    /// [`Error::TooManyCredentials`] if the user has
    /// [as many passkeys as allowed](crate::Config::max_credentials), [`Error::StorageUnavailable`].
    pub async fn begin(&self, user: &PasskeyUser) -> Result<Begun<CreationOptions>, Error> {
        self.begin_further(user, self.terms, Purpose::Register)
            .await
    }

    /// Begins the registration of a further passkey by conditional creation: after a sign-in by
    /// password, the browser may create it without asking the user
    /// ([Level 3, §5.1.3](https://www.w3.org/TR/webauthn-3/#sctn-createCredential)).
    ///
    /// The options are for `navigator.credentials.create({ mediation: "conditional", .. })`. When it is
    /// finished, neither user presence nor user verification is required, since nobody asks the user;
    /// everything else is. Where user verification is configured as `required`, the options say
    /// `preferred`, because browsers fail otherwise;
    /// [`Credential::user_verified`](crate::Credential::user_verified) of the passkey is `false` unless
    /// the browser has verified the user nevertheless, and sign-ins with it require user verification
    /// as with any other.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] unless [`conditional_create`](crate::Config::conditional_create) is
    /// configured, and if the [profile](Self::profile) or
    /// `Passkeys::trust_anchors` ask for attestation, which a passkey that is created without the user
    /// does not have. Otherwise as [`begin`](Self::begin).
    pub async fn begin_conditional(
        &self,
        user: &PasskeyUser,
    ) -> Result<Begun<CreationOptions>, Error> {
        if !self.ceremonies.config.conditional_create() {
            let message = "This application does not create passkeys by conditional mediation.";
            return Err(Error::InvalidRequest(message.into()));
        }
        if self.terms.attestation != Attestation::None {
            let message = "Attestation is asked for, which passkeys created by conditional mediation \
                           do not have.";
            return Err(Error::InvalidRequest(message.into()));
        }
        self.begin_further(
            user,
            &self.terms.conditional(),
            Purpose::RegisterConditionally,
        )
        .await
    }

    async fn begin_further(
        &self,
        user: &PasskeyUser,
        terms: &Terms,
        purpose: impl FnOnce(Account) -> Purpose,
    ) -> Result<Begun<CreationOptions>, Error> {
        user.check()?;
        self.check_fresh(user)?;
        let exclude = self.ceremonies.list(user.id()).await?;
        if exclude.len() >= self.ceremonies.config.max_credentials() {
            return Err(self.refuse(Reason::TooManyCredentials, Some(user), None));
        }
        self.create_options(user, terms, exclude, purpose).await
    }

    /// Checks that the user has signed in recently, or has consented.
    fn check_fresh(&self, user: &PasskeyUser) -> Result<(), Error> {
        if self.consenting.as_deref() == Some(user.id()) {
            return Ok(());
        }
        let fresh = self.ceremonies.check_fresh(user);
        fresh.map_err(|reason| self.refuse(reason, Some(user), None))
    }

    /// Begins a sign-up: the registration of a new account's first passkey. Nothing is stored for
    /// the user until it is finished.
    ///
    /// The user's ID must be new: the client that finishes the sign-up has a passkey for it. An account that
    /// exists and has no passkeys is not known here.
    ///
    /// # Errors
    ///
    /// [`Error::AccountAlreadyExists`] if the user's ID has passkeys, also if only of another RP ID:
    /// the account exists. Otherwise as [`begin`](Self::begin), but that nobody is signed in whose sign-in
    /// could be too old.
    pub async fn begin_sign_up(&self, user: &PasskeyUser) -> Result<Begun<CreationOptions>, Error> {
        user.check()?;
        if !self.ceremonies.repository.list(user.id()).await?.is_empty() {
            return Err(self.refuse(Reason::AccountExists, Some(user), None));
        }
        let exclude = Vec::new();
        self.create_options(user, self.terms, exclude, Purpose::SignUp)
            .await
    }

    async fn create_options(
        &self,
        user: &PasskeyUser,
        terms: &Terms,
        exclude: Vec<Credential>,
        purpose: impl FnOnce(Account) -> Purpose,
    ) -> Result<Begun<CreationOptions>, Error> {
        let challenge = Challenge::random()?;
        let handle = user_handle::of_next_passkey(user, &exclude)?;
        let public_key = CreationOptions::new(
            &self.ceremonies.config,
            terms,
            user,
            &handle,
            &challenge,
            exclude,
        );
        let purpose = purpose(Account::new(user, handle));
        let ceremony = self.ceremonies.pending(challenge, purpose, terms);
        let state = self.ceremonies.begin(ceremony).await?;
        self.ceremonies
            .record(AuditKind::RegistrationBegun, Some(user.id()), None);
        Ok(Begun { public_key, state })
    }

    /// Finishes a registration, and stores the passkey.
    ///
    /// In this order: takes the ceremony state from the challenge store, which ends the ceremony
    /// whatever follows; awaits `who`, the user who is signed in now, and compares it with the
    /// one who began; parses and verifies the credential; stores it; records the outcome. For a
    /// sign-up no user is signed in, and `who` is not polled.
    ///
    /// # Errors
    ///
    /// The error of `who`, or
    ///
    /// - [`Error::ChallengeNotFound`] unless the ceremony is pending and was begun by this user at this
    ///   [application](crate::Passkeys::application),
    /// - [`Error::InvalidRequest`] and [`Error::MalformedRequest`] for a credential of another
    ///   shape, [`Error::PayloadTooLarge`],
    /// - [`Error::AttestationVerificationFailed`] if the credential does not verify,
    /// - [`Error::CredentialAlreadyExists`], also for the ID of a decoy credential, after a multiple of
    ///   [`Passkeys::timing_floor`](crate::Passkeys::timing_floor),
    /// - [`Error::TooManyCredentials`] and, for a sign-up, [`Error::AccountAlreadyExists`],
    /// - [`Error::StorageUnavailable`].
    pub async fn finish<E: From<Error>>(
        &self,
        request: &FinishRegistration,
        who: impl Future<Output = Result<PasskeyUser, E>>,
    ) -> Result<RegistrationResult, E> {
        let read = || Ok(());
        let finished = self.finish_and_read(request, who, read).await;
        finished.map(|(result, ())| result)
    }

    /// Finishes a registration, as [`finish`](Self::finish), and reads what else the request has to say:
    /// after its state was taken, and before the passkey is stored.
    pub(crate) async fn finish_and_read<E: From<Error>, D>(
        &self,
        request: &FinishRegistration,
        who: impl Future<Output = Result<PasskeyUser, E>>,
        read: impl FnOnce() -> Result<D, Error>,
    ) -> Result<(RegistrationResult, D), E> {
        let begun = self.take(&request.state).await?;
        if begun.kind == Kind::SignUp {
            self.check_sign_up(&begun)?;
        } else {
            let user = who.await;
            let user = user.inspect_err(|_| {
                self.refuse(Reason::NotSignedIn, Some(&begun.user), None);
            })?;
            self.check_owner(&begun, &user)?;
        }
        Ok(self.complete(begun, request, read).await?)
    }

    /// Rolls a registration back: deletes its passkey, and records it. For work that follows a
    /// registration and fails, such as the creation of the account of a sign-up, which would leave a
    /// passkey of no account.
    ///
    /// Of a sign-up it deletes every passkey of the user ID: before the sign-up there was none, and one
    /// that was registered since belongs to no account either. If the repository fails, it tries again
    /// twice, within a second.
    ///
    /// [`Passkeys::router`](crate::Passkeys::router) does it for sign-ups whose `on_registered` panics
    /// or responds with a status of 400 or more. In the second case the response has the header
    /// `Passkey-Rolled-Back` with the credential ID, by which `client.js` knows that the browser should
    /// drop the passkey, too.
    ///
    /// # Errors
    ///
    /// [`Error::StorageUnavailable`]: a passkey may still be stored, which the audit trail says.
    pub async fn roll_back(&self, registered: &RegistrationResult) -> Result<(), Error> {
        let Credential { user_id, id, .. } = &registered.credential;
        let mut deleted = self.delete_registered(registered).await;
        for wait in ROLLBACK_RETRIES {
            if deleted.is_ok() {
                break;
            }
            alarm::reached(Instant::now() + wait, Duration::ZERO).await;
            deleted = self.delete_registered(registered).await;
        }
        let kind = if deleted.is_ok() {
            AuditKind::RegistrationRolledBack
        } else {
            AuditKind::RollbackFailed
        };
        let cause = cause(registered.signed_up);
        self.ceremonies
            .record_by(cause, kind, Some(user_id), Some(id));
        deleted.map_err(Error::from)
    }

    /// Deletes the passkey of a registration, and of a sign-up all others of the user ID, too.
    async fn delete_registered(&self, registered: &RegistrationResult) -> Result<(), StoreError> {
        let Credential { user_id, id, .. } = &registered.credential;
        let ceremonies = self.ceremonies;
        ceremonies.repository.delete(user_id, id).await?;
        if !registered.signed_up {
            return Ok(());
        }
        for further in ceremonies.repository.list(user_id).await? {
            let id = &further.id;
            if ceremonies.repository.delete(user_id, id).await? {
                ceremonies.record(AuditKind::CredentialDeleted, Some(user_id), Some(id));
            }
        }
        Ok(())
    }

    /// Takes the ceremony state from the challenge store.
    async fn take(&self, state: &str) -> Result<Pending<'a>, Error> {
        let taken = self.ceremonies.take(state).await;
        let (ceremony, terms) = match taken.map_err(|error| self.lost(error, None))? {
            Ok(ceremony) => ceremony,
            Err(reason) => return Err(self.refuse(reason, None, None)),
        };
        let PendingCeremony {
            purpose, challenge, ..
        } = ceremony;
        let (account, kind) = match purpose {
            Purpose::Register(account) => (account, Kind::Further),
            Purpose::RegisterConditionally(account) => (account, Kind::Conditional),
            Purpose::SignUp(account) => (account, Kind::SignUp),
            _ => return Err(self.refuse(Reason::OtherPurpose, None, None)),
        };
        let (user, handle) = account.user();
        Ok(Pending {
            user,
            handle,
            challenge,
            terms,
            kind,
        })
    }

    /// Checks that sign-ups are finished here.
    fn check_sign_up(&self, begun: &Pending<'_>) -> Result<(), Error> {
        if self.sign_ups {
            Ok(())
        } else {
            Err(self.refuse(Reason::OtherPurpose, Some(&begun.user), None))
        }
    }

    /// Checks that the user who is signed in now began the registration.
    fn check_owner(&self, begun: &Pending<'_>, user: &PasskeyUser) -> Result<(), Error> {
        if begun.user.id() == user.id() {
            Ok(())
        } else {
            Err(self.refuse(Reason::OtherUser, Some(user), None))
        }
    }

    async fn complete<D>(
        &self,
        begun: Pending<'_>,
        request: &FinishRegistration,
        read: impl FnOnce() -> Result<D, Error>,
    ) -> Result<(RegistrationResult, D), Error> {
        let Pending {
            user,
            handle,
            challenge,
            terms,
            kind,
        } = begun;
        let sign_up = kind == Kind::SignUp;

        let malformed = |_: &Error| {
            self.refuse(Reason::Malformed, Some(&user), None);
        };
        let response = RegistrationResponse::from_json(request.credential.get(), "credential")
            .inspect_err(malformed)?;
        let data = read().inspect_err(malformed)?;
        let device_name = request.device_name.as_deref().unwrap_or_default();
        let device_name = device_name::of_new_passkey(device_name);

        // Instances may have been configured anew since the ceremony was begun.
        let conditional = kind == Kind::Conditional && self.ceremonies.config.conditional_create();
        let terms = if conditional {
            &terms.conditional()
        } else {
            terms
        };
        let asked = Asked {
            challenge: challenge.as_bytes(),
            conditional,
            terms,
            #[cfg(feature = "attestation")]
            now: self.ceremonies.now(),
        };
        let verified = self
            .ceremonies
            .verifier
            .verify_registration(&response, asked);
        let attested =
            verified.map_err(|refusal| self.refuse(refusal.into(), Some(&user), None))?;
        #[cfg(feature = "attestation")]
        let attestation = attested.attestation.clone();
        let credential = self.credential(attested, &user, handle, &response, device_name, terms);

        self.store(&credential, &user, sign_up).await?;
        self.ceremonies.record_by(
            cause(sign_up),
            AuditKind::RegistrationSucceeded,
            Some(user.id()),
            Some(&credential.id),
        );
        let result = RegistrationResult {
            user,
            credential,
            #[cfg(feature = "attestation")]
            attestation,
            signed_up: sign_up,
            profile: terms.profile.clone(),
        };
        Ok((result, data))
    }

    /// Stores a credential whose ID is new if the user may have one more, for a sign-up only as the
    /// user's first.
    async fn store(
        &self,
        credential: &Credential,
        user: &PasskeyUser,
        sign_up: bool,
    ) -> Result<(), Error> {
        let floor = self.ceremonies.floor();
        let refused = self.try_to_store(credential, user, sign_up).await;
        if matches!(refused, Err(Error::CredentialAlreadyExists)) {
            // The time of the store would tell a decoy credential from a registered one.
            floor.reached().await;
        }
        refused
    }

    async fn try_to_store(
        &self,
        credential: &Credential,
        user: &PasskeyUser,
        sign_up: bool,
    ) -> Result<(), Error> {
        let lost = |error| self.lost(error, Some(user));
        let repository = &self.ceremonies.repository;
        let reason = if self.ceremonies.decoys.made(&credential.id) {
            // Asks the store, as for a registered one.
            repository.find(&credential.id).await.map_err(lost)?;
            Reason::DecoyCredential
        } else if sign_up {
            let stored = repository.insert_first(credential).await;
            if stored.map_err(lost)? {
                return Ok(());
            }
            let found = repository.find(&credential.id).await;
            match found.map_err(lost)? {
                Some(_) => Reason::AlreadyRegistered,
                // The account got its first passkey since the sign-up was begun.
                None => Reason::AccountExists,
            }
        } else {
            let max_credentials = self.ceremonies.config.max_credentials();
            let inserted = repository.insert(credential, max_credentials).await;
            match inserted.map_err(lost)? {
                Insertion::Stored => return Ok(()),
                Insertion::Exists => Reason::AlreadyRegistered,
                Insertion::Full => Reason::TooManyCredentials,
            }
        };
        Err(self.refuse(reason, Some(user), Some(credential)))
    }

    fn credential(
        &self,
        attested: Attested,
        user: &PasskeyUser,
        handle: UserHandle,
        response: &RegistrationResponse,
        device_name: String,
        terms: &Terms,
    ) -> Credential {
        Credential {
            id: attested.id,
            user_id: user.id().to_owned(),
            user_handle: Some(handle),
            rp_id: Some(self.ceremonies.config.rp_id().to_owned()),
            public_key: attested.public_key,
            sign_count: attested.sign_count,
            transports: response.transports(),
            aaguid: attested.aaguid,
            backup_eligible: Some(attested.backup_eligible),
            backup_state: attested.backup_state,
            user_verified: attested.user_verified,
            // A browser that does not report `credProps` has followed the options.
            discoverable: response
                .discoverable()
                .unwrap_or(terms.resident_key == ResidentKey::Required),
            device_name,
            attestation_format: Some(attested.attestation_format),
            #[cfg(feature = "attestation")]
            attestation_verified: attested.attestation.is_some(),
            #[cfg(not(feature = "attestation"))]
            attestation_verified: false,
            created_at: self.ceremonies.now(),
            last_used_at: None,
            suspended_at: None,
        }
    }

    /// Records that the ceremony was lost to a store failure.
    fn lost(&self, error: StoreError, user: Option<&PasskeyUser>) -> Error {
        self.refuse(Reason::Storage, user, None);
        error.into()
    }

    /// Records why the registration was refused, and returns the error for the client.
    fn refuse(
        &self,
        reason: Reason,
        user: Option<&PasskeyUser>,
        credential: Option<&Credential>,
    ) -> Error {
        self.ceremonies.record(
            AuditKind::RegistrationFailed(reason),
            user.map(PasskeyUser::id),
            credential.map(|credential| &credential.id),
        );
        match reason {
            Reason::AlreadyRegistered | Reason::DecoyCredential => Error::CredentialAlreadyExists,
            Reason::TooManyCredentials => Error::TooManyCredentials,
            Reason::AccountExists => Error::AccountAlreadyExists,
            reason if reason.is_about_state() => Error::ChallengeNotFound,
            reason if reason.is_about_sign_in_age() => Error::ReauthenticationRequired,
            _ => Error::AttestationVerificationFailed,
        }
    }
}

fn cause(sign_up: bool) -> Cause {
    if sign_up {
        Cause::SignUp
    } else {
        Cause::Request
    }
}

/// Waits before the deletion of a passkey is tried again when a registration is rolled back: what made
/// the hook fail, such as a database that restarts, may make the deletion fail, too.
const ROLLBACK_RETRIES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(800)];

/// A registration whose state was taken from the challenge store.
struct Pending<'a> {
    user: PasskeyUser,
    handle: UserHandle,
    challenge: Challenge,
    terms: &'a Terms,
    kind: Kind,
}

/// Purpose of a registration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A further passkey for an existing account.
    Further,
    /// The same by conditional creation.
    Conditional,
    /// The first passkey of a new account.
    SignUp,
}
