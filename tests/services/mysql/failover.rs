//! Servers that are killed, and a replica that takes the place of its primary.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration as StdDuration,
};

use passkeys::{
    store::{ChallengeStore as _, MySqlChallenges, StoreError},
    testing::{pending_ceremony, pending_ceremony_of},
};
use passkeys_tests::servers::{self, Server};
use sqlx::{AssertSqlSafe, MySqlPool, mysql::MySqlPoolOptions};
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;

use super::{cause, rows};
use crate::eventually;

const LIFETIME: Duration = Duration::minutes(5);

async fn connect(server: &Server, database: &str) -> MySqlPool {
    let url = format!("mysql://root@127.0.0.1:{}/{database}", server.port());
    let options = MySqlPoolOptions::new().max_connections(8);
    eventually(async || {
        let pool = options.clone().connect(&url).await;
        pool.map_err(StoreError::new)
    })
    .await
}

async fn run(pool: &MySqlPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(pool)
        .await
        .unwrap();
}

/// Starts a server, and connects to a new database in it.
async fn start(directory: &Path, options: &[&str]) -> Option<(Server, MySqlPool)> {
    let options: Vec<_> = options.iter().map(|&option| option.to_owned()).collect();
    let server = servers::mysql(directory, &options)?;
    let pool = connect(&server, "mysql").await;
    run(&pool, "CREATE DATABASE app").await;
    let pool = connect(&server, "app").await;
    Some((server, pool))
}

async fn migrated(pool: &MySqlPool) -> MySqlChallenges {
    let challenges = MySqlChallenges::new(pool.clone());
    challenges.migrate().await.unwrap();
    challenges
}

#[tokio::test]
async fn crashed_server_accepts_a_ceremony_from_before_the_crash_once_at_most() {
    let directory = tempfile::tempdir().unwrap();
    let Some((mut server, pool)) = start(&directory.path().join("mysql"), &[]).await else {
        return;
    };
    let challenges = migrated(&pool).await;
    let now = OffsetDateTime::now_utc();
    let mut taken = Vec::new();
    let mut waiting = Vec::new();
    for ceremony in [
        pending_ceremony(now, LIFETIME),
        pending_ceremony_of("ada", now, LIFETIME),
    ] {
        for states in [&mut taken, &mut waiting] {
            let state = challenges.put(ceremony.clone()).await.unwrap();
            states.push((state, ceremony.clone()));
        }
    }
    for (state, _) in &taken {
        assert!(challenges.take(state).await.unwrap().is_some());
    }
    server.kill_and_restart();

    eventually(|| challenges.check()).await;
    for (state, _) in &taken {
        assert!(challenges.take(state).await.unwrap().is_none());
    }
    for (state, ceremony) in waiting {
        let found = challenges.take(&state).await.unwrap();
        assert_eq!(found, Some(ceremony), "what was acknowledged survives");
        assert!(challenges.take(&state).await.unwrap().is_none());
    }
}

/// Each ceremony is finished twice at the same time while the server is killed again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_ceremony_is_accepted_twice_while_the_server_is_killed_under_load() {
    let directory = tempfile::tempdir().unwrap();
    let Some((mut server, pool)) = start(&directory.path().join("mysql"), &[]).await else {
        return;
    };
    let challenges = migrated(&pool).await.timeout(StdDuration::from_secs(2));
    let is_over = Arc::new(AtomicBool::new(false));
    let taken = Arc::new(AtomicUsize::new(0));
    let states = Arc::new(Mutex::new(Vec::new()));
    let mut users = JoinSet::new();
    for user in 0..6 {
        let (challenges, is_over) = (challenges.clone(), Arc::clone(&is_over));
        let (taken, states) = (Arc::clone(&taken), Arc::clone(&states));
        users.spawn(async move {
            while !is_over.load(Relaxed) {
                let now = OffsetDateTime::now_utc();
                let ceremony = match user % 2 {
                    0 => pending_ceremony(now, LIFETIME),
                    _ => pending_ceremony_of(&format!("user {user}"), now, LIFETIME),
                };
                let Ok(state) = challenges.put(ceremony).await else {
                    tokio::time::sleep(StdDuration::from_millis(20)).await;
                    continue;
                };
                let (one, other) = tokio::join!(challenges.take(&state), challenges.take(&state));
                let accepted = [one, other].into_iter().flatten().flatten().count();
                assert!(accepted <= 1, "a ceremony was accepted twice");
                taken.fetch_add(accepted, Relaxed);
                if accepted == 1 {
                    states.lock().unwrap().push(state);
                }
            }
        });
    }
    let more = async |number: usize| {
        let goal = taken.load(Relaxed) + number;
        let succeeds = eventually(async || {
            let enough = taken.load(Relaxed) >= goal;
            enough
                .then_some(())
                .ok_or_else(|| StoreError::new("not yet"))
        });
        succeeds.await;
    };
    more(50).await;
    for _ in 0..3 {
        server.kill_and_restart();
        more(50).await;
    }
    is_over.store(true, Relaxed);
    users.join_all().await;
    let states = std::mem::take(&mut *states.lock().unwrap());
    assert!(states.len() >= 200);
    for state in states {
        assert!(challenges.take(&state).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn check_names_settings_of_the_server_with_which_a_ceremony_could_come_back() {
    let directory = tempfile::tempdir().unwrap();
    let Some((_server, pool)) = start(&directory.path().join("mysql"), &[]).await else {
        return;
    };
    let challenges = migrated(&pool).await;
    for value in ["0", "2"] {
        let name = "innodb_flush_log_at_trx_commit";
        run(&pool, &format!("SET GLOBAL {name} = {value}")).await;
        let expected = format!(
            "`{name}` is {value}: the server may forget at a crash that a ceremony was taken"
        );
        let told = cause(challenges.check().await);
        assert!(told.starts_with(&expected), "{told}");
        run(&pool, &format!("SET GLOBAL {name} = 1")).await;
        challenges.check().await.unwrap();
    }
    run(&pool, "SET GLOBAL binlog_format = 'STATEMENT'").await;
    let others = MySqlPool::connect_with(pool.connect_options().as_ref().clone()).await;
    let told = cause(MySqlChallenges::new(others.unwrap()).check().await);
    assert!(told.starts_with("`binlog_format` is STATEMENT: "), "{told}");
}

/// The replica has received that the ceremonies were begun, and not that they were taken, when the primary
/// fails.
#[tokio::test]
async fn replica_that_takes_over_accepts_no_ceremony_of_the_primary() {
    let directory = tempfile::tempdir().unwrap();
    let primary = ["--server-id=1", "--log-bin=binlog", "--binlog-format=ROW"];
    let primary = start(&directory.path().join("primary"), &primary).await;
    let replica = ["--server-id=2", "--relay-log=relay"];
    let replica = servers::mysql(
        &directory.path().join("replica"),
        &replica.map(ToOwned::to_owned),
    );
    let (Some((primary, pool)), Some(replica)) = (primary, replica) else {
        return;
    };
    let replica_pool = connect(&replica, "mysql").await;
    let version: String = sqlx::query_scalar("SELECT version()")
        .fetch_one(&replica_pool)
        .await
        .unwrap();
    let port = primary.port();
    let (follow, stop) = if version.contains("MariaDB") {
        (
            format!(
                "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = {port}, MASTER_USER = 'root', \
                 MASTER_LOG_FILE = 'binlog.000001', MASTER_LOG_POS = 4, MASTER_USE_GTID = no; START SLAVE"
            ),
            "STOP SLAVE",
        )
    } else {
        (
            format!(
                "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = {port}, \
                 SOURCE_USER = 'root', SOURCE_LOG_FILE = 'binlog.000001', SOURCE_LOG_POS = 4, \
                 GET_SOURCE_PUBLIC_KEY = 1; START REPLICA"
            ),
            "STOP REPLICA",
        )
    };
    run(&replica_pool, &follow).await;
    let challenges = migrated(&pool).await;
    let now = OffsetDateTime::now_utc();
    let ceremonies = [
        pending_ceremony(now, LIFETIME),
        pending_ceremony_of("ada", now, LIFETIME),
    ];
    let mut states = Vec::new();
    for ceremony in &ceremonies {
        states.push(challenges.put(ceremony.clone()).await.unwrap());
    }
    let tables = ["app.passkey_challenges", "app.passkey_challenges_reserved"];
    eventually(async || {
        for table in tables {
            let count = format!("SELECT count(*) FROM {table}");
            let count = sqlx::query_scalar::<_, i64>(AssertSqlSafe(count));
            let count = count
                .fetch_one(&replica_pool)
                .await
                .map_err(StoreError::new)?;
            if count != 1 {
                return Err(StoreError::new("the replica has not received it"));
            }
        }
        Ok(())
    })
    .await;
    run(&replica_pool, stop).await;
    for state in &states {
        assert!(challenges.take(state).await.unwrap().is_some());
    }
    drop(primary);

    let after = MySqlChallenges::new(connect(&replica, "app").await);
    after.check().await.unwrap();
    for state in &states {
        assert!(after.take(state).await.unwrap().is_none());
    }
    for (table, (state, ceremony)) in tables.into_iter().zip(states.iter().zip(&ceremonies)) {
        assert_eq!(rows(&replica_pool, table).await, 1, "it is there");
        // Only the mark of the server keeps it from being accepted again.
        run(&replica_pool, &format!("UPDATE {table} SET server_id = 2")).await;
        assert_eq!(after.take(state).await.unwrap().as_ref(), Some(ceremony));
    }
    for ceremony in ceremonies {
        let state = after.put(ceremony.clone()).await.unwrap();
        assert_eq!(after.take(&state).await.unwrap(), Some(ceremony));
    }
}
