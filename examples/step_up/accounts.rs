//! Bank accounts with their transfers, in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// Balance of a new account, in euros.
const GIFT: u32 = 1000;

#[derive(Clone, Default)]
pub(crate) struct Accounts(Arc<Mutex<BTreeMap<String, Account>>>);

#[derive(Clone, Serialize)]
pub(crate) struct Account {
    pub(crate) name: String,
    /// In euros.
    balance: u32,
    /// Transfers, latest last.
    sent: Vec<Transfer>,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Transfer {
    to: String,
    /// In euros.
    amount: u32,
}

impl Accounts {
    pub(crate) fn open(&self, id: &str, name: &str) {
        let account = Account {
            name: name.to_owned(),
            balance: GIFT,
            sent: Vec::new(),
        };
        self.lock().insert(id.to_owned(), account);
    }

    pub(crate) fn of(&self, id: &str) -> Option<Account> {
        self.lock().get(id).cloned()
    }

    pub(crate) fn transfer(&self, id: &str, transfer: Transfer) -> Result<Account, AppError> {
        let mut accounts = self.lock();
        let account = accounts.get_mut(id).ok_or(AppError::SignedOut)?;
        let to = usable(&transfer.to).ok_or(AppError::NameUnusable)?;
        let left = account.balance.checked_sub(transfer.amount);
        let left = left.filter(|_| transfer.amount > 0);
        account.balance = left.ok_or(AppError::AmountUnusable)?;
        let to = to.to_owned();
        account.sent.push(Transfer { to, ..transfer });
        Ok(account.clone())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Account>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the name without surrounding whitespace, or `None` if it is not valid.
pub(crate) fn usable(name: &str) -> Option<&str> {
    let name = name.trim();
    let length = name.chars().count();
    ((1..=64).contains(&length) && !name.contains(char::is_control)).then_some(name)
}
