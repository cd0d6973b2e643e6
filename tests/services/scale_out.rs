//! Three instances of one application, PostgreSQL and Redis, and all of them killed under load.

use std::{
    collections::HashMap,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::http::Method;
use passkeys::{
    CredentialId,
    testing::{Browser, Response},
};
use passkeys_tests::servers::{self, Server, free_port};
use serde_json::{Value, json};
use sqlx::{PgPool, Row as _};
use tokio::{task::JoinSet, time::sleep};

const INSTANCES: usize = 3;
const PEOPLE: usize = 12;

/// Minimum number of successful ceremonies before, between and after the crashes.
const CEREMONIES: usize = 2_000;

/// Upper bound of the test's duration; durations are not asserted.
const PATIENCE: Duration = Duration::from_mins(10);

/// State shared by all users.
struct Load {
    ports: Vec<u16>,
    succeeded: AtomicUsize,
    accepted_twice: AtomicUsize,
    over: AtomicBool,
}

/// A user with one account, and the signature counter that was acknowledged last.
struct Person {
    browser: Browser,
    credential: String,
    sign_count: u32,
}

impl Load {
    /// Posts to some instance. `None` if it was not reachable or crashed.
    async fn post(&self, browser: &mut Browser, route: &str, body: &Value) -> Option<Response> {
        let port = self.ports[rand(self.ports.len())];
        browser.visit(format!("http://127.0.0.1:{port}"));
        let path = format!("/auth/passkeys{route}");
        let asked = browser.try_request(Method::POST, &path, Some(body));
        let answer = tokio::time::timeout(Duration::from_secs(30), asked).await;
        let answer = answer
            .expect("a response or an error within 30 seconds")
            .ok()?;
        let code = if answer.body.is_empty() {
            Value::Null
        } else {
            answer.json()
        };
        let clean = match answer.status.as_u16() {
            200 | 503 => true,
            400 => code["error"]["code"] == "challenge_not_found",
            401 => code["error"]["code"] == "authentication_failed",
            _ => false,
        };
        assert!(clean, "{route}: {} {}", answer.status, answer.text());
        Some(answer)
    }

    /// Posts one finish twice concurrently, to random instances, and returns the success.
    async fn finish(&self, browser: &mut Browser, route: &str, body: &Value) -> Option<Response> {
        let mut twin = browser.clone();
        let (one, other) = tokio::join!(
            self.post(browser, route, body),
            self.post(&mut twin, route, body)
        );
        let mut successes = [one, other]
            .into_iter()
            .flatten()
            .filter(|answer| answer.status == 200);
        let success = successes.next();
        if successes.next().is_some() {
            self.accepted_twice.fetch_add(1, Ordering::Relaxed);
        }
        if success.is_some() {
            self.succeeded.fetch_add(1, Ordering::Relaxed);
        }
        success
    }

    async fn begin(&self, browser: &mut Browser, route: &str, body: &Value) -> Option<Value> {
        let answer = self.post(browser, route, body).await?;
        (answer.status == 200).then(|| answer.json())
    }

    /// Signs up, with retries, and returns the user.
    async fn sign_up(&self) -> Option<Person> {
        while !self.over.load(Ordering::Relaxed) {
            let mut browser = Browser::connect("http://127.0.0.1", "http://localhost:3000");
            let account = json!({ "name": "somebody" });
            let Some(begun) = self.begin(&mut browser, "/register/begin", &account).await else {
                sleep(Duration::from_millis(20)).await;
                continue;
            };
            let credential = browser.authenticator().create(&begun);
            let body = json!({ "credential": credential, "state": begun["state"] });
            if self
                .finish(&mut browser, "/register/finish", &body)
                .await
                .is_some()
            {
                let credential = credential["id"].as_str().unwrap().to_owned();
                return Some(Person {
                    browser,
                    credential,
                    sign_count: 0,
                });
            }
        }
        None
    }

    /// One sign-in, which may fail cleanly.
    async fn sign_in(&self, person: &mut Person) {
        let browser = &mut person.browser;
        let Some(begun) = self.begin(browser, "/authenticate/begin", &json!({})).await else {
            sleep(Duration::from_millis(20)).await;
            return;
        };
        let credential = browser.authenticator().get(&begun).expect("their passkey");
        let body = json!({ "credential": credential, "state": begun["state"] });
        if self
            .finish(browser, "/authenticate/finish", &body)
            .await
            .is_some()
        {
            person.sign_count = browser.authenticator().sign_count();
        }
    }

    /// Waits until this many more ceremonies have succeeded.
    async fn succeed(&self, more: usize) {
        let goal = self.succeeded.load(Ordering::Relaxed) + more;
        let begun = Instant::now();
        while self.succeeded.load(Ordering::Relaxed) < goal {
            assert!(
                begun.elapsed() < PATIENCE,
                "sign-in does not work again by itself"
            );
            sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Returns the decoy credentials of an unknown user, which are the same at every instance.
async fn made_up(load: &Load) -> Vec<Value> {
    let mut answers = Vec::new();
    for port in &load.ports {
        let origin = format!("http://127.0.0.1:{port}");
        let mut browser = Browser::connect(origin, "http://localhost:3000");
        let nobody = json!({ "userId": "nobody" });
        let begun = browser.post("/auth/passkeys/authenticate/begin", &nobody);
        let begun: Value = begun.await.assert_ok().json();
        answers.push(begun["publicKey"]["allowCredentials"].clone());
    }
    answers
}

/// Returns a random number below this one.
fn rand(below: usize) -> usize {
    usize::from(uuid::Uuid::new_v4().as_bytes()[0]) % below
}

/// The servers that the instances share.
struct Servers {
    postgres: Server,
    redis: Server,
    /// Removed after the servers are stopped.
    _directory: tempfile::TempDir,
}

/// Starts PostgreSQL and Redis. `None` where they are not installed.
fn servers() -> Option<Servers> {
    let directory = tempfile::tempdir().unwrap();
    // The user that PostgreSQL runs as needs access to the directory.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(directory.path(), open).unwrap();
    Some(Servers {
        postgres: servers::postgres(&directory.path().join("postgres"))?,
        redis: servers::redis(directory.path())?,
        _directory: directory,
    })
}

fn database(postgres: &Server) -> String {
    format!("postgres://passkeys@127.0.0.1:{}/postgres", postgres.port())
}

fn instance(postgres: &Server, redis: &Server) -> Server {
    let port = free_port();
    let database = database(postgres);
    let redis = format!("redis://127.0.0.1:{}", redis.port());
    Server::start(port, move || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_example-scale_out"));
        command
            .env("DATABASE_URL", &database)
            .env("REDIS_URL", &redis);
        command
            .env("PORT", port.to_string())
            .env("DECOY_SECRET", "the same thirty-two bytes for all");
        command
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_change_is_lost_and_no_replay_accepted_while_servers_crash() {
    let Some(Servers {
        mut postgres,
        mut redis,
        _directory,
    }) = servers()
    else {
        return;
    };
    let mut instances: Vec<_> = (0..INSTANCES)
        .map(|_| instance(&postgres, &redis))
        .collect();

    let load = Arc::new(Load {
        ports: instances.iter().map(Server::port).collect(),
        succeeded: AtomicUsize::new(0),
        accepted_twice: AtomicUsize::new(0),
        over: AtomicBool::new(false),
    });
    let nobodys = made_up(&load).await;
    assert!(nobodys.iter().all(|it| *it == nobodys[0]), "{nobodys:?}");
    let mut people = JoinSet::new();
    for _ in 0..PEOPLE {
        let load = load.clone();
        people.spawn(async move {
            let mut all = Vec::new();
            while let Some(mut person) = load.sign_up().await {
                for _ in 0..8 {
                    load.sign_in(&mut person).await;
                }
                all.push(person);
            }
            all
        });
    }

    // Under load, one process after the other is killed and started again.
    load.succeed(CEREMONIES / 8).await;
    for instance in &mut instances {
        instance.kill_and_restart();
        load.succeed(CEREMONIES / 8).await;
    }
    redis.kill_and_restart();
    load.succeed(CEREMONIES / 8).await;
    postgres.kill_and_restart();
    load.succeed(CEREMONIES / 8).await;
    instances[0].kill_and_restart();
    redis.kill_and_restart();
    postgres.kill_and_restart();
    load.succeed(CEREMONIES / 4).await;
    load.over.store(true, Ordering::Relaxed);
    assert_eq!(made_up(&load).await, nobodys, "also after a restart");
    let people: Vec<Person> = people.join_all().await.into_iter().flatten().collect();

    assert_eq!(load.accepted_twice.load(Ordering::Relaxed), 0);
    assert!(load.succeeded.load(Ordering::Relaxed) >= CEREMONIES);
    let pool = PgPool::connect(&database(&postgres)).await.unwrap();
    let rows = sqlx::query("SELECT credential_id, sign_count FROM passkey_credentials");
    let stored: HashMap<String, i64> = rows
        .fetch_all(&pool)
        .await
        .unwrap()
        .iter()
        .map(|row| {
            let id: Vec<u8> = row.get(0);
            (CredentialId::new(id).unwrap().to_string(), row.get(1))
        })
        .collect();
    for person in &people {
        let sign_count = stored.get(&person.credential);
        let sign_count = *sign_count.expect("no acknowledged registration is missing");
        assert!(
            sign_count >= i64::from(person.sign_count),
            "no counter went back"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_end_on_every_instance_by_sign_out_and_by_expiry() {
    let Some(Servers {
        postgres,
        redis,
        _directory,
    }) = servers()
    else {
        return;
    };
    let instances = [(); 2].map(|()| instance(&postgres, &redis));
    let urls = instances
        .each_ref()
        .map(|instance| format!("http://127.0.0.1:{}", instance.port()));
    let pool = PgPool::connect(&database(&postgres)).await.unwrap();
    let sessions = async || -> i64 {
        let count = sqlx::query_scalar("SELECT count(*) FROM sessions");
        count.fetch_one(&pool).await.unwrap()
    };
    let mut browser = Browser::connect(&urls[0], "http://localhost:3000");
    let account = json!({ "name": "ada" });
    let begun = browser.post("/auth/passkeys/register/begin", &account);
    let begun: Value = begun.await.assert_ok().json();
    let credential = browser.authenticator().create(&begun);
    let body = json!({ "credential": credential, "state": begun["state"] });
    let signed_up = browser.post("/auth/passkeys/register/finish", &body).await;
    let signed_up = signed_up.assert_ok();
    let cookie = signed_up.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("Max-Age=43200;"), "{cookie}");
    // A copy that somebody may have kept.
    let mut copy = browser.clone();
    copy.visit(&urls[1]);
    copy.get("/me").await.assert_ok();

    let signed_out = browser.post("/sign-out", &json!({})).await;
    assert_eq!(signed_out.status, 204);
    let cookie = signed_out.headers["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("session=; ") && cookie.contains("Max-Age=0;"),
        "{cookie}"
    );
    for browser in [&mut browser, &mut copy] {
        assert_eq!(browser.get("/me").await.status, 401);
    }
    assert_eq!(sessions().await, 0);
    // Without a session, signing out has nothing to do.
    assert_eq!(browser.post("/sign-out", &json!({})).await.status, 204);

    browser.sign_in().await.assert_ok();
    browser.get("/me").await.assert_ok();
    let expiry = sqlx::query("UPDATE sessions SET expires_at = now()");
    assert_eq!(expiry.execute(&pool).await.unwrap().rows_affected(), 1);
    for url in &urls {
        browser.visit(url);
        assert_eq!(browser.get("/me").await.status, 401, "expired");
    }
    browser.sign_in().await.assert_ok();
    browser.get("/me").await.assert_ok();
    assert_eq!(sessions().await, 1, "the expired one is removed");
}
