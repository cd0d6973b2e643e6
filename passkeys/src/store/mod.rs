//! Where passkeys and unfinished ceremonies are kept.
//!
//! Two small traits: [`CredentialRepository`] for registered passkeys, [`ChallengeStore`] for
//! what waits between `begin` and `finish`.
//!
//! | | passkeys | ceremonies |
//! | --- | --- | --- |
//! | nothing to install | `SqliteRepository`, a file; [`MemoryRepository`], for tests | [`MemoryChallenges`], one process; `SealedChallenges`, any number but for replays |
//! | one database | `PostgresRepository` | `PostgresChallenges` |
//! | many machines | `PostgresRepository` | `RedisChallenges`, or `PostgresChallenges` |
//!
//! Each says what it gives, what it does not, its bounds and its timeouts. The memory stores are
//! always there, the others behind the features `sqlite`, `postgres`, `redis` and `sealed`.
//!
//! # A store of your own
//!
//! Implement the trait and have `passkeys::testing` (feature `testing`) put it to the test of
//! every promise below: `testing::credential_repository` and `testing::challenge_store` take a
//! function that makes an empty store, and say which promises it breaks, and how. A credential
//! is rebuilt with [`Credential::new`] and its public fields; a [`PendingCeremony`] serialises
//! with serde.

use std::future::Future;

use async_trait::async_trait;
use serde::Serialize;
use time::OffsetDateTime;

mod arc;
pub(crate) mod codec;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "sealed")]
mod sealed;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(any(feature = "postgres", feature = "redis"))]
pub(crate) mod ticket;

pub use memory::{MemoryChallenges, MemoryRepository};
#[cfg(feature = "postgres")]
pub use postgres::{PostgresChallenges, PostgresRepository};
#[cfg(feature = "redis")]
pub use redis::RedisChallenges;
#[cfg(feature = "sealed")]
pub use sealed::SealedChallenges;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use sql::InvalidTableName;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteRepository;

use crate::{Credential, CredentialId};
pub use crate::{domain::error::StoreError, domain::pending::PendingCeremony};

/// Registered passkeys, across all users.
///
/// Every method is atomic: it happens entirely or not at all, also when several processes call
/// it at once, and once it has answered `Ok` its effect survives a crash (where the storage
/// itself survives one). Mutations name the owner and do nothing to a credential of anybody
/// else. An implementation needs no locks of its own: what each method changes, it changes in one
/// statement of SQL.
///
/// An `Err` is a `storage_unavailable` for the peer, and nothing is tried again. It may come when
/// an answer was lost, so what it is the answer to may have happened: never halfway, and never
/// twice.
///
/// Strings are kept byte for byte or refused with an error, never cut or changed. The library
/// gives user ids of at most 64 bytes and device names of at most 255 characters, without control
/// characters; but a `user_id` to look for may be anything that a peer sends, and an unknown one
/// is an ordinary answer. Times are kept to the microsecond at least.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot store passkeys",
    label = "this is not a `CredentialRepository`",
    note = "implement `passkeys::store::CredentialRepository` for it, or use one that ships: `MemoryRepository`, `SqliteRepository` (feature `sqlite`), `PostgresRepository` (feature `postgres`)"
)]
pub trait CredentialRepository: Send + Sync + 'static {
    /// Stores a new credential unless its id is known, whoever owns it.
    ///
    /// Answers whether it was stored. Of several insertions of one id at the same time exactly
    /// one answers `true`. A known credential is never changed.
    fn insert(
        &self,
        credential: &Credential,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Stores the first credential of an account that comes into being with it: as
    /// [`insert`](Self::insert) does, but not where the user has one already, suspended or not.
    ///
    /// Of several such insertions for one user at the same time exactly one answers `true`, and
    /// nobody ever finds what the others wanted to store: whoever had it could sign in to an
    /// account that is somebody else's. In databases where statements do not see what others are
    /// about to insert (PostgreSQL is one) this one has to wait for a lock before. Whether a
    /// credential counts that `insert` stores at this very moment, is the implementation's choice.
    fn insert_first(
        &self,
        credential: &Credential,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// The credential with this id, suspended or not.
    fn find(
        &self,
        id: &CredentialId,
    ) -> impl Future<Output = Result<Option<Credential>, StoreError>> + Send;

    /// All of a user's credentials, oldest first (by `created_at`, then by the bytes of the id),
    /// suspended ones included. An unknown user has none.
    fn list(
        &self,
        user_id: &str,
    ) -> impl Future<Output = Result<Vec<Credential>, StoreError>> + Send;

    /// Records a sign-in: one compare-and-swap on the counter.
    ///
    /// If the user owns the credential, it is not suspended **and** its `sign_count` equals
    /// `usage.previous_sign_count`, sets `sign_count`, `backup_state` and `last_used_at` from
    /// `usage` and answers `true`. Otherwise changes nothing and answers `false`.
    fn record_use(
        &self,
        user_id: &str,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Suspends a credential of the user's. One that is suspended keeps its first time.
    ///
    /// Answers whether the user has such a credential.
    fn suspend(
        &self,
        user_id: &str,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Renames a credential of the user's. Answers whether the user has such a credential.
    fn rename(
        &self,
        user_id: &str,
        id: &CredentialId,
        device_name: &str,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Deletes a credential of the user's. Answers whether the user had such a credential.
    fn delete(
        &self,
        user_id: &str,
        id: &CredentialId,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Deletes a credential of the user's, unless it is the last one that can sign in: one that
    /// is not suspended, where all the user's others are, or there are none. A suspended one is
    /// always deleted.
    ///
    /// Of several such deletions at the same time, each counts what the others have left: a user
    /// who can sign in before can sign in after. In databases where statements do not see what
    /// others are about to delete (PostgreSQL is one) this one has to lock the user's rows.
    /// Whether a credential counts that is stored at this very moment, is the implementation's
    /// choice.
    fn delete_unless_last(
        &self,
        user_id: &str,
        id: &CredentialId,
    ) -> impl Future<Output = Result<Deletion, StoreError>> + Send;
}

/// What became of a credential that was to be deleted; see
/// [`CredentialRepository::delete_unless_last`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// It was the user's, and is gone.
    Deleted,
    /// It is the user's last one that can sign in, and is still there.
    Last,
    /// The user has no such credential.
    Unknown,
}

impl Deletion {
    /// What two answers say together: whether something was deleted, and otherwise whether the
    /// user has the credential.
    #[must_use]
    pub fn of(deleted: bool, kept: bool) -> Self {
        match (deleted, kept) {
            (true, _) => Self::Deleted,
            (false, true) => Self::Last,
            (false, false) => Self::Unknown,
        }
    }
}

/// What a sign-in changes in a credential; see [`CredentialRepository::record_use`].
///
/// Serialises to those members of the [`Credential`] that it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CredentialUse {
    /// The counter that the assertion was judged against.
    #[serde(skip)]
    pub previous_sign_count: u32,
    /// The counter to store. Never below the previous one.
    pub sign_count: u32,
    /// Whether the passkey is synchronised now.
    pub backup_state: bool,
    /// The time of the sign-in.
    #[serde(rename = "last_used_at", with = "time::serde::rfc3339")]
    pub used_at: OffsetDateTime,
}

/// Ceremonies between `begin` and `finish`.
///
/// Chosen when the program starts and so used as `dyn`. Expiry is enforced by the library after
/// [`take`](Self::take): a store may forget what has [expired](PendingCeremony::expires_at), and
/// must not be filled without bound by ceremonies that nobody finishes. The present is what
/// [`begun_at`](PendingCeremony::begun_at) of the ceremony at hand says: the library's clock may
/// be a test's.
///
/// What is lost, people begin again; what is answered twice is a hole. So a store that cannot
/// tell forgets.
#[async_trait]
pub trait ChallengeStore: Send + Sync + 'static {
    /// Keeps a ceremony and answers the `state` that redeems it: ASCII, at most 8 KiB, and
    /// unguessable (128 random bits or more).
    async fn put(&self, ceremony: PendingCeremony) -> Result<String, StoreError>;

    /// Takes a ceremony out, atomically: of any number of calls with one `state`, at the same
    /// time or later, at most one is answered with the ceremony. `None` for every other state,
    /// whatever it looks like; `state` comes from the peer as it is.
    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError>;
}

/// Since 1970. Years that a clock can name do not leave the range.
fn milliseconds(time: OffsetDateTime) -> i64 {
    time.unix_timestamp() * 1000 + i64::from(time.millisecond())
}
