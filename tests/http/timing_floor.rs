//! The timing floor: responses whose time would allow user enumeration come after a whole multiple of
//! it.

use std::time::{Duration, Instant};

use axum::{
    Router,
    http::{Method, StatusCode},
};
use passkeys::{
    AuthenticationResult, CredentialId, Error, PasskeyUser, Passkeys, ceremony::Action, passkeys,
    store::MemoryRepository, testing::Fault,
};
use passkeys_test_support::{App, RegistrationExt as _, StepUpExt as _, World, ada, bob, raw};
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

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

/// A world whose floor no test waits for, in which Ada has a passkey, with the IDs of her passkey and
/// of a decoy credential.
async fn endless() -> (World, [CredentialId; 2]) {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let passkeys = passkeys.decoy_secret([7; 32]).unwrap();
    let prompt = passkeys.clone().timing_floor(Duration::ZERO);
    let begun = prompt.authentication().begin_for_user_id("unknown").await;
    let begun = serde_json::to_value(begun.unwrap()).unwrap();
    let decoy = &begun["publicKey"]["allowCredentials"][0]["id"];
    let decoy = decoy.as_str().unwrap().parse().unwrap();
    let world = World::of(passkeys.timing_floor(ENDLESS));
    let registered = world.register(&ada(), &mut world.device()).await.unwrap();
    let known = registered.credential().id.clone();
    (world, [known, decoy])
}

/// Asserts that the work is done, but for the timing floor.
async fn assert_floored(work: impl Future) {
    assert!(timeout(Duration::from_millis(50), work).await.is_err());
}

#[tokio::test]
async fn timing_floor_applies_to_registrations_of_registered_and_of_decoy_credentials() {
    let (world, ids) = endless().await;
    for id in ids {
        let fault = Fault::CredentialId(id.as_bytes().to_vec());
        let mut device = world.device().with_fault(fault);
        let request = world.create(&bob(), &mut device).await;
        let registration = world.passkeys.registration();
        assert_floored(registration.finish_as(&bob(), &request)).await;
    }
    // One that succeeds is not delayed.
    world.register(&bob(), &mut world.device()).await.unwrap();
}

#[tokio::test]
async fn timing_floor_applies_to_failed_step_ups() {
    let (world, [known, decoy]) = endless().await;
    let mut device = world.device();
    world.register(&bob(), &mut device).await.unwrap();
    let action = Action::new("POST", "example.com", "/transfer", b"null");
    let step_up = world.passkeys.step_up();
    // Ada's passkey, a decoy and one that nobody has.
    for id in [known, decoy, CredentialId::new([1; 16]).unwrap()] {
        let mut request = world.agree(&bob(), &action, &mut device).await;
        let mut credential: Value = serde_json::from_str(request.credential.get()).unwrap();
        credential["id"] = json!(id);
        credential["rawId"] = json!(id);
        request.credential = raw(&credential);
        assert_floored(step_up.finish_as(&bob(), &action, &request)).await;
    }
    let request = world.agree(&bob(), &action, &mut device).await;
    let bob = bob();
    let consent = step_up.finish_as(&bob, &action, &request);
    consent.await.unwrap();
}

#[tokio::test]
async fn timing_floor_applies_to_changes_of_credentials_that_the_user_does_not_have() {
    let (world, [known, decoy]) = endless().await;
    let bobs = world.register(&bob(), &mut world.device()).await.unwrap();
    let site = Site::of(&world.passkeys);
    let user = Some("bob");
    let rename = |id: &CredentialId| {
        let path = format!("/credentials/{id}");
        let body = Some(json!({ "deviceName": "Phone" }));
        let site = &site;
        async move { site.ask(Method::PATCH, &path, user, body).await }
    };
    let delete = |id: &CredentialId| {
        let path = format!("/credentials/{id}");
        let site = &site;
        async move { site.ask(Method::DELETE, &path, user, None).await }
    };
    for id in [&known, &decoy, &CredentialId::new([1; 16]).unwrap()] {
        assert_floored(rename(id)).await;
        assert_floored(delete(id)).await;
    }
    // Changes of their own are not delayed.
    let own = &bobs.credential().id;
    assert_eq!(rename(own).await.status, StatusCode::NO_CONTENT);
    assert_eq!(delete(own).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn timing_floor_applies_to_signals_about_unknown_credentials() {
    let (world, [known, decoy]) = endless().await;
    let unknown = CredentialId::new([1; 16]).unwrap();
    let site = Site::of(&world.passkeys.clone().signal_unknown_credentials());
    for id in [known, decoy, unknown.clone()] {
        let body = json!({ "credentialId": id });
        assert_floored(site.post("/signals/unknown", None, Some(body))).await;
    }
    // Where it is off, nothing is looked up.
    let body = json!({ "credentialId": unknown });
    let answer = Site::of(&world.passkeys);
    let answer = answer.post("/signals/unknown", None, Some(body)).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
}

/// A floor that leaves time for a machine which is busy with other tests.
const LONG: Duration = Duration::from_secs(1);

/// Time that finding a user takes: longer than the floor, and longer for one who exists.
fn work(exists: bool) -> Duration {
    LONG.mul_f64(if exists { 1.5 } else { 1.3 })
}

/// Returns the response time of a begin for a username, as a multiple of the floor.
async fn begin_by_name(passkeys: Passkeys<App>, exists: bool) -> f64 {
    let asked = Instant::now();
    let find = async {
        sleep(work(exists)).await;
        Ok::<_, Error>(exists.then(ada))
    };
    let authentication = passkeys.authentication();
    authentication
        .begin_for_username("ada", find)
        .await
        .unwrap();
    asked.elapsed().div_duration_f64(LONG)
}

#[tokio::test]
async fn work_that_outlasts_the_timing_floor_is_hidden_in_the_next_multiple() {
    let passkeys = Passkeys::new(App, MemoryRepository::default()).timing_floor(LONG);
    for exists in [true, false] {
        let mut times = JoinSet::new();
        for _ in 0..9 {
            times.spawn(begin_by_name(passkeys.clone(), exists));
        }
        let mut times = times.join_all().await;
        times.sort_by(f64::total_cmp);
        assert!(times[0] >= 2.0, "{exists}: {times:?}");
        assert!(times[4] < 3.0, "{exists}: {times:?}");
    }
}

/// A burst, in which those who exist take turns with those who do not.
#[tokio::test]
async fn a_thousand_sign_ins_at_once_take_the_same_time_for_known_and_unknown_users() {
    const GROUP: usize = 500;

    let passkeys = Passkeys::new(App, MemoryRepository::default()).timing_floor(LONG);
    let mut begun = JoinSet::new();
    for number in 0..2 * GROUP {
        let (passkeys, exists) = (passkeys.clone(), number % 2 == 0);
        begun.spawn(async move { (begin_by_name(passkeys, exists).await, exists) });
    }
    let mut times = begun.join_all().await;
    times.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    assert!(times[0].0 >= 2.0, "{:?}", times[0]);
    // The probability that a known user's response takes longer than an unknown user's
    // (Mann-Whitney). Of equal distributions it is 0.5, with a standard deviation of 0.02.
    let (mut unknown, mut longer) = (0, 0);
    for (_, exists) in &times {
        if *exists {
            longer += unknown;
        } else {
            unknown += 1;
        }
    }
    let pairs = u32::try_from(GROUP * GROUP).unwrap();
    let probability = f64::from(longer) / f64::from(pairs);
    assert!((0.3..0.7).contains(&probability), "{probability}");
}
