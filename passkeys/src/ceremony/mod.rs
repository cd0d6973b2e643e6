//! Registration, authentication and step-up ceremonies, each of which is begun, and then finished once;
//! and the management of passkeys.
//!
//! [`Passkeys::router`](crate::Passkeys::router) serves them over HTTP. For routes of your own, use
//! [`Passkeys::registration`](crate::Passkeys::registration),
//! [`Passkeys::authentication`](crate::Passkeys::authentication),
//! [`Passkeys::step_up`](crate::Passkeys::step_up) and
//! [`Passkeys::management`](crate::Passkeys::management): they are what the router calls, with the same
//! guarantees. Nothing here knows axum.

mod assertion;
mod authentication;
mod check;
mod credentials;
mod decoy;
mod floor;
mod fresh;
mod management;
mod notices;
pub mod policy;
mod prompts;
mod recent;
mod registration;
mod relying_party;
mod result;
mod secrets;
mod stand_in;
mod step_up;
mod taken;
mod user_handle;
#[cfg(feature = "metrics")]
mod waiting;

use std::{fmt, sync::Arc, time::Duration};

use serde::Serialize;
use time::OffsetDateTime;

pub use authentication::Authentication;
pub(crate) use authentication::Factor;
pub use check::CheckError;
pub(crate) use credentials::Credentials;
pub(crate) use decoy::Decoys;
use decoy::Possible;
use floor::Floor;
pub use management::Management;
pub(crate) use notices::Notices;
pub(crate) use prompts::Prompts;
pub(crate) use recent::Recent;
pub use registration::Registration;
pub(crate) use relying_party::Documents;
pub use relying_party::RelyingPartyConfig;
pub use result::{AuthenticationResult, CredentialRemoval, RegistrationResult};
pub use step_up::{Consent, StepUp};
#[cfg(feature = "metrics")]
pub(crate) use waiting::Waiting;

pub use crate::{
    domain::{action::Action, prompt::PromptCeremony},
    wire::{
        finish::{FinishAuthentication, FinishRegistration, FinishStepUp},
        options::{Begun, CreationOptions, RequestOptions},
        prompt::PromptReport,
    },
};

use crate::{
    Attestation, Clock, Config, Credential, CredentialId, Error,
    audit::{self, AuditEvent, AuditKind, Failed, Reason, Trail},
    domain::{
        application::Application,
        challenge::Challenge,
        config::Terms,
        detail::Detail,
        error::StoreError,
        pending::{PendingCeremony, Purpose, to_millisecond},
    },
    explain,
    recorder::Recorder,
    store::{ChallengeStore, CredentialRepository},
    verify::Verifier,
};

/// Length to which the unknown name of a profile is cut in the log, in characters.
const LONGEST_LOGGED: usize = 64;

/// State that the ceremonies of one relying party share.
pub(crate) struct Ceremonies<R> {
    pub(crate) config: Arc<Config>,
    /// Application that these ceremonies belong to.
    pub(crate) application: Application,
    pub(crate) verifier: Arc<Verifier>,
    pub(crate) credentials: Credentials<R>,
    pub(crate) challenges: Arc<dyn ChallengeStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) audit: Option<Arc<Trail>>,
    pub(crate) decoys: Decoys,
    pub(crate) redeemed: Arc<Recent>,
    pub(crate) notices: Arc<Notices>,
    pub(crate) prompts: Arc<Prompts>,
    #[cfg(feature = "metrics")]
    pub(crate) waiting: Arc<Waiting>,
    /// True if `allowCredentials` is empty in every sign-in that names a user.
    pub(crate) empty_allow_credentials: bool,
    /// Minimum duration of responses whose time would allow user enumeration.
    pub(crate) timing_floor: Duration,
    /// Records for the inspector.
    pub(crate) recorder: Recorder,
}

impl<R> Clone for Ceremonies<R> {
    fn clone(&self) -> Self {
        Self {
            config: self.config.clone(),
            application: self.application,
            verifier: self.verifier.clone(),
            credentials: self.credentials.clone(),
            challenges: self.challenges.clone(),
            clock: self.clock.clone(),
            audit: self.audit.clone(),
            decoys: self.decoys.clone(),
            redeemed: self.redeemed.clone(),
            notices: self.notices.clone(),
            prompts: self.prompts.clone(),
            #[cfg(feature = "metrics")]
            waiting: self.waiting.clone(),
            empty_allow_credentials: self.empty_allow_credentials,
            timing_floor: self.timing_floor,
            recorder: self.recorder.clone(),
        }
    }
}

impl<R> fmt::Debug for Ceremonies<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ceremonies")
            .field("config", &self.config)
            .field("timing_floor", &self.timing_floor)
            .finish_non_exhaustive()
    }
}

impl<R: CredentialRepository> Ceremonies<R> {
    pub(crate) fn registration(&self) -> Registration<'_, R> {
        Registration::new(self)
    }

    pub(crate) fn authentication(&self) -> Authentication<'_, R> {
        Authentication::new(self)
    }

    pub(crate) fn step_up(&self) -> StepUp<'_, R> {
        StepUp::new(self)
    }

    pub(crate) fn management(&self) -> Management<'_, R> {
        Management::new(self)
    }

    /// Returns the passkeys of a user at this relying party, suspended ones included, oldest first.
    pub(crate) async fn list(&self, user_id: &str) -> Result<Vec<Credential>, StoreError> {
        self.credentials.list(user_id).await
    }

    /// Returns the passkey with this ID if it is the user's at this relying party. If not, `None` after
    /// the timing floor: the time would tell a decoy credential from another user's passkey.
    pub(crate) async fn own(
        &self,
        user_id: &str,
        id: &CredentialId,
    ) -> Result<Option<Credential>, StoreError> {
        let floor = self.floor();
        let own = self.credentials.find_own(user_id, id).await?;
        if own.is_none() {
            floor.reached().await;
        }
        Ok(own)
    }
}

impl<R> Ceremonies<R> {
    /// Returns the ceremonies of a tenant: everything in them is of its RP ID.
    pub(crate) fn of_tenant(&self, relying_party: &RelyingPartyConfig) -> Self {
        Self {
            config: relying_party.shared_config(),
            verifier: relying_party.verifier(),
            credentials: self.credentials.of_tenant(relying_party.shared_rp_id()),
            decoys: self.decoys.of_tenant(relying_party.rp_id()),
            ..self.clone()
        }
    }

    /// Returns the current time to the millisecond, which is the precision of every store.
    pub(crate) fn now(&self) -> OffsetDateTime {
        to_millisecond(self.clock.now())
    }

    /// Starts the timing floor now.
    fn floor(&self) -> Floor {
        Floor::starting_now(self.timing_floor)
    }

    /// Returns which kinds of passkeys the configuration allows.
    fn possible(&self) -> Possible {
        Possible {
            attachment: self.config.authenticator_attachment(),
            // Synced passkeys have no attestation.
            synchronised: self.verifier.terms().attestation != Attestation::Direct,
            max_credentials: self.config.max_credentials(),
        }
    }

    /// Returns the terms of a profile, or those without one.
    fn choose(&self, profile: Option<&str>) -> Result<&Terms, Error> {
        let Some(name) = profile else {
            return Ok(self.verifier.terms());
        };
        self.verifier.terms_of(name).ok_or_else(|| {
            tracing::info!(
                rp_id = self.config.rp_id(),
                profile = ?name.chars().take(LONGEST_LOGGED).collect::<String>(),
                known = ?self.verifier.profiles().collect::<Vec<_>>(),
                "the request names a profile that is not configured",
            );
            explain::note(|| {
                let known: Vec<_> = self.verifier.profiles().collect();
                format!(
                    "the profile `{}` is not configured, only {known:?}",
                    name.escape_debug()
                )
            });
            Error::InvalidRequest("`profile` must be one of the application's profiles.".into())
        })
    }

    /// Creates the state of a ceremony that begins now.
    fn pending(&self, challenge: Challenge, purpose: Purpose, terms: &Terms) -> PendingCeremony {
        let ceremony = PendingCeremony::new(
            self.config.rp_id(),
            self.application,
            challenge,
            purpose,
            self.now(),
            self.config.challenge_ttl(),
        );
        ceremony.with_profile(terms.profile.as_deref())
    }

    /// Puts a ceremony into the challenge store, and returns its `state`.
    async fn begin(
        &self,
        ceremony: PendingCeremony,
        options: &impl Serialize,
    ) -> Result<String, Error> {
        let beginning = self.recorder.options(&ceremony, options);
        #[cfg(feature = "metrics")]
        let expires_at = ceremony.expires_at();
        let state = (*self.challenges).put(ceremony).await?;
        #[cfg(feature = "metrics")]
        self.has_put(expires_at);
        self.recorder.begun(beginning, &state);
        Ok(state)
    }

    /// Records an event in the log and in the audit trail.
    pub(crate) fn record(
        &self,
        kind: AuditKind,
        user_id: Option<&str>,
        credential_id: Option<&CredentialId>,
    ) {
        self.record_by(Cause::Request.into(), kind, user_id, credential_id, None);
    }

    /// Records a failure of a client's request, with its explanation.
    pub(crate) fn record_failure(
        &self,
        profile: Option<&str>,
        kind: fn(Reason) -> AuditKind,
        failed: Failed,
        user_id: Option<&str>,
        credential_id: Option<&CredentialId>,
    ) {
        let Failed { reason, detail } = failed;
        let by = Cause::Request.with_profile(profile);
        self.record_by(by, kind(reason), user_id, credential_id, detail);
    }

    /// Records an event that this caused.
    fn record_by(
        &self,
        by: By<'_>,
        kind: AuditKind,
        user_id: Option<&str>,
        credential_id: Option<&CredentialId>,
        detail: Option<Detail>,
    ) {
        let By { cause, profile } = by;
        let by_application = cause == Cause::Application;
        let rp_id = self.config.rp_id();
        if let Some(reason) = kind.reason() {
            explain::note(|| {
                let detail = detail.as_ref().map(Detail::as_str);
                let colon = if detail.is_some() { ": " } else { "" };
                let detail = detail.unwrap_or_default();
                format!("{} for the reason `{reason}`{colon}{detail}", kind.as_str())
            });
        }
        audit::log(
            kind,
            rp_id,
            user_id,
            credential_id,
            detail.as_ref(),
            profile,
            by_application,
        );
        audit::count(kind, profile);
        let explanation = detail.as_ref().map(Detail::as_str);
        self.recorder
            .event(kind, user_id, credential_id, explanation);
        if let Some(trail) = &self.audit {
            trail.record(AuditEvent {
                at: self.now(),
                kind,
                rp_id: rp_id.to_owned(),
                user_id: user_id.map(str::to_owned),
                credential_id: credential_id.cloned(),
                detail: detail.map(Into::into),
                profile: profile.map(str::to_owned),
                by_application,
                sign_up: cause == Cause::SignUp,
            });
        }
    }
}

/// Cause of an event.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Request of a client.
    Request,
    /// Request of a client that signs up, and needs no account for it.
    SignUp,
    /// The application, by [`Management`].
    Application,
}

impl Cause {
    /// Adds the profile of the ceremony.
    pub(crate) fn with_profile(self, profile: Option<&str>) -> By<'_> {
        By {
            cause: self,
            profile,
        }
    }
}

/// Cause of an event, and the profile of its ceremony.
#[derive(Clone, Copy)]
pub(crate) struct By<'a> {
    cause: Cause,
    profile: Option<&'a str>,
}

impl From<Cause> for By<'_> {
    fn from(cause: Cause) -> Self {
        cause.with_profile(None)
    }
}
