//! `?profile=` on the routes that begin a ceremony.

use axum::{Json, http::Method};
use passkeys::{
    AuthenticationResult, Config, PasskeyUser, Passkeys, Profile, RegistrationResult,
    UserVerification, passkeys,
    store::MemoryRepository,
    testing::{Browser, Fault},
};
use passkeys_test_support::App;
use serde_json::{Value, json};

use crate::site::Site;

const ORIGIN: &str = "https://example.com";

/// The routes that begin a ceremony, with a body.
fn begins() -> [(&'static str, Value); 3] {
    let action = json!({ "method": "POST", "path": "/transfer" });
    [
        ("/register/begin", json!(null)),
        ("/authenticate/begin", json!({})),
        ("/step-up/begin", action),
    ]
}

fn with_profiles() -> Passkeys<App> {
    let config = Config::builder("example.com", [ORIGIN])
        .user_verification(UserVerification::Preferred)
        .conditional_create(true)
        .profile("verified", |profile| {
            profile.user_verification(UserVerification::Required)
        })
        .profile("patient", |profile| {
            profile.timeout(std::time::Duration::from_mins(10))
        });
    Passkeys::with_config(App, MemoryRepository::default(), config.build().unwrap())
}

/// Begins a ceremony with this query, as Ada.
async fn begin(site: &Site, route: &str, query: &str, body: Value) -> crate::site::Answer {
    let body = (!body.is_null()).then_some(body);
    let path = format!("{route}?{query}");
    site.post(&path, Some("ada"), body).await
}

async fn registered() -> (Site, Browser) {
    let site = Site::of(&with_profiles());
    let mut browser = Browser::new(site.0.clone(), ORIGIN).with_header("x-user", "ada");
    browser.register().await.assert_ok();
    (site, browser)
}

#[tokio::test]
async fn every_ceremony_begins_with_the_options_of_its_profile() {
    let (site, _) = registered().await;
    for (route, body) in begins() {
        let timeout = async |query| {
            let begun = begin(&site, route, query, body.clone()).await.json();
            begun["publicKey"]["timeout"].clone()
        };
        assert_eq!(timeout("profile=patient").await, 600_000, "{route}");
        assert_eq!(timeout("profile=verified").await, 300_000, "{route}");
        assert_eq!(timeout("a=b&profile=patient&c").await, 600_000, "{route}");
        assert_eq!(timeout("").await, 300_000, "{route}");
        assert_eq!(timeout("of=patient&file=a").await, 300_000, "{route}");
    }
}

/// Without effect it would begin another ceremony than was asked for.
#[tokio::test]
async fn misspelt_query_parameter_is_rejected_and_the_message_names_the_one_that_was_meant() {
    let (site, _) = registered().await;
    for (route, body) in begins() {
        for (query, meant) in [
            ("profil=patient", "profile"),
            ("profiles=patient", "profile"),
            ("Profile=patient", "profile"),
            ("profile=patient&meditation=conditional", "mediation"),
            ("PROFILE=patient", "profile"),
        ] {
            let answer = begin(&site, route, query, body.clone()).await;
            answer.is_error(422, "invalid_request");
            let message = answer.json()["error"]["message"].to_string();
            let expected = format!("Did you mean `{meant}`?");
            assert!(message.contains(&expected), "{query}: {message}");
        }
    }
    for route in ["/authenticate/begin", "/step-up/begin"] {
        let body = json!({ "method": "POST", "path": "/", "profile": "verified" });
        let answer = site.post(route, Some("ada"), Some(body)).await;
        answer.is_error(422, "invalid_request");
        assert!(answer.json().to_string().contains("`?profile=name`"));
    }
}

#[tokio::test]
async fn query_parameter_with_a_value_that_no_parameter_of_the_library_has_is_left_to_the_hooks() {
    let (site, _) = registered().await;
    for (route, body) in begins() {
        for query in ["prefill=ada", "profiled=1", "medication=aspirin", "PROFILE"] {
            let begun = begin(&site, route, query, body.clone()).await.json();
            assert_eq!(begun["publicKey"]["timeout"], 300_000, "{route} {query}");
        }
    }
}

#[tokio::test]
async fn what_a_profile_requires_is_enforced_at_finish() {
    let (_, browser) = registered().await;
    let mut unverified = browser.with_fault(Fault::UserNotVerified);
    unverified.sign_in().await.assert_ok();
    unverified.register().await.assert_ok();

    unverified.set_profile(Some("verified"));
    let refused = unverified.sign_in().await;
    refused.assert_error("authentication_failed");
    unverified.set_profile(Some("patient"));
    unverified.sign_in().await.assert_ok();
    unverified.set_profile(None);
    unverified.sign_in().await.assert_ok();

    unverified.set_profile(Some("verified"));
    let refused = unverified.register().await;
    refused.assert_error("attestation_verification_failed");
}

#[tokio::test]
async fn unknown_profile_is_rejected_without_naming_the_known_ones() {
    let (site, _) = registered().await;
    for (route, body) in begins() {
        for query in [
            "profile",
            "profile=",
            "profile=Verified",
            "profile=verifie",
            "profile=%76erified",
            "profile=verified%00",
            "profile=verified;patient",
        ] {
            let answer = begin(&site, route, query, body.clone()).await;
            answer.is_error(422, "invalid_request");
            assert_eq!(
                answer.json()["error"]["message"],
                "`profile` must be one of the application's profiles."
            );
        }
        let answer = begin(&site, route, "profile=patient&profile=patient", body).await;
        answer.is_error(422, "invalid_request");
        assert_eq!(
            answer.json()["error"]["message"],
            "`profile` appears twice."
        );
    }
    // An application without profiles has none of this name either.
    let site = Site::default();
    let answer = begin(&site, "/register/begin", "profile=verified", Value::Null).await;
    answer.is_error(422, "invalid_request");
}

#[tokio::test]
async fn profile_and_conditional_mediation_go_together() {
    let (site, _) = registered().await;
    for query in [
        "mediation=conditional&profile=patient",
        "profile=patient&mediation=conditional",
    ] {
        let begun = begin(&site, "/register/begin", query, Value::Null).await;
        let options = begun.json()["publicKey"].take();
        assert_eq!(options["timeout"], 600_000);
    }
}

#[tokio::test]
async fn profile_that_alone_requires_user_verification_excludes_conditional_mediation() {
    let (site, _) = registered().await;
    let query = "profile=verified&mediation=conditional";
    let refused = begin(&site, "/register/begin", query, Value::Null).await;
    assert_eq!(refused.status, 422);
    let message = refused.json()["error"]["message"].take();
    let message = message.as_str().unwrap();
    assert!(message.contains("requires user verification"), "{message}");
}

#[test]
fn openapi_document_has_the_names_of_the_profiles() {
    let document = serde_json::to_value(with_profiles().openapi()).unwrap();
    crate::validator::validate(&document);
    for (route, _) in begins() {
        let operation = &document["paths"][route]["post"];
        let parameters = operation["parameters"].as_array().unwrap();
        let profile = parameters
            .iter()
            .find(|it| it["name"] == "profile")
            .unwrap();
        assert_eq!(profile["in"], "query");
        assert_eq!(profile["required"], false);
        assert_eq!(profile["schema"]["enum"], json!(["verified", "patient"]));
        assert!(operation["responses"].get("422").is_some(), "{route}");
    }
    let finish = &document["paths"]["/register/finish"]["post"];
    assert!(finish.get("parameters").is_none());
    // An application without profiles has no such parameter.
    let document = Passkeys::new(App, MemoryRepository::default()).openapi();
    let document = serde_json::to_value(document).unwrap();
    let step_up = &document["paths"]["/step-up/begin"]["post"];
    assert!(step_up.get("parameters").is_none());
}

/// Application whose profiles are in the attribute.
#[derive(Clone)]
struct Shop;

#[passkeys(
    rp_id = "example.com",
    origins = ["https://example.com"],
    resident_key = "preferred",
    profiles(
        security_key(
            hints = ["security-key"],
            authenticator_attachment = "cross-platform",
            algorithms = ["ES256"],
            attestation = "direct",
        ),
        this_device(hints = ["client-device"], resident_key = "required", timeout = "1m"),
    ),
)]
impl Shop {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    fn sign_up(&self, Json(name): Json<String>) -> PasskeyUser {
        PasskeyUser::new(&name, &name, &name)
    }

    fn on_registered(&self, new: RegistrationResult) -> Json<Option<String>> {
        Json(new.profile().map(str::to_owned))
    }

    fn on_authenticated(&self, login: AuthenticationResult) -> Json<Option<String>> {
        Json(login.profile().map(str::to_owned))
    }
}

#[tokio::test]
async fn profiles_of_the_attribute_are_those_of_the_application() {
    let passkeys = Passkeys::new(Shop, MemoryRepository::default());
    let profiles = passkeys.config().profiles();
    let names: Vec<_> = profiles.map(Profile::name).collect();
    assert_eq!(names, ["security_key", "this_device"]);
    let security_key = passkeys.config().profile("security_key").unwrap();
    assert_eq!(security_key.algorithms(), [passkeys::Algorithm::Es256]);
    assert_eq!(security_key.attestation(), passkeys::Attestation::Direct);
    assert_eq!(
        security_key.authenticator_attachment(),
        Some(passkeys::AuthenticatorAttachment::CrossPlatform)
    );
    assert_eq!(security_key.user_verification(), UserVerification::Required);
    let this_device = passkeys.config().profile("this_device").unwrap();
    assert_eq!(this_device.timeout().as_secs(), 60);
    assert_eq!(this_device.resident_key(), passkeys::ResidentKey::Required);
    assert_eq!(this_device.hints(), [passkeys::Hint::ClientDevice]);
    assert!(passkeys.config().profile("other").is_none());
}

#[tokio::test]
async fn sign_up_begins_with_its_profile() {
    let passkeys = Passkeys::new(Shop, MemoryRepository::default());
    let router = axum::Router::new().nest("/auth/passkeys", passkeys.router());
    let mut browser = Browser::new(router, ORIGIN);
    for (route, name) in [("sign-up/begin", "bob"), ("register/begin", "eve")] {
        let path = format!("/auth/passkeys/{route}?profile=this_device");
        let begun: Value = browser.post(&path, &json!(name)).await.assert_ok().json();
        assert_eq!(begun["publicKey"]["timeout"], 60_000, "{route}");
        assert_eq!(begun["publicKey"]["user"]["name"], name);
        let path = format!("/auth/passkeys/{route}?profile=other");
        let refused = browser.post(&path, &json!(name)).await;
        refused.assert_error("invalid_request");
    }
    let document = serde_json::to_value(passkeys.openapi()).unwrap();
    let operation = &document["paths"]["/sign-up/begin"]["post"];
    assert_eq!(operation["parameters"][0]["name"], "profile");
}

#[test]
fn name_of_a_profile_is_checked_by_the_compiler() {
    let passkeys = Passkeys::new(Shop, MemoryRepository::default());
    let name = passkeys::profile!(Shop, this_device);
    assert_eq!(name, "this_device");
    passkeys.registration().profile(name).unwrap();
}

#[tokio::test]
async fn hooks_are_told_the_profile() {
    let passkeys = Passkeys::new(Shop, MemoryRepository::default());
    let router = axum::Router::new().nest("/auth/passkeys", passkeys.router());
    let mut browser = Browser::new(router, ORIGIN);
    browser.set_profile(Some("this_device"));
    let told: Value = browser.register().await.assert_ok().json();
    assert_eq!(told, "this_device");
    let told: Value = browser.sign_in().await.assert_ok().json();
    assert_eq!(told, "this_device");
    browser.set_profile(None);
    let told: Value = browser.sign_in().await.assert_ok().json();
    assert_eq!(told, json!(null));
    let listed: Value = browser
        .request(Method::GET, "/auth/passkeys/credentials", None)
        .await
        .assert_ok()
        .json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
}
