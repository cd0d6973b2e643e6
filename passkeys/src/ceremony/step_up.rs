use std::{fmt, time::Duration};

use serde::de::DeserializeOwned;

use super::{
    Action, AuthenticationResult, Begun, Ceremonies, FinishStepUp, RequestOptions,
    assertion::{Assertion, Kinds, Pending},
    policy::{Policy, sealed::Demands},
    taken,
};
use crate::{
    Error, PasskeyUser,
    audit::{AuditKind, Reason},
    domain::{
        config::Terms,
        pending::{PendingCeremony, Purpose},
        prompt::PromptCeremony,
    },
    store::CredentialRepository,
    wire::json,
};

/// Step-up ceremony: a user who is signed in consents to one [`Action`] with a passkey
/// ([Level 3, §7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion)), for routes of your
/// own.
///
/// [`Verified`](crate::Verified) is the same as an extractor. Both promise as much as the challenge
/// store: with `SealedChallenges`, which rejects replays per process, an action can be done once in
/// each process.
///
/// ```
/// # use passkeys::{AuthenticationResult, Passkeys, passkeys, store::MemoryRepository};
/// # #[derive(Clone)]
/// # struct App;
/// # #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
/// # impl App {
/// #     type Repository = MemoryRepository;
/// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
/// #     async fn on_authenticated(&self, login: AuthenticationResult) -> String { String::new() }
/// # }
/// use passkeys::{
///     Error, PasskeyUser,
///     ceremony::{Action, FinishStepUp},
/// };
///
/// /// `DELETE /account`.
/// async fn delete_account(
///     passkeys: &Passkeys<App>,
///     user: PasskeyUser,
///     request: &FinishStepUp,
/// ) -> Result<(), Error> {
///     let action = Action::new("DELETE", "example.com", "/account", request.body.get().as_bytes());
///     let who = async { Ok::<_, Error>(user) };
///     let consent = passkeys.step_up().finish::<(), _>(request, &action, who).await?;
///     println!("{} deletes their account", consent.user.name());
///     Ok(())
/// }
/// ```
pub struct StepUp<'a, R> {
    ceremonies: &'a Ceremonies<R>,
    /// Terms of ceremonies that are begun.
    terms: &'a Terms,
    /// Demands on the consent.
    demands: Demands,
}

/// Consent of a user to one action: the result of a step-up.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Consent<T = ()> {
    /// The verified assertion, with the passkey that was used.
    pub result: AuthenticationResult,
    /// The user, as the application identified them when the step-up was finished.
    pub user: PasskeyUser,
    /// The request's own body.
    pub body: T,
}

impl<R> fmt::Debug for StepUp<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepUp")
            .field("ceremonies", self.ceremonies)
            .field("demands", &self.demands)
            .finish()
    }
}

impl<'a, R: CredentialRepository> StepUp<'a, R> {
    pub(crate) fn new(ceremonies: &'a Ceremonies<R>) -> Self {
        Self {
            ceremonies,
            terms: ceremonies.verifier.terms(),
            demands: Demands::default(),
        }
    }

    /// Sets what [`finish`](Self::finish) demands of the consent. Default:
    /// [`AnyConsent`](super::policy::AnyConsent).
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
    /// use passkeys::{
    ///     Error,
    ///     ceremony::{Action, Consent, FinishStepUp},
    ///     policy::UserVerified,
    /// };
    ///
    /// async fn consent(
    ///     passkeys: &Passkeys<App>,
    ///     user: PasskeyUser,
    ///     action: &Action,
    ///     request: &FinishStepUp,
    /// ) -> Result<Consent, Error> {
    ///     let step_up = passkeys.step_up().policy::<UserVerified>();
    ///     step_up.finish(request, action, async { Ok(user) }).await
    /// }
    /// ```
    ///
    /// For [`Recent`](super::policy::Recent) there is [`check_recent`](Self::check_recent).
    #[must_use]
    pub fn policy<P: Policy<Result = AuthenticationResult>>(self) -> Self {
        self.demanding(P::DEMANDS)
    }

    pub(crate) fn demanding(self, demands: Demands) -> Self {
        Self { demands, ..self }
    }

    /// Checks that the user signed in at most so long ago, by
    /// [`PasskeyUser::authenticated_at`]: such a request may do without consent.
    ///
    /// Records a sign-in that is older, or of unknown age, in the audit trail.
    ///
    /// # Errors
    ///
    /// [`Error::ReauthenticationRequired`].
    pub fn check_recent(&self, user: &PasskeyUser, at_most: Duration) -> Result<(), Error> {
        let recent = self.ceremonies.check_recent(user, at_most);
        recent.map_err(|failed| self.assertion().refuse(failed, Some(user.id()), None))
    }

    /// Records that a request came without the consent that its handler takes, and returns the error.
    pub(crate) fn without_consent(&self, user: &PasskeyUser) -> Error {
        let failed = Reason::NoConsent.because(format_args!(
            "the request came to a handler with `Verified` without consent: the page must send it by `stepUp()` of \
             the browser module, or begin with `step-up/begin` and send `credential`, `state` and `body`",
        ));
        self.assertion().refuse(failed, Some(user.id()), None)
    }

    /// Chooses the [profile](crate::Profile) with which step-ups are begun. One that is finished has the
    /// profile that it was begun with.
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

    fn assertion(&self) -> Assertion<'a, R> {
        let kinds = Kinds {
            begun: AuditKind::StepUpBegun,
            succeeded: AuditKind::StepUpSucceeded,
            failed: AuditKind::StepUpFailed,
            prompt: PromptCeremony::StepUp,
        };
        Assertion::new(self.ceremonies, kinds)
    }

    /// Begins a step-up: asks the signed-in user for consent to an action, by any of their passkeys
    /// that is not suspended.
    ///
    /// # Errors
    ///
    /// - [`Error::InvalidRequest`] for an action that no request can be: its path does not begin with `/`,
    ///   has a scheme and a host, or is not encoded as a client sends it ([`Action::new`]),
    /// - [`Error::NoPasskeys`] if they have none,
    /// - [`Error::StorageUnavailable`].
    pub async fn begin(
        &self,
        user: &PasskeyUser,
        action: &Action,
    ) -> Result<Begun<RequestOptions>, Error> {
        action.check()?;
        let assertion = self.assertion().with_terms(self.terms);
        let allowed = assertion.usable(user.id()).await?;
        if allowed.credentials.is_empty() {
            return Err(assertion.no_passkeys(user, allowed.suspended));
        }
        let purpose = Purpose::StepUp {
            user_id: user.id().to_owned(),
            action: action.clone(),
        };
        let user_id = Some(user.id());
        assertion
            .create_options(self.terms, user_id, Some(allowed), purpose)
            .await
    }

    /// Finishes a step-up, and records the use of the passkey.
    ///
    /// In this order: takes the ceremony state from the challenge store, which ends the ceremony
    /// whatever follows; awaits `who`, the user who is signed in now, and compares the user and
    /// the action with those that it was begun for; parses the credential and the body; verifies
    /// the assertion; stores the new signature counter; records the outcome.
    ///
    /// # Errors
    ///
    /// The error of `who`, or
    ///
    /// - [`Error::ChallengeNotFound`] unless the ceremony is pending and was begun by this user for
    ///   this action,
    /// - [`Error::InvalidRequest`] and [`Error::MalformedRequest`] for a credential or a body of
    ///   another shape, [`Error::PayloadTooLarge`],
    /// - [`Error::AuthenticationFailed`] for every other reason, also if the consent does not fulfil the
    ///   [policy](Self::policy),
    /// - [`Error::StorageUnavailable`].
    ///
    /// The last two take a multiple of [`Passkeys::timing_floor`](crate::Passkeys::timing_floor):
    /// their time does not tell which credential IDs are registered.
    pub async fn finish<T, E>(
        &self,
        request: &FinishStepUp,
        action: &Action,
        who: impl Future<Output = Result<PasskeyUser, E>>,
    ) -> Result<Consent<T>, E>
    where
        T: DeserializeOwned,
        E: From<Error>,
    {
        let finish = self.take_and_finish(request, action, who);
        let recorder = &self.ceremonies.recorder;
        let finish = recorder.finish(false, &request.state, &request.credential, finish);
        finish.await
    }

    async fn take_and_finish<T, E>(
        &self,
        request: &FinishStepUp,
        action: &Action,
        who: impl Future<Output = Result<PasskeyUser, E>>,
    ) -> Result<Consent<T>, E>
    where
        T: DeserializeOwned,
        E: From<Error>,
    {
        let floor = self.ceremonies.floor();
        let (pending, begun_for) = self.take(&request.state).await?;
        let assertion = self.assertion().with_terms(pending.terms);
        let user = who.await;
        let user = user.inspect_err(|_| {
            let failed = taken::not_signed_in("get_user");
            assertion.refuse(failed, pending.user_id.as_deref(), None);
        })?;
        self.check(&pending, &begun_for, &user, action)?;
        let response = assertion.parse(&pending, &request.credential)?;
        // Before the passkey counts as used: a body that the application cannot read is no action.
        let body = json::parse(request.body.get(), "body");
        let body = body.inspect_err(|error| assertion.malformed(&pending, error))?;
        let result = assertion.complete(&pending, &response).await;
        if result.is_err() {
            floor.reached().await;
        }
        let result = result?;
        Ok(Consent { result, user, body })
    }

    /// Takes the ceremony state from the challenge store, with the action it was begun for.
    async fn take(&self, state: &str) -> Result<(Pending<'a>, Action), Error> {
        let taken = self.ceremonies.take(state).await;
        let failed = match taken.map_err(|error| self.assertion().lost(error, None, None))? {
            Ok((
                PendingCeremony {
                    purpose: Purpose::StepUp { user_id, action },
                    challenge,
                    listed_until,
                    ..
                },
                terms,
            )) => {
                let pending = Pending {
                    user_id: Some(user_id),
                    challenge,
                    terms,
                    listed_until,
                    demands: self.demands,
                };
                return Ok((pending, action));
            }
            Ok((other, _)) => taken::other_purpose(&other.purpose, "a step-up"),
            Err(failed) => failed,
        };
        Err(self.assertion().refuse(failed, None, None))
    }

    /// Checks that the step-up was begun by this user for this action.
    fn check(
        &self,
        pending: &Pending<'_>,
        begun_for: &Action,
        user: &PasskeyUser,
        action: &Action,
    ) -> Result<(), Error> {
        let begun_by = pending.user_id.as_deref();
        let failed = if begun_by != Some(user.id()) {
            taken::other_user(
                "step-up",
                begun_by.unwrap_or_default(),
                "get_user",
                user.id(),
            )
        } else if begun_for != action {
            Reason::OtherAction.because(format_args!("{}", begun_for.difference(action)))
        } else {
            return Ok(());
        };
        let assertion = self.assertion().with_terms(pending.terms);
        Err(assertion.refuse(failed, Some(user.id()), None))
    }
}
