use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use passkeys::{
    AuthenticationResult, Config, Error, PasskeyUser, Passkeys, RegistrationResult,
    audit::{AuditEvent, AuditKind, AuditSink, Reason},
    ceremony::{
        Action, Authentication, Begun, CreationOptions, FinishAuthentication, FinishRegistration,
        FinishStepUp, Registration, RequestOptions, StepUp,
    },
    store::{CredentialRepository, MemoryRepository},
    testing::{Authenticator, ManualClock},
};
use serde_json::value::RawValue;

use super::{App, AuthenticationExt as _, RegistrationExt as _, raw};

/// One relying party, `https://example.com`, with a clock that stands still and an audit trail
/// to read.
pub struct World {
    /// The library.
    pub passkeys: Passkeys<App>,
    /// Its clock.
    pub clock: ManualClock,
    /// Its audit trail.
    pub audit: Trail,
}

impl Default for World {
    fn default() -> Self {
        Self::of(Passkeys::new(App, MemoryRepository::default()))
    }
}

impl World {
    /// The same, of this configuration.
    #[must_use]
    pub fn with_config(config: Config) -> Self {
        Self::of(Passkeys::with_config(
            App,
            MemoryRepository::default(),
            config,
        ))
    }

    /// The same, around these passkeys.
    #[must_use]
    pub fn of(passkeys: Passkeys<App>) -> Self {
        let clock = ManualClock::default();
        let (passkeys, audit) = Trail::of(passkeys.clock(clock.clone()));
        Self {
            passkeys,
            clock,
            audit,
        }
    }

    /// A browser that shows the relying party's page.
    #[must_use]
    pub fn device(&self) -> Authenticator {
        Authenticator::new("https://example.com")
    }

    /// Begins a registration and makes the passkey for it.
    ///
    /// # Panics
    ///
    /// If it cannot be begun.
    pub async fn create(
        &self,
        user: &PasskeyUser,
        device: &mut Authenticator,
    ) -> FinishRegistration {
        create(&self.passkeys.registration(), user, device).await
    }

    /// Makes the passkey for a registration that was begun.
    #[must_use]
    pub fn answer(
        &self,
        begun: Begun<CreationOptions>,
        device: &mut Authenticator,
    ) -> FinishRegistration {
        answer(begun, device)
    }

    /// A whole registration.
    ///
    /// # Errors
    ///
    /// What `finish` answers.
    pub async fn register(
        &self,
        user: &PasskeyUser,
        device: &mut Authenticator,
    ) -> Result<RegistrationResult, Error> {
        let request = self.create(user, device).await;
        self.passkeys.registration().finish_as(user, &request).await
    }

    /// Begins a sign-in and signs its challenge.
    ///
    /// # Panics
    ///
    /// If it cannot be begun, or the device has no passkey for it.
    pub async fn assert(
        &self,
        user_id: Option<&str>,
        device: &mut Authenticator,
    ) -> FinishAuthentication {
        assert(&self.passkeys.authentication(), user_id, device).await
    }

    /// A whole sign-in by anybody.
    ///
    /// # Errors
    ///
    /// What `finish` answers.
    pub async fn sign_in(&self, device: &mut Authenticator) -> Result<AuthenticationResult, Error> {
        let request = self.assert(None, device).await;
        self.passkeys.authentication().finish(&request).await
    }

    /// Begins a step-up and signs its challenge.
    ///
    /// # Panics
    ///
    /// If it cannot be begun, or the device has no passkey for it.
    pub async fn agree(
        &self,
        user: &PasskeyUser,
        action: &Action,
        device: &mut Authenticator,
    ) -> FinishStepUp {
        agree(&self.passkeys.step_up(), user, action, device).await
    }
}

/// Begins a registration and makes the passkey for it.
///
/// # Panics
///
/// If it cannot be begun.
pub async fn create<R: CredentialRepository>(
    registration: &Registration<'_, R>,
    user: &PasskeyUser,
    device: &mut Authenticator,
) -> FinishRegistration {
    answer(registration.begin(user).await.expect("begin"), device)
}

/// Makes the passkey for a registration that was begun.
///
/// # Panics
///
/// If the device does not make one.
#[must_use]
pub fn answer(begun: Begun<CreationOptions>, device: &mut Authenticator) -> FinishRegistration {
    let options = serde_json::to_value(&begun).expect("JSON");
    FinishRegistration::new(raw(&device.create(&options)), begun.state)
}

/// Begins a sign-in and signs its challenge.
///
/// # Panics
///
/// If it cannot be begun, or the device has no passkey for it.
pub async fn assert<R: CredentialRepository>(
    authentication: &Authentication<'_, R>,
    user_id: Option<&str>,
    device: &mut Authenticator,
) -> FinishAuthentication {
    let begun = authentication.begin_for(user_id).await.expect("begin");
    FinishAuthentication::new(signed(&begun, device), begun.state)
}

/// Begins a step-up and signs its challenge.
///
/// # Panics
///
/// If it cannot be begun, or the device has no passkey for it.
pub async fn agree<R: CredentialRepository>(
    step_up: &StepUp<'_, R>,
    user: &PasskeyUser,
    action: &Action,
    device: &mut Authenticator,
) -> FinishStepUp {
    let begun = step_up.begin(user, action).await.expect("begin");
    FinishStepUp::new(signed(&begun, device), begun.state, raw(&()))
}

fn signed(begun: &Begun<RequestOptions>, device: &mut Authenticator) -> Box<RawValue> {
    let options = serde_json::to_value(begun).expect("JSON");
    raw(&device.get(&options).expect("a passkey that fits"))
}

/// An audit trail to read in tests.
pub struct Trail {
    passkeys: Passkeys<App>,
    recorder: Recorder,
}

/// Its sink.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<AuditEvent>>>);

impl Trail {
    /// These passkeys, with a trail.
    #[must_use]
    pub fn of(passkeys: Passkeys<App>) -> (Passkeys<App>, Self) {
        let recorder = Recorder::default();
        let passkeys = passkeys.audit(recorder.clone());
        let trail = Self {
            passkeys: passkeys.clone(),
            recorder,
        };
        (passkeys, trail)
    }

    /// What happened so far.
    ///
    /// # Panics
    ///
    /// If the sink is not given it within a minute.
    #[must_use]
    pub fn events(&self) -> Vec<AuditEvent> {
        let flushed = self.passkeys.flush_audit(Duration::from_mins(1));
        assert!(flushed, "the audit sink is stuck");
        self.recorder.0.lock().expect("no test panicked").clone()
    }

    /// The kinds of what happened so far.
    #[must_use]
    pub fn kinds(&self) -> Vec<AuditKind> {
        self.events().iter().map(|event| event.kind).collect()
    }

    /// Why the last refusal was one.
    #[must_use]
    pub fn last_reason(&self) -> Option<Reason> {
        self.events()
            .iter()
            .rev()
            .find_map(|event| event.kind.reason())
    }
}

impl AuditSink for Recorder {
    fn record(&self, event: &AuditEvent) {
        self.0.lock().expect("no test panicked").push(event.clone());
    }
}

/// Somebody.
#[must_use]
pub fn ada() -> PasskeyUser {
    PasskeyUser::new("ada", "ada@example.com", "Ada Lovelace")
}

/// Somebody else.
#[must_use]
pub fn bob() -> PasskeyUser {
    PasskeyUser::new("bob", "bob@example.com", "Bob")
}
