mod begin;
mod finish;
mod roll_back;

use std::fmt;

use super::{Cause, Ceremonies, Consent};
use crate::{
    Credential, Error, PasskeyUser,
    audit::{AuditKind, Failed, Reason},
    domain::{config::Terms, error::StoreError},
    store::CredentialRepository,
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

    /// Returns the registration whose state was taken, with its terms. Before, it is not known which profile
    /// it has.
    fn with_terms(&self, terms: &'a Terms) -> Self {
        Self {
            ceremonies: self.ceremonies,
            terms,
            sign_ups: self.sign_ups,
            consenting: None,
        }
    }

    /// Records that the ceremony was lost to a store failure.
    fn lost(&self, error: StoreError, user: Option<&PasskeyUser>) -> Error {
        self.refuse(Failed::of_storage(&error), user, None);
        error.into()
    }

    /// Records why the registration was refused, and returns the error for the client.
    fn refuse(
        &self,
        failed: impl Into<Failed>,
        user: Option<&PasskeyUser>,
        credential: Option<&Credential>,
    ) -> Error {
        let failed = failed.into();
        let reason = failed.reason;
        self.ceremonies.record_failure(
            self.terms.profile.as_deref(),
            AuditKind::RegistrationFailed,
            failed,
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
