//! Registered passkeys, in memory.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Mutex, MutexGuard, PoisonError},
};

use time::OffsetDateTime;
use webauthn_rs_core::proto::{AuthenticationResult, Credential, CredentialID};

#[derive(Clone)]
#[expect(
    dead_code,
    reason = "an application shows these to the passkey's owner"
)]
pub(crate) struct Passkey {
    pub(crate) user_id: String,
    pub(crate) credential: Credential,
    device_name: String,
    created_at: OffsetDateTime,
    last_used_at: Option<OffsetDateTime>,
}

#[derive(Default)]
pub(crate) struct Passkeys(Mutex<Store>);

#[derive(Default)]
struct Store {
    passkeys: HashMap<CredentialID, Passkey>,
    users: HashMap<String, Vec<CredentialID>>,
}

impl Passkeys {
    pub(crate) fn ids(&self, user_id: &str) -> Vec<CredentialID> {
        self.lock().users.get(user_id).cloned().unwrap_or_default()
    }

    /// Returns the credentials of a user.
    pub(crate) fn of(&self, user_id: &str) -> Vec<Credential> {
        let store = self.lock();
        let ids = store.users.get(user_id).into_iter().flatten();
        let passkeys = ids.filter_map(|id| store.passkeys.get(id));
        passkeys.map(|passkey| passkey.credential.clone()).collect()
    }

    /// Stores a passkey. Returns `false`, and changes nothing, if the credential ID exists.
    pub(crate) fn insert(
        &self,
        user_id: String,
        credential: Credential,
        device_name: String,
    ) -> bool {
        let created_at = OffsetDateTime::now_utc();
        let mut store = self.lock();
        let Store { passkeys, users } = &mut *store;
        let Entry::Vacant(vacant) = passkeys.entry(credential.cred_id.clone()) else {
            return false;
        };
        users
            .entry(user_id.clone())
            .or_default()
            .push(credential.cred_id.clone());
        vacant.insert(Passkey {
            user_id,
            credential,
            device_name,
            created_at,
            last_used_at: None,
        });
        true
    }

    pub(crate) fn find(&self, id: &[u8]) -> Option<Passkey> {
        self.lock().passkeys.get(id).cloned()
    }

    /// Records a sign-in. Returns `false` if the passkey was used since it was found.
    pub(crate) fn record_use(&self, found: &Passkey, result: &AuthenticationResult) -> bool {
        let now = OffsetDateTime::now_utc();
        let mut store = self.lock();
        let Some(passkey) = store.passkeys.get_mut(&found.credential.cred_id) else {
            return false;
        };
        if passkey.credential.counter != found.credential.counter {
            return false;
        }
        passkey.credential.counter = result.counter();
        passkey.credential.backup_state = result.backup_state();
        passkey.last_used_at = Some(now);
        true
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
