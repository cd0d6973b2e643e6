//! The rules of ceremonies, one module each; each module says the rule's number.
//!
//! Rule 10 (input is bounded and typed) is tested by `attacks::hostile_input`, rule 11 (secrets are
//! never logged) by `http::logging`.

mod a_ceremony_finishes_once;
mod a_registration_finishes_as_the_user_who_began_it;
mod a_state_finishes_only_its_own_ceremony;
mod a_step_up_is_consent_to_one_action;
mod an_assertion_matches_the_stored_credential;
mod challenges_are_random_bounded_and_expire;
mod clone_detection;
mod credentials_are_inserted_once_and_updated_atomically;
mod failed_sign_ins_are_indistinguishable;
mod policy_is_enforced_at_finish;
mod stored_credential;
mod user_bounds;

use std::{sync::Arc, time::Duration};

use passkeys::{
    Aaguid, Attestation, Config, Error, PasskeyUser, Passkeys, SignCount, Transport,
    UserVerification,
    audit::{AuditKind, Reason},
    store::{CredentialRepository as _, MemoryChallenges, MemoryRepository},
    testing::{Authenticator, Fault},
};
use passkeys_test_support::{App, RegistrationExt as _, StepUpExt as _, World, ada, bob, raw};
use serde_json::{Value, json};
use tokio::task::JoinSet;

fn config(change: impl FnOnce(passkeys::ConfigBuilder) -> passkeys::ConfigBuilder) -> Config {
    change(Config::builder("example.com", ["https://example.com"]))
        .build()
        .unwrap()
}

/// A world in which Ada has a passkey on a device.
async fn ada_registered() -> (World, Authenticator) {
    let world = World::default();
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    (world, device)
}

/// Error of a route of the application's own, which asks its session who is signed in.
#[derive(Debug)]
enum Rejection {
    SignedOut,
    Passkeys(Error),
}

impl From<Error> for Rejection {
    fn from(error: Error) -> Self {
        Self::Passkeys(error)
    }
}

/// A session that is over.
async fn signed_out() -> Result<PasskeyUser, Rejection> {
    Err(Rejection::SignedOut)
}
