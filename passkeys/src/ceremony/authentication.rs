use std::fmt;

use serde::Deserialize;

use super::{
    AuthenticationResponse, AuthenticationResult, Begun, Ceremonies, RequestOptions, decoy::Named,
    options::CredentialDescriptor,
};
use crate::{
    Credential, CredentialId, Error, PasskeyUser, SignCount,
    audit::{AuditKind, Reason},
    challenge::Challenge,
    engine::Asserted,
    pending::{PendingCeremony, Purpose},
    store::{CredentialRepository, CredentialUse},
};

/// How often one sign-in may lose the compare-and-swap on the counter against others of the same
/// passkey before it gives up.
const MAX_CONTENTION: usize = 64;

/// The authentication ceremony
/// ([Level 3, §7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion)).
pub struct Authentication<'a, R>(&'a Ceremonies<R>);

/// The body of `authenticate/finish`.
#[derive(Clone, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::FinishAuthentication))]
pub struct FinishAuthentication<C = AuthenticationResponse> {
    /// What `navigator.credentials.get()` answered.
    pub credential: C,
    /// What `begin` answered.
    pub state: String,
}

impl<C: fmt::Debug> fmt::Debug for FinishAuthentication<C> {
    /// Not the state: whoever has it can end the ceremony.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinishAuthentication")
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

impl<'a, R: CredentialRepository> Authentication<'a, R> {
    pub(crate) fn new(ceremonies: &'a Ceremonies<R>) -> Self {
        Self(ceremonies)
    }

    /// Begins a sign-in: by anybody with a discoverable passkey, or only by the user with this
    /// id.
    ///
    /// An unknown user is answered like a known one, with made-up credentials that stay the
    /// same, so that nobody learns who has an account.
    ///
    /// # Errors
    ///
    /// [`Error::StorageUnavailable`].
    pub async fn begin(&self, user_id: Option<&str>) -> Result<Begun<RequestOptions>, Error> {
        match user_id {
            None => self.hand_out(None, Vec::new()).await,
            Some(user_id) => self.begin_for(user_id, &Named::Id(user_id)).await,
        }
    }

    /// Begins a sign-in by the account that the application found under a name, or did not.
    pub(crate) async fn begin_by_name(
        &self,
        username: &str,
        user: Option<&PasskeyUser>,
    ) -> Result<Begun<RequestOptions>, Error> {
        // The empty id is nobody's, so no passkey finishes what is begun for it.
        let user_id = user.map_or("", PasskeyUser::id);
        self.begin_for(user_id, &Named::Name(username)).await
    }

    async fn begin_for(
        &self,
        user_id: &str,
        named: &Named<'_>,
    ) -> Result<Begun<RequestOptions>, Error> {
        let mut credentials = self.0.repository.list(user_id).await?;
        credentials.retain(|credential| credential.suspended_at.is_none());
        let allow = if credentials.is_empty() {
            self.0.decoys.of(named)
        } else {
            credentials.into_iter().map(Into::into).collect()
        };
        self.hand_out(Some(user_id), allow).await
    }

    async fn hand_out(
        &self,
        user_id: Option<&str>,
        allow: Vec<CredentialDescriptor>,
    ) -> Result<Begun<RequestOptions>, Error> {
        let challenge = Challenge::random()?;
        let public_key = RequestOptions::new(self.0, &challenge, allow);
        let purpose = Purpose::Authenticate(user_id.map(str::to_owned));
        let state = self.0.begin(challenge, purpose).await?;
        self.0.record(AuditKind::AuthenticationBegun, user_id, None);
        Ok(Begun { public_key, state })
    }

    /// Finishes a sign-in and records it in the repository.
    ///
    /// # Errors
    ///
    /// [`Error::ChallengeNotFound`] unless the ceremony waits, [`Error::AuthenticationFailed`]
    /// for everything that is wrong with the answer, [`Error::StorageUnavailable`]. After each
    /// of them the ceremony is gone.
    pub async fn finish(
        &self,
        request: &FinishAuthentication,
    ) -> Result<AuthenticationResult, Error> {
        let begun = self.redeem(&request.state).await?;
        self.complete(begun, &request.credential).await
    }

    /// Takes the ceremony that waits under `state`, first of all and once.
    pub(crate) async fn redeem(&self, state: &str) -> Result<BegunAuthentication, Error> {
        match self.0.take(state).await? {
            Ok(PendingCeremony {
                purpose: Purpose::Authenticate(user_id),
                challenge,
                ..
            }) => Ok(BegunAuthentication { user_id, challenge }),
            Ok(_) => Err(self.refuse(Reason::OtherPurpose, None, None)),
            Err(reason) => Err(self.refuse(reason, None, None)),
        }
    }

    pub(crate) async fn complete(
        &self,
        begun: BegunAuthentication,
        response: &AuthenticationResponse,
    ) -> Result<AuthenticationResult, Error> {
        let claimed = begun.user_id.as_deref();
        let id = CredentialId::from(response.raw_id.as_slice());
        let Some(mut credential) = self.0.repository.find(&id).await? else {
            return Err(self.refuse(Reason::UnknownCredential, claimed, Some(&id)));
        };
        let refuse = |reason, credential: &Credential| {
            self.refuse(reason, Some(&credential.user_id), Some(&credential.id))
        };
        if let Err(reason) = check_owner(&begun, response, &credential) {
            return Err(refuse(reason, &credential));
        }
        let asserted =
            match self
                .0
                .engine
                .verify_assertion(response, begun.challenge.as_bytes(), &credential)
            {
                Ok(asserted) => asserted,
                Err(reason) => return Err(refuse(reason, &credential)),
            };

        for _ in 0..MAX_CONTENTION {
            if credential.suspended_at.is_some() {
                return Err(refuse(Reason::Suspended, &credential));
            }
            let clone_suspected = !advances(credential.sign_count, asserted.sign_count);
            if clone_suspected {
                self.suspect_clone(&credential).await?;
            }
            if self.record_use(&mut credential, &asserted).await? {
                self.0.record(
                    AuditKind::AuthenticationSucceeded,
                    Some(&credential.user_id),
                    Some(&credential.id),
                );
                let user_verified = asserted.user_verified;
                return Ok(AuthenticationResult {
                    credential,
                    user_verified,
                    clone_suspected,
                });
            }
            // The credential changed since it was read: judge by what it is now, if it is
            // still the one whose signature was verified.
            credential = match self.0.repository.find(&id).await? {
                Some(now)
                    if now.user_id == credential.user_id
                        && now.public_key == credential.public_key =>
                {
                    now
                }
                _ => return Err(refuse(Reason::UnknownCredential, &credential)),
            };
        }
        Err(refuse(Reason::SignCount, &credential))
    }

    /// Whether no passkey has this id, and none was made up with it for a user whom `begin`
    /// does not know.
    #[cfg(feature = "client")]
    pub(crate) async fn is_unknown(&self, id: &CredentialId) -> Result<bool, Error> {
        // Both are asked whatever the other says, so that it takes as long.
        let made_up = self.0.decoys.made(id);
        Ok(self.0.repository.find(id).await?.is_none() && !made_up)
    }

    /// What the configuration says to do about a counter that did not advance.
    async fn suspect_clone(&self, credential: &Credential) -> Result<(), Error> {
        let (user_id, id) = (credential.user_id.as_str(), &credential.id);
        self.0
            .record(AuditKind::CloneSuspected, Some(user_id), Some(id));
        match self.0.config.sign_count() {
            SignCount::Report => return Ok(()),
            SignCount::Reject => {}
            SignCount::Suspend => {
                if self.0.repository.suspend(user_id, id, self.0.now()).await? {
                    self.0
                        .record(AuditKind::CredentialSuspended, Some(user_id), Some(id));
                }
            }
        }
        Err(self.refuse(Reason::SignCount, Some(user_id), Some(id)))
    }

    /// One compare-and-swap; on success `credential` is as it is stored now.
    async fn record_use(
        &self,
        credential: &mut Credential,
        asserted: &Asserted,
    ) -> Result<bool, Error> {
        let usage = CredentialUse {
            previous_sign_count: credential.sign_count,
            // Where a counter that went back is only reported, the stored one stays.
            sign_count: credential.sign_count.max(asserted.sign_count),
            backup_state: asserted.backup_state,
            used_at: self.0.now(),
        };
        let recorded = self
            .0
            .repository
            .record_use(&credential.user_id, &credential.id, &usage)
            .await?;
        if recorded {
            credential.sign_count = usage.sign_count;
            credential.backup_state = usage.backup_state;
            credential.last_used_at = Some(usage.used_at);
        }
        Ok(recorded)
    }

    /// Tells the audit trail that the answer to a ceremony cannot be read.
    pub(crate) fn unreadable(&self, begun: &BegunAuthentication) {
        self.refuse(Reason::Malformed, begun.user_id.as_deref(), None);
    }

    /// Tells the audit trail the reason, and makes the error that the peer may know.
    pub(crate) fn refuse(
        &self,
        reason: Reason,
        user_id: Option<&str>,
        credential_id: Option<&CredentialId>,
    ) -> Error {
        self.0.record(
            AuditKind::AuthenticationFailed(reason),
            user_id,
            credential_id,
        );
        match reason {
            Reason::UnknownState
            | Reason::Expired
            | Reason::OtherPurpose
            | Reason::OtherRelyingParty => Error::ChallengeNotFound,
            _ => Error::AuthenticationFailed,
        }
    }
}

/// A sign-in taken out of the store, to be completed or dropped.
pub(crate) struct BegunAuthentication {
    user_id: Option<String>,
    challenge: Challenge,
}

/// §7.2, step 6: the credential is the user's, by the user that the ceremony was begun for and by
/// the handle that the authenticator keeps. Without the first, the second is required.
fn check_owner(
    begun: &BegunAuthentication,
    response: &AuthenticationResponse,
    credential: &Credential,
) -> Result<(), Reason> {
    if begun
        .user_id
        .as_ref()
        .is_some_and(|user_id| *user_id != credential.user_id)
    {
        return Err(Reason::NotOwner);
    }
    match &response.response.user_handle {
        Some(handle) if handle.0 != credential.user_id.as_bytes() => Err(Reason::UserHandle),
        None if begun.user_id.is_none() => Err(Reason::UserHandle),
        _ => Ok(()),
    }
}

/// Zero on both sides means that there is no counter
/// ([Level 3, §6.1.1](https://www.w3.org/TR/webauthn-3/#sctn-sign-counter)).
fn advances(stored: u32, asserted: u32) -> bool {
    asserted > stored || (asserted, stored) == (0, 0)
}
