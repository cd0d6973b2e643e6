//! The rules of the ceremonies: one module for each rule, which states the rule and its number.
//!
//! Rule 10 (input is bounded and typed) is tested by `attacks::hostile_input`, rule 11 (secrets are
//! never logged) by `http::logging`.

mod applications_manage_the_passkeys_of_users;
mod assertions_match_the_stored_credential;
mod backup_eligibility_does_not_change;
mod bounds_of_users_and_credential_ids;
mod ceremonies_are_single_use;
mod ceremonies_finish_at_the_application_they_began_at;
mod ceremony_state_is_bound_to_purpose_user_and_relying_party;
mod challenges_are_random_bounded_and_expire;
mod changes_of_passkeys_take_a_recent_sign_in;
mod clone_detection;
mod credentials_are_inserted_once_and_updated_atomically;
mod credentials_of_another_rp_id_count_as_absent;
mod named_ceremonies_accept_listed_credentials_only;
mod passkeys_carry_user_handles;
mod passkeys_of_a_user_are_bounded;
mod policies_judge_consent;
mod policy_is_enforced_at_finish;
mod profiles_hold_at_finish;
mod registrations_finish_as_the_user_who_began_them;
mod results_of_prf_stay_in_the_page;
mod second_factors_are_of_the_user_who_passed_the_first;
mod sign_ins_do_not_allow_user_enumeration;
mod step_up_is_consent_to_one_action;
mod stored_credential;

use std::{sync::Arc, time::Duration};

use passkeys::{
    Aaguid, Attestation, Config, Error, PasskeyUser, Passkeys, SignCount, Transport,
    UserVerification,
    audit::{AuditKind, Reason},
    store::{CredentialRepository as _, MemoryChallenges, MemoryRepository, Owner},
    testing::{Authenticator, Fault},
};
use passkeys_test_support::{
    App, RegistrationExt as _, StepUpExt as _, World, ada, bob, imported, raw,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

fn config(change: impl FnOnce(passkeys::ConfigBuilder) -> passkeys::ConfigBuilder) -> Config {
    change(Config::builder("example.com", ["https://example.com"]))
        .build()
        .unwrap()
}

/// Creates a world in which Ada has a passkey, and returns her authenticator.
async fn ada_registered() -> (World, Authenticator) {
    let world = World::default();
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    (world, device)
}

/// Error of a route that the application writes itself and that looks up the session.
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

/// Fails as the lookup of an expired session does.
async fn signed_out() -> Result<PasskeyUser, Rejection> {
    Err(Rejection::SignedOut)
}
