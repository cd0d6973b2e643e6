//! Crash tests: repositories keep what they acknowledged, and challenge stores never accept a
//! ceremony twice.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use passkeys::{
    sqlx::{self, SqlitePool, sqlite::SqliteConnectOptions},
    store::{CredentialRepository as _, Owner},
};
use passkeys_test_support::{credential, repositories, stores::DurableBackend};

/// A process registers passkeys one after the other, in four tasks, until the storage crashes.
async fn acknowledged_insertions_survive<B: DurableBackend>(name: &str) {
    let directory = tempfile::tempdir().unwrap();
    let Some(mut backend) = B::install(directory.path()) else {
        return;
    };
    let location = backend.location();
    // A server may need a moment before it accepts connections.
    drop(B::open_at(&location).await);
    let mut acknowledged = Vec::new();
    for round in 0..3_usize {
        let mut client = Command::new(env!("CARGO_BIN_EXE_registers_until_killed"))
            .args([name, &location, &(round * 1_000_000).to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut heard = 0;
        for line in BufReader::new(client.stdout.take().unwrap()).lines() {
            acknowledged.push(line.unwrap().parse().unwrap());
            heard += 1;
            if heard == 100 {
                // What it has written by then is still read.
                backend.crash(&mut client);
            }
        }
        client.wait().unwrap();
        assert!(heard >= 100, "{name} crashed while it was written to");

        let repository = B::open_at(&location).await;
        for &number in &acknowledged {
            let expected = credential(number, "ada");
            let stored = repository.find(&expected.id).await.unwrap();
            assert_eq!(stored, Some(expected), "{number} was acknowledged");
        }
        let stored = repository
            .list(Owner::everywhere("ada"))
            .await
            .unwrap()
            .len();
        let unacknowledged = stored - acknowledged.len();
        // One per task when the server crashes, and one when the client is killed.
        assert!(unacknowledged <= 8 * (round + 1), "{unacknowledged}");
    }
    if name == "sqlite" {
        let options = SqliteConnectOptions::new().filename(&location);
        let pool = SqlitePool::connect_with(options).await.unwrap();
        let check = sqlx::query_scalar::<_, String>("PRAGMA integrity_check");
        assert_eq!(check.fetch_one(&pool).await.unwrap(), "ok");
    }
}

macro_rules! test_crashes {
    ([] $($name:ident: $backend:ty [$kind:ident],)*) => {
        $(test_crashes!($kind $name: $backend);)*
    };
    (durable $name:ident: $backend:ty) => {
        mod $name {
            #[tokio::test]
            async fn repository_keeps_acknowledged_insertions_after_a_crash() {
                super::acknowledged_insertions_survive::<$backend>(stringify!($name)).await;
            }
        }
    };
    (volatile $name:ident: $backend:ty) => {};
}

repositories!(embedded, [test_crashes]);
repositories!(on_servers, [test_crashes]);
