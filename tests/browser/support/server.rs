use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use super::{process::Process, visit::Site};

/// An example that runs as a separate process.
pub(crate) struct Program {
    process: Process,
    origin: String,
}

impl Program {
    /// Starts it on a port that is free.
    pub(crate) fn start(mut command: Command) -> Self {
        command.env("PORT", "0");
        let (process, origin) = run(command);
        Self { process, origin }
    }

    /// Ends it without notice.
    pub(crate) fn crash(&mut self) {
        self.process.kill();
    }
}

impl Site for Program {
    fn origin(&self) -> &str {
        &self.origin
    }

    fn log(&self) -> String {
        self.process.said()
    }
}

/// The quickstart, with a database of its own.
pub(crate) struct Server {
    process: Process,
    database: PathBuf,
    /// Where it serves, such as `http://localhost:40123`.
    pub(crate) origin: String,
}

impl Server {
    pub(crate) fn start(directory: &Path) -> Self {
        let database = directory.join("quickstart.db");
        let (process, origin) = run(quickstart(&database, 0));
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
        (self.process, self.origin) = run(quickstart(
            &self.database,
            port.expect("an origin with a port"),
        ));
    }

    /// Drops the table of passkeys, so that the server's storage fails from now on.
    pub(crate) async fn break_storage(&self) {
        let pool = self.database().await;
        let rename = "ALTER TABLE passkey_credentials RENAME TO gone";
        sqlx::query(rename).execute(&pool).await.unwrap();
        pool.close().await;
    }

    /// Changes the name of an account in the database.
    pub(crate) async fn rename_account(&self, from: &str, to: &str) {
        let pool = self.database().await;
        sqlx::query("UPDATE accounts SET name = ? WHERE name = ?")
            .bind(to)
            .bind(from)
            .execute(&pool)
            .await
            .unwrap();
        pool.close().await;
    }

    /// Gives all passkeys in the database another user handle, but those with this device name.
    pub(crate) async fn keep_user_handle_of(&self, device_name: &str) {
        let pool = self.database().await;
        let update = "UPDATE passkey_credentials SET user_handle = zeroblob(64)
            WHERE device_name <> ?";
        let update = sqlx::query(update).bind(device_name);
        update.execute(&pool).await.unwrap();
        pool.close().await;
    }

    /// Deletes all passkeys from the database.
    pub(crate) async fn forget_passkeys(&self) {
        let pool = self.database().await;
        let delete = "DELETE FROM passkey_credentials";
        sqlx::query(delete).execute(&pool).await.unwrap();
        pool.close().await;
    }

    /// Sets the AAGUIDs of the passkeys to those of known providers, since that of the virtual
    /// authenticator is unknown.
    pub(crate) async fn made_by_known_providers(&self) {
        let pool = self.database().await;
        let update = "UPDATE passkey_credentials SET aaguid = CASE backup_eligible
            WHEN 1 THEN X'ea9b8d664d011d213ce4b6b48cb575d4'
            ELSE X'2fc0579f811347eab116bb5a8db9202a' END";
        sqlx::query(update).execute(&pool).await.unwrap();
        pool.close().await;
    }

    /// Returns the numbers of stored accounts and passkeys.
    pub(crate) async fn stored(&self) -> (i64, i64) {
        let pool = self.database().await;
        let counts =
            "SELECT (SELECT COUNT(*) FROM accounts), (SELECT COUNT(*) FROM passkey_credentials)";
        let counts = sqlx::query_as(counts).fetch_one(&pool).await.unwrap();
        pool.close().await;
        counts
    }

    async fn database(&self) -> SqlitePool {
        let options = SqliteConnectOptions::new().filename(&self.database);
        SqlitePool::connect_with(options).await.unwrap()
    }
}

impl Site for Server {
    fn origin(&self) -> &str {
        &self.origin
    }

    fn log(&self) -> String {
        self.process.said()
    }
}

fn quickstart(database: &Path, port: u16) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_example-quickstart"));
    command
        .env("DATABASE", database)
        .env("PORT", port.to_string());
    command
}

fn run(command: Command) -> (Process, String) {
    Process::start(command, |line| {
        line.strip_prefix("Open ").map(str::to_owned)
    })
}

/// A temporary directory of one test.
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
