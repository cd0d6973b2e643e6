//! What there is of ceremonies and passkeys, in the repository and in people's hands.

use std::{collections::BTreeMap, time::Duration};

use passkeys::{CredentialId, store::CredentialRepository as _, testing::Authenticator};
use serde_json::{Value, json};

use super::{
    super::site::block_on,
    Policy, Step, User,
    model::{Ceremony, LIFETIME, OVER, Purpose, Stored},
    party::Parties,
};

pub(super) struct World {
    pub(super) parties: Parties,
    pub(super) policy: Policy,
    /// Seconds since the beginning.
    pub(super) now: u64,
    /// With what `begin` has answered.
    pub(super) ceremonies: Vec<(Ceremony, Value)>,
    pub(super) devices: Vec<Device>,
    pub(super) sent: Vec<Sent>,
    /// The model of the repository, by id.
    pub(super) stored: BTreeMap<CredentialId, Stored>,
}

/// Holds one passkey.
pub(super) struct Device {
    pub(super) authenticator: Authenticator,
    pub(super) id: CredentialId,
    /// Its key is not that of the passkey whose id it has.
    pub(super) impostor: bool,
}

/// A finish, to be sent again.
pub(super) struct Sent {
    pub(super) route: &'static str,
    pub(super) by: User,
    pub(super) body: Value,
}

impl World {
    pub(super) fn new(policy: Policy, sealed: bool) -> Self {
        Self {
            parties: Parties::new(policy, sealed),
            policy,
            now: 0,
            ceremonies: Vec::new(),
            devices: Vec::new(),
            sent: Vec::new(),
            stored: BTreeMap::new(),
        }
    }

    pub(super) fn perform(&mut self, step: &Step) {
        match step {
            Step::BeginRegistration(user) => {
                self.begin(Purpose::Register(*user), "/register/begin", *user, None);
            }
            Step::BeginSignUp(user) => {
                let body = json!(user.id());
                self.begin(Purpose::SignUp(*user), "/register/begin", *user, Some(body));
            }
            Step::BeginSignIn(user) => {
                let body = json!({ "userId": user.map(User::id) });
                let route = "/authenticate/begin";
                self.begin(Purpose::SignIn(*user), route, User::Ada, Some(body));
            }
            Step::BeginStepUp(user) => {
                let body = json!({ "method": "POST", "path": "/transfer", "body": 1 });
                self.begin(Purpose::StepUp(*user), "/step-up/begin", *user, Some(body));
            }
            Step::Register(register) => self.register(register),
            Step::SignIn(sign_in) => self.sign_in(sign_in),
            Step::WrongState(wrong) => self.wrong_state(wrong),
            Step::Again(which) => {
                if let Some(at) = choose(*which, self.sent.len()) {
                    let Sent { route, by, body } = &self.sent[at];
                    self.parties.post(false, route, *by, Some(body)).is(OVER);
                }
            }
            Step::Wait(seconds) => {
                let seconds = u64::from(*seconds) % (LIFETIME + 1);
                self.parties.clock.advance(Duration::from_secs(seconds));
                self.now += seconds;
            }
            Step::Delete { by, passkey } => {
                if let Some(at) = choose(*passkey, self.devices.len()) {
                    self.delete(*by, at);
                }
            }
        }
    }

    /// Holds the repository to the model.
    pub(super) fn is_as_the_model_says(&self) {
        for user in [User::Ada, User::Bob] {
            let mut listed = BTreeMap::new();
            for credential in block_on(self.parties.repository.list(user.id())).expect("a list") {
                let stored = Stored {
                    owner: user,
                    sign_count: credential.sign_count,
                    suspended: credential.suspended_at.is_some(),
                };
                listed.insert(credential.id, stored);
            }
            let mut expected = self.stored.clone();
            expected.retain(|_, stored| stored.owner == user);
            assert_eq!(listed, expected);
        }
    }

    fn begin(&mut self, purpose: Purpose, route: &str, by: User, body: Option<Value>) {
        let answer = self.parties.post(false, route, by, body.as_ref());
        let verdict = purpose.may_begin(self.stored.values());
        answer.is(verdict);
        if verdict.is_ok() {
            let ceremony = Ceremony::new(purpose, self.now);
            self.ceremonies.push((ceremony, answer.body));
        }
    }

    fn delete(&mut self, by: User, device: usize) {
        let id = &self.devices[device].id;
        let owned = self.stored.get(id).is_some_and(|stored| stored.owner == by);
        let deleted = block_on(self.parties.repository.delete(by.id(), id));
        assert_eq!(deleted.expect("an answer"), owned);
        if owned {
            self.stored.remove(id);
        }
    }
}

/// One of so many, unless there is none.
pub(super) fn choose(which: u8, among: usize) -> Option<usize> {
    usize::from(which).checked_rem(among)
}
