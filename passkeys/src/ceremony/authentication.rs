use std::fmt;

use super::{
    AuthenticationResult, Begun, Ceremonies, FinishAuthentication, RequestOptions,
    assertion::{Allowed, Assertion, Kinds, Pending},
    decoy::Named,
    policy::sealed::Demands,
    taken,
};
#[cfg(feature = "client")]
use crate::CredentialId;
use crate::{
    Error, PasskeyUser,
    audit::{AuditKind, Reason},
    domain::{
        config::Terms,
        pending::{PendingCeremony, Purpose},
        prompt::PromptCeremony,
    },
    store::CredentialRepository,
};

/// Place of an assertion in a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Factor {
    /// It is the sign-in.
    Only,
    /// It follows a first factor, which the application has checked.
    Second,
}

/// Authentication ceremony
/// ([Level 3, §7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion)), for routes of your
/// own. [`Passkeys::router`](crate::Passkeys::router) calls the same methods.
///
/// Begins that name a user, and credentials that do not verify, take a multiple of
/// [`Passkeys::timing_floor`](crate::Passkeys::timing_floor), against user enumeration by timing. What
/// depends on no user, such as an unknown ceremony state or malformed JSON, fails at once.
pub struct Authentication<'a, R> {
    ceremonies: &'a Ceremonies<R>,
    /// Terms of ceremonies that are begun.
    terms: &'a Terms,
}

impl<R> fmt::Debug for Authentication<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Authentication")
            .field(self.ceremonies)
            .finish()
    }
}

impl<'a, R: CredentialRepository> Authentication<'a, R> {
    pub(crate) fn new(ceremonies: &'a Ceremonies<R>) -> Self {
        Self {
            ceremonies,
            terms: ceremonies.verifier.terms(),
        }
    }

    /// Chooses the [profile](crate::Profile) with which sign-ins are begun. One that is finished has the
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
        self.assertion_of(Factor::Only)
    }

    fn assertion_of(&self, factor: Factor) -> Assertion<'a, R> {
        let kinds = match factor {
            Factor::Only => Kinds {
                begun: AuditKind::AuthenticationBegun,
                succeeded: AuditKind::AuthenticationSucceeded,
                failed: AuditKind::AuthenticationFailed,
                prompt: PromptCeremony::Authentication,
            },
            Factor::Second => Kinds {
                begun: AuditKind::SecondFactorBegun,
                succeeded: AuditKind::SecondFactorSucceeded,
                failed: AuditKind::SecondFactorFailed,
                prompt: PromptCeremony::SecondFactor,
            },
        };
        Assertion::new(self.ceremonies, kinds)
    }

    /// Begins a sign-in with any discoverable passkey, whose user handle identifies the user.
    ///
    /// # Errors
    ///
    /// [`Error::StorageUnavailable`].
    pub async fn begin(&self) -> Result<Begun<RequestOptions>, Error> {
        let purpose = Purpose::Authenticate(None);
        let assertion = self.assertion();
        assertion
            .create_options(self.terms, None, None, purpose)
            .await
    }

    /// Begins a sign-in by the user with this ID.
    ///
    /// For an unknown user the response has decoy credentials, the same ones every time, against
    /// user enumeration. With
    /// [`Passkeys::empty_allow_credentials`](crate::Passkeys::empty_allow_credentials) it has none for
    /// anybody.
    ///
    /// An application that also begins sign-ins by user name lets clients find out which name belongs
    /// to which ID: the responses have the same credentials.
    ///
    /// # Errors
    ///
    /// [`Error::StorageUnavailable`].
    pub async fn begin_for_user_id(&self, user_id: &str) -> Result<Begun<RequestOptions>, Error> {
        let floor = self.ceremonies.floor();
        let begun = self.begin_for(user_id, &Named::Id(user_id)).await;
        floor.reached().await;
        begun
    }

    /// Begins a sign-in by the user with this name, whom the application looks up by `find`.
    ///
    /// For a name without a user the response has decoy credentials, the same ones every time,
    /// against user enumeration. With
    /// [`Passkeys::empty_allow_credentials`](crate::Passkeys::empty_allow_credentials) it has none for
    /// anybody.
    ///
    /// # Errors
    ///
    /// The error of `find`, at once: a lookup must not fail because a user does not exist, but return
    /// `None`. [`Error::StorageUnavailable`].
    pub async fn begin_for_username<E: From<Error>>(
        &self,
        username: &str,
        find: impl Future<Output = Result<Option<PasskeyUser>, E>>,
    ) -> Result<Begun<RequestOptions>, E> {
        let floor = self.ceremonies.floor();
        let user = find.await?;
        // The empty ID is no user's, so no passkey finishes what is begun for it.
        let user_id = user.as_ref().map_or("", PasskeyUser::id);
        let begun = self.begin_for(user_id, &Named::Name(username)).await;
        floor.reached().await;
        Ok(begun?)
    }

    /// Begins the second factor of a sign-in, by any of the user's passkeys that is not suspended. The user
    /// has passed the first one, such as a password, which the caller has checked.
    ///
    /// # Errors
    ///
    /// [`Error::NoPasskeys`] if they have none, [`Error::InvalidUser`],
    /// [`Error::StorageUnavailable`].
    pub async fn begin_second_factor(
        &self,
        user: &PasskeyUser,
    ) -> Result<Begun<RequestOptions>, Error> {
        user.check()?;
        let assertion = self.assertion_of(Factor::Second).with_terms(self.terms);
        let allowed = assertion.usable(user.id()).await?;
        if allowed.credentials.is_empty() {
            return Err(assertion.no_passkeys(user, allowed.suspended));
        }
        let user_id = user.id().to_owned();
        let purpose = Purpose::SecondFactor { user_id };
        assertion
            .create_options(self.terms, Some(user.id()), Some(allowed), purpose)
            .await
    }

    async fn begin_for(
        &self,
        user_id: &str,
        named: &Named<'_>,
    ) -> Result<Begun<RequestOptions>, Error> {
        // No user has a longer ID, and a ceremony state must not be as long as a client likes.
        let is_possible = user_id.len() <= PasskeyUser::MAX_ID_BYTES;
        let user_id = if is_possible { user_id } else { "" };
        let allowed = if self.ceremonies.empty_allow_credentials {
            None
        } else {
            Some(self.allowed(user_id, named).await?)
        };
        let purpose = Purpose::Authenticate(Some(user_id.to_owned()));
        let user_id = Some(user_id);
        self.assertion()
            .create_options(self.terms, user_id, allowed, purpose)
            .await
    }

    /// Returns the credentials of a user, or decoys if there are none.
    async fn allowed(&self, user_id: &str, named: &Named<'_>) -> Result<Allowed, Error> {
        // Computed for known users too, so that the work is the same.
        let decoys = Allowed::decoys(self.ceremonies.decoys.of(named, self.ceremonies.possible()));
        let usable = self.assertion().usable(user_id).await?;
        // The empty ID is no user's, whatever a row says.
        let is_known = !user_id.is_empty() && !usable.credentials.is_empty();
        if is_known {
            return Ok(usable);
        }
        let by_name = matches!(named, Named::Name(_));
        self.ceremonies
            .log_decoys(user_id, by_name, usable.suspended);
        Ok(decoys)
    }

    /// Finishes a sign-in, and records the use of the passkey.
    ///
    /// In this order: takes the ceremony state from the challenge store, which ends the ceremony
    /// whatever follows; parses the credential; finds its owner and verifies it; stores the new
    /// signature counter; records the outcome.
    ///
    /// # Errors
    ///
    /// - [`Error::ChallengeNotFound`] unless the ceremony is pending,
    /// - [`Error::InvalidRequest`] and [`Error::MalformedRequest`] for a credential of another
    ///   shape, [`Error::PayloadTooLarge`],
    /// - [`Error::AuthenticationFailed`] for every other reason,
    /// - [`Error::StorageUnavailable`].
    pub async fn finish(
        &self,
        request: &FinishAuthentication,
    ) -> Result<AuthenticationResult, Error> {
        // Polled for a second factor only, which is not accepted.
        let who = async { Err(Error::ChallengeNotFound) };
        let read = || Ok(());
        let finished = self.finish_any(request, &[Factor::Only], who, read).await;
        finished.map(|(result, ())| result)
    }

    /// Finishes the second factor of a sign-in, and records the use of the passkey. The result
    /// [says so](AuthenticationResult::is_second_factor).
    ///
    /// In this order: takes the ceremony state from the challenge store, which ends the ceremony
    /// whatever follows; awaits `who`, the user who has passed the first factor by now, and compares it
    /// with the one it was begun for; and goes on as [`finish`](Self::finish). Neither finishes what was
    /// begun for the other.
    ///
    /// # Errors
    ///
    /// The error of `who`, or
    ///
    /// - [`Error::ChallengeNotFound`] unless the second factor is pending and was begun for this user,
    /// - otherwise as [`finish`](Self::finish).
    pub async fn finish_second_factor<E: From<Error>>(
        &self,
        request: &FinishAuthentication,
        who: impl Future<Output = Result<PasskeyUser, E>>,
    ) -> Result<AuthenticationResult, E> {
        let read = || Ok(());
        let finished = self.finish_any(request, &[Factor::Second], who, read).await;
        finished.map(|(result, ())| result)
    }

    /// Finishes a sign-in or a second factor, whichever is accepted. `who` is awaited for a second factor
    /// only. Reads what else the request has to say after its state was taken, and before the passkey
    /// counts as used.
    pub(crate) fn finish_any<E: From<Error>, D>(
        &self,
        request: &FinishAuthentication,
        accepted: &[Factor],
        who: impl Future<Output = Result<PasskeyUser, E>>,
        read: impl FnOnce() -> Result<D, Error>,
    ) -> impl Future<Output = Result<(AuthenticationResult, D), E>> {
        let finish = self.take_and_finish(request, accepted, who, read);
        let recorder = &self.ceremonies.recorder;
        recorder.finish(false, &request.state, &request.credential, finish)
    }

    async fn take_and_finish<E: From<Error>, D>(
        &self,
        request: &FinishAuthentication,
        accepted: &[Factor],
        who: impl Future<Output = Result<PasskeyUser, E>>,
        read: impl FnOnce() -> Result<D, Error>,
    ) -> Result<(AuthenticationResult, D), E> {
        let floor = self.ceremonies.floor();
        let (pending, factor) = self.take(&request.state, accepted).await?;
        let assertion = self.assertion_of(factor).with_terms(pending.terms);
        if factor == Factor::Second {
            let begun_for = pending.user_id.as_deref();
            let user = who.await.inspect_err(|_| {
                let failed = taken::not_signed_in("second_factor_user");
                assertion.refuse(failed, begun_for, None);
            })?;
            if begun_for != Some(user.id()) {
                let (begun_for, now) = (begun_for.unwrap_or_default(), user.id());
                let failed =
                    taken::other_user("second factor", begun_for, "second_factor_user", now);
                let refused = assertion.refuse(failed, Some(user.id()), None);
                return Err(refused.into());
            }
        }
        let response = assertion.parse(&pending, &request.credential)?;
        let data = read().inspect_err(|error| assertion.malformed(&pending, error))?;
        let result = assertion.complete(&pending, &response).await;
        if result.is_err() {
            floor.reached().await;
        }
        let mut result = result?;
        result.second_factor = factor == Factor::Second;
        Ok((result, data))
    }

    /// Takes the ceremony state from the challenge store, of a sign-in or of a second factor.
    async fn take(&self, state: &str, accepted: &[Factor]) -> Result<(Pending<'a>, Factor), Error> {
        let taken = self.ceremonies.take(state).await;
        let taken = taken.map_err(|error| self.assertion().lost(error, None, None))?;
        let (ceremony, terms) =
            taken.map_err(|failed| self.assertion().refuse(failed, None, None))?;
        let PendingCeremony {
            purpose,
            challenge,
            listed_until,
            ..
        } = ceremony;
        let (user_id, factor) = match purpose {
            Purpose::Authenticate(user_id) => (user_id, Factor::Only),
            Purpose::SecondFactor { user_id } => (Some(user_id), Factor::Second),
            other => {
                let failed = taken::other_purpose(&other, "a sign-in");
                return Err(self.assertion().refuse(failed, None, None));
            }
        };
        if !accepted.contains(&factor) {
            let assertion = self.assertion_of(factor);
            let (begun, finish) = match factor {
                Factor::Only => ("a sign-in", "a second factor"),
                Factor::Second => ("a second factor", "a sign-in"),
            };
            let failed = Reason::OtherPurpose.because(format_args!(
                "the state is of {begun}, and came to the finish of {finish}: begin that one",
            ));
            return Err(assertion.refuse(failed, None, None));
        }
        let pending = Pending {
            user_id,
            challenge,
            terms,
            listed_until,
            demands: Demands::default(),
        };
        Ok((pending, factor))
    }

    /// Returns whether no passkey of this relying party has this ID, and it is no decoy's, after
    /// the timing floor.
    #[cfg(feature = "client")]
    pub(crate) async fn is_unknown(&self, id: &CredentialId) -> Result<bool, Error> {
        let floor = self.ceremonies.floor();
        // Both are computed, so that the work is the same.
        let is_decoy = self.ceremonies.decoys.made(id);
        let found = self.ceremonies.credentials.find(id).await;
        floor.reached().await;
        let is_known = matches!(found?, super::credentials::Found::Own(_));
        Ok(!is_known && !is_decoy)
    }
}
