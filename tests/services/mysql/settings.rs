//! Settings of a database and of connections under which a careless store would change, confuse or lose
//! something.

use passkeys::{
    store::{ChallengeStore as _, CredentialRepository as _, Owner},
    testing::{self, pending_ceremony, pending_ceremony_of},
};
use passkeys_test_support::{credential, imported};
use passkeys_tests::MySqlDatabase;
use time::{Duration, OffsetDateTime};

use super::{cause, challenges, repository};

/// In the collation of the database, as in the default of both servers, all of these are equal, or are with
/// the trailing spaces that a comparison ignores.
#[tokio::test]
async fn user_ids_differ_in_case_accents_and_trailing_spaces() {
    const USERS: [&str; 8] = [
        "zoë",
        "zoe",
        "Zoë",
        "ZOË",
        "zoë ",
        "zoë\0",
        "zoe\u{308}",
        "ｚoë",
    ];
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    let pool = database.pool();
    let equal: bool = sqlx::query_scalar("SELECT 'zoë' COLLATE utf8mb4_unicode_ci = 'ZOE '")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(equal, "the collation compares as this test needs it");
    let repository = repository(&database, &pool).await;
    let all = (0..)
        .zip(USERS)
        .map(|(number, user)| credential(number, user));
    let all: Vec<_> = all.collect();
    for own in &all {
        let owner = Owner::everywhere(&own.user_id);
        assert!(repository.insert_first(owner, own).await.unwrap());
    }
    for own in &all {
        let owner = Owner::everywhere(&own.user_id);
        let listed = repository.list(owner).await.unwrap();
        assert_eq!(listed, std::slice::from_ref(own));
        for other in all.iter().filter(|other| other.id != own.id) {
            assert!(!repository.rename(owner, &other.id, "mine").await.unwrap());
            assert!(!repository.delete(owner, &other.id).await.unwrap());
        }
    }
    database.drop().await;
}

/// What a connection converts, reads or truncates in another way than by default.
const CONNECTIONS: [&str; 7] = [
    "SET NAMES latin1",
    "SET SESSION sql_mode = ''",
    "SET SESSION sql_mode = 'ANSI'",
    "SET SESSION sql_mode = 'TRADITIONAL,NO_BACKSLASH_ESCAPES,NO_UNSIGNED_SUBTRACTION'",
    "SET SESSION time_zone = '+05:45'",
    "SET SESSION sql_safe_updates = 1",
    "SET SESSION innodb_lock_wait_timeout = 1",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stores_keep_their_promises_whatever_the_settings_of_their_connections() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    for setting in CONNECTIONS {
        let pool = database.pool_after(setting).await;
        testing::credential_repository(async || repository(&database, &pool).await).await;
        let challenges = challenges(&database, &pool).await;
        let now = OffsetDateTime::UNIX_EPOCH + Duration::microseconds(1);
        let signed_in = pending_ceremony_of("Зоя 👩‍💻", now, Duration::MINUTE);
        for ceremony in [pending_ceremony(now, Duration::MINUTE), signed_in] {
            let state = challenges.put(ceremony.clone()).await.unwrap();
            assert_eq!(challenges.take(&state).await.unwrap(), Some(ceremony));
            assert_eq!(challenges.take(&state).await.unwrap(), None);
        }
    }
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stores_satisfy_the_contract_in_a_database_that_is_not_utf_8() {
    let clauses = "CHARACTER SET latin1 COLLATE latin1_swedish_ci";
    let Some(database) = MySqlDatabase::create_with(clauses).await else {
        return;
    };
    let pool = database.pool();
    testing::credential_repository(async || repository(&database, &pool).await).await;
    testing::challenge_store(async || challenges(&database, &pool).await).await;
    database.drop().await;
}

/// The same rows, written and read by connections with different settings.
#[tokio::test]
async fn credentials_do_not_depend_on_the_settings_of_the_connection_that_wrote_them() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    let plain = repository(&database, &database.pool()).await;
    let mut number = 0;
    for setting in CONNECTIONS {
        let pool = database.pool_after(setting).await;
        let other = passkeys::store::MySqlRepository::new(pool);
        let other = other.table("t0").unwrap();
        for (writer, reader) in [(&plain, &other), (&other, &plain)] {
            number += 1;
            let mut own = credential(number, "Зоя 👩‍💻");
            "Zoës Telefon ☎".clone_into(&mut own.device_name);
            own.last_used_at = Some(own.created_at + Duration::microseconds(1));
            assert!(imported(writer, &own).await);
            assert_eq!(reader.find(&own.id).await.unwrap(), Some(own), "{setting}");
        }
    }
    database.drop().await;
}

#[tokio::test]
async fn values_longer_than_their_column_are_rejected_where_the_sql_mode_is_not_strict() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    let pool = database.pool_after("SET SESSION sql_mode = ''").await;
    let repository = repository(&database, &pool).await;
    let (long, own) = ("x".repeat(256), credential(1, "ada"));
    let (mut named, mut attested, mut elsewhere) = (own.clone(), own.clone(), own.clone());
    "ä".repeat(256).clone_into(&mut named.device_name);
    attested.attestation_format = Some("x".repeat(65));
    elsewhere.rp_id = Some(long.clone());
    let mut with_key = own.clone();
    with_key.public_key = vec![0; 65_536];
    for (credential, value) in [
        (credential(1, &long), "user ID"),
        (named, "device name"),
        (attested, "attestation format"),
        (elsewhere, "RP ID"),
        (with_key, "public key"),
    ] {
        let owner = Owner::everywhere(&credential.user_id);
        let told = cause(repository.insert(owner, &credential, 20).await);
        let expected = format!("the {value} is longer than its column (");
        assert!(told.starts_with(&expected), "{told}");
        assert_eq!(repository.find(&credential.id).await.unwrap(), None);
    }
    assert!(imported(&repository, &own).await);
    let renaming = repository.rename(Owner::everywhere("ada"), &own.id, &long);
    assert!(cause(renaming.await).starts_with("the device name is longer"));
    assert_eq!(repository.find(&own.id).await.unwrap(), Some(own));
    database.drop().await;
}

#[tokio::test]
async fn check_names_settings_with_which_the_stores_do_not_work() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    let is_maria = database.is_maria().await;
    let read_only = if is_maria {
        "tx_read_only"
    } else {
        "transaction_read_only"
    };
    for (setting, expected) in [
        (
            format!("SET SESSION {read_only} = 1"),
            "the database is read-only, as a replica is".to_owned(),
        ),
        (
            "SET SESSION autocommit = 0".to_owned(),
            "connections do not commit what they change".to_owned(),
        ),
    ] {
        let pool = database.pool_after(&setting).await;
        let told = [
            cause(
                passkeys::store::MySqlRepository::new(pool.clone())
                    .check()
                    .await,
            ),
            cause(passkeys::store::MySqlChallenges::new(pool).check().await),
        ];
        for told in told {
            assert!(told.starts_with(&expected), "{told}");
        }
    }
    let challenges = challenges(&database, &database.pool()).await;
    challenges.check().await.unwrap();
    let nothing = challenges.clone().with_capacity(0);
    nothing.check().await.unwrap_err();
    let put = nothing.put(pending_ceremony(
        OffsetDateTime::UNIX_EPOCH,
        Duration::MINUTE,
    ));
    put.await.unwrap_err();
    database.drop().await;
}
