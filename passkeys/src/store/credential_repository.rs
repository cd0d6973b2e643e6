use std::future::Future;

use serde::Serialize;
use time::OffsetDateTime;

use super::{Description, Owner, StoreError};
use crate::domain::{credential::Credential, credential_id::CredentialId};

/// Repository of registered passkeys, of all users.
///
/// # Requirements
///
/// - Atomic: every method happens entirely or not at all, also if several processes call it
///   concurrently, and whatever the isolation level that a database has by default. Each method but
///   the two insertions corresponds to one SQL statement; a database with one writer needs no more
///   for these either.
/// - Durable: once a method has returned `Ok`, its effect survives a crash (as far as the storage
///   itself does).
/// - Owner check: every mutation names the [`Owner`], and leaves credentials of other users and of other
///   tenants unchanged, in the statement that makes the change.
/// - Exact: strings are stored byte for byte or rejected with an error, never truncated or
///   normalized. Times are stored with a precision of at least one microsecond.
///
/// The library passes user IDs of at most 255 bytes, RP IDs of at most 253 characters, and device names
/// of at most 255 characters without control characters. Only a `user_id` to look up may be any string
/// that a client sent; one that is unknown is not an error.
///
/// `passkeys::testing::credential_repository` (feature `testing`) tests a repository against all
/// of this.
///
/// There is no `dyn CredentialRepository`, since its methods are asynchronous without a box for each call.
/// [`BoxedRepository`](super::BoxedRepository) is any repository, chosen at run time.
///
/// # Errors
///
/// An `Err` makes the router respond with 503 and `storage_unavailable`. Operations are not
/// retried. After an error the operation may have taken effect, as when the database's response
/// was lost, but entirely and once.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot store passkeys",
    label = "this is not a `CredentialRepository`",
    note = "implement `passkeys::store::CredentialRepository` for it, or use one that ships: `MemoryRepository`, `SqliteRepository` (feature `sqlite`), `PostgresRepository` (feature `postgres`), `MySqlRepository` (feature `mysql`), or `BoxedRepository` for one that is chosen at run time"
)]
pub trait CredentialRepository: Send + Sync + 'static {
    /// Stores a new credential unless its ID exists, of this owner or another, or the owner has
    /// `max_credentials` already: a unique and bounded insert.
    ///
    /// Counts the credentials that the owner [owns](Owner::owns), suspended ones included. What is stored
    /// is in the credential alone: the library passes its `user_id` and `rp_id` as the owner.
    ///
    /// Of several concurrent insertions of one ID exactly one returns [`Insertion::Stored`], and
    /// concurrent insertions for one owner store no more than the maximum. In databases whose
    /// statements do not see uncommitted insertions of others, such as PostgreSQL, this method has to
    /// take a lock first. An existing credential is never changed. If both is the case,
    /// [`Insertion::Exists`] goes before [`Insertion::Full`].
    ///
    /// The library passes [`Config::max_credentials`](crate::Config::max_credentials). An import from
    /// another system passes `usize::MAX`, which is no limit.
    fn insert(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
        max_credentials: usize,
    ) -> impl Future<Output = Result<Insertion, StoreError>> + Send;

    /// Stores the first credential of a new account: like [`insert`](Self::insert), but only if
    /// the owner has no credential, suspended or not. Returns whether it was stored.
    ///
    /// The library passes an owner [everywhere](Owner::everywhere), or one [of a
    /// tenant](Owner::of_tenant): a user with an equal ID may have credentials at other tenants.
    ///
    /// Of several concurrent insertions for one owner exactly one returns `true`, and the credential
    /// of any other must never be visible, not even for a moment: its owner could sign in to
    /// the account of another user.
    ///
    /// In databases whose statements do not see uncommitted insertions of others, such as
    /// PostgreSQL, this method has to take a lock first. Whether it counts a credential that
    /// `insert` stores concurrently is up to the implementation.
    fn insert_first(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Returns the credential with this ID, suspended or not, whoever owns it. IDs are unique among all
    /// users and tenants.
    fn find(
        &self,
        id: &CredentialId,
    ) -> impl Future<Output = Result<Option<Credential>, StoreError>> + Send;

    /// Returns all credentials of an owner, suspended ones included, oldest first: ordered by
    /// `created_at`, then by the bytes of the ID. Returns an empty list for an unknown user.
    fn list(
        &self,
        owner: Owner<'_>,
    ) -> impl Future<Output = Result<Vec<Credential>, StoreError>> + Send;

    /// Records an accepted assertion: one compare-and-swap on the signature counter.
    ///
    /// If the owner [owns](Owner::owns) the credential, it is not suspended **and** its `sign_count` equals
    /// `usage.previous_sign_count`, sets `sign_count`, `backup_eligible`, `backup_state` and
    /// `last_used_at` from `usage` and returns `true`. Otherwise changes nothing and returns `false`.
    fn record_use(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Suspends a credential of the owner. One that is suspended already keeps its `suspended_at`.
    ///
    /// Returns whether the owner has a credential with this ID.
    fn suspend(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Resumes a suspended credential of the owner: sets `suspended_at` to `None`, and nothing else. One
    /// that is not suspended stays as it is.
    ///
    /// Returns whether the owner has a credential with this ID.
    fn resume(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Renames a credential of the owner. Returns whether the owner has a credential with this ID.
    fn rename(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        device_name: &str,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Deletes a credential of the owner. Returns whether the owner had a credential with this ID.
    fn delete(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Deletes a credential of the owner unless it is the last one that can sign in: that the owner
    /// [owns](Owner::owns) and that is not suspended. A suspended credential is always deleted.
    ///
    /// Of several concurrent deletions each takes the others into account: a user who could sign
    /// in before can sign in afterwards. In databases whose statements do not see uncommitted
    /// deletions of others, such as PostgreSQL, this method has to lock the owner's rows. Whether it
    /// counts a credential that is stored concurrently is up to the implementation.
    fn delete_unless_last(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
    ) -> impl Future<Output = Result<Deletion, StoreError>> + Send;

    /// Returns the name of the repository and what it does not do, for the log. Default: the name of the
    /// type.
    fn describe(&self) -> Description {
        Description::of::<Self>()
    }

    /// Checks that the repository can be reached and used, its table included: for
    /// [`Passkeys::check`](crate::Passkeys::check). Default: lists the credentials of the empty user ID,
    /// which no user has.
    fn check(&self) -> impl Future<Output = Result<(), StoreError>> + Send {
        async { self.list(Owner::everywhere("")).await.map(drop) }
    }
}

/// Result of [`CredentialRepository::insert`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Insertion {
    /// The credential was stored.
    Stored,
    /// The credential was not stored: its ID exists, of this owner or another.
    Exists,
    /// The credential was not stored: the owner has the maximum number of credentials.
    Full,
}

impl Insertion {
    /// Combines the results of two queries: whether the credential was `stored`, and whether its ID
    /// `exists`, which matters if it was not.
    #[must_use]
    pub fn of(stored: bool, exists: bool) -> Self {
        match (stored, exists) {
            (true, _) => Self::Stored,
            (false, true) => Self::Exists,
            (false, false) => Self::Full,
        }
    }
}

/// Result of [`CredentialRepository::delete_unless_last`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deletion {
    /// The credential was deleted.
    Deleted,
    /// The credential was kept: it is the owner's last one that can sign in.
    Last,
    /// The owner has no credential with this ID.
    Unknown,
}

impl Deletion {
    /// Combines the results of two queries: whether a credential was `deleted`, and whether the
    /// owner has a credential with this ID (`exists`), which matters if none was deleted.
    #[must_use]
    pub fn of(deleted: bool, exists: bool) -> Self {
        match (deleted, exists) {
            (true, _) => Self::Deleted,
            (false, true) => Self::Last,
            (false, false) => Self::Unknown,
        }
    }
}

/// Changes that an accepted assertion makes to a credential; see
/// [`CredentialRepository::record_use`].
///
/// Serializes to the members of [`Credential`] that it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CredentialUse {
    /// Signature counter that the assertion was verified against.
    #[serde(skip)]
    pub previous_sign_count: u32,
    /// Signature counter to store. Never lower than the previous one.
    pub sign_count: u32,
    /// Backup eligibility: whether the passkey can be synced. Differs from the stored flag if that is
    /// unknown, or if the configuration lets it change.
    pub backup_eligible: bool,
    /// Backup state: whether the passkey is backed up (synced) now.
    pub backup_state: bool,
    /// Time of the assertion.
    #[serde(rename = "last_used_at", with = "time::serde::rfc3339")]
    pub used_at: OffsetDateTime,
}

impl CredentialUse {
    /// Describes a use. Tests of stores construct one; the library does so for every accepted
    /// assertion.
    #[must_use]
    pub fn new(
        previous_sign_count: u32,
        sign_count: u32,
        backup_eligible: bool,
        backup_state: bool,
        used_at: OffsetDateTime,
    ) -> Self {
        Self {
            previous_sign_count,
            sign_count,
            backup_eligible,
            backup_state,
            used_at,
        }
    }
}
