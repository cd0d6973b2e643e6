//! `POST /outcomes`: reports of prompts that have ended without a passkey.

use std::collections::BTreeSet;

use axum::{
    Json, Router,
    body::Body,
    http::{Method, Request},
};
use passkeys::{
    AuthenticationResult, Config, PasskeyUser, Passkeys, RegistrationResult,
    audit::{AuditKind, Mediation, PromptFailures, PromptOutcome},
    ceremony::{PromptCeremony, PromptReport},
    passkeys,
    store::MemoryRepository,
};
use passkeys_test_support::{App, World};
use serde_json::{Value, json};

use crate::{
    device::Device,
    site::{Answer, Site},
    validator::validate,
};

fn config(prompt_outcomes: bool) -> Config {
    let config = Config::builder("example.com", ["https://example.com"]);
    config.prompt_outcomes(prompt_outcomes).build().unwrap()
}

fn world() -> (World, Site) {
    let world = World::with_config(config(true));
    let site = Site::of(&world.passkeys);
    (world, site)
}

/// Reports a prompt, without being signed in.
async fn report(site: &Site, body: Value) -> Answer {
    site.post("/outcomes", None, Some(body)).await
}

fn cancelled() -> Value {
    json!({ "ceremony": "authentication", "outcome": "cancelled" })
}

fn failures(kind: AuditKind) -> PromptFailures {
    kind.prompts().unwrap()
}

#[tokio::test]
async fn reported_prompt_is_an_audit_event_without_user_and_credential() {
    let (world, site) = world();
    for (ceremony, name) in [
        ("registration", "registration_prompt_failed"),
        ("authentication", "authentication_prompt_failed"),
        ("second_factor", "second_factor_prompt_failed"),
        ("step_up", "step_up_prompt_failed"),
    ] {
        let body = json!({ "ceremony": ceremony, "outcome": "timed_out", "mediation": null });
        let answer = report(&site, body).await;
        assert_eq!(answer.status, 204);
        assert_eq!(answer.body, b"");
        let event = world.audit.events().pop().unwrap();
        assert_eq!(event.kind.as_str(), name);
        let of = event.kind.ceremony().unwrap();
        assert_eq!(of, ceremony.replace("second_factor", "authentication"));
        assert_eq!(event.kind.reason(), None);
        let prompts = failures(event.kind);
        assert_eq!(prompts.outcome, PromptOutcome::TimedOut);
        assert_eq!((prompts.mediation, prompts.count), (None, 1));
        assert_eq!((event.user_id, event.credential_id), (None, None));
        assert_eq!(event.rp_id, "example.com");
    }
}

#[tokio::test]
async fn every_outcome_and_mediation_can_be_reported() {
    let (world, site) = world();
    for outcome in PromptOutcome::ALL {
        for mediation in Mediation::ALL {
            let body = json!({
                "ceremony": "registration",
                "mediation": mediation,
                "outcome": outcome,
            });
            assert_eq!(report(&site, body).await.status, 204);
            let prompts = failures(world.audit.kinds().pop().unwrap());
            assert_eq!(prompts.outcome, *outcome);
            assert_eq!(prompts.mediation, Some(*mediation));
        }
    }
}

/// Otherwise a client could fill the log and the audit trail.
#[tokio::test]
async fn flood_of_reports_becomes_one_event_and_a_number() {
    let (world, site) = world();
    for _ in 0..50 {
        assert_eq!(report(&site, cancelled()).await.status, 204);
    }
    // Reading the trail delivers what waits.
    let counts: Vec<_> = world.audit.kinds().into_iter().map(failures).collect();
    let counts: Vec<_> = counts.iter().map(|prompts| prompts.count).collect();
    assert_eq!(counts, [1, 49]);
}

/// A client learns nothing from the response but that its report has the right form.
#[tokio::test]
async fn report_beyond_the_limit_gets_the_same_response_and_is_not_counted() {
    let (world, site) = world();
    let cancelled = PromptReport::new(PromptCeremony::Authentication, PromptOutcome::Cancelled);
    for _ in 0..100_000 {
        world.passkeys.record_prompt(cancelled);
    }
    let busy = json!({ "ceremony": "authentication", "outcome": "busy" });
    let answer = report(&site, busy).await;
    assert_eq!((answer.status.as_u16(), &*answer.body), (204, &b""[..]));
    let counted: u64 = world
        .audit
        .kinds()
        .into_iter()
        .map(|kind| failures(kind).count)
        .sum();
    assert!(counted < 100_000, "{counted}");
}

#[tokio::test]
async fn report_takes_no_session_and_sets_no_cookie() {
    let (world, site) = world();
    let request = Request::post("/auth/passkeys/outcomes")
        .header("content-type", "application/json")
        .body(Body::from(cancelled().to_string()));
    let answer = site.send(request.unwrap()).await;
    assert_eq!(answer.status, 204);
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(world.audit.kinds().len(), 1);
}

#[tokio::test]
async fn report_of_an_unknown_word_is_unprocessable_and_not_counted() {
    let (world, site) = world();
    for (ceremony, mediation, outcome) in [
        (json!("sign_in"), json!(null), json!("cancelled")),
        (json!("management"), json!(null), json!("cancelled")),
        (json!("authentication"), json!("silent"), json!("cancelled")),
        (json!("authentication"), json!(null), json!("Cancelled")),
        (json!("authentication"), json!(null), json!("aborted")),
        (json!("authentication"), json!(null), json!("")),
        (
            json!("authentication"),
            json!(null),
            json!({ "cancelled": 1 }),
        ),
        (json!("authentication"), json!(null), json!(null)),
        (json!(["authentication"]), json!(null), json!("cancelled")),
    ] {
        let body = json!({ "ceremony": ceremony, "mediation": mediation, "outcome": outcome });
        report(&site, body).await.is_error(422, "invalid_request");
    }
    for body in [json!({}), json!([]), json!("cancelled"), json!(null)] {
        report(&site, body).await.is_error(422, "invalid_request");
    }
    assert_eq!(world.audit.kinds(), []);
}

/// Pages of other sites can send text and forms without a CORS preflight, and no JSON.
#[tokio::test]
async fn report_that_another_site_can_send_is_rejected() {
    let (world, site) = world();
    for content_type in [
        "text/plain;charset=UTF-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ] {
        let request = Request::post("/auth/passkeys/outcomes")
            .header("content-type", content_type)
            .body(Body::from(cancelled().to_string()));
        let answer = site.send(request.unwrap()).await;
        answer.is_error(415, "unsupported_media_type");
    }
    assert_eq!(world.audit.kinds(), []);
}

#[tokio::test]
async fn other_methods_of_outcomes_are_not_allowed() {
    let (_, site) = world();
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let answer = site.ask(method, "/outcomes", None, None).await;
        answer.is_error(405, "method_not_allowed");
    }
}

#[tokio::test]
async fn outcomes_are_not_served_and_not_asked_for_without_the_key() {
    for config in [config(false), config_of_the_app()] {
        let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
        let site = Site::of(&passkeys);
        assert_eq!(report(&site, cancelled()).await.status, 404);
        for begin in ["/register/begin", "/authenticate/begin"] {
            let begun = site.post(begin, Some("ada"), None).await.json();
            let members: BTreeSet<_> = begun.as_object().unwrap().keys().collect();
            assert!(members.into_iter().eq(["publicKey", "state"]), "{begun}");
        }
        let document = serde_json::to_value(passkeys.openapi()).unwrap();
        assert_eq!(document["paths"].get("/outcomes"), None);
    }
}

fn config_of_the_app() -> Config {
    Passkeys::new(App, MemoryRepository::default())
        .config()
        .clone()
}

/// An application with every ceremony.
#[derive(Clone)]
struct Bank;

#[passkeys(
    rp_id = "example.com",
    origins = ["https://example.com"],
    prompt_outcomes = true,
)]
impl Bank {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("ada", "ada", "Ada")
    }

    fn sign_up(&self, Json(_): Json<Value>) -> PasskeyUser {
        PasskeyUser::new("bob", "bob", "Bob")
    }

    fn on_registered(&self, _: RegistrationResult) {}

    fn find_user(&self, username: String) -> Option<PasskeyUser> {
        (username == "ada").then(|| self.get_user())
    }

    fn second_factor_user(&self) -> PasskeyUser {
        self.get_user()
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn bank() -> Site {
    let passkeys = Passkeys::new(Bank, MemoryRepository::default());
    Site(Router::new().nest("/auth/passkeys", passkeys.router()))
}

#[tokio::test]
async fn begin_of_each_ceremony_names_it_for_reports() {
    let site = bank();
    site.register("ada", &mut Device::new()).await;
    for (path, body, expected) in [
        ("/register/begin", None, "registration"),
        ("/sign-up/begin", Some(json!({})), "registration"),
        ("/authenticate/begin", None, "authentication"),
        (
            "/authenticate/begin",
            Some(json!({ "secondFactor": true })),
            "second_factor",
        ),
        (
            "/step-up/begin",
            Some(json!({ "method": "POST", "path": "/" })),
            "step_up",
        ),
    ] {
        let begun = site.post(path, None, body).await;
        assert_eq!(begun.json()["reportAs"], expected, "{path}");
    }
}

#[tokio::test]
async fn begin_asks_for_reports_of_known_and_unknown_users_alike() {
    let site = bank();
    site.register("ada", &mut Device::new()).await;
    let members = async |username: &str| {
        let body = json!({ "username": username });
        let mut begun = site
            .post("/authenticate/begin", None, Some(body))
            .await
            .json();
        begun.as_object_mut().unwrap().remove("publicKey");
        begun["state"].take();
        begun
    };
    assert_eq!(members("ada").await, members("eve").await);
}

#[tokio::test]
async fn openapi_document_has_the_route_and_its_words_with_the_key() {
    let passkeys = Passkeys::new(Bank, MemoryRepository::default());
    let document = serde_json::to_value(passkeys.openapi()).unwrap();
    validate(&document);
    let operation = &document["paths"]["/outcomes"]["post"];
    let statuses: Vec<_> = operation["responses"].as_object().unwrap().keys().collect();
    assert_eq!(statuses, ["204", "400", "413", "415", "422"]);
    let properties = &document["components"]["schemas"]["Passkeys.PromptReport"]["properties"];
    let words: Vec<_> = PromptOutcome::ALL.iter().map(|it| it.as_str()).collect();
    assert_eq!(properties["outcome"]["enum"], json!(words));
    let words: Vec<_> = PromptCeremony::ALL.iter().map(|it| it.as_str()).collect();
    assert_eq!(properties["ceremony"]["enum"], json!(words));
    assert_eq!(
        properties["mediation"]["enum"],
        json!(["conditional", "immediate", null])
    );
}

/// For routes of an application's own.
#[tokio::test]
async fn prompts_are_recorded_without_the_router() {
    let world = World::default();
    let report = PromptReport::new(PromptCeremony::StepUp, PromptOutcome::NoPasskey)
        .with_mediation(Mediation::Immediate);
    world.passkeys.record_prompt(report);
    let kinds = world.audit.kinds();
    assert!(matches!(kinds[..], [AuditKind::StepUpPromptFailed(_)]));
    let prompts = failures(kinds[0]);
    assert_eq!(prompts.outcome, PromptOutcome::NoPasskey);
    assert_eq!(prompts.mediation, Some(Mediation::Immediate));
}
