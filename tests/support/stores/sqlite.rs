use std::{
    ops::Range,
    path::{Path, PathBuf},
    process::Child,
    sync::atomic::{AtomicU32, Ordering},
};

use passkeys::{
    sqlx::{self, AssertSqlSafe, SqlitePool, sqlite::SqliteConnectOptions},
    store::SqliteRepository,
};
use tempfile::TempDir;

use super::{Backend, DurableBackend, FILLED_COLUMNS, RepositoryBackend};

/// Backend of `SqliteRepository`, with a file for each store.
pub struct Sqlite {
    directory: PathBuf,
    files: AtomicU32,
    /// Deletes the directory.
    _guard: Option<TempDir>,
}

impl Sqlite {
    fn file(&self, number: u32) -> PathBuf {
        self.directory.join(format!("{number}.db"))
    }
}

impl Backend for Sqlite {
    type Store = SqliteRepository;

    async fn start() -> Option<Self> {
        // In the build directory if there is one: benchmarks need a disk, and /tmp may be in
        // memory.
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
        let guard = tempfile::tempdir_in(target).or_else(|_| tempfile::tempdir());
        let guard = guard.unwrap();
        Some(Self {
            directory: guard.path().to_owned(),
            files: AtomicU32::new(0),
            _guard: Some(guard),
        })
    }

    async fn open(&self) -> SqliteRepository {
        let number = self.files.fetch_add(1, Ordering::Relaxed);
        SqliteRepository::open(self.file(number)).await.unwrap()
    }
}

impl RepositoryBackend for Sqlite {
    async fn fill(&self, _: &SqliteRepository, numbers: Range<u32>) {
        let Range { start, end } = numbers;
        let latest = self.files.load(Ordering::Relaxed) - 1;
        let options = SqliteConnectOptions::new().filename(self.file(latest));
        let pool = SqlitePool::connect_with(options).await.unwrap();
        let sql = format!(
            "WITH RECURSIVE n(n) AS (SELECT {start} UNION ALL SELECT n + 1 FROM n WHERE n < {end} - 1)
             INSERT INTO passkey_credentials ({FILLED_COLUMNS})
             SELECT CAST(printf('%032d', n * 2654435761) AS BLOB), 'user ' || (n / 10), zeroblob(77),
             0, '[\"internal\"]', 1, 1, 'phone', 1, 'none', '2026-01-01 00:00:00.000000', 1,
             zeroblob(64), 'example.com' FROM n"
        );
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&pool)
            .await
            .unwrap();
        pool.close().await;
    }
}

impl DurableBackend for Sqlite {
    fn install(directory: &Path) -> Option<Self> {
        Some(Self {
            directory: directory.to_owned(),
            files: AtomicU32::new(1),
            _guard: None,
        })
    }

    fn location(&self) -> String {
        self.file(0).display().to_string()
    }

    async fn open_at(location: &str) -> SqliteRepository {
        SqliteRepository::open(location).await.unwrap()
    }

    fn crash(&mut self, client: &mut Child) {
        client.kill().unwrap();
    }
}
