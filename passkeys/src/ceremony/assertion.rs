//! What sign-in and step-up share: the options for an assertion, and the checks of a response
//! against the stored credential
//! ([Level 3, §7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion)).

use std::cmp::Reverse;

use serde_json::value::RawValue;
use time::OffsetDateTime;

use super::{
    AuthenticationResult, Begun, Cause, Ceremonies, RequestOptions, credentials::Found,
    policy::sealed::Demands, secrets, user_handle,
};
use crate::{
    Credential, CredentialId, Error, PasskeyUser, SignCount,
    audit::{AuditKind, Failed, Reason},
    domain::{
        challenge::Challenge,
        config::Terms,
        detail::shown,
        error::StoreError,
        pending::{Purpose, to_millisecond},
        prompt::PromptCeremony,
    },
    store::{CredentialRepository, CredentialUse},
    verify::Asserted,
    wire::{json::FromJson as _, options::CredentialDescriptor, responses::AuthenticationResponse},
};

/// How often one assertion may lose the compare-and-swap on the signature counter against
/// concurrent uses of the same passkey before it is refused.
const MAX_CONTENTION: usize = 64;

/// Maximum number of credentials in a list. Chromium rejects requests with more; and a list is sent to
/// anybody who names its user.
const MAX_LISTED: usize = 64;

/// The audit events of a ceremony.
pub(super) struct Kinds {
    pub(super) begun: AuditKind,
    pub(super) succeeded: AuditKind,
    pub(super) failed: fn(Reason) -> AuditKind,
    /// Name of the ceremony in reports of how its prompts end.
    pub(super) prompt: PromptCeremony,
}

/// An assertion whose ceremony state was taken from the challenge store.
pub(super) struct Pending<'a> {
    /// The user that the ceremony was begun for, if it was begun for one.
    pub(super) user_id: Option<String>,
    pub(super) challenge: Challenge,
    pub(super) terms: &'a Terms,
    /// Registration time of the newest credential that the client may use, if it got a list.
    pub(super) listed_until: Option<OffsetDateTime>,
    /// What the assertion has to prove, beyond what the configuration demands.
    pub(super) demands: Demands,
}

impl Pending<'_> {
    /// Checks that the credential can have been on the list that the client got, if it got one
    /// (step 5): it was not registered after the ceremony was begun.
    fn check_list(&self, credential: &Credential) -> Result<(), Failed> {
        let registered_at = to_millisecond(credential.created_at);
        let registered_later = |until| registered_at > until;
        if self.listed_until.is_some_and(registered_later) {
            return Err(Reason::NotAllowed.because(format_args!(
                "the passkey was registered at {registered_at}, after the ceremony was begun, so it was not on \
                 the list that the client got (`allowCredentials`): begin again",
            )));
        }
        Ok(())
    }
}

/// List of credentials of which the client may use one (`allowCredentials`).
pub(super) struct Allowed {
    pub(super) credentials: Vec<CredentialDescriptor>,
    /// Time at which the newest of them was registered.
    newest: OffsetDateTime,
    /// Number of the user's passkeys that are suspended, and so not on the list.
    pub(super) suspended: usize,
}

impl Allowed {
    /// Returns decoy credentials, which were never registered.
    pub(super) fn decoys(credentials: Vec<CredentialDescriptor>) -> Self {
        Self {
            credentials,
            newest: OffsetDateTime::UNIX_EPOCH,
            suspended: 0,
        }
    }
}

pub(super) struct Assertion<'a, R> {
    ceremonies: &'a Ceremonies<R>,
    kinds: Kinds,
    /// Profile of the ceremony, if it is known and has one.
    profile: Option<&'a str>,
}

impl<'a, R: CredentialRepository> Assertion<'a, R> {
    pub(super) fn new(ceremonies: &'a Ceremonies<R>, kinds: Kinds) -> Self {
        Self {
            ceremonies,
            kinds,
            profile: None,
        }
    }

    /// Sets the terms of the ceremony, by whose profile its events are recorded.
    pub(super) fn with_terms(self, terms: &'a Terms) -> Self {
        let profile = terms.profile.as_deref();
        Self { profile, ..self }
    }

    /// Returns the passkeys of a user at this relying party that are not suspended: if there are more
    /// than [`MAX_LISTED`], those that were used or registered last.
    pub(super) async fn usable(&self, user_id: &str) -> Result<Allowed, Error> {
        let mut credentials = self.ceremonies.list(user_id).await?;
        let all = credentials.len();
        credentials.retain(|credential| credential.suspended_at.is_none());
        let suspended = all - credentials.len();
        if credentials.len() > MAX_LISTED {
            let last_used = |it: &Credential| it.last_used_at.unwrap_or(it.created_at);
            credentials.sort_by_key(|credential| Reverse(last_used(credential)));
            credentials.truncate(MAX_LISTED);
        }
        let registered = credentials.iter().map(|credential| credential.created_at);
        let newest = registered.max().unwrap_or(OffsetDateTime::UNIX_EPOCH);
        Ok(Allowed {
            credentials: credentials.into_iter().map(Into::into).collect(),
            newest,
            suspended,
        })
    }

    /// Creates the options, and puts the ceremony into the challenge store. Without `allowed`, any
    /// discoverable passkey will do.
    pub(super) async fn create_options(
        &self,
        terms: &Terms,
        user_id: Option<&str>,
        allowed: Option<Allowed>,
        purpose: Purpose,
    ) -> Result<Begun<RequestOptions>, Error> {
        let challenge = Challenge::random()?;
        let mut ceremony = self.ceremonies.pending(challenge.clone(), purpose, terms);
        let mut allow = Vec::new();
        if let Some(allowed) = allowed {
            ceremony = ceremony.with_list(allowed.newest);
            allow = allowed.credentials;
        }
        let public_key = RequestOptions::new(&self.ceremonies.config, terms, &challenge, allow);
        let state = self.ceremonies.begin(ceremony, &public_key).await?;
        let by = Cause::Request.with_profile(terms.profile.as_deref());
        let kind = self.kinds.begun;
        self.ceremonies
            .record_by(by, kind, claimed(user_id), None, None);
        Ok(Begun {
            public_key,
            state,
            report_as: self.ceremonies.reported_as(self.kinds.prompt),
        })
    }

    /// Parses the credential of the request that finishes the ceremony.
    pub(super) fn parse(
        &self,
        pending: &Pending<'_>,
        credential: &RawValue,
    ) -> Result<AuthenticationResponse, Error> {
        let parsed = AuthenticationResponse::from_json(credential.get(), "credential");
        let parsed = parsed.inspect_err(|error| self.malformed(pending, error))?;
        if parsed.extensions.has_prf_results {
            let (failed, error) = secrets::reject();
            self.refuse(failed, claimed(pending.user_id.as_deref()), None);
            return Err(error);
        }
        Ok(parsed)
    }

    /// Records that a part of the request that finishes the ceremony could not be parsed.
    pub(super) fn malformed(&self, pending: &Pending<'_>, error: &Error) {
        let claimed = claimed(pending.user_id.as_deref());
        let failed = Reason::Malformed.because(format_args!("{error}"));
        self.refuse(failed, claimed, None);
    }

    pub(super) async fn complete(
        &self,
        pending: &Pending<'_>,
        response: &AuthenticationResponse,
    ) -> Result<AuthenticationResult, Error> {
        let claimed = claimed(pending.user_id.as_deref());
        // No credential has an ID of another length.
        let id = CredentialId::new(response.raw_id.as_slice()).ok();
        // A credential of another RP ID counts as unknown; only the audit trail gets the reason.
        let (found, unknown) = match &id {
            Some(id) => match self.find(id).await? {
                Found::Own(credential) => (Some(credential), Found::None),
                unknown => (None, unknown),
            },
            None => (None, Found::None),
        };
        // An unknown credential is verified too, against a stand-in: otherwise the response time
        // would disclose which credential IDs exist.
        let stand_in = self.ceremonies.decoys.stand_in(&response.raw_id);
        self.ceremonies.recorder.verifying(found.as_ref());
        let verified = self.ceremonies.verifier.verify_assertion(
            response,
            pending.challenge.as_bytes(),
            pending.terms,
            found.as_ref().unwrap_or(&stand_in),
        );
        let Some(mut credential) = found else {
            let unknown = self.unknown(unknown);
            return Err(self.refuse(unknown, claimed, id.as_ref()));
        };
        let refuse = |failed: Failed, credential: &Credential| {
            let user_id = claimed.unwrap_or(&credential.user_id);
            self.refuse(failed, Some(user_id), Some(&credential.id))
        };
        let verified = verified.map_err(Failed::from);
        let handle = response.response.user_handle.as_ref();
        let handle = handle.map(|handle| handle.0.as_slice());
        let asserted = user_handle::check(pending.user_id.as_deref(), handle, &credential)
            .and_then(|()| pending.check_list(&credential))
            .and(verified)
            .and_then(|asserted| pending.demands.check(&asserted).map(|()| asserted))
            .map_err(|failed| refuse(failed, &credential))?;

        for _ in 0..MAX_CONTENTION {
            if credential.suspended_at.is_some() {
                let suspended = Reason::Suspended.because(format_args!(
                    "the passkey is suspended since {}, by clone detection or by the application: \
                     `Passkeys::management().resume(..)` lets it sign in again",
                    credential
                        .suspended_at
                        .unwrap_or_else(|| self.ceremonies.now()),
                ));
                return Err(refuse(suspended, &credential));
            }
            // Again, because another use may have stored the flag meanwhile.
            self.ceremonies
                .verifier
                .check_backup_eligibility(&credential, asserted.backup_eligible)
                .map_err(|refusal| refuse(refusal.into(), &credential))?;
            let clone_suspected = !advances(credential.sign_count, asserted.sign_count);
            if clone_suspected {
                self.suspect_clone(&credential, asserted.sign_count).await?;
            }
            if self.record_use(&mut credential, &asserted).await? {
                self.ceremonies.record_by(
                    Cause::Request.with_profile(self.profile),
                    self.kinds.succeeded,
                    Some(&credential.user_id),
                    Some(&credential.id),
                    None,
                );
                let user_verified = asserted.user_verified;
                return Ok(AuthenticationResult {
                    credential,
                    user_verified,
                    clone_suspected,
                    profile: pending.terms.profile.clone(),
                    second_factor: false,
                });
            }
            // The credential changed since it was read: check it again as it is now, if it is still
            // the one whose signature was verified.
            credential = match self.find(&credential.id).await? {
                Found::Own(now)
                    if now.user_id == credential.user_id
                        && now.public_key == credential.public_key =>
                {
                    now
                }
                _ => {
                    let gone = Reason::UnknownCredential.because(format_args!(
                        "the passkey was deleted, or replaced, while the sign-in was verified",
                    ));
                    return Err(refuse(gone, &credential));
                }
            };
        }
        let lost = Reason::SignCount.because(format_args!(
            "{MAX_CONTENTION} other sign-ins with the passkey were recorded meanwhile, each of which changed its \
             signature counter: is it used by a program?",
        ));
        Err(refuse(lost, &credential))
    }

    /// Explains a credential that counts as unknown: none is stored, or one of another RP ID.
    #[cold]
    fn unknown(&self, found: Found) -> Failed {
        let rp_id = self.ceremonies.config.rp_id();
        let repository = self.ceremonies.credentials.repository().describe().name;
        match found {
            Found::Other { rp_id: Some(other) } => Reason::OtherRpId.because(format_args!(
                "the passkey is stored for the RP ID {}, and `rp_id` is `{rp_id}`: the repository has passkeys \
                 of several sites, or the domain has changed. Passkeys do not move to another RP ID, but related \
                 origins can use them",
                shown(&other),
            )),
            Found::Other { rp_id: None } => Reason::OtherRpId.because(format_args!(
                "the passkey is stored for another relying party of the application, or without an RP ID, and \
                 the request is of the one with the RP ID `{rp_id}`: the hook `relying_party` has returned another \
                 one than when the passkey was registered",
            )),
            _ => Reason::UnknownCredential.because(format_args!(
                "`{repository}` has no passkey with this ID: it was deleted here and not in the browser (see \
                 `signal()` of the browser module), or registered in another database or environment with the \
                 RP ID `{rp_id}`",
            )),
        }
    }

    async fn find(&self, id: &CredentialId) -> Result<Found, Error> {
        let found = self.ceremonies.credentials.find(id).await;
        found.map_err(|error| self.lost(error, None, Some(id)))
    }

    /// Applies the configured policy to a signature counter that did not advance (clone detection).
    async fn suspect_clone(&self, credential: &Credential, asserted: u32) -> Result<(), Error> {
        let (user_id, id) = (credential.user_id.as_str(), &credential.id);
        let ceremonies = self.ceremonies;
        let stored = credential.sign_count;
        let policy = ceremonies.config.sign_count();
        let failed = Reason::SignCount.because(format_args!(
            "the authenticator sent the signature counter {asserted}, and {stored} is stored: it must increase, so \
             there may be a copy of the authenticator, or its counter was reset. `sign_count` is `{policy}`",
        ));
        ceremonies.record_by(
            Cause::Request.with_profile(self.profile),
            AuditKind::CloneSuspected,
            Some(user_id),
            Some(id),
            failed.detail.clone(),
        );
        match policy {
            SignCount::Report => return Ok(()),
            SignCount::Suspend => {
                let now = ceremonies.now();
                let suspended = ceremonies.credentials.suspend(credential, now).await;
                if suspended.map_err(|error| self.lost(error, Some(user_id), Some(id)))? {
                    ceremonies.record(AuditKind::CredentialSuspended, Some(user_id), Some(id));
                }
            }
            // `SignCount::Reject`.
            _ => {}
        }
        Err(self.refuse(failed, Some(user_id), Some(id)))
    }

    /// Records the use by one compare-and-swap. On success `credential` is what is stored.
    async fn record_use(
        &self,
        credential: &mut Credential,
        asserted: &Asserted,
    ) -> Result<bool, Error> {
        let usage = CredentialUse::new(
            credential.sign_count,
            // With the policy `report`, a lower counter does not replace the stored one.
            credential.sign_count.max(asserted.sign_count),
            asserted.backup_eligible,
            asserted.backup_state,
            self.ceremonies.now(),
        );
        let recorded = self
            .ceremonies
            .credentials
            .record_use(credential, &usage)
            .await
            .map_err(|error| self.lost(error, Some(&credential.user_id), Some(&credential.id)))?;
        if recorded {
            let before = credential.backup_eligible.replace(usage.backup_eligible);
            if before.is_some_and(|before| before != usage.backup_eligible) {
                let (user_id, id) = (&credential.user_id, &credential.id);
                let kind = AuditKind::BackupEligibilityChanged;
                self.ceremonies.record(kind, Some(user_id), Some(id));
            }
            credential.sign_count = usage.sign_count;
            credential.backup_state = usage.backup_state;
            credential.last_used_at = Some(usage.used_at);
        }
        Ok(recorded)
    }

    /// Records that the ceremony was lost to a store failure.
    pub(super) fn lost(
        &self,
        error: StoreError,
        user_id: Option<&str>,
        credential_id: Option<&CredentialId>,
    ) -> Error {
        self.refuse(Failed::of_storage(&error), user_id, credential_id);
        error.into()
    }

    /// Records that a user has no passkey to use, and returns the error for the client.
    #[cold]
    pub(super) fn no_passkeys(&self, user: &PasskeyUser, suspended: usize) -> Error {
        let failed = Reason::NoPasskeys.because(format_args!(
            "the user {} has no passkey of the RP ID `{}` that can be used, and {suspended} that are suspended: \
             offer to register one, or another way to confirm",
            shown(user.id()),
            self.ceremonies.config.rp_id(),
        ));
        self.refuse(failed, Some(user.id()), None)
    }

    /// Records why the assertion was refused, and returns the opaque error for the client.
    pub(super) fn refuse(
        &self,
        failed: impl Into<Failed>,
        user_id: Option<&str>,
        credential_id: Option<&CredentialId>,
    ) -> Error {
        let failed = failed.into();
        let reason = failed.reason;
        let kind = self.kinds.failed;
        let ceremonies = self.ceremonies;
        ceremonies.record_failure(self.profile, kind, failed, user_id, credential_id);
        if reason.is_about_state() {
            Error::ChallengeNotFound
        } else if reason.is_about_sign_in_age() {
            Error::ReauthenticationRequired
        } else {
            match reason {
                Reason::NoConsent => Error::StepUpRequired,
                Reason::NoPasskeys => Error::NoPasskeys,
                _ => Error::AuthenticationFailed,
            }
        }
    }
}

/// Returns the user that an assertion was asked of. An empty ID is no user's.
fn claimed(user_id: Option<&str>) -> Option<&str> {
    user_id.filter(|user_id| !user_id.is_empty())
}

/// Returns whether a signature counter advanced. Zero on both sides means that the authenticator has
/// none ([Level 3, §6.1.1](https://www.w3.org/TR/webauthn-3/#sctn-sign-counter)).
fn advances(stored: u32, asserted: u32) -> bool {
    asserted > stored || (asserted, stored) == (0, 0)
}
