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

/// Relying party `https://example.com`, with a manual clock and a readable audit trail.
pub struct World {
    /// The library, with this clock and audit trail.
    pub passkeys: Passkeys<App>,
    /// Manual clock of the library.
    pub clock: ManualClock,
    /// Audit trail of the library.
    pub audit: Trail,
}

impl Default for World {
    fn default() -> Self {
        Self::of(Passkeys::new(App, MemoryRepository::default()))
    }
}

impl World {
    /// Creates a world with this configuration.
    #[must_use]
    pub fn with_config(config: Config) -> Self {
        Self::of(Passkeys::with_config(
            App,
            MemoryRepository::default(),
            config,
        ))
    }

    /// Creates a world around these passkeys, with its own clock and audit trail.
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

    /// Returns an authenticator in a browser that shows the relying party's page.
    #[must_use]
    pub fn device(&self) -> Authenticator {
        Authenticator::new("https://example.com")
    }

    /// Begins a registration and creates its passkey. Returns the request that finishes it.
    ///
    /// # Panics
    ///
    /// If the registration cannot be begun.
    pub async fn create(
        &self,
        user: &PasskeyUser,
        device: &mut Authenticator,
    ) -> FinishRegistration {
        create(&self.passkeys.registration(), user, device).await
    }

    /// Creates the passkey of a registration. Returns the request that finishes it.
    #[must_use]
    pub fn answer(
        &self,
        begun: Begun<CreationOptions>,
        device: &mut Authenticator,
    ) -> FinishRegistration {
        answer(begun, device)
    }

    /// Begins and finishes a registration.
    ///
    /// # Errors
    ///
    /// The error of `finish`.
    pub async fn register(
        &self,
        user: &PasskeyUser,
        device: &mut Authenticator,
    ) -> Result<RegistrationResult, Error> {
        let request = self.create(user, device).await;
        self.passkeys.registration().finish_as(user, &request).await
    }

    /// Begins a sign-in and signs its challenge. Returns the request that finishes it.
    ///
    /// # Panics
    ///
    /// If the ceremony cannot be begun, or the device has no passkey for it.
    pub async fn assert(
        &self,
        user_id: Option<&str>,
        device: &mut Authenticator,
    ) -> FinishAuthentication {
        assert(&self.passkeys.authentication(), user_id, device).await
    }

    /// Begins and finishes a sign-in with a discoverable passkey.
    ///
    /// # Errors
    ///
    /// The error of `finish`.
    pub async fn sign_in(&self, device: &mut Authenticator) -> Result<AuthenticationResult, Error> {
        let request = self.assert(None, device).await;
        self.passkeys.authentication().finish(&request).await
    }

    /// Begins a step-up and signs its challenge. Returns the request that finishes it.
    ///
    /// # Panics
    ///
    /// If the ceremony cannot be begun, or the device has no passkey for it.
    pub async fn agree(
        &self,
        user: &PasskeyUser,
        action: &Action,
        device: &mut Authenticator,
    ) -> FinishStepUp {
        agree(&self.passkeys.step_up(), user, action, device).await
    }
}

/// Begins a registration and creates its passkey. Returns the request that finishes it.
///
/// # Panics
///
/// If the registration cannot be begun.
pub async fn create<R: CredentialRepository>(
    registration: &Registration<'_, R>,
    user: &PasskeyUser,
    device: &mut Authenticator,
) -> FinishRegistration {
    answer(registration.begin(user).await.expect("begin"), device)
}

/// Creates the passkey of a registration. Returns the request that finishes it.
///
/// # Panics
///
/// If the options are not JSON.
#[must_use]
pub fn answer(begun: Begun<CreationOptions>, device: &mut Authenticator) -> FinishRegistration {
    let options = serde_json::to_value(&begun).expect("JSON");
    FinishRegistration::new(raw(&device.create(&options)), begun.state)
}

/// Begins a sign-in and signs its challenge. Returns the request that finishes it.
///
/// # Panics
///
/// If the ceremony cannot be begun, or the device has no passkey for it.
pub async fn assert<R: CredentialRepository>(
    authentication: &Authentication<'_, R>,
    user_id: Option<&str>,
    device: &mut Authenticator,
) -> FinishAuthentication {
    let begun = authentication.begin_for(user_id).await.expect("begin");
    FinishAuthentication::new(signed(&begun, device), begun.state)
}

/// Begins a step-up and signs its challenge. Returns the request that finishes it.
///
/// # Panics
///
/// If the ceremony cannot be begun, or the device has no passkey for it.
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

/// Audit trail that tests can read.
pub struct Trail {
    passkeys: Passkeys<App>,
    recorder: Recorder,
}

/// Sink of a [`Trail`].
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<AuditEvent>>>);

impl Trail {
    /// Attaches a new audit trail to these passkeys.
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

    /// Returns all events so far, in order.
    ///
    /// # Panics
    ///
    /// If the events do not reach the sink within a minute.
    #[must_use]
    pub fn events(&self) -> Vec<AuditEvent> {
        let flushed = self.passkeys.flush_audit(Duration::from_mins(1));
        assert!(flushed, "the audit sink is stuck");
        self.recorder.0.lock().expect("no test panicked").clone()
    }

    /// Returns the kinds of all events so far, in order.
    #[must_use]
    pub fn kinds(&self) -> Vec<AuditKind> {
        self.events().iter().map(|event| event.kind).collect()
    }

    /// Returns the reason of the last failure.
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

/// Returns the user Ada.
#[must_use]
pub fn ada() -> PasskeyUser {
    PasskeyUser::new("ada", "ada@example.com", "Ada Lovelace")
}

/// Returns the user Bob.
#[must_use]
pub fn bob() -> PasskeyUser {
    PasskeyUser::new("bob", "bob@example.com", "Bob")
}
