//! Answers whose time would tell who has an account come when it is the same for everybody.
//!
//! The clock of the runtime stands still while there is work, and leaps when all of it waits.

use std::time::Duration;

use axum::{Router, http::StatusCode};
use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
use passkeys_tests::support::App;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{peer::Peer, site::Site};

const UNLESS_SAID_OTHERWISE: Duration = Duration::from_millis(20);

/// Takes longer to find somebody than to find nobody.
#[derive(Clone)]
struct Directory;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl Directory {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("ada", "ada", "Ada")
    }

    async fn find_user(&self, name: String) -> Option<PasskeyUser> {
        let found = name == "ada";
        sleep(Duration::from_millis(if found { 7 } else { 2 })).await;
        found.then(|| self.get_user())
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn site(at_least: Duration) -> Site {
    Site::of(&Passkeys::new(App, MemoryRepository::default()).timing_floor(at_least))
}

/// How long the answer to a request with this body took, and its status.
async fn timed(site: &Site, path: &str, body: Option<Value>) -> (Duration, StatusCode) {
    let asked = Instant::now();
    let answer = site.post(path, None, body).await;
    (asked.elapsed(), answer.status)
}

async fn begin(site: &Site, body: Option<Value>) -> Duration {
    let (time, status) = timed(site, "/authenticate/begin", body).await;
    assert_eq!(status, StatusCode::OK);
    time
}

/// A sign-in in which only the signature is wrong.
async fn fail(site: &Site, peer: &mut Peer) -> Duration {
    let mut body = site.assert(None, peer).await;
    body["credential"]["response"]["signature"] = "AA".into();
    let (time, status) = timed(site, "/authenticate/finish", Some(body)).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    time
}

#[tokio::test(start_paused = true)]
async fn who_is_named_is_answered_when_everybody_would_be() {
    let (site, mut peer) = (Site::default(), Peer::new());
    site.register("ada", &mut peer).await;
    for user_id in ["ada", "nobody"] {
        let time = begin(&site, Some(json!({ "userId": user_id }))).await;
        assert_eq!(time, UNLESS_SAID_OTHERWISE, "{user_id}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_to_find_a_user_counts() {
    let passkeys = Passkeys::new(Directory, MemoryRepository::default());
    let site = Site(Router::new().nest("/auth/passkeys", passkeys.router()));
    for username in ["ada", "nobody"] {
        let time = begin(&site, Some(json!({ "username": username }))).await;
        assert_eq!(time, UNLESS_SAID_OTHERWISE, "{username}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_names_nobody_is_answered_at_once() {
    assert_eq!(begin(&Site::default(), None).await, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_fails_when_every_other_would() {
    let (site, mut known, mut unknown) = (Site::default(), Peer::new(), Peer::new());
    site.register("ada", &mut known).await;
    Site::default().register("bob", &mut unknown).await;
    assert_eq!(fail(&site, &mut known).await, UNLESS_SAID_OTHERWISE);
    assert_eq!(fail(&site, &mut unknown).await, UNLESS_SAID_OTHERWISE);
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_succeeds_at_once() {
    let (site, mut peer) = (Site::default(), Peer::new());
    site.register("ada", &mut peer).await;
    let body = site.assert(None, &mut peer).await;
    let (time, status) = timed(&site, "/authenticate/finish", Some(body)).await;
    assert_eq!((time, status), (Duration::ZERO, StatusCode::OK));
}

#[tokio::test(start_paused = true)]
async fn an_application_whose_stores_are_slow_says_how_long() {
    let second = Duration::from_secs(1);
    let (site, mut peer) = (site(second), Peer::new());
    site.register("ada", &mut peer).await;
    assert_eq!(begin(&site, Some(json!({ "userId": "ada" }))).await, second);
    assert_eq!(fail(&site, &mut peer).await, second);
}

#[test]
fn zero_needs_no_runtime_with_time() {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(async {
        let (site, mut peer) = (site(Duration::ZERO), Peer::new());
        site.register("ada", &mut peer).await;
        begin(&site, Some(json!({ "userId": "ada" }))).await;
        fail(&site, &mut peer).await;
    });
}
