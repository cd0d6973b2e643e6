//! Target for whole ceremonies of several users over HTTP, against a model that knows who may
//! register and who may sign in.

mod model;
mod mutation;
mod party;
mod registration;
mod sign_in;
mod world;

use std::collections::BTreeSet;

use arbitrary::{Arbitrary, Unstructured};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng as _, SeedableRng as _},
};

use model::Purpose;
use registration::Register;
use sign_in::SignIn;
use world::World;

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

    fn other(self) -> Self {
        match self {
            Self::Ada => Self::Bob,
            Self::Bob => Self::Ada,
        }
    }
}

/// Step of a script: a whole ceremony, valid unless it has a twist, or an event between ceremonies.
#[derive(Arbitrary, Debug)]
enum Step {
    SignIn(SignIn),
    Register(Register),
    Between(Between),
}

#[derive(Arbitrary, Debug)]
enum Between {
    /// Begins a ceremony without finishing it.
    Begin(Purpose),
    /// Replays an earlier `finish` request.
    Again(u8),
    /// Advances the clock.
    Wait(Wait),
    /// Manages a passkey, possibly one of another user.
    Manage {
        by: User,
        passkey: u8,
        management: Management,
    },
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Wait {
    Second,
    Minute,
    AlmostTooLong,
    TooLong,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Management {
    Delete,
    Rename(u8),
    Suspend,
}

impl Step {
    /// Returns the kind of the step, without its numbers.
    fn kind(&self) -> String {
        let mut kind = match self {
            Self::SignIn(sign_in) => sign_in.kind(),
            Self::Register(register) => register.kind(),
            Self::Between(between) => format!("{between:?}"),
        };
        kind.retain(|it| !it.is_ascii_digit());
        kind
    }
}

/// Returns short scripts: for each kind of step, one that begins with it.
pub(super) fn seeds() -> impl Iterator<Item = Vec<u8>> {
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let mut kinds = BTreeSet::new();
    let scripts = (0..60_000).map(move |_| {
        let mut script = vec![0; 64];
        random.fill_bytes(&mut script);
        script
    });
    scripts.filter(move |script| {
        let mut script = Unstructured::new(script);
        let read = script.arbitrary::<(Policy, bool, Step)>();
        read.is_ok_and(|(_, _, step)| kinds.insert(step.kind()))
    })
}

/// A registration or sign-in succeeds if and only if it is unmutated, in time, finished once, and
/// finished by the user who began it.
///
/// Any input is a script of steps. Most scripts contain a successful sign-in.
pub fn ceremony(input: &[u8]) {
    let mut script = Unstructured::new(input);
    let Ok((policy, sealed)) = script.arbitrary() else {
        return;
    };
    let mut world = World::new(policy, sealed);
    for _ in 0..32 {
        if script.is_empty() {
            break;
        }
        let Ok(step) = script.arbitrary() else {
            break;
        };
        world.perform(&step);
        world.check_repository();
    }
}
