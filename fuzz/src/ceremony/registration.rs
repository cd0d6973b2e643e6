//! Registrations, valid except for at most one twist.

use arbitrary::Arbitrary;
use passkeys::testing::{Authenticator, Fault};
use serde_json::{Value, json};

use super::{
    super::site::base64url,
    User, Wait,
    model::{Finish, Purpose, Stored},
    mutation::Registered,
    world::{Device, Sent, World, choose, with_faults},
};

/// Begins a registration, creates a passkey and finishes.
#[derive(Arbitrary, Debug)]
pub(super) struct Register {
    user: User,
    /// Whether to sign up, if the user has no passkey yet.
    sign_up: bool,
    first_count: FirstCount,
    twist: Option<Twist>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum FirstCount {
    Zero,
    One,
    AlmostMost,
}

/// The one deviation from a valid registration. Numbers are indices into what exists by then.
#[derive(Arbitrary, Debug)]
enum Twist {
    /// Finishes an earlier ceremony of any kind.
    Earlier(u8),
    /// The other user is signed in at `finish`.
    ByOther,
    /// Finishes at another relying party.
    Elsewhere,
    Late(Wait),
    /// Uses the credential ID of a stored passkey.
    IdOf(u8),
    Mutated(Registered),
}

impl Register {
    /// A valid registration by a signed-in user, of a passkey with a signature counter.
    pub(super) fn valid(user: User) -> Self {
        Self {
            user,
            sign_up: false,
            first_count: FirstCount::One,
            twist: None,
        }
    }

    pub(super) fn kind(&self) -> String {
        format!("registration: {:?}", self.twist)
    }

    fn mutation(&self) -> Option<&Registered> {
        match &self.twist {
            Some(Twist::Mutated(mutation)) => Some(mutation),
            _ => None,
        }
    }

    fn sign_count(&self) -> u32 {
        match self.first_count {
            FirstCount::Zero => 0,
            FirstCount::One => 1,
            FirstCount::AlmostMost => u32::MAX - 1,
        }
    }
}

impl World {
    pub(super) fn register(&mut self, register: &Register) {
        let (user, twist) = (register.user, register.twist.as_ref());
        let begun = match twist {
            Some(Twist::Earlier(which)) => self.earlier(*which),
            _ if register.sign_up && !self.stored.values().any(|it| it.owner == user) => {
                self.begin(Purpose::SignUp(user))
            }
            _ => self.begin(Purpose::Register(user)),
        };
        let Some(at) = begun else {
            return;
        };
        if let Some(Twist::Late(wait)) = twist {
            self.wait(*wait);
        }

        let (device, credential) = self.new_device(at, register);
        let finish = Finish {
            now: self.now,
            elsewhere: matches!(twist, Some(Twist::Elsewhere)),
            mutated: register.mutation().is_some(),
        };
        let by = match twist {
            Some(Twist::ByOther) => user.other(),
            _ => user,
        };
        let (ceremony, begun) = &mut self.ceremonies[at];
        let verdict = ceremony.register(&finish, by, device.impostor, self.stored.values());
        let sent = Sent {
            route: "/register/finish",
            by,
            body: json!({ "credential": credential, "state": begun["state"] }),
        };
        self.finish(finish.elsewhere, sent, verdict);
        if let Ok(owner) = verdict {
            let stored = Stored::new(owner, register.sign_count(), self.now);
            self.stored.insert(device.id.clone(), stored);
        }
        self.devices.push(device);
    }

    /// Creates a device with a passkey for a ceremony, and its response.
    fn new_device(&self, ceremony: usize, register: &Register) -> (Device, Value) {
        let (_, begun) = &self.ceremonies[ceremony];
        // The options of a sign-in have no user handle, and its ceremony registers no passkey.
        let handle = match &begun["publicKey"]["user"] {
            Value::Null => json!({ "id": base64url(register.user.id().as_bytes()) }),
            user => user.clone(),
        };
        let options = json!({ "publicKey": {
            "rp": { "id": "example.com" },
            "user": handle,
            "challenge": begun["publicKey"]["challenge"],
        } });
        let mut faults = vec![Fault::SignCount(register.sign_count())];
        faults.extend(register.mutation().and_then(Registered::fault));
        if let Some(Twist::IdOf(which)) = register.twist {
            // In the order of devices, so that scripts are deterministic.
            let mut known: Vec<_> = self.devices.iter().map(|device| &device.id).collect();
            known.retain(|id| self.stored.contains_key(*id));
            let id = choose(which, known.len()).map(|at| known[at].as_bytes().to_vec());
            faults.extend(id.map(Fault::CredentialId));
        }
        let mut authenticator = with_faults(Authenticator::new("https://example.com"), faults);
        let mut credential = authenticator.create(&options);
        let id = credential["id"].as_str().and_then(|id| id.parse().ok());
        let id = id.expect("an id");
        if let Some(mutation) = register.mutation() {
            mutation.apply(&mut credential);
        }
        let impostor = self.stored.contains_key(&id);
        let device = Device {
            authenticator,
            id,
            impostor,
        };
        (device, credential)
    }
}
