//! Migration from `fastapi-passkeys`: the passkeys in its database sign in here, and it can
//! continue to use the database meanwhile.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unused_self,
    reason = "hooks take `self` and values; requests read better that way"
)]

use std::{
    io::{BufRead as _, BufReader, Lines, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::OnceLock,
};

use passkeys::{
    AuthenticationResult, Credential, PasskeyUser, Passkeys,
    ceremony::{Authentication, FinishAuthentication, FinishRegistration, Registration},
    passkeys,
    store::{CredentialRepository, Owner, PostgresRepository, SqliteRepository},
};
use passkeys_tests::{postgres_url, python};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The application before the migration, a Python process.
struct FastApi {
    process: Child,
    requests: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl FastApi {
    /// Prints `LEFT OUT` and returns `None` without Python or the package.
    fn start(database: &str) -> Option<Self> {
        static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
        let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fastapi-passkeys");
        let install = || python(&venv, &source("requirements.txt"));
        let python = PYTHON.get_or_init(install).as_ref()?;
        let mut process = Command::new(python)
            .arg(source("application.py"))
            .arg(database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let requests = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap()).lines();
        Some(Self {
            process,
            requests,
            answers,
        })
    }

    fn ask(&mut self, request: Value) -> Value {
        writeln!(self.requests, "{request}").unwrap();
        let answer = self
            .answers
            .next()
            .expect("a response; otherwise its output above says why");
        serde_json::from_str(&answer.unwrap()).unwrap()
    }
}

impl Drop for FastApi {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn source(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("interop/fastapi_passkeys")
        .join(file)
}

#[derive(Clone)]
struct OnSqlite;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl OnSqlite {
    type Repository = SqliteRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("ada", "ada", "Ada")
    }

    fn on_authenticated(&self, login: AuthenticationResult) -> String {
        login.user_id().to_owned()
    }
}

#[derive(Clone)]
struct OnPostgres;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl OnPostgres {
    type Repository = PostgresRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("ada", "ada", "Ada")
    }

    fn on_authenticated(&self, login: AuthenticationResult) -> String {
        login.user_id().to_owned()
    }
}

/// Registers passkeys with `fastapi-passkeys`.
fn register(fastapi: &mut FastApi) -> Vec<OffsetDateTime> {
    let mut registered = Vec::new();
    for request in [
        json!({ "do": "register", "user": "ada", "device": "phone" }),
        json!({ "do": "register", "user": "ada", "device": "synchronised",
                "backup_eligible": true, "backup_state": true }),
        json!({ "do": "register", "user": "Grüße 👋", "device": "key" }),
    ] {
        let at = fastapi.ask(request);
        registered.push(OffsetDateTime::parse(at.as_str().unwrap(), &Rfc3339).unwrap());
    }
    registered
}

/// Asserts that this library reads everything that `fastapi-passkeys` has stored of a passkey.
fn check(listed: &[Credential], registered: &[OffsetDateTime]) {
    let [phone, synchronised] = listed else {
        panic!("two passkeys: {listed:?}")
    };
    assert_eq!(
        [&*phone.device_name, &*synchronised.device_name],
        ["phone", "synchronised"]
    );
    assert_eq!([phone.created_at, synchronised.created_at], registered[..2]);
    assert_eq!(
        [phone.backup_state, synchronised.backup_state],
        [false, true]
    );
    assert_eq!(
        [phone.backup_eligible, synchronised.backup_eligible],
        [Some(false), Some(true)]
    );
    for credential in listed {
        assert_eq!((&credential.user_handle, &credential.rp_id), (&None, &None));
    }
    // `fastapi-passkeys` stores this only where it requires discoverable passkeys.
    assert!(!phone.discoverable);
    assert_eq!(phone.transports, [passkeys::Transport::Internal]);
    assert_eq!(
        (phone.aaguid, phone.last_used_at, phone.suspended_at),
        (None, None, None)
    );
}

async fn sign_in<R: CredentialRepository>(
    authentication: Authentication<'_, R>,
    fastapi: &mut FastApi,
    device: &str,
) -> String {
    let begun = authentication.begin().await.unwrap();
    let options = serde_json::to_value(&begun).unwrap()["publicKey"].take();
    let answer = fastapi.ask(json!({ "do": "sign", "device": device, "options": options }));
    let credential = serde_json::from_value(answer).unwrap();
    let request = FinishAuthentication::new(credential, begun.state);
    authentication
        .finish(&request)
        .await
        .unwrap()
        .user_id()
        .to_owned()
}

/// Asserts that `fastapi-passkeys` can continue with the database after this library has used it.
fn fastapi_continues(fastapi: &mut FastApi) {
    assert_eq!(
        fastapi.ask(json!({ "do": "sign_in", "device": "phone" })),
        "ada"
    );
    let at = fastapi.ask(json!({ "do": "register", "user": "ada", "device": "late" }));
    assert!(at.is_string());
    let listed = fastapi.ask(json!({ "do": "list", "user": "ada" }));
    let found = |device: &str| {
        listed
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["device"] == device)
    };
    assert_eq!(found("renamed").unwrap()["count"], 1, "a sign-in here");
    assert_eq!(
        found("phone").unwrap()["count"],
        2,
        "a sign-in here, and one there"
    );
}

/// Asserts that a further passkey of a user of `fastapi-passkeys`, registered here, has the user handle
/// of the older form, so that it signs in at both.
async fn next_passkey_signs_in_at_both<R: CredentialRepository>(
    registration: Registration<'_, R>,
    authentication: Authentication<'_, R>,
    fastapi: &mut FastApi,
) {
    let user = PasskeyUser::new("ada", "ada", "Ada");
    let begun = registration.begin(&user).await.unwrap();
    let options = serde_json::to_value(&begun).unwrap()["publicKey"].take();
    assert_eq!(options["user"]["id"], "YWRh", "`ada`");
    let answer = fastapi.ask(json!({ "do": "create", "device": "next", "options": options }));
    let credential = serde_json::from_value(answer).unwrap();
    let request = FinishRegistration::new(credential, begun.state);
    let who = async { Ok::<_, passkeys::Error>(user) };
    registration.finish(&request, who).await.unwrap();
    assert_eq!(sign_in(authentication, fastapi, "next").await, "ada");
    let there = json!({ "do": "sign_in", "device": "next" });
    assert_eq!(fastapi.ask(there), "ada");
}

async fn migrate<'a, R: CredentialRepository>(
    mut fastapi: FastApi,
    registered: &[OffsetDateTime],
    repository: &R,
    registration: Registration<'a, R>,
    authentication: impl Fn() -> Authentication<'a, R>,
) {
    let listed = repository.list(Owner::everywhere("ada")).await.unwrap();
    check(&listed, registered);
    for (device, user) in [
        ("phone", "ada"),
        ("synchronised", "ada"),
        ("key", "Grüße 👋"),
    ] {
        assert_eq!(sign_in(authentication(), &mut fastapi, device).await, user);
    }
    assert!(
        repository
            .rename(Owner::everywhere("ada"), &listed[1].id, "renamed")
            .await
            .unwrap()
    );
    fastapi_continues(&mut fastapi);
    for device in ["phone", "late"] {
        assert_eq!(sign_in(authentication(), &mut fastapi, device).await, "ada");
    }
    next_passkey_signs_in_at_both(registration, authentication(), &mut fastapi).await;
}

#[tokio::test]
async fn passkeys_of_fastapi_passkeys_in_sqlite_sign_in() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("fastapi.db");
    let Some(mut fastapi) = FastApi::start(&format!("sqlite+aiosqlite:///{}", file.display()))
    else {
        return;
    };
    let registered = register(&mut fastapi);
    let repository = SqliteRepository::open(&file).await.unwrap();
    let passkeys = Passkeys::new(OnSqlite, repository.clone());
    let registration = passkeys.registration();
    migrate(fastapi, &registered, &repository, registration, || {
        passkeys.authentication()
    })
    .await;
}

#[tokio::test]
async fn passkeys_of_fastapi_passkeys_in_postgres_sign_in() {
    let Some(url) = postgres_url() else { return };
    // The table of `fastapi-passkeys` has a fixed name, so the test needs a separate database.
    let name = format!("fastapi_{}", std::process::id());
    let run = async |sql: String| {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
    };
    run(format!("DROP DATABASE IF EXISTS {name}")).await;
    run(format!("CREATE DATABASE {name}")).await;
    let mut database = url::Url::parse(&url).unwrap();
    database.set_path(&name);
    let (_, rest) = database.as_str().split_once("://").unwrap();
    if let Some(mut fastapi) = FastApi::start(&format!("postgresql+asyncpg://{rest}")) {
        let registered = register(&mut fastapi);
        let pool = sqlx::PgPool::connect(database.as_str()).await.unwrap();
        let repository = PostgresRepository::new(pool.clone());
        repository.migrate().await.unwrap();
        let passkeys = Passkeys::new(OnPostgres, repository.clone());
        let registration = passkeys.registration();
        migrate(fastapi, &registered, &repository, registration, || {
            passkeys.authentication()
        })
        .await;
        pool.close().await;
    }
    run(format!("DROP DATABASE {name} WITH (FORCE)")).await;
}
