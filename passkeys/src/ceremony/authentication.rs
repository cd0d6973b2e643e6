use std::fmt;

use super::{
    AuthenticationResult, Begun, Ceremonies, FinishAuthentication, RequestOptions,
    assertion::{Allowed, Assertion, Kinds, Pending},
    decoy::Named,
    policy::sealed::Demands,
};
#[cfg(feature = "client")]
use crate::CredentialId;
use crate::{
    Error, PasskeyUser,
    audit::{AuditKind, Reason},
    domain::{
        config::Terms,
        pending::{PendingCeremony, Purpose},
    },
    store::CredentialRepository,
};

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
        let kinds = Kinds {
            begun: AuditKind::AuthenticationBegun,
            succeeded: AuditKind::AuthenticationSucceeded,
            failed: AuditKind::AuthenticationFailed,
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
        Ok(if is_known { usable } else { decoys })
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
        let read = || Ok(());
        let finished = self.finish_and_read(request, read).await;
        finished.map(|(result, ())| result)
    }

    /// Finishes a sign-in, as [`finish`](Self::finish), and reads what else the request has to say:
    /// after its state was taken, and before the passkey counts as used.
    pub(crate) async fn finish_and_read<D>(
        &self,
        request: &FinishAuthentication,
        read: impl FnOnce() -> Result<D, Error>,
    ) -> Result<(AuthenticationResult, D), Error> {
        let floor = self.ceremonies.floor();
        let assertion = self.assertion();
        let pending = self.take(&request.state).await?;
        let response = assertion.parse(&pending, &request.credential)?;
        let data = read().inspect_err(|_| assertion.malformed(&pending))?;
        let result = assertion.complete(&pending, &response).await;
        if result.is_err() {
            floor.reached().await;
        }
        result.map(|result| (result, data))
    }

    /// Takes the ceremony state from the challenge store.
    async fn take(&self, state: &str) -> Result<Pending<'a>, Error> {
        let taken = self.ceremonies.take(state).await;
        let reason = match taken.map_err(|error| self.assertion().lost(error, None, None))? {
            Ok((
                PendingCeremony {
                    purpose: Purpose::Authenticate(user_id),
                    challenge,
                    listed_until,
                    ..
                },
                terms,
            )) => {
                return Ok(Pending {
                    user_id,
                    challenge,
                    terms,
                    listed_until,
                    demands: Demands::default(),
                });
            }
            Ok(_) => Reason::OtherPurpose,
            Err(reason) => reason,
        };
        Err(self.assertion().refuse(reason, None, None))
    }

    /// Returns whether no passkey of this relying party has this ID, and it is no decoy's, after
    /// the timing floor.
    #[cfg(feature = "client")]
    pub(crate) async fn is_unknown(&self, id: &CredentialId) -> Result<bool, Error> {
        let floor = self.ceremonies.floor();
        // Both are computed, so that the work is the same.
        let is_decoy = self.ceremonies.decoys.made(id);
        let found = self.ceremonies.repository.find(id).await;
        floor.reached().await;
        let is_known = found?.is_some_and(|it| it.is_for(self.ceremonies.config.rp_id()));
        Ok(!is_known && !is_decoy)
    }
}
