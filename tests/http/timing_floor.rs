//! The timing floor: named begins and failed sign-ins take a minimum time, so that the timing side
//! channel does not allow user enumeration.

use std::time::{Duration, Instant};

use axum::{Router, http::StatusCode};
use passkeys::{
    AuthenticationResult, Error, PasskeyUser, Passkeys, passkeys, store::MemoryRepository,
    testing::Fault,
};
use passkeys_test_support::{App, World, ada};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    device::Device,
    site::{Answer, Site},
};

const DEFAULT_FLOOR: Duration = Duration::from_millis(20);

/// A floor so high that a test which waits for it would not end.
const ENDLESS: Duration = Duration::from_hours(1);

/// Application with a `find_user` hook that finds one user.
#[derive(Clone)]
struct Directory;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl Directory {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("ada", "ada", "Ada")
    }

    fn find_user(&self, name: String) -> Option<PasskeyUser> {
        (name == "ada").then(|| self.get_user())
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn site(at_least: Duration) -> Site {
    Site::of(&Passkeys::new(App, MemoryRepository::default()).timing_floor(at_least))
}

/// Returns the response time of a begin for this user.
async fn named(site: &Site, who: Value) -> Duration {
    let asked = Instant::now();
    let answer = site.post("/authenticate/begin", None, Some(who)).await;
    assert_eq!(answer.status, StatusCode::OK);
    asked.elapsed()
}

/// Returns the response time of a sign-in in which only the signature is wrong.
async fn fail(site: &Site, device: &mut Device) -> Duration {
    let mut body = site.assert(None, device).await;
    body["credential"]["response"]["signature"] = "AA".into();
    let asked = Instant::now();
    let answer = finish(site, body).await;
    answer.is_error(401, "authentication_failed");
    asked.elapsed()
}

async fn finish(site: &Site, body: Value) -> Answer {
    site.post("/authenticate/finish", None, Some(body)).await
}

#[tokio::test]
async fn timing_floor_applies_to_begin_for_a_user_id_against_user_enumeration() {
    let (site, mut device) = (Site::default(), Device::new());
    site.register("ada", &mut device).await;
    for user_id in ["ada", "unknown"] {
        let time = named(&site, json!({ "userId": user_id })).await;
        assert!(time >= DEFAULT_FLOOR, "{user_id}: {time:?}");
    }
}

#[tokio::test]
async fn timing_floor_applies_to_begin_for_a_username_against_user_enumeration() {
    let passkeys = Passkeys::new(Directory, MemoryRepository::default());
    let site = Site(Router::new().nest("/auth/passkeys", passkeys.router()));
    for username in ["ada", "unknown"] {
        let time = named(&site, json!({ "username": username })).await;
        assert!(time >= DEFAULT_FLOOR, "{username}: {time:?}");
    }
}

#[tokio::test]
async fn timing_floor_applies_to_failed_sign_ins() {
    let (site, mut known, mut unknown) = (Site::default(), Device::new(), Device::new());
    site.register("ada", &mut known).await;
    Site::default().register("bob", &mut unknown).await;
    for device in [&mut known, &mut unknown] {
        assert!(fail(&site, device).await >= DEFAULT_FLOOR);
    }
}

#[tokio::test]
async fn timing_floor_is_configurable() {
    let longer = Duration::from_millis(50);
    let (site, mut device) = (site(longer), Device::new());
    site.register("ada", &mut device).await;
    assert!(named(&site, json!({ "userId": "ada" })).await >= longer);
    assert!(fail(&site, &mut device).await >= longer);
}

#[tokio::test]
async fn timing_floor_does_not_delay_a_sign_in_that_succeeds() {
    let (site, mut device) = (site(ENDLESS), Device::new());
    site.register("ada", &mut device).await;
    assert_eq!(site.sign_in(&mut device).await.status, StatusCode::OK);
}

#[tokio::test]
async fn timing_floor_does_not_delay_the_rejection_of_a_replay() {
    let (site, mut device) = (site(ENDLESS), Device::new());
    site.register("ada", &mut device).await;
    let body = site.assert(None, &mut device).await;
    finish(&site, body.clone()).await;
    finish(&site, body)
        .await
        .is_error(400, "challenge_not_found");
}

#[tokio::test]
async fn timing_floor_is_at_most_an_hour() {
    let site = site(Duration::MAX);
    let asked = named(&site, json!({ "userId": "ada" }));
    // It waits; an `Instant` beyond the representable range would panic instead.
    assert!(timeout(Duration::from_millis(50), asked).await.is_err());
}

/// Routes of the application call the services instead of the router.
#[tokio::test]
async fn timing_floor_applies_to_the_services_for_own_routes() {
    let world = World::default();
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    let authentication = world.passkeys.authentication();

    for user_id in ["ada", "unknown"] {
        let asked = Instant::now();
        authentication.begin_for_user_id(user_id).await.unwrap();
        assert!(asked.elapsed() >= DEFAULT_FLOOR, "{user_id}");
    }
    for found in [Some(ada()), None] {
        let asked = Instant::now();
        let known = found.is_some();
        let find = async { Ok::<_, Error>(found) };
        let begun = authentication.begin_for_username("ada@example.com", find);
        begun.await.unwrap();
        assert!(asked.elapsed() >= DEFAULT_FLOOR, "known: {known}");
    }
    for fault in [Fault::BrokenSignature, Fault::OtherId] {
        let mut device = device.with_fault(fault.clone());
        let request = world.assert(None, &mut device).await;
        let asked = Instant::now();
        let failed = authentication.finish(&request).await;
        assert!(asked.elapsed() >= DEFAULT_FLOOR, "{fault:?}");
        assert!(matches!(failed, Err(Error::AuthenticationFailed)));
    }
}
