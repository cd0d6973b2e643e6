//! The three ceremonies, each begun and then finished once.
//!
//! [`Passkeys::router`](crate::Passkeys::router) serves them over HTTP. An application with
//! routes of its own drives them through [`Passkeys::registration`](crate::Passkeys::registration),
//! [`Passkeys::authentication`](crate::Passkeys::authentication) and
//! [`Passkeys::step_up`](crate::Passkeys::step_up); nothing here knows axum.

mod assertion;
mod authentication;
mod decoy;
mod options;
mod recent;
mod registration;
mod result;
mod stand_in;
mod step_up;

use std::sync::Arc;

use time::OffsetDateTime;

pub use authentication::{Authentication, FinishAuthentication};
pub(crate) use decoy::Decoys;
use decoy::Possible;
pub use options::{Begun, CreationOptions, RequestOptions};
pub(crate) use recent::Recent;
pub use registration::{FinishRegistration, Registration};
pub use result::{AuthenticationResult, RegistrationResult};
pub use step_up::{FinishStepUp, StepUp};

pub use crate::action::Action;
pub use crate::response::{AuthenticationResponse, RegistrationResponse};

use crate::{
    Attestation, Clock, Config, CredentialId, Error,
    audit::{self, AuditEvent, AuditKind, Reason, Trail},
    challenge::Challenge,
    engine::Engine,
    error::StoreError,
    pending::{PendingCeremony, Purpose},
    store::ChallengeStore,
};

/// What the ceremonies of one relying party share.
pub(crate) struct Ceremonies<R> {
    pub(crate) config: Arc<Config>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) repository: Arc<R>,
    pub(crate) challenges: Arc<dyn ChallengeStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) audit: Option<Arc<Trail>>,
    pub(crate) decoys: Decoys,
    pub(crate) redeemed: Arc<Recent>,
}

impl<R> Clone for Ceremonies<R> {
    fn clone(&self) -> Self {
        Self {
            config: self.config.clone(),
            engine: self.engine.clone(),
            repository: self.repository.clone(),
            challenges: self.challenges.clone(),
            clock: self.clock.clone(),
            audit: self.audit.clone(),
            decoys: self.decoys.clone(),
            redeemed: self.redeemed.clone(),
        }
    }
}

impl<R> Ceremonies<R> {
    /// The present, to the millisecond, which is what every store keeps.
    pub(crate) fn now(&self) -> OffsetDateTime {
        let now = self.clock.now();
        now.replace_millisecond(now.millisecond()).unwrap_or(now)
    }

    /// What passkeys people can have here.
    fn possible(&self) -> Possible {
        Possible {
            attachment: self.config.authenticator_attachment(),
            // These have no attestation.
            synchronised: self.engine.attestation() != Attestation::Direct,
        }
    }

    /// Makes a ceremony wait and answers its `state`.
    async fn begin(&self, challenge: Challenge, purpose: Purpose) -> Result<String, Error> {
        let begun_at = self.now();
        let ceremony = PendingCeremony {
            rp_id: self.config.rp_id().to_owned(),
            challenge,
            purpose,
            begun_at,
            expires_at: begun_at + self.config.challenge_ttl(),
        };
        Ok((*self.challenges).put(ceremony).await?)
    }

    /// Takes a ceremony out of the store: whatever comes of it, it was the last time.
    async fn take(&self, state: &str) -> Result<Result<PendingCeremony, Reason>, StoreError> {
        let Some(ceremony) = (*self.challenges).take(state).await? else {
            return Ok(Err(if self.redeemed.contains(state) {
                Reason::Replayed
            } else {
                Reason::UnknownState
            }));
        };
        self.redeemed.insert(state);
        Ok(if ceremony.rp_id != self.config.rp_id() {
            Err(Reason::OtherRelyingParty)
        } else if ceremony.expires_at <= self.now() {
            Err(Reason::Expired)
        } else {
            Ok(ceremony)
        })
    }

    pub(crate) fn record(
        &self,
        kind: AuditKind,
        user_id: Option<&str>,
        credential_id: Option<&CredentialId>,
    ) {
        audit::log(kind, self.config.rp_id(), user_id, credential_id);
        if let Some(trail) = &self.audit {
            trail.record(AuditEvent {
                at: self.now(),
                kind,
                rp_id: self.config.rp_id().to_owned(),
                user_id: user_id.map(str::to_owned),
                credential_id: credential_id.cloned(),
            });
        }
    }
}
