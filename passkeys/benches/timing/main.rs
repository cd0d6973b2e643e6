//! Timing side channel: does the response time of a sign-in allow user enumeration?
//!
//! ```sh
//! cargo bench -p passkeys --features testing,sqlite --bench timing
//! cargo bench -p passkeys --features testing,sqlite --bench timing -- SQLite
//! ```
//!
//! An attacker on the same machine, without a network in between, names users who exist and users
//! who do not. For each, the attacker measures every route that knows about the offered credential, by
//! attempts in which everything is right but that:
//!
//! - `authenticate/begin`, alone and in a burst,
//! - `authenticate/finish` and the finish of a step-up, valid except for the signature,
//! - `register/finish` of a passkey with the same credential ID,
//! - `/signals/unknown`, and the renaming of another user's passkey.
//!
//! Two groups of users who exist are compared, too: the difference between these is the noise of the
//! method. The groups take turns in random order. Times are compared by the medians of batches
//! (Welch's t-test) and one by one (Kolmogorov–Smirnov test). Nothing is asserted: the output is for a
//! person to read.

mod statistics;

use std::{
    hash::BuildHasher as _,
    marker::PhantomData,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request},
    routing::post,
};
use passkeys::{
    AuthenticationResult, CredentialId, Error, PasskeyUser, Passkeys, Verified,
    ceremony::FinishRegistration,
    passkeys,
    store::{CredentialRepository, MemoryRepository},
    testing::{Authenticator, Fault},
};
use serde_json::{Value, json, value::to_raw_value};
use statistics::Sample;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

/// Number of users in each group.
const USERS: usize = 64;

/// Values of `Passkeys::timing_floor`, each with its number of rounds. Zero shows what the floor
/// hides. The first tenth of the rounds is a warm-up.
const FLOORS: [(Duration, usize); 2] = [(Duration::ZERO, 4000), (Duration::from_millis(20), 500)];

/// Number of begins at once in a burst.
const BURST: usize = 100;

/// Attempts, in the order in which they are made.
const ATTEMPTS: [&str; 7] = [
    "begin",
    "sign-in",
    "step-up",
    "registration",
    "signal",
    "rename",
    "burst of 100 begins",
];

struct App<R>(PhantomData<fn() -> R>);

impl<R> Clone for App<R> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl<R: CredentialRepository> App<R> {
    type Repository = R;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("attacker", "attacker", "Attacker")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

/// Creates an authenticator whose credential IDs have the form of Apple's, so that decoy credentials
/// can look the same.
fn phone(number: usize) -> Authenticator {
    let id = random(number).to_be_bytes();
    let id = id.repeat(3)[..20].to_vec();
    Authenticator::new("https://example.com")
        .with_fault(Fault::CredentialId(id))
        .with_fault(Fault::BackupEligibilityChanged)
}

/// Returns a random number that differs between runs of the program.
fn random(number: usize) -> u64 {
    thread_local! {
        static STATE: std::hash::RandomState = std::hash::RandomState::new();
    }
    STATE.with(|state| state.hash_one(number))
}

/// User whom the attacker names, and the ID of the credential that the server offers for them.
struct Target {
    user: String,
    offered: Value,
}

struct Server<R: CredentialRepository> {
    passkeys: Passkeys<App<R>>,
    router: Router,
    attacker: Authenticator,
}

impl<R: CredentialRepository> Server<R> {
    async fn with(repository: R, floor: Duration) -> Self {
        let passkeys = Passkeys::new(App(PhantomData), repository).timing_floor(floor);
        let passkeys = passkeys.signal_unknown_credentials();
        let transfer = post(async |_: Verified<App<R>, Value>| ());
        let transfer = Router::new().route("/transfer", transfer);
        let mut server = Self {
            router: passkeys
                .router()
                .merge(transfer.with_state(passkeys.clone())),
            passkeys,
            attacker: phone(0),
        };
        let mut attacker = server.attacker.clone();
        server.register("attacker", &mut attacker).await;
        server.attacker = attacker;
        server
    }

    async fn register(&self, id: &str, phone: &mut Authenticator) {
        let user = PasskeyUser::new(id, id, id);
        let registration = self.passkeys.registration();
        let begun = registration.begin(&user).await.unwrap();
        let credential = phone.create(&serde_json::to_value(&begun).unwrap());
        let credential = to_raw_value(&credential).unwrap();
        let request = FinishRegistration::new(credential, begun.state);
        let who = async { Ok::<_, Error>(user) };
        registration.finish(&request, who).await.unwrap();
    }

    /// Registers a group of users.
    async fn known(&self, group: usize) -> Vec<Target> {
        let mut users = Vec::new();
        for number in 0..USERS {
            let user = format!("{:016x}", random((group + 1) * USERS + number));
            self.register(&user, &mut phone((group + 1) * USERS + number))
                .await;
            let offered =
                self.begin(&user).await.1["publicKey"]["allowCredentials"][0]["id"].take();
            users.push(Target { user, offered });
        }
        users
    }

    /// Returns a group of users who do not exist. Their decoy credentials look like one synced
    /// passkey, as those of the users who exist.
    async fn unknown(&self) -> Vec<Target> {
        let mut users = Vec::new();
        for number in 0.. {
            let user = format!("{:016x}", random(1_000_000 + number));
            let offered = self.begin(&user).await.1["publicKey"]["allowCredentials"].take();
            let id = offered[0]["id"].clone();
            let id_of = id.as_str().unwrap().parse::<CredentialId>();
            let synced = id_of.unwrap().as_bytes().len() <= 20;
            if offered.as_array().unwrap().len() == 1 && synced {
                users.push(Target { user, offered: id });
            }
            if users.len() == USERS {
                break;
            }
        }
        users
    }

    /// Sends a request. Returns the response time in nanoseconds, and the body.
    async fn post(&self, path: &str, body: &Value) -> (f64, Value) {
        send(self.router.clone(), Method::POST, path, body.to_string()).await
    }

    async fn begin(&self, user: &str) -> (f64, Value) {
        self.post("/authenticate/begin", &json!({ "userId": user }))
            .await
    }

    /// Measures the attempts to find out whether a user exists.
    async fn attempt(&self, target: &Target) -> [f64; ATTEMPTS.len()] {
        let (begin, options) = self.begin(&target.user).await;
        let body = self.assertion(options, target);
        let (sign_in, answer) = self.post("/authenticate/finish", &body).await;
        assert_eq!(answer["error"]["code"], "authentication_failed");

        let action = json!({ "method": "POST", "path": "/transfer", "body": 1 });
        let options = self.post("/step-up/begin", &action).await.1;
        let mut body = self.assertion(options, target);
        body["body"] = 1.into();
        let (step_up, answer) = self.post("/transfer", &body).await;
        assert_eq!(answer["error"]["code"], "authentication_failed");

        let creation = self.post("/register/begin", &Value::Null).await.1;
        let id: CredentialId = target.offered.as_str().unwrap().parse().unwrap();
        let id = Fault::CredentialId(id.as_bytes().to_vec());
        let credential = phone(0).with_fault(id).create(&creation);
        let body = json!({ "credential": credential, "state": creation["state"] });
        let (registration, answer) = self.post("/register/finish", &body).await;
        assert_eq!(answer["error"]["code"], "credential_already_exists");

        let body = json!({ "credentialId": target.offered });
        let (signal, answer) = self.post("/signals/unknown", &body).await;
        assert_eq!(answer, Value::Null);

        let body = json!({ "deviceName": "Phone" }).to_string();
        let path = format!("/credentials/{}", target.offered.as_str().unwrap());
        let (rename, answer) = send(self.router.clone(), Method::PATCH, &path, body).await;
        assert_eq!(answer["error"]["code"], "credential_not_found");

        let burst = self.burst(target).await;
        [begin, sign_in, step_up, registration, signal, rename, burst]
    }

    /// Returns the body of a finish with the offered credential, in which the signature is wrong.
    fn assertion(&self, mut options: Value, target: &Target) -> Value {
        options["publicKey"]["allowCredentials"] = json!([]);
        let mut credential = self.attacker.clone().get(&options).unwrap();
        credential["id"] = target.offered.clone();
        credential["rawId"] = target.offered.clone();
        credential["response"]["userHandle"] = Value::Null;
        json!({ "credential": credential, "state": options["state"] })
    }

    /// Begins many sign-ins at once. Returns the time until all responses are there.
    async fn burst(&self, target: &Target) -> f64 {
        let body = json!({ "userId": target.user }).to_string();
        let begun = Instant::now();
        let mut requests = JoinSet::new();
        for _ in 0..BURST {
            let (router, body) = (self.router.clone(), body.clone());
            requests.spawn(send(router, Method::POST, "/authenticate/begin", body));
        }
        requests.join_all().await;
        begun.elapsed().as_secs_f64() * 1e9
    }

    async fn measure(&self, rounds: usize) {
        let groups = [
            self.known(0).await,
            self.known(1).await,
            self.unknown().await,
        ];
        let mut times = ATTEMPTS.map(|_| [const { Vec::new() }; 3]);
        for round in 0..rounds {
            let orders = [
                [0, 1, 2],
                [0, 2, 1],
                [1, 0, 2],
                [1, 2, 0],
                [2, 0, 1],
                [2, 1, 0],
            ];
            let order = random(2_000_000 + round);
            for group in orders[usize::try_from(order % 6).unwrap()] {
                let attempt = self.attempt(&groups[group][round % USERS]).await;
                if round >= rounds / 10 {
                    for (times, time) in times.iter_mut().zip(attempt) {
                        times[group].push(time);
                    }
                }
            }
        }
        for (what, times) in ATTEMPTS.into_iter().zip(times) {
            let [known, others, unknown] = times.map(Sample::new);
            known.compare(&others, &format!("{what}: known, and other known"));
            known.compare(&unknown, &format!("{what}: known and unknown"));
        }
    }
}

/// Sends a request to a router. Returns the response time in nanoseconds, and the body, if it is JSON.
async fn send(router: Router, method: Method, path: &str, body: String) -> (f64, Value) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json")
        .body(Body::from(body))
        .unwrap();
    let begun = Instant::now();
    let response = router.oneshot(request).await.unwrap();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let nanoseconds = begun.elapsed().as_secs_f64() * 1e9;
    (
        nanoseconds,
        serde_json::from_slice(&body).unwrap_or_default(),
    )
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // Cargo adds `--bench`.
    let only = std::env::args().skip(1).find(|word| word != "--bench");
    let is_asked_for = |store| only.as_deref().is_none_or(|only| only == store);
    for (floor, rounds) in FLOORS {
        if is_asked_for("memory") {
            println!("\nin memory, timing floor {floor:?}, {rounds} rounds");
            let server = Server::with(MemoryRepository::default(), floor).await;
            server.measure(rounds).await;
        }

        #[cfg(feature = "sqlite")]
        if is_asked_for("SQLite") {
            println!("\nin SQLite, timing floor {floor:?}, {rounds} rounds");
            let file = std::env::temp_dir().join(format!("passkeys-timing-{}", std::process::id()));
            let repository = passkeys::store::SqliteRepository::open(&file);
            let server = Server::with(repository.await.unwrap(), floor).await;
            server.measure(rounds).await;
            drop(server);
            for suffix in ["", "-wal", "-shm"] {
                let mut name = file.clone().into_os_string();
                name.push(suffix);
                let _ = std::fs::remove_file(name);
            }
        }
    }
}
