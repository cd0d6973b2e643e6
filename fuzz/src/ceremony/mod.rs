//! Whole ceremonies of several people, over HTTP, against a model that knows who may register and
//! who may sign in.

mod finishes;
mod model;
mod mutation;
mod party;
mod world;

use arbitrary::{Arbitrary, Unstructured};

use mutation::{Registered, Signed};
use world::World;

/// What the people do, one after the other.
#[derive(Arbitrary, Debug)]
struct Script {
    policy: Policy,
    sealed: bool,
    steps: Vec<Step>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Policy {
    Reject,
    Suspend,
    Report,
}

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq, Eq)]
enum User {
    Ada,
    Bob,
}

impl User {
    fn id(self) -> &'static str {
        match self {
            Self::Ada => "ada",
            Self::Bob => "bob",
        }
    }
}

#[derive(Arbitrary, Debug)]
enum Step {
    BeginRegistration(User),
    BeginSignUp(User),
    BeginSignIn(Option<User>),
    BeginStepUp(User),
    Register(Register),
    SignIn(SignIn),
    WrongState(WrongState),
    /// Sends an earlier request again.
    Again(u8),
    /// Seconds.
    Wait(u16),
    Delete {
        by: User,
        passkey: u8,
    },
}

/// Makes a passkey and finishes a ceremony with it. Numbers choose among what there is by then.
#[derive(Arbitrary, Debug)]
struct Register {
    ceremony: u8,
    by: User,
    /// At another relying party.
    elsewhere: bool,
    sign_count: u8,
    /// Has the id of a passkey that is stored.
    id_of: Option<u8>,
    mutation: Option<Registered>,
}

/// Signs with a passkey and finishes a ceremony with that.
#[derive(Arbitrary, Debug)]
struct SignIn {
    ceremony: u8,
    passkey: u8,
    elsewhere: bool,
    sign_count: u8,
    mutation: Option<Signed>,
    /// As a step-up.
    consent: Option<Consent>,
}

/// Who is signed in, and whether they do something else than they were asked about.
#[derive(Arbitrary, Clone, Copy, Debug)]
struct Consent {
    by: User,
    other_action: bool,
}

/// Signs with a passkey and finishes a ceremony under a `state` in which a bit is changed.
#[derive(Arbitrary, Debug)]
struct WrongState {
    ceremony: u8,
    passkey: u8,
    at: u8,
    bits: u8,
}

/// Nothing but the unmutated ceremony registers and signs in, once, in time, by whom it was begun;
/// and that does.
pub fn ceremony(input: &[u8]) {
    let Ok(script) = Unstructured::new(input).arbitrary::<Script>() else {
        return;
    };
    let mut world = World::new(script.policy, script.sealed);
    for step in script.steps.iter().take(32) {
        world.perform(step);
        world.is_as_the_model_says();
    }
}
