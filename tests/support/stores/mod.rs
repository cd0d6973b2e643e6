//! Every store that ships, in one list that contract, crash and growth tests and benchmarks run
//! over.

mod boxed;
mod memory;
mod sealed;
mod sqlite;

use std::{
    future::{Future, ready},
    ops::Range,
    path::Path,
    process::Child,
};

use passkeys::{
    Credential, CredentialId,
    store::{ChallengeStore, CredentialRepository},
};
use time::OffsetDateTime;

pub use boxed::Boxed;
pub use memory::{Memory, MemoryCeremonies};
pub use sealed::Sealed;
pub use sqlite::Sqlite;

/// Calls a macro with every repository, as `name: Backend [durable or volatile],` each. Only those that
/// are `durable` are tested for crashes; one way to the same server is enough.
///
/// `repositories!(embedded, [callback])` names those in the process, and
/// `repositories!(on_servers, [callback])` those that need a server, whose backends are in
/// `passkeys_tests`. Further arguments are passed on, in brackets before the list.
///
/// A new repository is one line here.
#[macro_export]
macro_rules! repositories {
    (embedded, [$($with:tt)*] $(, $argument:expr)?) => {
        $($with)*! { [$($argument)?]
            boxed: $crate::stores::Boxed [volatile],
            memory: $crate::stores::Memory [volatile],
            sqlite: $crate::stores::Sqlite [durable],
        }
    };
    (on_servers, [$($with:tt)*] $(, $argument:expr)?) => {
        $($with)*! { [$($argument)?]
            mysql: passkeys_tests::stores::MySql [durable],
            pgbouncer: passkeys_tests::stores::PgBouncer [volatile],
            postgres: passkeys_tests::stores::Postgres [durable],
            postgres_driver: passkeys_tests::stores::OverDriver [volatile],
        }
    };
}

/// Calls a macro with every challenge store, as `name: Backend,` each; see [`repositories!`].
///
/// A new challenge store is one line here.
#[macro_export]
macro_rules! challenge_stores {
    (embedded, [$($with:tt)*] $(, $argument:expr)?) => {
        $($with)*! { [$($argument)?]
            memory: $crate::stores::MemoryCeremonies,
            sealed: $crate::stores::Sealed,
        }
    };
    (on_servers, [$($with:tt)*] $(, $argument:expr)?) => {
        $($with)*! { [$($argument)?]
            mysql: passkeys_tests::stores::MySqlCeremonies,
            pgbouncer: passkeys_tests::stores::PgBouncerCeremonies,
            postgres: passkeys_tests::stores::PostgresCeremonies,
            postgres_driver: passkeys_tests::stores::CeremoniesOverDriver,
            redis: passkeys_tests::stores::Redis,
        }
    };
}

/// Place where stores of one kind are opened: a directory, a database schema, a server.
pub trait Backend: Sized {
    /// Type of the stores.
    type Store: Clone + 'static;

    /// Prepares the place. Returns `None`, and reports it, if a server is missing.
    fn start() -> impl Future<Output = Option<Self>>;

    /// Opens an empty store, a new one with each call.
    fn open(&self) -> impl Future<Output = Self::Store>;

    /// Removes what the stores have left.
    fn stop(self) -> impl Future<Output = ()> {
        ready(())
    }
}

/// Backend of challenge stores.
pub trait ChallengeBackend: Backend<Store: ChallengeStore> {
    /// Sets the capacity of an empty store.
    fn with_capacity(store: Self::Store, capacity: usize) -> Self::Store;
}

/// Backend of repositories.
pub trait RepositoryBackend: Backend<Store: CredentialRepository> {
    /// Number of credentials of the growth test: a million, unless they are kept in memory.
    const MANY: u32 = 1_000_000;

    /// Stores the credentials with these [numbers](numbered) in an empty store, fast.
    fn fill(&self, store: &Self::Store, numbers: Range<u32>) -> impl Future<Output = ()>;
}

/// Backend whose repositories survive a crash.
pub trait DurableBackend: RepositoryBackend {
    /// Prepares an empty store in this directory, with a server of its own if it needs one.
    /// Returns `None`, and reports it, if the server's program is missing.
    fn install(directory: &Path) -> Option<Self>;

    /// Returns the location of the store, for another process to open.
    fn location(&self) -> String;

    /// Opens the store at a location.
    fn open_at(location: &str) -> impl Future<Output = Self::Store>;

    /// Kills the processes that write to the storage, without warning: the server, if there is one,
    /// which starts again, and then the client, which has opened the store.
    fn crash(&mut self, client: &mut Child);
}

/// Columns of the SQL tables that [`RepositoryBackend::fill`] sets, in order. The others have defaults.
pub const FILLED_COLUMNS: &str = "credential_id, user_id, public_key, sign_count, transports, \
    backup_eligible, backup_state, device_name, is_discoverable, attestation_fmt, created_at, \
    user_verified, user_handle, rp_id";

/// Returns the ID of a credential of the growth test.
///
/// # Panics
///
/// Never: the ID has 32 bytes.
#[must_use]
pub fn numbered_id(number: u32) -> CredentialId {
    CredentialId::new(format!("{:032}", u64::from(number) * 2_654_435_761)).unwrap()
}

/// Returns a credential of the growth test. Each user has ten.
#[must_use]
pub fn numbered(number: u32) -> Credential {
    let user = format!("user {}", number / 10);
    let at = OffsetDateTime::UNIX_EPOCH;
    Credential::new(numbered_id(number), user, vec![0; 77], at)
}

/// Callback for [`challenge_stores!`]: runs a test, an async function that takes the store, with each
/// of them.
#[macro_export]
macro_rules! run_with_each_challenge_store {
    ([$test:expr] $($name:ident: $backend:ty,)*) => {{
        use $crate::stores::Backend as _;
        $(
            if let Some(backend) = <$backend>::start().await {
                ($test)(std::sync::Arc::new(backend.open().await)).await;
                backend.stop().await;
            }
        )*
    }};
}

/// Defines, for a program that tests the stores of one kind (`embedded` or `on_servers`),
/// `in_every_store`, a function that runs a test with each challenge store, and
/// `in_every_repository`, a macro that runs one with each repository.
#[macro_export]
macro_rules! in_every_store {
    ($kind:ident) => {
        /// Runs a test with each of these challenge stores.
        pub(crate) async fn in_every_store(
            test: impl AsyncFn(std::sync::Arc<dyn passkeys::store::ChallengeStore>),
        ) {
            $crate::challenge_stores!($kind, [$crate::run_with_each_challenge_store], test);
        }

        /// Runs a test, a function that is generic over the repository, with each of these
        /// repositories.
        macro_rules! in_every_repository {
            ($test:expr) => {
                $crate::repositories!($kind, [$crate::run_with_each], $test)
            };
        }
        pub(crate) use in_every_repository;
    };
}

/// Callback for [`repositories!`]: runs a test, a function that is generic over the repository,
/// with each of them.
#[macro_export]
macro_rules! run_with_each {
    ([$test:expr] $($name:ident: $backend:ty [$kind:ident],)*) => {{
        use $crate::stores::Backend as _;
        $(
            if let Some(backend) = <$backend>::start().await {
                ($test)(backend.open().await).await;
                backend.stop().await;
            }
        )*
    }};
}
