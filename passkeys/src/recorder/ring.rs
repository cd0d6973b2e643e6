//! The last entries, in memory.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use time::OffsetDateTime;

use super::entry::{Entry, Purpose};

/// Number of entries that are kept.
const ENTRIES: usize = 50;

/// The last entries. A new one replaces the oldest.
#[derive(Debug)]
pub(super) struct Ring(Mutex<State>);

#[derive(Debug)]
pub(super) struct State {
    entries: VecDeque<Entry>,
    last: u64,
    version: u64,
}

/// The entries at one time, oldest first.
#[derive(Debug)]
pub(crate) struct Snapshot {
    /// Number that grows with every change.
    pub(crate) version: u64,
    pub(crate) entries: Vec<Entry>,
}

impl Default for Ring {
    fn default() -> Self {
        // Differs after a restart, so that pages which are open notice it.
        let version = OffsetDateTime::now_utc().unix_timestamp_nanos();
        Self(Mutex::new(State {
            entries: VecDeque::new(),
            last: 0,
            version: u64::try_from(version).unwrap_or_default(),
        }))
    }
}

impl Ring {
    /// Locks the entries for a change.
    pub(super) fn change(&self) -> MutexGuard<'_, State> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.version += 1;
        state
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Snapshot {
            version: state.version,
            entries: state.entries.iter().cloned().collect(),
        }
    }
}

impl State {
    /// Adds an empty entry, and returns it.
    pub(super) fn add(&mut self, purpose: Purpose) -> &mut Entry {
        if self.entries.len() == ENTRIES {
            self.entries.pop_front();
        }
        self.last += 1;
        self.entries.push_back(Entry {
            id: self.last,
            purpose,
            key: None,
            challenge: None,
            begin: None,
            finish: None,
            events: Vec::new(),
        });
        let at = self.entries.len() - 1;
        &mut self.entries[at]
    }

    pub(super) fn get(&mut self, id: u64) -> Option<&mut Entry> {
        self.entries.iter_mut().rev().find(|entry| entry.id == id)
    }

    /// Returns the first entry of a ceremony state.
    pub(super) fn with_key(&mut self, key: &[u8; 16]) -> Option<&mut Entry> {
        let mut entries = self.entries.iter_mut();
        entries.find(|entry| entry.key.as_ref() == Some(key))
    }
}

#[cfg(test)]
mod tests {
    use super::{ENTRIES, Ring};
    use crate::recorder::Purpose;

    #[test]
    fn ring_keeps_the_last_entries_only() {
        let ring = Ring::default();
        for _ in 0..ENTRIES + 7 {
            ring.change().add(Purpose::SignIn);
        }
        let kept: Vec<_> = ring.snapshot().entries.iter().map(|it| it.id).collect();
        let expected: Vec<_> = (8..=57).collect();
        assert_eq!(kept, expected);
        assert!(ring.change().get(7).is_none());
    }
}
