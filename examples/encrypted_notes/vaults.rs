//! Vaults of the users, in memory: keys and notes that the server cannot decrypt.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use passkeys::CredentialId;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// Maximum length of a ciphertext in base64, for a note of some pages.
const MAX_CIPHERTEXT: usize = 20_000;

const MAX_NOTES: usize = 100;

/// As many as a user can have passkeys by default.
const MAX_KEYS: usize = 20;

#[derive(Clone, Default)]
pub(crate) struct Vaults(Arc<Mutex<BTreeMap<String, Vault>>>);

#[derive(Clone, Serialize)]
pub(crate) struct Vault {
    pub(crate) name: String,
    /// The key of the notes, encrypted for each passkey, by its credential ID.
    keys: BTreeMap<String, Ciphertext>,
    /// Oldest first.
    notes: Vec<Ciphertext>,
}

/// Something encrypted with AES-GCM: the nonce and the ciphertext, in base64.
#[derive(Clone, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct Ciphertext(String);

impl Vaults {
    pub(crate) fn open(&self, user_id: &str, name: &str) {
        let vault = Vault {
            name: name.to_owned(),
            keys: BTreeMap::new(),
            notes: Vec::new(),
        };
        self.lock().insert(user_id.to_owned(), vault);
    }

    pub(crate) fn of(&self, user_id: &str) -> Option<Vault> {
        self.lock().get(user_id).cloned()
    }

    pub(crate) fn put_key(
        &self,
        user_id: &str,
        passkey: CredentialId,
        key: Ciphertext,
    ) -> Result<(), AppError> {
        key.check()?;
        let passkey = passkey.to_string();
        self.change(user_id, |vault| {
            let keys = &mut vault.keys;
            if keys.len() == MAX_KEYS && !keys.contains_key(&passkey) {
                return Err(AppError::Full);
            }
            keys.insert(passkey, key);
            Ok(())
        })
    }

    pub(crate) fn remove_key(&self, user_id: &str, passkey: &CredentialId) {
        if let Some(vault) = self.lock().get_mut(user_id) {
            vault.keys.remove(&passkey.to_string());
        }
    }

    pub(crate) fn add_note(&self, user_id: &str, note: Ciphertext) -> Result<(), AppError> {
        note.check()?;
        self.change(user_id, |vault| {
            if vault.notes.len() == MAX_NOTES {
                return Err(AppError::Full);
            }
            vault.notes.push(note);
            Ok(())
        })
    }

    fn change(
        &self,
        user_id: &str,
        change: impl FnOnce(&mut Vault) -> Result<(), AppError>,
    ) -> Result<(), AppError> {
        let mut vaults = self.lock();
        change(vaults.get_mut(user_id).ok_or(AppError::SignedOut)?)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Vault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ciphertext {
    fn check(&self) -> Result<(), AppError> {
        if self.0.len() > MAX_CIPHERTEXT {
            return Err(AppError::Full);
        }
        Ok(())
    }
}

/// Returns the name without surrounding whitespace, or `None` if it is not valid.
pub(crate) fn usable(name: &str) -> Option<&str> {
    let name = name.trim();
    let length = name.chars().count();
    ((1..=64).contains(&length) && !name.contains(char::is_control)).then_some(name)
}
