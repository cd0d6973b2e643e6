//! State of a script: ceremonies, devices, and the model of the repository.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use axum::http::Method;
use passkeys::{
    Clock as _, CredentialId,
    store::{CredentialRepository as _, Owner},
    testing::{Authenticator, Fault},
};
use serde_json::{Value, json};

use super::{
    super::site::block_on,
    Between, Management, Policy, Step, User, Wait,
    model::{Ceremony, LIFETIME, OVER, Purpose, Stored, UNKNOWN, Verdict},
    party::Parties,
};

pub(super) struct World {
    pub(super) parties: Parties,
    pub(super) policy: Policy,
    /// Seconds since the beginning of the script.
    pub(super) now: u64,
    /// Ceremonies, with the responses of `begin`.
    pub(super) ceremonies: Vec<(Ceremony, Value)>,
    pub(super) devices: Vec<Device>,
    pub(super) sent: Vec<Sent>,
    /// Model of the repository, by credential ID.
    pub(super) stored: BTreeMap<CredentialId, Stored>,
}

/// Authenticator with one passkey.
pub(super) struct Device {
    pub(super) authenticator: Authenticator,
    pub(super) id: CredentialId,
    /// Whether a passkey with the same credential ID and another key is stored.
    pub(super) impostor: bool,
}

/// Sent `finish` request, for replays.
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
            Step::SignIn(sign_in) => self.sign_in(sign_in),
            Step::Register(register) => self.register(register),
            Step::Between(between) => self.between(between),
        }
    }

    fn between(&mut self, between: &Between) {
        match *between {
            Between::Begin(purpose) => {
                self.begin(purpose);
            }
            Between::Again(which) => {
                if let Some(at) = choose(which, self.sent.len()) {
                    let Sent { route, by, body } = &self.sent[at];
                    let answer = self.parties.post(false, route, *by, Some(body));
                    answer.is(OVER.map(drop));
                }
            }
            Between::Wait(wait) => self.wait(wait),
            Between::Manage {
                by,
                passkey,
                management,
            } => {
                if let Some(at) = choose(passkey, self.devices.len()) {
                    self.manage(by, at, management);
                }
            }
        }
    }

    pub(super) fn wait(&mut self, wait: Wait) {
        let seconds = match wait {
            Wait::Second => 1,
            Wait::Minute => 60,
            Wait::AlmostTooLong => LIFETIME - 1,
            Wait::TooLong => LIFETIME,
        };
        self.parties.clock.advance(Duration::from_secs(seconds));
        self.now += seconds;
    }

    /// Checks the repository against the model.
    pub(super) fn check_repository(&self) {
        for user in [User::Ada, User::Bob] {
            let mut listed = BTreeMap::new();
            for credential in block_on(self.parties.repository.list(Owner::everywhere(user.id())))
                .expect("a list")
            {
                let age = self.parties.clock.now() - credential.created_at;
                let stored = Stored {
                    owner: user,
                    sign_count: credential.sign_count,
                    suspended: credential.suspended_at.is_some(),
                    name: credential.device_name,
                    registered: self.now - age.whole_seconds().unsigned_abs(),
                };
                listed.insert(credential.id, stored);
            }
            let mut expected = self.stored.clone();
            expected.retain(|_, stored| stored.owner == user);
            assert_eq!(listed, expected);
        }
    }

    /// Checks the credential lists in the options of `begin` against the model.
    fn check_credential_lists(&self, purpose: Purpose, options: &Value) {
        let lists = ["excludeCredentials", "allowCredentials"].map(|list| options[list].as_array());
        let named = lists.into_iter().flatten().flatten();
        let named = named.map(|it| it["id"].as_str().and_then(|id| id.parse().ok()));
        let named: BTreeSet<CredentialId> = named.map(|id| id.expect("an id")).collect();
        let stored = self.stored.iter();
        let expected = stored.filter(|(_, stored)| purpose.names(stored));
        let expected: BTreeSet<_> = expected.map(|(id, _)| id.clone()).collect();
        if expected.is_empty() && matches!(purpose, Purpose::SignIn(Some(_))) {
            // Decoy credentials, against user enumeration.
            assert!(!named.is_empty());
            assert!(!named.iter().any(|id| self.stored.contains_key(id)));
        } else {
            assert_eq!(named, expected);
        }
    }

    /// Begins a ceremony. Returns its index, or `None` if it may not be begun.
    pub(super) fn begin(&mut self, purpose: Purpose) -> Option<usize> {
        let user = purpose.user().unwrap_or(User::Ada);
        let (route, body) = match purpose {
            Purpose::Register(_) => ("/register/begin", None),
            Purpose::SignUp(_) => ("/register/begin", Some(json!(user.id()))),
            Purpose::SignIn(user) => {
                let body = json!({ "userId": user.map(User::id) });
                ("/authenticate/begin", Some(body))
            }
            Purpose::StepUp(_) => {
                let body = json!({ "method": "POST", "path": "/transfer", "body": 1 });
                ("/step-up/begin", Some(body))
            }
        };
        let answer = self.parties.post(false, route, user, body.as_ref());
        let verdict = purpose.may_begin(self.stored.values());
        answer.is(verdict);
        verdict.ok()?;
        self.check_credential_lists(purpose, &answer.body["publicKey"]);
        let ceremony = Ceremony::new(purpose, self.now);
        self.ceremonies.push((ceremony, answer.body));
        Some(self.ceremonies.len() - 1)
    }

    pub(super) fn finish(&mut self, elsewhere: bool, sent: Sent, verdict: Verdict<User>) -> Value {
        let Sent { route, by, body } = &sent;
        let answer = self.parties.post(elsewhere, route, *by, Some(body));
        answer.is(verdict.map(drop));
        self.sent.push(sent);
        answer.body
    }

    /// Returns the index of a pending ceremony, or of a finished one if none is pending.
    pub(super) fn earlier(&self, which: u8) -> Option<usize> {
        let ceremonies = self.ceremonies.iter().enumerate();
        let waiting = ceremonies.filter(|(_, (ceremony, _))| ceremony.waits());
        let waiting: Vec<_> = waiting.map(|(at, _)| at).collect();
        match choose(which, waiting.len()) {
            Some(at) => Some(waiting[at]),
            None => choose(which, self.ceremonies.len()),
        }
    }

    /// Returns the indices of the devices that a user can sign in with.
    pub(super) fn usable(&self, user: User) -> Vec<usize> {
        let devices = self.devices.iter().enumerate();
        let usable = devices.filter(|(_, device)| {
            let stored = self.stored.get(&device.id).filter(|_| !device.impostor);
            stored.is_some_and(|stored| stored.owner == user && !stored.suspended)
        });
        usable.map(|(at, _)| at).collect()
    }

    fn manage(&mut self, by: User, device: usize, management: Management) {
        let id = &self.devices[device].id;
        let mut stored = self.stored.get_mut(id).filter(|stored| stored.owner == by);
        let verdict = if stored.is_some() {
            Ok(())
        } else {
            Err(UNKNOWN)
        };
        match management {
            Management::Delete => {
                let answer = self.parties.manage(Method::DELETE, id, by, None);
                answer.is(verdict);
                if stored.is_some() {
                    self.stored.remove(id);
                }
            }
            Management::Rename(number) => {
                let name = number.to_string();
                let body = json!({ "deviceName": name });
                let answer = self.parties.manage(Method::PATCH, id, by, Some(&body));
                answer.is(verdict);
                if let Some(stored) = &mut stored {
                    stored.name = name;
                }
            }
            // Has no route: applications call the repository.
            Management::Suspend => {
                let at = self.parties.clock.now();
                let suspended = block_on(self.parties.repository.suspend(
                    Owner::everywhere(by.id()),
                    id,
                    at,
                ));
                assert_eq!(suspended.expect("no error"), stored.is_some());
                if let Some(stored) = &mut stored {
                    stored.suspended = true;
                }
            }
        }
    }
}

/// Maps a number to an index below `among`. Returns `None` if `among` is zero.
pub(super) fn choose(which: u8, among: usize) -> Option<usize> {
    usize::from(which).checked_rem(among)
}

pub(super) fn with_faults(authenticator: Authenticator, faults: Vec<Fault>) -> Authenticator {
    let with_fault = |faulty: Authenticator, fault| faulty.with_fault(fault);
    faults.into_iter().fold(authenticator, with_fault)
}
