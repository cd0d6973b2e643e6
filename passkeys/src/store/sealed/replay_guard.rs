use std::collections::BTreeSet;

use crate::store::reserved::Parts;

/// Memory of taken ceremonies, against replay.
///
/// It has a part for ceremonies that anybody can begin and a part that is reserved for signed-in users,
/// so that nobody else makes it forget what a signed-in user has taken, and reject what the user has
/// begun.
#[derive(Default)]
pub(super) struct ReplayGuard {
    open: Part<Key>,
    reserved: Part<(Key, User)>,
    /// The reserved ceremonies of each user. Once there are as many as a user may have, those of the
    /// user that expire before all of them count as taken.
    users: BTreeSet<(User, Key)>,
}

/// Expiry and nonce of a ceremony.
pub(super) type Key = (i64, [u8; NONCE_BYTES]);

/// Digest of a signed-in user.
type User = [u8; 16];

pub(super) const NONCE_BYTES: usize = 24;

/// Taken ceremonies of a signed-in user that are remembered. A user finishes more of them within the
/// lifetime of one than are pending at once.
pub(super) const TAKEN_PER_USER: usize = 128;

const FIRST_KEY: Key = (i64::MIN, [0; NONCE_BYTES]);
const LAST_KEY: Key = (i64::MAX, [u8::MAX; NONCE_BYTES]);

struct Part<T> {
    taken: BTreeSet<T>,
    /// Every ceremony that expires then or earlier counts as taken.
    floor: i64,
}

impl<T> Default for Part<T> {
    fn default() -> Self {
        Self {
            taken: BTreeSet::new(),
            floor: i64::MIN,
        }
    }
}

impl<T: Ord> Part<T> {
    /// Forgets the first ceremony if it has expired, or if there are too many.
    fn forget(&mut self, now: i64, capacity: usize, expiry: fn(&T) -> i64) -> Option<T> {
        let full = self.taken.len() > capacity;
        let first = self.taken.first()?;
        if !full && expiry(first) >= now {
            return None;
        }
        self.floor = self.floor.max(expiry(first));
        self.taken.pop_first()
    }
}

impl ReplayGuard {
    /// Remembers a ceremony that anybody can have begun as taken, and returns whether it was not taken
    /// before.
    pub(super) fn admit(&mut self, key: Key, now: i64, parts: Parts) -> bool {
        if key.0 <= self.open.floor || !self.open.taken.insert(key) {
            return false;
        }
        // Two go for each one that comes, so expired ones are soon gone, and never all at once.
        for _ in 0..2 {
            self.open.forget(now, parts.open, |(expiry, _)| *expiry);
        }
        true
    }

    /// Remembers a ceremony of a signed-in user as taken, and returns whether it was not taken before.
    pub(super) fn admit_reserved(&mut self, user: User, key: Key, now: i64, parts: Parts) -> bool {
        if key.0 <= self.reserved.floor || self.users.contains(&(user, key)) {
            return false;
        }
        let mut own = self.users.range((user, FIRST_KEY)..=(user, LAST_KEY));
        if let Some(&(_, first)) = own.next()
            && 1 + own.count() >= parts.per_user
        {
            if key < first {
                // It may be one of those that are forgotten.
                return false;
            }
            // The second one is now the first, and greater.
            self.users.remove(&(user, first));
            self.reserved.taken.remove(&(first, user));
        }
        self.users.insert((user, key));
        self.reserved.taken.insert((key, user));
        for _ in 0..2 {
            let expiry = |((expiry, _), _): &(Key, User)| *expiry;
            if let Some((key, user)) = self.reserved.forget(now, parts.reserved, expiry) {
                self.users.remove(&(user, key));
            }
        }
        true
    }
}
