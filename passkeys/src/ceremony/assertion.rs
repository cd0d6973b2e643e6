//! What a sign-in and a step-up have in common: an assertion is asked for, and what comes back is
//! held against the stored credential
//! ([Level 3, §7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion)).

use super::{
    AuthenticationResponse, AuthenticationResult, Begun, Ceremonies, RequestOptions,
    options::CredentialDescriptor,
};
use crate::{
    Credential, CredentialId, Error, SignCount,
    audit::{AuditKind, Reason},
    challenge::Challenge,
    engine::Asserted,
    pending::Purpose,
    store::{CredentialRepository, CredentialUse, StoreError},
};

/// How often one assertion may lose the compare-and-swap on the counter against others of the same
/// passkey before it is given up.
const MAX_CONTENTION: usize = 64;

/// What the audit trail calls the three things that can happen.
pub(super) struct Kinds {
    pub(super) begun: AuditKind,
    pub(super) succeeded: AuditKind,
    pub(super) failed: fn(Reason) -> AuditKind,
}

/// An assertion that was asked for, taken out of the store.
pub(crate) struct Asked {
    /// Whose it must be, where the ceremony was begun for somebody.
    pub(super) user_id: Option<String>,
    pub(super) challenge: Challenge,
}

pub(super) struct Assertion<'a, R> {
    ceremonies: &'a Ceremonies<R>,
    kinds: Kinds,
}

impl<'a, R: CredentialRepository> Assertion<'a, R> {
    pub(super) fn new(ceremonies: &'a Ceremonies<R>, kinds: Kinds) -> Self {
        Self { ceremonies, kinds }
    }

    /// The passkeys that a user can sign with.
    pub(super) async fn usable(&self, user_id: &str) -> Result<Vec<CredentialDescriptor>, Error> {
        let mut credentials = self.ceremonies.repository.list(user_id).await?;
        credentials.retain(|credential| credential.suspended_at.is_none());
        Ok(credentials.into_iter().map(Into::into).collect())
    }

    pub(super) async fn hand_out(
        &self,
        user_id: Option<&str>,
        allow: Vec<CredentialDescriptor>,
        purpose: Purpose,
    ) -> Result<Begun<RequestOptions>, Error> {
        let challenge = Challenge::random()?;
        let public_key = RequestOptions::new(self.ceremonies, &challenge, allow);
        let state = self.ceremonies.begin(challenge, purpose).await?;
        let kind = self.kinds.begun;
        self.ceremonies.record(kind, claimed(user_id), None);
        Ok(Begun { public_key, state })
    }

    pub(super) async fn complete(
        &self,
        asked: &Asked,
        response: &AuthenticationResponse,
    ) -> Result<AuthenticationResult, Error> {
        let claimed = claimed(asked.user_id.as_deref());
        // A longer one is nobody's, and is not carried further.
        let id = response.raw_id.as_slice();
        let id = (id.len() <= CredentialId::MAX_BYTES).then(|| CredentialId::from(id));
        let found = match &id {
            Some(id) => self.find(id).await?,
            None => None,
        };
        // Verified even if nobody has it, so that the answer takes as long.
        let nobodys = self.ceremonies.decoys.stand_in(&response.raw_id);
        let verified = self.ceremonies.engine.verify_assertion(
            response,
            asked.challenge.as_bytes(),
            found.as_ref().unwrap_or(&nobodys),
        );
        let Some(mut credential) = found else {
            return Err(self.refuse(Reason::UnknownCredential, claimed, id.as_ref()));
        };
        let refuse = |reason, credential: &Credential| {
            let user_id = claimed.unwrap_or(&credential.user_id);
            self.refuse(reason, Some(user_id), Some(&credential.id))
        };
        let asserted = match check_owner(asked, response, &credential).and(verified) {
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
                self.ceremonies.record(
                    self.kinds.succeeded,
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
            credential = match self.find(&credential.id).await? {
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

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, Error> {
        let found = self.ceremonies.repository.find(id).await;
        found.map_err(|error| self.lost(error, None, Some(id)))
    }

    /// What the configuration says to do about a counter that did not advance.
    async fn suspect_clone(&self, credential: &Credential) -> Result<(), Error> {
        let (user_id, id) = (credential.user_id.as_str(), &credential.id);
        let ceremonies = self.ceremonies;
        ceremonies.record(AuditKind::CloneSuspected, Some(user_id), Some(id));
        match ceremonies.config.sign_count() {
            SignCount::Report => return Ok(()),
            SignCount::Reject => {}
            SignCount::Suspend => {
                let now = ceremonies.now();
                let suspended = ceremonies.repository.suspend(user_id, id, now).await;
                if suspended.map_err(|error| self.lost(error, Some(user_id), Some(id)))? {
                    ceremonies.record(AuditKind::CredentialSuspended, Some(user_id), Some(id));
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
            used_at: self.ceremonies.now(),
        };
        let recorded = self
            .ceremonies
            .repository
            .record_use(&credential.user_id, &credential.id, &usage)
            .await
            .map_err(|error| self.lost(error, Some(&credential.user_id), Some(&credential.id)))?;
        if recorded {
            credential.sign_count = usage.sign_count;
            credential.backup_state = usage.backup_state;
            credential.last_used_at = Some(usage.used_at);
        }
        Ok(recorded)
    }

    /// Tells the audit trail that the answer cannot be read.
    pub(super) fn unreadable(&self, asked: &Asked) {
        self.refuse(Reason::Malformed, claimed(asked.user_id.as_deref()), None);
    }

    /// Tells the audit trail that the ceremony is lost.
    pub(super) fn lost(
        &self,
        error: StoreError,
        user_id: Option<&str>,
        credential_id: Option<&CredentialId>,
    ) -> Error {
        self.refuse(Reason::Storage, user_id, credential_id);
        error.into()
    }

    /// Tells the audit trail the reason, and makes the error that the peer may know.
    pub(super) fn refuse(
        &self,
        reason: Reason,
        user_id: Option<&str>,
        credential_id: Option<&CredentialId>,
    ) -> Error {
        let kind = (self.kinds.failed)(reason);
        self.ceremonies.record(kind, user_id, credential_id);
        match reason {
            Reason::UnknownState
            | Reason::Replayed
            | Reason::Expired
            | Reason::OtherPurpose
            | Reason::OtherRelyingParty
            | Reason::OtherUser
            | Reason::OtherAction => Error::ChallengeNotFound,
            _ => Error::AuthenticationFailed,
        }
    }
}

/// §7.2, step 6: the credential is the user's, by the user that the ceremony was begun for and by
/// the handle that the authenticator keeps. Without the first, the second is required.
fn check_owner(
    asked: &Asked,
    response: &AuthenticationResponse,
    credential: &Credential,
) -> Result<(), Reason> {
    if asked
        .user_id
        .as_ref()
        .is_some_and(|user_id| *user_id != credential.user_id)
    {
        return Err(Reason::NotOwner);
    }
    match &response.response.user_handle {
        Some(handle) if handle.0 != credential.user_id.as_bytes() => Err(Reason::UserHandle),
        None if asked.user_id.is_none() => Err(Reason::UserHandle),
        _ => Ok(()),
    }
}

/// The user that an assertion is asked of. The empty id is nobody's.
fn claimed(user_id: Option<&str>) -> Option<&str> {
    user_id.filter(|user_id| !user_id.is_empty())
}

/// Zero on both sides means that there is no counter
/// ([Level 3, §6.1.1](https://www.w3.org/TR/webauthn-3/#sctn-sign-counter)).
fn advances(stored: u32, asserted: u32) -> bool {
    asserted > stored || (asserted, stored) == (0, 0)
}
