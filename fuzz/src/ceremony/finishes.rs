//! Finishing ceremonies, rightly and wrongly.

use passkeys::{
    CredentialId,
    testing::{Authenticator, Fault},
};
use serde_json::{Value, json};

use super::{
    super::{is_let_in, site::base64url},
    Register, SignIn, User, WrongState,
    model::{Finish, OVER, Purpose, Stored, Verdict},
    mutation::{Registered, Signed},
    world::{Device, Sent, World, choose},
};

impl World {
    pub(super) fn register(&mut self, register: &Register) {
        let Some(at) = choose(register.ceremony, self.ceremonies.len()) else {
            return;
        };
        let mutation = register.mutation.as_ref();
        let id_of = register
            .id_of
            .and_then(|which| choose(which, self.stored.len()));
        let id = id_of.and_then(|at| self.stored.keys().nth(at));
        let (ceremony, begun) = &mut self.ceremonies[at];
        let user = match ceremony.purpose {
            Purpose::Register(user) | Purpose::SignUp(user) | Purpose::StepUp(user) => user,
            Purpose::SignIn(user) => user.unwrap_or(register.by),
        };
        let options = json!({ "publicKey": {
            "rp": { "id": "example.com" },
            "user": { "id": base64url(user.id().as_bytes()) },
            "challenge": begun["publicKey"]["challenge"],
        } });
        let mut authenticator = Authenticator::new("https://example.com")
            .with_fault(Fault::SignCount(register.sign_count.into()));
        if let Some(id) = id {
            authenticator = authenticator.with_fault(Fault::CredentialId(id.as_bytes().to_vec()));
        }
        if let Some(fault) = mutation.and_then(Registered::fault) {
            authenticator = authenticator.with_fault(fault);
        }
        let mut credential = authenticator.create(&options);
        let id = credential["id"].as_str().and_then(|id| id.parse().ok());
        let id: CredentialId = id.expect("an id");
        if let Some(mutation) = mutation {
            mutation.apply(&mut credential);
        }
        let body = json!({ "credential": credential, "state": begun["state"] });

        let finish = Finish {
            now: self.now,
            elsewhere: register.elsewhere,
            mutated: mutation.is_some(),
        };
        let impostor = self.stored.contains_key(&id);
        let registered = ceremony.register(&finish, register.by, impostor, self.stored.values());
        let verdict = registered.map(drop);
        self.finish(
            "/register/finish",
            register.by,
            register.elsewhere,
            body,
            verdict,
        );
        if let Ok(owner) = registered {
            let sign_count = register.sign_count.into();
            let stored = Stored {
                owner,
                sign_count,
                suspended: false,
            };
            self.stored.insert(id.clone(), stored);
        }
        self.devices.push(Device {
            authenticator,
            id,
            impostor,
        });
    }

    pub(super) fn sign_in(&mut self, sign_in: &SignIn) {
        let ceremony = choose(sign_in.ceremony, self.ceremonies.len());
        let device = choose(sign_in.passkey, self.devices.len());
        let (Some(at), Some(device)) = (ceremony, device) else {
            return;
        };
        let (mutation, sign_count) = (sign_in.mutation.as_ref(), sign_in.sign_count.into());
        let mut mutated = mutation.is_some();
        let mut signed_for = at;
        if let Some(Signed::For(other)) = mutation {
            signed_for = usize::from(*other) % self.ceremonies.len();
            mutated = signed_for != at;
        }
        let mut faults = vec![Fault::SignCount(sign_count)];
        faults.extend(mutation.and_then(Signed::fault));
        let mut credential = self.sign(signed_for, device, faults);
        if let Some(mutation) = mutation {
            mutation.apply(&mut credential);
        }
        let (ceremony, begun) = &mut self.ceremonies[at];
        let mut body = json!({ "credential": credential, "state": begun["state"] });
        let (route, by) = match sign_in.consent {
            None => ("/authenticate/finish", User::Ada),
            Some(consent) => {
                body["body"] = if consent.other_action { 2 } else { 1 }.into();
                ("/transfer", consent.by)
            }
        };

        let finish = Finish {
            now: self.now,
            elsewhere: sign_in.elsewhere,
            mutated,
        };
        let Device { id, impostor, .. } = &self.devices[device];
        let stored = self.stored.get_mut(id).filter(|_| !impostor);
        let verdict = ceremony.sign_in(&finish, sign_in.consent, stored, sign_count, self.policy);
        self.finish(route, by, sign_in.elsewhere, body, verdict);
        if verdict.is_ok() {
            is_let_in();
        }
    }

    pub(super) fn wrong_state(&mut self, wrong: &WrongState) {
        let ceremony = choose(wrong.ceremony, self.ceremonies.len());
        let device = choose(wrong.passkey, self.devices.len());
        let (Some(ceremony), Some(device)) = (ceremony, device) else {
            return;
        };
        let state = self.ceremonies[ceremony].1["state"].as_str();
        let mut state = state.expect("a state").as_bytes().to_vec();
        let at = usize::from(wrong.at) % state.len();
        state[at] ^= (wrong.bits & 0x7f).max(1);
        let state = String::from_utf8(state).expect("ASCII");
        let credential = self.sign(ceremony, device, Vec::new());
        let body = json!({ "credential": credential, "state": state });
        // Whichever ceremony it was, it waits as it did.
        self.finish("/authenticate/finish", User::Ada, false, body, OVER);
    }

    /// An assertion by a device for a ceremony's challenge, whatever it was begun for.
    fn sign(&self, ceremony: usize, device: usize, faults: Vec<Fault>) -> Value {
        let options = json!({ "publicKey": {
            "rpId": "example.com",
            "challenge": self.ceremonies[ceremony].1["publicKey"]["challenge"],
        } });
        let mut authenticator = self.devices[device].authenticator.clone();
        for fault in faults {
            authenticator = authenticator.with_fault(fault);
        }
        authenticator.get(&options).expect("a passkey")
    }

    fn finish(
        &mut self,
        route: &'static str,
        by: User,
        elsewhere: bool,
        body: Value,
        verdict: Verdict,
    ) {
        let answer = self.parties.post(elsewhere, route, by, Some(&body));
        answer.is(verdict);
        self.sent.push(Sent { route, by, body });
    }
}
