use std::{
    env,
    future::Future,
    path::{Path, PathBuf},
};

use passkeys::store::{
    MemoryChallenges, MemoryRepository, PostgresChallenges, PostgresRepository, RedisChallenges,
    SealedChallenges, SqliteRepository,
};
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// A store that is kept where there may be something to keep it in.
pub(crate) trait Kept: Sized {
    /// An empty one, in this folder if it is kept in files. `None`, and said so, where what keeps
    /// it is missing.
    fn open(folder: &Path) -> impl Future<Output = Option<Self>>;
}

/// An empty store, and what runs it.
pub(crate) struct Open<S> {
    pub(crate) store: S,
    runtime: Runtime,
    _folder: TempDir,
}

impl<S: Kept> Open<S> {
    pub(crate) fn new() -> Option<Self> {
        // With what is built, so on a disk.
        let folder = TempDir::new_in(PathBuf::from(env!("CARGO_TARGET_TMPDIR"))).expect("a folder");
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let store = runtime.block_on(S::open(folder.path()))?;
        Some(Self {
            store,
            runtime,
            _folder: folder,
        })
    }

    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

impl Kept for MemoryRepository {
    async fn open(_: &Path) -> Option<Self> {
        Some(Self::default())
    }
}

impl Kept for SqliteRepository {
    async fn open(folder: &Path) -> Option<Self> {
        let repository = Self::open(folder.join("passkeys.db")).await;
        Some(repository.expect("an SQLite file"))
    }
}

impl Kept for PostgresRepository {
    async fn open(_: &Path) -> Option<Self> {
        let repository = Self::new(postgres("DROP TABLE IF EXISTS passkey_credentials").await?);
        repository.migrate().await.expect("a table");
        Some(repository)
    }
}

impl Kept for MemoryChallenges {
    async fn open(_: &Path) -> Option<Self> {
        Some(Self::default())
    }
}

impl Kept for SealedChallenges {
    async fn open(_: &Path) -> Option<Self> {
        Some(Self::new([7; 32]).expect("a secret"))
    }
}

impl Kept for PostgresChallenges {
    async fn open(_: &Path) -> Option<Self> {
        let challenges = Self::new(postgres("DROP TABLE IF EXISTS passkey_challenges").await?);
        challenges.migrate().await.expect("a table");
        Some(challenges)
    }
}

impl Kept for RedisChallenges {
    async fn open(_: &Path) -> Option<Self> {
        let url = url("PASSKEYS_TEST_REDIS_URL")?;
        Some(Self::connect(&url).await.expect("a Redis server"))
    }
}

async fn postgres(clean_up: &'static str) -> Option<PgPool> {
    let pool = PgPool::connect(&url("PASSKEYS_TEST_POSTGRES_URL")?).await;
    let pool = pool.expect("a PostgreSQL server");
    sqlx::raw_sql(clean_up).execute(&pool).await.expect("room");
    Some(pool)
}

fn url(variable: &str) -> Option<String> {
    let url = env::var(variable).ok().filter(|value| !value.is_empty());
    if url.is_none() {
        eprintln!("left out: {variable} is not set");
    }
    url
}
