//! Timing side channel: does the response time of a sign-in allow user enumeration?
//!
//! ```sh
//! cargo bench -p passkeys --features testing,sqlite --bench timing
//! ```
//!
//! An attacker on the same machine, without a network in between, names users who exist and users
//! who do not. For each, the attacker measures `authenticate/begin`, and `authenticate/finish` with a
//! response for the offered credential that is valid except for its signature. Two groups of users
//! who exist are compared, too: the difference between these is the noise of the method.
//!
//! The groups take turns in random order. Times are compared by the medians of batches (Welch's
//! t-test) and one by one (Kolmogorov–Smirnov test). Nothing is asserted: the output is for a person
//! to read.

mod statistics;

use std::{
    hash::BuildHasher as _,
    marker::PhantomData,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use passkeys::{
    AuthenticationResult, CredentialId, Error, PasskeyUser, Passkeys,
    ceremony::FinishRegistration,
    passkeys,
    store::{CredentialRepository, MemoryRepository},
    testing::{Authenticator, Fault},
};
use serde_json::{Value, json, value::to_raw_value};
use statistics::Sample;
use tower::ServiceExt as _;

/// Number of users in each group.
const USERS: usize = 64;

/// Values of `Passkeys::timing_floor`, each with its number of rounds. Zero shows what the floor
/// hides. The first tenth of the rounds is a warm-up.
const FLOORS: [(Duration, usize); 2] =
    [(Duration::ZERO, 20_000), (Duration::from_millis(20), 2000)];

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
        PasskeyUser::new("1", "ada", "Ada")
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

struct Server<R: CredentialRepository> {
    passkeys: Passkeys<App<R>>,
    router: Router,
    attacker: Authenticator,
}

impl<R: CredentialRepository> Server<R> {
    async fn with(repository: R, floor: Duration) -> Self {
        let passkeys = Passkeys::new(App(PhantomData), repository).timing_floor(floor);
        let mut server = Self {
            router: passkeys.router(),
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

    /// Registers a group of users. Returns their user IDs.
    async fn known(&self, group: usize) -> Vec<String> {
        let mut users = Vec::new();
        for number in 0..USERS {
            let id = format!("{:016x}", random((group + 1) * USERS + number));
            self.register(&id, &mut phone((group + 1) * USERS + number))
                .await;
            users.push(id);
        }
        users
    }

    /// Returns user IDs of a group of users who do not exist. Their decoy credentials look like one
    /// synced passkey, as those of the users who exist.
    async fn unknown(&self) -> Vec<String> {
        let mut users = Vec::new();
        for number in 0.. {
            let id = format!("{:016x}", random(1_000_000 + number));
            let offered = self.begin(&id).await.1["publicKey"]["allowCredentials"].clone();
            let id_of = offered[0]["id"].as_str().unwrap().parse::<CredentialId>();
            let synced = id_of.unwrap().as_bytes().len() <= 20;
            if offered.as_array().unwrap().len() == 1 && synced {
                users.push(id);
            }
            if users.len() == USERS {
                break;
            }
        }
        users
    }

    /// Sends a request. Returns the response time in nanoseconds, and the body.
    async fn post(&self, path: &str, body: &Value) -> (f64, Value) {
        let request = Request::post(path)
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let router = self.router.clone();
        let begun = Instant::now();
        let response = router.oneshot(request).await.unwrap();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let nanoseconds = begun.elapsed().as_secs_f64() * 1e9;
        (nanoseconds, serde_json::from_slice(&body).unwrap())
    }

    async fn begin(&self, user: &str) -> (f64, Value) {
        self.post("/authenticate/begin", &json!({ "userId": user }))
            .await
    }

    /// Measures both halves of an attempt to enumerate a user.
    async fn attempt(&self, user: &str) -> [f64; 2] {
        let (begin, mut options) = self.begin(user).await;
        let offered = options["publicKey"]["allowCredentials"][0]["id"].clone();
        options["publicKey"]["allowCredentials"] = json!([]);
        let mut credential = self.attacker.clone().get(&options).unwrap();
        credential["id"] = offered.clone();
        credential["rawId"] = offered;
        credential["response"]["userHandle"] = Value::Null;
        let body = json!({ "credential": credential, "state": options["state"] });
        let (finish, answer) = self.post("/authenticate/finish", &body).await;
        assert_eq!(answer["error"]["code"], "authentication_failed");
        [begin, finish]
    }

    async fn measure(&self, rounds: usize) {
        let groups = [
            self.known(0).await,
            self.known(1).await,
            self.unknown().await,
        ];
        let mut times = [const { [const { Vec::new() }; 3] }; 2];
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
        for (what, times) in ["begin", "finish"].into_iter().zip(times) {
            let [known, others, unknown] = times.map(Sample::new);
            known.compare(&others, &format!("{what}: known and other known users"));
            known.compare(&unknown, &format!("{what}: known and unknown users"));
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for (floor, rounds) in FLOORS {
        println!("\nin memory, timing floor {floor:?}, {rounds} rounds");
        let server = Server::with(MemoryRepository::default(), floor).await;
        server.measure(rounds).await;

        #[cfg(feature = "sqlite")]
        {
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
