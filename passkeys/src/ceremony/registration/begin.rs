use super::{Registration, finish::too_many};
use crate::{
    Attestation, Credential, Error, PasskeyUser, UserVerification,
    audit::{AuditKind, Reason},
    ceremony::{Begun, Cause, CreationOptions, user_handle},
    domain::{
        challenge::Challenge,
        config::Terms,
        detail::shown,
        pending::{Account, Purpose},
        prompt::PromptCeremony,
    },
    store::CredentialRepository,
};

impl<R: CredentialRepository> Registration<'_, R> {
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
    /// configured; if the [profile](Self::profile) or
    /// `Passkeys::trust_anchors` ask for attestation, which a passkey that is created without the user
    /// does not have; and if only the profile requires user verification, so that it was chosen for what a
    /// conditional creation leaves out. Otherwise as [`begin`](Self::begin).
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
        let required = UserVerification::Required;
        let outside = self.ceremonies.verifier.terms().user_verification;
        if self.terms.user_verification == required && outside != required {
            let message = "The profile requires user verification, which passkeys created by \
                           conditional mediation do not have.";
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
        let max_credentials = self.ceremonies.config.max_credentials();
        if exclude.len() >= max_credentials {
            return Err(self.refuse(too_many(max_credentials), Some(user), None));
        }
        self.create_options(user, terms, exclude, purpose).await
    }

    /// Checks that the user has signed in recently, or has consented.
    fn check_fresh(&self, user: &PasskeyUser) -> Result<(), Error> {
        if self.consenting.as_deref() == Some(user.id()) {
            return Ok(());
        }
        let fresh = self.ceremonies.check_fresh(user);
        fresh.map_err(|failed| self.refuse(failed, Some(user), None))
    }

    /// Begins a sign-up: the registration of a new account's first passkey. Nothing is stored for
    /// the user until it is finished.
    ///
    /// The user's ID must be new: the client that finishes the sign-up has a passkey for it. An account that
    /// exists and has no passkeys is not known here.
    ///
    /// # Errors
    ///
    /// [`Error::AccountAlreadyExists`] if the user's ID has passkeys, also if only of another RP ID, unless the
    /// application has several relying parties: the account exists. Otherwise as [`begin`](Self::begin), but that nobody is signed in whose sign-in
    /// could be too old.
    pub async fn begin_sign_up(&self, user: &PasskeyUser) -> Result<Begun<CreationOptions>, Error> {
        user.check()?;
        let account = self.ceremonies.credentials.list_of_account(user.id());
        if !account.await?.is_empty() {
            let failed = Reason::AccountExists.because(format_args!(
                "the user ID {} that `sign_up` returned has passkeys: an ID must be new, such as a random UUID. \
                 For a user who is signed in there is `register/begin`",
                shown(user.id()),
            ));
            return Err(self.refuse(failed, Some(user), None));
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
        self.ceremonies.check_user_id(user);
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
        let state = self.ceremonies.begin(ceremony, &public_key).await?;
        let by = Cause::Request.with_profile(terms.profile.as_deref());
        let kind = AuditKind::RegistrationBegun;
        self.ceremonies
            .record_by(by, kind, Some(user.id()), None, None);
        Ok(Begun {
            public_key,
            state,
            report_as: self.ceremonies.reported_as(PromptCeremony::Registration),
        })
    }
}
