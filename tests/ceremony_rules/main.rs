//! The rules that never bend, one by one. Each test is named for what it holds. (Rule 10 is held by
//! `hostile_input`, rule 11 by `logging`.)

mod a_step_up_is_one_users_consent_to_one_action;
mod rule_1_a_ceremony_is_finished_once;
mod rule_2_a_state_is_typed;
mod rule_3_who_began_a_registration_finishes_it;
mod rule_4_policy_is_enforced_at_finish;
mod rule_5_an_assertion_agrees_with_the_stored_credential;
mod rule_6_storing_is_insert_unique_and_a_use_is_one_swap;
mod rule_7_counter_policy;
mod rule_8_a_sign_in_that_fails_says_nothing;
mod rule_9_challenges;
mod the_stored_credential;
mod who_can_have_passkeys;

use std::{sync::Arc, time::Duration};

use passkeys::{
    Aaguid, Attestation, Config, Error, PasskeyUser, Passkeys, SignCount, Transport,
    UserVerification,
    audit::{AuditKind, Reason},
    store::{CredentialRepository as _, MemoryChallenges, MemoryRepository},
    testing::{Authenticator, Fault},
};
use passkeys_tests::support::{App, RegistrationExt as _, StepUpExt as _, World, ada, bob, raw};
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
