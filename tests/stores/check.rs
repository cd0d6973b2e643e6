//! Statements of stores about themselves: a check, a description, and why a ceremony is missing.

use std::{error::Error as _, path::Path};

use async_trait::async_trait;
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, passkeys,
    store::{
        BoxedRepository, ChallengeStore, CredentialRepository, MemoryChallenges, MemoryRepository,
        Missing, PendingCeremony, RedisChallenges, SealedChallenges, SqliteRepository, StoreError,
    },
    testing::pending_ceremony,
};
use time::{Duration, OffsetDateTime};

const LIFETIME: Duration = Duration::minutes(10);

async fn cause_of_opening(path: impl AsRef<Path>) -> String {
    let error = SqliteRepository::open(path).await.unwrap_err();
    error.source().unwrap().to_string()
}

#[tokio::test]
async fn mistakes_in_the_path_of_an_sqlite_file_are_named_with_the_path_and_the_fix() {
    let folder = tempfile::tempdir().unwrap();
    let within = |name: &str| folder.path().join(name);
    let shown = folder.path().display().to_string();

    let cause = cause_of_opening("sqlite://data/passkeys.db?mode=rwc").await;
    assert!(
        cause.ends_with("this is a URL: write `data/passkeys.db`"),
        "{cause}"
    );
    let cause = cause_of_opening("postgres://app:secret@db/app").await;
    assert!(
        cause.contains("`PostgresRepository::new") && !cause.contains("secret"),
        "{cause}"
    );
    let cause = cause_of_opening(folder.path()).await;
    assert!(cause.contains(&format!("`{shown}` is a folder")), "{cause}");
    let cause = cause_of_opening(within("missing/passkeys.db")).await;
    assert!(
        cause.contains(&format!("`{shown}/missing` does not exist")),
        "{cause}"
    );
    std::fs::write(
        within("text"),
        "no database, but a text of some length, ".repeat(100),
    )
    .unwrap();
    let cause = cause_of_opening(within("text")).await;
    let expected = format!("the SQLite file `{shown}/text`: it is not an SQLite database");
    assert!(cause.starts_with(&expected), "{cause}");
}

#[tokio::test]
async fn redis_that_cannot_be_reached_is_named_without_its_password() {
    let cause = async |url: &str| {
        let error = RedisChallenges::connect(url).await.unwrap_err();
        error.source().unwrap().to_string()
    };
    // A port that was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let told = cause(&format!("redis://:secret@{address}/0")).await;
    let expected = format!("no connection to Redis at `{address}`");
    assert!(
        told.starts_with(&expected) && !told.contains("secret"),
        "{told}"
    );
    let told = cause("http://:secret@localhost").await;
    assert!(
        told.contains("the scheme `http`: write `redis://`"),
        "{told}"
    );
    assert!(!told.contains("secret"), "{told}");
}

/// Root may write everywhere, so the file system itself is one that nobody can write.
#[tokio::test]
async fn sqlite_file_in_a_folder_without_permission_is_named_with_what_it_needs() {
    if !Path::new("/proc/self").exists() {
        eprintln!("left out: this system has no /proc");
        return;
    }
    let cause = cause_of_opening("/proc/self/passkeys.db").await;
    assert!(
        cause.starts_with(
            "the SQLite file `/proc/self/passkeys.db`: SQLite cannot open or create it"
        ) && cause.contains("permission to write the file and its folder"),
        "{cause}"
    );
}

#[tokio::test]
async fn sqlite_without_its_table_or_a_column_says_which_method_creates_them() {
    let folder = tempfile::tempdir().unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(folder.path().join("passkeys.db"))
        .create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let repository = SqliteRepository::new(pool.clone());
    let cause = async || {
        let error = CredentialRepository::check(&repository).await.unwrap_err();
        error.source().unwrap().to_string()
    };
    let advice =
        "call `SqliteRepository::migrate()` when the program starts, before the first request";
    let expected = format!("no such table: passkey_credentials: {advice}");
    assert_eq!(cause().await, expected);
    let create = "CREATE TABLE passkey_credentials (credential_id BLOB, user_id TEXT)";
    sqlx::raw_sql(create).execute(&pool).await.unwrap();
    let told = cause().await;
    assert!(
        told.starts_with("no such column: ") && told.ends_with(advice),
        "{told}"
    );
    let drop = "DROP TABLE passkey_credentials";
    sqlx::raw_sql(drop).execute(&pool).await.unwrap();
    repository.migrate().await.unwrap();
    CredentialRepository::check(&repository).await.unwrap();
    // As any repository, also where its type is not known.
    CredentialRepository::check(&BoxedRepository::new(repository))
        .await
        .unwrap();
}

#[tokio::test]
async fn memory_challenges_tell_expired_dropped_and_foreign_ceremonies_apart() {
    let store = MemoryChallenges::with_capacity(1);
    let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
    let put =
        async |store: &MemoryChallenges| store.put(pending_ceremony(now, LIFETIME)).await.unwrap();
    let state = put(&store).await;
    assert!(store.take(&state).await.unwrap().is_some());
    assert_eq!(store.why_missing(&state, now), Missing::Dropped);
    assert_eq!(store.clone().why_missing(&state, now), Missing::Dropped);
    assert_eq!(store.why_missing(&state, now + LIFETIME), Missing::Expired);
    let other = put(&MemoryChallenges::default()).await;
    assert_eq!(store.why_missing(&other, now), Missing::OtherStore);
    for foreign in ["A".repeat(43), "_".repeat(42) + "8"] {
        assert_eq!(
            store.why_missing(&foreign, now),
            Missing::OtherProcess,
            "{foreign}"
        );
    }
    for unknown in [
        "",
        "unknown",
        &"A".repeat(42),
        &"A".repeat(44),
        &"!".repeat(43),
    ] {
        assert_eq!(
            store.why_missing(unknown, now),
            Missing::Unknown,
            "{unknown}"
        );
    }
}

#[tokio::test]
async fn state_of_memory_challenges_redeems_only_with_its_own_check() {
    let store = MemoryChallenges::default();
    let state = store
        .put(pending_ceremony(OffsetDateTime::now_utc(), LIFETIME))
        .await
        .unwrap();
    let mut changed = state.clone();
    let last = if state.ends_with('A') { "E" } else { "A" };
    changed.replace_range(42.., last);
    assert!(store.take(&changed).await.unwrap().is_none());
    assert!(store.take(&state).await.unwrap().is_some());
}

#[tokio::test]
async fn sealed_challenges_tell_taken_ceremonies_from_those_of_another_secret() {
    let [one, other] = [[1; 32], [2; 32]].map(|secret| SealedChallenges::new(secret).unwrap());
    let now = OffsetDateTime::now_utc();
    let state = one.put(pending_ceremony(now, LIFETIME)).await.unwrap();
    assert!(one.take(&state).await.unwrap().is_some());
    assert!(one.take(&state).await.unwrap().is_none());
    assert_eq!(one.why_missing(&state, now), Missing::Taken);
    assert_eq!(other.why_missing(&state, now), Missing::OtherProcess);
    assert_eq!(one.why_missing("unknown", now), Missing::Unknown);
    assert_eq!(one.why_missing(&"A".repeat(10_000), now), Missing::Unknown);
}

#[test]
fn stores_describe_themselves_and_what_they_do_not_do() {
    let memory = MemoryRepository::default();
    let described = CredentialRepository::describe(&memory);
    assert!(described.for_development);
    assert_eq!(
        described.to_string(),
        "MemoryRepository (does not keep passkeys when the process ends)"
    );
    let boxed = BoxedRepository::new(memory);
    assert_eq!(CredentialRepository::describe(&boxed), described);
    let challenges = ChallengeStore::describe(&MemoryChallenges::default());
    assert!(!challenges.for_development && challenges.name == "MemoryChallenges");
    let shared = std::sync::Arc::new(MemoryChallenges::default());
    assert_eq!(ChallengeStore::describe(&shared), challenges);
    assert_eq!(ChallengeStore::describe(&Failing).to_string(), "Failing");
}

/// Challenge store of an application's own, whose database is gone.
struct Failing;

#[async_trait]
impl ChallengeStore for Failing {
    async fn put(&self, _: PendingCeremony) -> Result<String, StoreError> {
        Err(StoreError::new("the database is gone"))
    }

    async fn take(&self, _: &str) -> Result<Option<PendingCeremony>, StoreError> {
        Err(StoreError::new("the database is gone"))
    }
}

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[tokio::test]
async fn check_names_each_store_that_cannot_be_used() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    passkeys.check().await.unwrap();
    let error = passkeys.challenges(Failing).check().await.unwrap_err();
    assert!(error.repository().is_none() && error.challenges().is_some());
    assert_eq!(
        error.to_string(),
        "the challenge store `Failing` cannot be used: the database is gone"
    );
}
