//! Sign-ins and step-ups, valid except for at most one twist.

use arbitrary::Arbitrary;
use passkeys::testing::Fault;
use serde_json::{Value, json};

use super::{
    super::count_accepted,
    User, Wait,
    model::{Consent, Finish, OVER, Purpose},
    mutation::Signed,
    registration::Register,
    world::{Device, Sent, World, choose, with_faults},
};

/// Begins a sign-in or a step-up, signs with a passkey and finishes. Users without a passkey register
/// one first.
#[derive(Arbitrary, Debug)]
pub(super) struct SignIn {
    user: User,
    how: How,
    /// Index of the user's passkey.
    passkey: u8,
    /// Increment of the signature counter, if the passkey has one.
    advance: u8,
    twist: Option<Twist>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum How {
    Named,
    Discoverable,
    StepUp,
}

/// The one deviation from a valid sign-in. Numbers are indices into what exists by then.
#[derive(Arbitrary, Debug)]
enum Twist {
    /// Finishes an earlier ceremony of any kind.
    Earlier(u8),
    /// Signs with any passkey: one of another user, or one that is deleted, suspended or was never
    /// stored.
    AnyPasskey(u8),
    /// The other user is signed in at `finish`. Irrelevant to a sign-in.
    ByOther,
    /// Finishes a step-up for another action. Irrelevant to a sign-in.
    OtherAction,
    /// Finishes a sign-in as a step-up, or a step-up as a sign-in.
    OtherKind,
    /// Finishes at another relying party.
    Elsewhere,
    Late(Wait),
    Count(Count),
    /// Flips bits of one byte of the ceremony state.
    State(u8, u8),
    Mutated(Signed),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Count {
    Same,
    Back,
    Zero,
    Most,
}

impl SignIn {
    pub(super) fn kind(&self) -> String {
        format!("sign-in: {:?}", self.twist)
    }

    fn purpose(&self) -> Purpose {
        match self.how {
            How::Named => Purpose::SignIn(Some(self.user)),
            How::Discoverable => Purpose::SignIn(None),
            How::StepUp => Purpose::StepUp(self.user),
        }
    }

    /// Returns the user who is signed in at `finish`.
    fn by(&self) -> User {
        match self.twist {
            Some(Twist::ByOther) => self.user.other(),
            _ => self.user,
        }
    }

    /// Returns the step-up that a ceremony of this purpose is finished as; `None` for a sign-in.
    fn consent(&self, purpose: Purpose) -> Option<Consent> {
        let step_up = matches!(purpose, Purpose::StepUp(_));
        let other_kind = matches!(self.twist, Some(Twist::OtherKind));
        (step_up != other_kind).then_some(Consent {
            by: self.by(),
            other_action: matches!(self.twist, Some(Twist::OtherAction)),
        })
    }

    /// Returns the signed counter, given the stored one.
    fn sign_count(&self, known: u32) -> u32 {
        match self.twist {
            Some(Twist::Count(Count::Same)) => known,
            Some(Twist::Count(Count::Back)) => known.saturating_sub(1),
            Some(Twist::Count(Count::Zero)) => 0,
            Some(Twist::Count(Count::Most)) => u32::MAX,
            // Zero may mean that the passkey has no counter.
            _ => known.saturating_add(self.advance.max(u8::from(known > 0)).into()),
        }
    }
}

impl World {
    pub(super) fn sign_in(&mut self, sign_in: &SignIn) {
        let twist = sign_in.twist.as_ref();
        if self.usable(sign_in.user).is_empty() {
            self.register(&Register::valid(sign_in.user));
        }
        let begun = match twist {
            Some(Twist::Earlier(which)) => self.earlier(*which),
            _ => self.begin(sign_in.purpose()),
        };
        let (Some(at), Some(device)) = (begun, self.device(sign_in)) else {
            return;
        };
        if let Some(Twist::Late(wait)) = twist {
            self.wait(*wait);
        }

        let stored = self.stored.get(&self.devices[device].id);
        let sign_count = sign_in.sign_count(stored.map_or(0, |stored| stored.sign_count));
        let (credential, mutated) = self.answer(at, device, sign_count, sign_in);
        let finish = Finish {
            now: self.now,
            elsewhere: matches!(twist, Some(Twist::Elsewhere)),
            mutated,
        };
        let (ceremony, begun) = &mut self.ceremonies[at];
        let consent = sign_in.consent(ceremony.purpose);
        let mut body = json!({ "credential": credential, "state": begun["state"] });
        let mut route = "/authenticate/finish";
        if let Some(consent) = &consent {
            body["body"] = if consent.other_action { 2 } else { 1 }.into();
            route = "/transfer";
        }
        let verdict = if let Some(Twist::State(at, bits)) = twist {
            flip(&mut body["state"], *at, *bits);
            // No ceremony is redeemed.
            OVER
        } else {
            let Device { id, impostor, .. } = &self.devices[device];
            let passkey = self.stored.get_mut(id).filter(|_| !impostor);
            ceremony.sign_in(&finish, consent.as_ref(), passkey, sign_count, self.policy)
        };
        let by = sign_in.by();
        let answer = self.finish(finish.elsewhere, Sent { route, by, body }, verdict);
        if let Ok(user) = verdict {
            assert_eq!(answer, user.id());
            count_accepted();
        }
    }

    /// Returns the device to sign in with.
    fn device(&self, sign_in: &SignIn) -> Option<usize> {
        if let Some(Twist::AnyPasskey(which)) = sign_in.twist {
            return choose(which, self.devices.len());
        }
        let usable = self.usable(sign_in.user);
        choose(sign_in.passkey, usable.len()).map(|at| usable[at])
    }

    /// Returns a device's response to a ceremony, and whether a mutation of it must be rejected.
    fn answer(
        &self,
        ceremony: usize,
        device: usize,
        sign_count: u32,
        sign_in: &SignIn,
    ) -> (Value, bool) {
        let mut faults = vec![Fault::SignCount(sign_count)];
        let Some(Twist::Mutated(mutation)) = &sign_in.twist else {
            return (self.sign(ceremony, device, faults), false);
        };
        faults.extend(mutation.fault(sign_in.user));
        let (signed_for, matters) = if let Signed::For(other) = mutation {
            let other = usize::from(*other) % self.ceremonies.len();
            (other, other != ceremony)
        } else {
            let purpose = self.ceremonies[ceremony].0.purpose;
            (ceremony, mutation.matters(purpose))
        };
        let mut credential = self.sign(signed_for, device, faults);
        mutation.apply(&mut credential);
        (credential, matters)
    }

    /// Returns a device's assertion for a ceremony's challenge, whatever its purpose.
    fn sign(&self, ceremony: usize, device: usize, faults: Vec<Fault>) -> Value {
        let options = json!({ "publicKey": {
            "rpId": "example.com",
            "challenge": self.ceremonies[ceremony].1["publicKey"]["challenge"],
        } });
        let authenticator = self.devices[device].authenticator.clone();
        let assertion = with_faults(authenticator, faults).get(&options);
        assertion.expect("a passkey")
    }
}

fn flip(state: &mut Value, at: u8, bits: u8) {
    let mut text = state.as_str().expect("a state").as_bytes().to_vec();
    let at = usize::from(at) % text.len();
    text[at] ^= (bits & 0x7f).max(1);
    *state = String::from_utf8(text).expect("ASCII").into();
}
