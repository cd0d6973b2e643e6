use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::process::Process;

/// The quickstart, as a program of its own with a database of its own.
pub(crate) struct Server {
    process: Process,
    database: PathBuf,
    /// Where it serves, such as `http://localhost:40123`.
    pub(crate) origin: String,
}

impl Server {
    pub(crate) fn start(directory: &Path) -> Self {
        let database = directory.join("quickstart.db");
        let (process, origin) = run(&database, 0);
        Self {
            process,
            database,
            origin,
        }
    }

    /// Ends it without notice.
    pub(crate) fn crash(&mut self) {
        self.process.kill();
    }

    /// Starts it again: the same address, the same database.
    pub(crate) fn restart(&mut self) {
        let port = self
            .origin
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        (self.process, self.origin) = run(&self.database, port.expect("an origin with a port"));
    }

    /// Takes the table away under which the server keeps passkeys: from now on its storage fails.
    pub(crate) async fn break_storage(&self) {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&self.database);
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        sqlx::query("ALTER TABLE passkey_credentials RENAME TO gone")
            .execute(&pool)
            .await
            .unwrap();
        pool.close().await;
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        self.process.said()
    }
}

fn run(database: &Path, port: u16) -> (Process, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    command
        .env("DATABASE", database)
        .env("PORT", port.to_string());
    Process::start(command, |line| {
        line.strip_prefix("Open ").map(str::to_owned)
    })
}

/// A directory for one test, gone with it.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let directory = format!("{name}-{}", std::process::id());
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(directory);
        fs::create_dir_all(&directory).unwrap();
        Self(directory)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
