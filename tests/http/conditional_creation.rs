//! `POST /register/begin?mediation=conditional`.

use passkeys::{
    Config, Passkeys,
    store::MemoryRepository,
    testing::{Authenticator, Browser, Fault},
};
use passkeys_test_support::App;
use serde_json::{Value, json};

use crate::site::Site;

const ORIGIN: &str = "https://example.com";

fn passkeys(conditional_create: bool) -> Passkeys<App> {
    let config = Config::builder("example.com", [ORIGIN]).conditional_create(conditional_create);
    Passkeys::with_config(App, MemoryRepository::default(), config.build().unwrap())
}

/// Registers a passkey that is created without the user: neither present nor verified. Returns the
/// status and the error.
async fn registered_without_the_user(site: &Site, path: &str) -> (u16, Value) {
    let begun = site.post(path, Some("ada"), None).await.json();
    let mut device = Authenticator::new(ORIGIN)
        .with_fault(Fault::UserNotPresent)
        .with_fault(Fault::UserNotVerified);
    let body = json!({ "credential": device.create(&begun), "state": begun["state"] });
    let answer = site.post("/register/finish", Some("ada"), Some(body)).await;
    (
        answer.status.as_u16(),
        answer.json()["error"]["code"].clone(),
    )
}

#[tokio::test]
async fn passkey_created_without_the_user_registers_by_conditional_creation_only() {
    let site = Site::of(&passkeys(true));
    let conditional = "/register/begin?mediation=conditional";
    let registered = registered_without_the_user(&site, conditional).await;
    assert_eq!(registered, (200, json!(null)));
    let refused = (400, json!("attestation_verification_failed"));
    let ordinary = registered_without_the_user(&site, "/register/begin").await;
    assert_eq!(ordinary, refused);
    let other = "/register/begin?other=mediation&of=conditional";
    assert_eq!(registered_without_the_user(&site, other).await, refused);
}

/// The passkeys that the account has are excluded, which is how the browser sees that none is needed.
#[tokio::test]
async fn conditional_creation_has_the_options_of_a_registration_without_required_verification() {
    let site = Site::of(&passkeys(true));
    let conditional = "/register/begin?mediation=conditional";
    registered_without_the_user(&site, conditional).await;
    let options = async |path| {
        let mut begun = site.post(path, Some("ada"), None).await.json();
        begun["publicKey"]["challenge"].take();
        begun["publicKey"].take()
    };
    let (conditional, mut ordinary) =
        (options(conditional).await, options("/register/begin").await);
    let selection = &mut ordinary["authenticatorSelection"];
    assert_eq!(selection["userVerification"], "required");
    selection["userVerification"] = json!("preferred");
    assert_eq!(conditional, ordinary);
    let excluded = conditional["excludeCredentials"].as_array().unwrap();
    assert_eq!(excluded.len(), 1);
}

#[tokio::test]
async fn upgraded_user_signs_in_with_user_verification() {
    let site = Site::of(&passkeys(true));
    let mut browser = Browser::new(site.0.clone(), ORIGIN).with_header("x-user", "ada");
    browser.upgrade().await.unwrap().assert_ok();
    // It is on the list of excluded ones, so no second one is created.
    assert!(browser.upgrade().await.is_none());
    assert_eq!(browser.authenticator().passkeys(), 1);

    let signed_in: Value = browser.sign_in().await.assert_ok().json();
    assert_eq!(signed_in["userVerified"], true);
    let mut unverified = browser.with_fault(Fault::UserNotVerified);
    let refused = unverified.sign_in().await;
    refused.assert_error("authentication_failed");
}

#[tokio::test]
async fn upgrade_is_refused_where_it_is_not_configured() {
    let site = Site::of(&passkeys(false));
    let mut browser = Browser::new(site.0.clone(), ORIGIN).with_header("x-user", "ada");
    let refused = browser.upgrade().await.unwrap();
    refused.assert_error("invalid_request");
}

#[tokio::test]
async fn mediation_has_one_value_where_it_is_configured_and_none_elsewhere() {
    let message = async |conditional_create, query: &str| {
        let site = Site::of(&passkeys(conditional_create));
        let path = format!("/register/begin?{query}");
        let answer = site.post(&path, Some("ada"), None).await;
        answer.is_error(422, "invalid_request");
        answer.json()["error"]["message"].take()
    };
    for query in [
        "mediation",
        "mediation=",
        "mediation=Conditional",
        "mediation=optional",
        "a=b&mediation=required",
    ] {
        let expected = "`mediation` must be `conditional`, or left out.";
        assert_eq!(message(true, query).await, expected, "{query}");
        assert_eq!(message(false, query).await, expected, "{query}");
    }
    assert_eq!(
        message(true, "mediation=conditional&mediation=conditional").await,
        "`mediation` appears twice."
    );
    assert_eq!(
        message(false, "mediation=conditional").await,
        "This application does not create passkeys by conditional mediation."
    );
}

#[tokio::test]
async fn conditional_creation_is_for_a_user_who_is_signed_in() {
    let site = Site::of(&passkeys(true));
    let path = "/register/begin?mediation=conditional";
    let answer = site.post(path, None, None).await;
    assert_eq!(answer.status.as_u16(), 401);
}

#[test]
fn openapi_document_has_the_parameter_where_it_is_configured() {
    for conditional_create in [true, false] {
        let document = serde_json::to_value(passkeys(conditional_create).openapi()).unwrap();
        let operation = &document["paths"]["/register/begin"]["post"];
        let parameters = operation["parameters"].as_array();
        let named = parameters.and_then(|it| it.first()).map(|it| &it["name"]);
        let expected = json!("mediation");
        assert_eq!(named, conditional_create.then_some(&expected));
        let responses = &operation["responses"];
        assert_eq!(responses.get("422").is_some(), conditional_create);
    }
}
