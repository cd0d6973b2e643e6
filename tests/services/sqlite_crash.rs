//! An SQLite file survives processes that are killed while they write.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use passkeys::store::{CredentialRepository as _, SqliteRepository};
use passkeys_test_support::credential;
use sqlx::{SqlitePool, sqlite::SqliteConnectOptions};

#[tokio::test]
async fn what_was_acknowledged_survives_kill_9() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("passkeys.db");
    let mut acknowledged = Vec::new();
    for round in 0..3_usize {
        let mut child = Command::new(env!("CARGO_BIN_EXE_registers_until_killed"))
            .arg(&file)
            .arg((round * 1_000_000).to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut heard = 0;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            acknowledged.push(line.unwrap().parse().unwrap());
            heard += 1;
            if heard == 100 {
                child.kill().unwrap(); // SIGKILL; what it has said by then is still read
            }
        }
        child.wait().unwrap();
        assert!(heard >= 100, "it was killed at work");

        let repository = SqliteRepository::open(&file).await.unwrap();
        for number in &acknowledged {
            let stored = repository
                .find(&credential(*number, "ada").id)
                .await
                .unwrap();
            assert_eq!(
                stored,
                Some(credential(*number, "ada")),
                "{number} was acknowledged"
            );
        }
        let stored = repository.list("ada").await.unwrap().len();
        let unheard = stored - acknowledged.len();
        assert!(
            unheard <= 4 * (round + 1),
            "one by each task that was not heard of"
        );
        let options = SqliteConnectOptions::new().filename(&file);
        let pool = SqlitePool::connect_with(options).await.unwrap();
        let check: String = sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(check, "ok");
    }
}
