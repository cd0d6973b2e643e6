//! Every failure is explained to the developer: the value that came, the rule and the fix.

mod expected;
mod failures;

use std::collections::BTreeMap;

use axum::{Router, http::Method};
use passkeys::{
    audit::{AuditEvent, Reason},
    testing::{Browser, Fault},
};
use passkeys_test_support::{World, ada};
use serde_json::{Value, json};

use expected::EXPECTED;

/// Reasons whose events are explained elsewhere: they take attestation statements of a manufacturer, which
/// `verification/step_by_step` and `verification/fido_metadata` have.
const ELSEWHERE: [Reason; 2] = [Reason::Untrusted, Reason::StaleMetadata];

/// Explanations of failures, by reason.
#[derive(Default)]
struct Told(BTreeMap<&'static str, Vec<String>>, Mistakes);

/// Lines about explanations that are missing.
type Mistakes = Vec<String>;

impl Told {
    /// Adds the explanations of failures, each of which must have one.
    fn add(&mut self, events: &[AuditEvent]) {
        for event in events {
            let Some(reason) = event.kind.reason() else {
                continue;
            };
            let detail = event.detail.clone();
            let detail = detail.unwrap_or_else(|| panic!("{reason} is not explained"));
            assert!(
                detail.len() <= 512 && !detail.contains(char::is_control),
                "{detail:?}"
            );
            self.0.entry(reason.as_str()).or_default().push(detail);
        }
    }

    /// Expects that a failure of this reason was explained with all of these texts.
    fn expect(&mut self, reason: Reason, texts: &[&str]) {
        let told = self.0.get(reason.as_str());
        let has_all = |detail: &String| texts.iter().all(|text| detail.contains(text));
        if !told.is_some_and(|told| told.iter().any(has_all)) {
            self.1
                .push(format!("{reason}: {texts:?} is not in {told:#?}"));
        }
    }
}

#[tokio::test]
async fn every_reason_of_a_failure_is_explained_with_the_value_the_rule_and_the_fix() {
    let mut told = Told::default();
    failures::verification(&mut told).await;
    failures::terms(&mut told).await;
    failures::states(&mut told).await;
    failures::owners(&mut told).await;
    failures::registrations(&mut told).await;
    failures::sign_ins(&mut told).await;
    failures::step_ups(&mut told).await;
    failures::fresh(&mut told).await;

    for &(reason, texts) in EXPECTED {
        told.expect(reason, texts);
    }
    assert!(told.1.is_empty(), "{}", told.1.join("\n"));
    let missing = Reason::ALL
        .iter()
        .filter(|reason| !told.0.contains_key(reason.as_str()) && !ELSEWHERE.contains(reason));
    assert_eq!(missing.collect::<Vec<_>>(), [] as [&Reason; 0]);
}

/// Explanations for the developer are in no response.
#[tokio::test]
async fn no_response_has_the_explanation_of_a_failure() {
    let world = World::default();
    let router = Router::new().nest("/auth/passkeys", world.passkeys.router());
    let mut browser = Browser::new(router, "https://example.com").with_header("x-user", "ada");
    browser.register().await.assert_ok();
    let mut answers = Vec::new();
    for fault in [
        Fault::Origin("https://evil.example".into()),
        Fault::BrokenSignature,
        Fault::RpId("evil.example".into()),
    ] {
        answers.push(browser.with_fault(fault).sign_in().await);
    }
    let finish = "/auth/passkeys/authenticate/finish";
    let unknown = json!({ "credential": {}, "state": "A".repeat(43) });
    answers.push(browser.post(finish, &unknown).await);
    let path = "/auth/passkeys/credentials/AAAA";
    answers.push(browser.request(Method::DELETE, path, None).await);
    let details: Vec<_> = world
        .audit
        .events()
        .into_iter()
        .filter_map(|it| it.detail)
        .collect();
    assert_eq!(details.len(), 4);
    for answer in answers {
        let body = String::from_utf8(answer.body.clone()).unwrap();
        let error: Value = serde_json::from_str(&body).unwrap();
        let keys: Vec<_> = error["error"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        assert_eq!(keys, ["code", "message"]);
        for detail in &details {
            assert!(!body.contains(&detail[..20]), "{body}");
        }
        assert!(
            !body.contains("evil") && !body.contains("process"),
            "{body}"
        );
    }
}

/// The bound holds whatever a client sends.
#[tokio::test]
async fn explanation_of_a_failure_is_bounded_and_escaped_whatever_the_client_sends() {
    let world = World::default();
    let long = format!("https://\u{202e}\n{}", "x".repeat(20_000));
    let mut device = world.device().with_fault(Fault::Origin(long));
    world.register(&ada(), &mut device).await.unwrap_err();
    let event = world.audit.events().pop().unwrap();
    let detail = event.detail.unwrap();
    assert!(
        detail.len() <= 512 && !detail.contains(['\n', '\u{202e}']),
        "{detail:?}"
    );
}
