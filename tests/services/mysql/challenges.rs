//! The challenge store: its bounds, and what a reader of the table has of it.

use passkeys::{
    store::{ChallengeStore as _, MySqlChallenges},
    testing::{pending_ceremony, pending_ceremony_of},
};
use passkeys_tests::MySqlDatabase;
use sqlx::AssertSqlSafe;
use time::{Duration, OffsetDateTime};

use super::{PATIENCE, cause, rows};
use crate::capacity::{self, Kept};

const LIFETIME: Duration = Duration::minutes(5);

/// Creates a challenge store, and returns it with the name of its table.
async fn open(database: &MySqlDatabase) -> (MySqlChallenges, String) {
    let table = database.table();
    let challenges = MySqlChallenges::new(database.pool()).table(&table).unwrap();
    challenges.migrate().await.unwrap();
    (challenges, table)
}

async fn kept(database: &MySqlDatabase, table: &str) -> Kept {
    let pool = database.pool();
    let count = async |what: &str| usize::try_from(rows(&pool, what).await).unwrap();
    let reserved = count(&format!("{table}_reserved")).await;
    Kept {
        all: count(table).await + reserved,
        reserved,
    }
}

#[tokio::test]
async fn missing_tables_are_named_with_what_to_do() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    let challenges = MySqlChallenges::new(database.pool());
    let ceremony = pending_ceremony(OffsetDateTime::now_utc(), LIFETIME);
    for told in [
        cause(challenges.check().await),
        cause(challenges.put(ceremony).await),
    ] {
        let advice =
            "call `MySqlChallenges::migrate()` when the program starts, before the first request";
        assert!(
            told.contains("passkey_challenges' doesn't exist: ") && told.ends_with(advice),
            "{told}"
        );
    }
    database.drop().await;
}

#[tokio::test]
async fn full_challenge_store_drops_the_oldest_ceremonies() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    let (challenges, table) = open(&database).await;
    let challenges = challenges.with_capacity(10);
    capacity::newest_are_kept(&challenges, async || kept(&database, &table).await).await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn challenge_store_keeps_a_quarter_of_its_capacity_more_for_signed_in_users() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    let (challenges, table) = open(&database).await;
    let challenges = challenges.with_capacity(1000).timeout(PATIENCE);
    let all = async || kept(&database, &table).await;
    capacity::quarter_more_is_kept_for_signed_in_users(&challenges, &all).await;
    let delete = format!("DELETE FROM {table}; DELETE FROM {table}_reserved");
    database.run(&delete).await;
    capacity::newest_of_a_user_are_kept(&challenges, &all).await;
    database.drop().await;
}

/// Servers that write in turn number their rows in steps, so that the numbers of one have gaps.
#[tokio::test]
async fn challenge_store_keeps_its_capacity_where_numbers_have_gaps() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    let pool = database
        .pool_after("SET SESSION auto_increment_increment = 3, auto_increment_offset = 2")
        .await;
    let table = database.table();
    let challenges = MySqlChallenges::new(pool).table(&table).unwrap();
    challenges.migrate().await.unwrap();
    let challenges = challenges.with_capacity(10);
    capacity::newest_are_kept(&challenges, async || kept(&database, &table).await).await;
    database.drop().await;
}

#[tokio::test]
async fn put_deletes_expired_ceremonies() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    let (challenges, table) = open(&database).await;
    let now = OffsetDateTime::now_utc();
    let put = async |number: usize, at: OffsetDateTime| {
        let user = format!("user {number}");
        for ceremony in [
            pending_ceremony(at, LIFETIME),
            pending_ceremony_of(&user, at, LIFETIME),
        ] {
            challenges.put(ceremony).await.unwrap();
        }
    };
    for number in 0..100 {
        put(number, now).await;
    }
    for number in 0..100 {
        put(number, now + 2 * LIFETIME).await;
    }
    let Kept { all, reserved } = kept(&database, &table).await;
    assert_eq!((all, reserved), (200, 100), "those that have not expired");
    database.drop().await;
}

/// The tickets of both parts are digests, and the parts do not redeem each other's.
#[tokio::test]
async fn read_access_to_the_table_does_not_redeem_ceremonies() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    let (challenges, table) = open(&database).await;
    let now = OffsetDateTime::now_utc();
    for (ceremony, part, prefix) in [
        (pending_ceremony(now, LIFETIME), "", ""),
        (pending_ceremony_of("ada", now, LIFETIME), "_reserved", "r"),
    ] {
        let state = challenges.put(ceremony).await.unwrap();
        let read = format!("SELECT TO_BASE64(ticket) FROM {table}{part}");
        let ticket: String = sqlx::query_scalar(AssertSqlSafe(read))
            .fetch_one(&database.pool())
            .await
            .unwrap();
        let ticket = ticket.replace('+', "-").replace('/', "_").replace('=', "");
        let ticket = format!("{prefix}{ticket}");
        assert_eq!(ticket.len(), state.len(), "it looks like a state");
        assert!(challenges.take(&ticket).await.unwrap().is_none());
        let other = match state.strip_prefix('r') {
            Some(rest) if !prefix.is_empty() => rest.to_owned(),
            _ => format!("r{state}"),
        };
        assert!(challenges.take(&other).await.unwrap().is_none());
        assert!(challenges.take(&state).await.unwrap().is_some());
    }
    database.drop().await;
}
