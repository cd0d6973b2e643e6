//! Storage of passkeys and of ceremony state.
//!
//! A *repository* ([`CredentialRepository`]) stores registered passkeys. A *challenge store*
//! ([`ChallengeStore`]) stores the state of each ceremony, with its challenge, from `begin` until
//! `finish` takes it: single-use, against replay.
//!
//! | | repository | challenge store |
//! | --- | --- | --- |
//! | nothing to install | `SqliteRepository`: a file; [`MemoryRepository`]: for tests | [`MemoryChallenges`]: one process; `SealedChallenges`: many processes, but single-use only within each |
//! | one database | `PostgresRepository`, `MySqlRepository` | `PostgresChallenges`, `MySqlChallenges` |
//! | many machines | the same | `RedisChallenges`, or the same |
//!
//! [`BoxedRepository`] is any of the repositories, chosen at run time.
//!
//! The memory stores are always available, the others with the features `sqlite`, `postgres`, `mysql`,
//! `redis` and `sealed`. Each documents its guarantees, their limits, its bounds and its timeout.
//!
//! # Settings
//!
//! Stores name the same setting in the same way:
//!
//! | setting | meaning | default |
//! | --- | --- | --- |
//! | `with_capacity(n)` | at most `n` are kept; in a challenge store a quarter as many more that signed-in users have begun | `DEFAULT_CAPACITY` |
//! | `timeout(duration)` | maximum time of one operation, waiting for a connection included | `DEFAULT_TIMEOUT` |
//! | `table(name)` | table in the database; `prefix(..)` of the keys in Redis | `passkey_credentials`, `passkey_challenges`; `passkeys:` |
//! | `migrate()` | creates the table, or adds the columns that it lacks | |
//!
//! Memory and sealed stores never wait and so have no timeout; repositories in a database have no
//! capacity of their own. A store with a capacity of 0 keeps nothing: every insertion fails with a
//! [`StoreError`].
//!
//! All stores are cheap handles: a clone shares the data, and the connections, of the original.
//!
//! # Writing a store
//!
//! Implement the trait, then run the contract tests of `passkeys::testing` (feature `testing`)
//! against it: `testing::credential_repository`, `testing::challenge_store` and
//! `testing::full_challenge_store` take a function that opens an empty store, and report every
//! requirement of the trait that the store violates.
//! Rebuild a credential with [`Credential::new`](crate::Credential::new) and its public fields.
//! Serialize a [`PendingCeremony`] with serde.

mod arc_impls;
mod boxed;
mod capacity;
pub(crate) mod ceremony_format;
mod challenge_store;
mod credential_repository;
#[cfg(any(feature = "sqlite", feature = "postgres-driver", feature = "mysql"))]
mod credential_table;
mod description;
#[cfg(feature = "metrics")]
mod measured;
mod memory;
mod missing;
#[cfg(feature = "mysql")]
mod mysql;
mod owner;
#[cfg(feature = "postgres-driver")]
mod postgres;
#[cfg(feature = "redis")]
mod redis;
mod reserved;
#[cfg(feature = "sealed")]
mod sealed;
mod shared;
#[cfg(any(feature = "sqlite", feature = "postgres-driver", feature = "mysql"))]
mod sql_error;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(any(feature = "postgres-driver", feature = "mysql"))]
mod table_name;
#[cfg(any(feature = "postgres-driver", feature = "mysql", feature = "redis"))]
pub(crate) mod ticket;

/// Attribute for implementations of [`ChallengeStore`], from the crate `async-trait`.
pub use async_trait::async_trait;
pub use boxed::BoxedRepository;
pub use challenge_store::ChallengeStore;
pub use credential_repository::{CredentialRepository, CredentialUse, Deletion, Insertion};
#[cfg(any(feature = "sqlite", feature = "postgres-driver", feature = "mysql"))]
pub use credential_table::InvalidTableName;
pub use description::Description;
pub use memory::{MemoryChallenges, MemoryRepository};
pub use missing::Missing;
#[cfg(feature = "mysql")]
pub use mysql::{MySqlChallenges, MySqlRepository};
pub use owner::{Owner, Scope};
// The compiler names the first feature to somebody who has neither.
#[cfg(feature = "postgres")]
pub use postgres::{PostgresChallenges, PostgresRepository};
#[cfg(all(feature = "postgres-driver", not(feature = "postgres")))]
pub use postgres::{PostgresChallenges, PostgresRepository};
#[cfg(feature = "postgres-driver")]
pub use postgres::{PostgresDriver, PostgresError, PostgresStatement};
#[cfg(feature = "redis")]
pub use redis::RedisChallenges;
#[cfg(feature = "sealed")]
pub use sealed::SealedChallenges;
pub(crate) use shared::{Repository, challenges, repository};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteRepository;

pub use crate::domain::{error::StoreError, pending::PendingCeremony};
