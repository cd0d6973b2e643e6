//! Registering and signing in.

use axum::http::StatusCode;
use passkeys::{Config, Passkeys, store::MemoryRepository, testing::Authenticator};
use passkeys_test_support::App;
use serde_json::{Value, json};

use crate::{device::Device, site::Site};

#[tokio::test]
async fn registration_and_sign_in_succeed() {
    let (site, mut phone) = (Site::default(), Device::new());
    let registered = site.register("ada", &mut phone).await;
    assert_eq!(registered.status, StatusCode::OK);
    assert_eq!(registered.headers["cache-control"], "no-store");
    let credentials = site
        .ask("GET".parse().unwrap(), "/credentials", Some("ada"), None)
        .await
        .json();
    let expected = json!({ "status": "ok", "credentialId": credentials[0]["id"] });
    assert_eq!(registered.json(), expected);

    let signed_in = site.sign_in(&mut phone).await;
    assert_eq!(signed_in.status, StatusCode::OK);
    assert_eq!(signed_in.headers["cache-control"], "no-store");
    assert_eq!(
        signed_in.json(),
        json!({ "userId": "ada", "userVerified": true })
    );
}

#[tokio::test]
async fn sign_in_begun_for_a_user_id_succeeds() {
    let (site, mut phone) = (Site::default(), Device::new());
    site.register("ada", &mut phone).await;
    let body = site
        .assert(Some(json!({ "userId": "ada" })), &mut phone)
        .await;
    let signed_in = site.post("/authenticate/finish", None, Some(body)).await;
    assert_eq!(signed_in.json()["userId"], "ada");
}

#[tokio::test]
async fn sign_in_begun_with_a_body_without_a_user_is_usernameless() {
    let site = Site::default();
    for body in [
        None,
        Some(json!({})),
        Some(json!({ "userId": null, "more": 1 })),
    ] {
        let begun = site.post("/authenticate/begin", None, body).await;
        assert_eq!(begun.status, StatusCode::OK);
        assert_eq!(begun.json()["publicKey"]["allowCredentials"], json!([]));
    }
}

/// Replaces the random values by their lengths.
fn shape(mut begun: Value) -> Value {
    for path in ["/state", "/publicKey/challenge", "/publicKey/user/id"] {
        if let Some(value) = begun.pointer_mut(path) {
            *value = value.as_str().unwrap().len().into();
        }
    }
    begun
}

#[tokio::test]
async fn creation_options_follow_the_configuration() {
    let algorithms = [-7, -8, -35, -257].map(|alg| json!({ "type": "public-key", "alg": alg }));
    let begun = Site::default()
        .post("/register/begin", Some("ada"), None)
        .await;
    assert_eq!(begun.status, StatusCode::OK);
    assert_eq!(
        shape(begun.json()),
        json!({
            "state": 43,
            "publicKey": {
                "rp": { "id": "example.com", "name": "Example" },
                "user": { "id": 86, "name": "ada@example.com", "displayName": "ada" },
                "challenge": 43,
                "pubKeyCredParams": algorithms,
                "timeout": 300_000,
                "excludeCredentials": [],
                "authenticatorSelection": {
                    "residentKey": "required",
                    "requireResidentKey": true,
                    "userVerification": "required",
                },
                "attestation": "none",
                "extensions": { "credProps": true },
            },
        })
    );
}

#[tokio::test]
async fn request_options_follow_the_configuration() {
    let begun = Site::default()
        .post("/authenticate/begin", None, None)
        .await;
    assert_eq!(
        shape(begun.json()),
        json!({
            "state": 43,
            "publicKey": {
                "challenge": 43,
                "timeout": 300_000,
                "rpId": "example.com",
                "allowCredentials": [],
                "userVerification": "required",
            },
        })
    );
}

#[tokio::test]
async fn exclude_credentials_lists_the_users_passkeys() {
    let (site, mut phone) = (Site::default(), Device::new());
    let id = site.register("ada", &mut phone).await.json()["credentialId"].clone();
    let begun = site.post("/register/begin", Some("ada"), None).await.json();
    let excluded = &begun["publicKey"]["excludeCredentials"];
    assert_eq!(excluded[0]["id"], id);
    assert_eq!(excluded[0]["type"], "public-key");
    assert_eq!(excluded.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn registration_finished_by_another_user_is_rejected_and_ended() {
    let (site, mut phone) = (Site::default(), Device::new());
    let begun = site.post("/register/begin", Some("ada"), None).await.json();
    let body = json!({ "credential": phone.create(&begun).await, "state": begun["state"] });
    let by_bob = site
        .post("/register/finish", Some("bob"), Some(body.clone()))
        .await;
    by_bob.is_error(400, "challenge_not_found");
    let by_ada = site.post("/register/finish", Some("ada"), Some(body)).await;
    by_ada.is_error(400, "challenge_not_found");
}

#[tokio::test]
async fn rejection_by_a_hook_is_returned_unchanged() {
    let site = Site::default();
    for path in ["/register/begin", "/credentials"] {
        let method = if path == "/credentials" {
            "GET"
        } else {
            "POST"
        }
        .parse()
        .unwrap();
        let answer = site.ask(method, path, None, None).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.body, b"who are you?");
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn failed_sign_ins_return_one_opaque_error() {
    let (site, mut phone) = (Site::default(), Device::new());
    let id = site.register("ada", &mut phone).await.json()["credentialId"].clone();

    let mut answers = Vec::new();
    let mut broken = site.assert(None, &mut phone).await;
    let signature = broken["credential"]["response"]["authenticatorData"].clone();
    broken["credential"]["response"]["signature"] = signature;
    answers.push(site.post("/authenticate/finish", None, Some(broken)).await);

    let mut stranger = site.assert(None, &mut phone).await;
    stranger["credential"]["response"]["userHandle"] = "Ym9i".into();
    answers.push(
        site.post("/authenticate/finish", None, Some(stranger))
            .await,
    );

    let deleted = site.assert(None, &mut phone).await;
    let path = format!("/credentials/{}", id.as_str().unwrap());
    site.ask("DELETE".parse().unwrap(), &path, Some("ada"), None)
        .await;
    answers.push(site.post("/authenticate/finish", None, Some(deleted)).await);

    for answer in &answers {
        answer.is_error(401, "authentication_failed");
        assert_eq!(answer.body, answers[0].body);
        assert_eq!(answer.headers, answers[0].headers);
    }
}

#[tokio::test]
async fn ceremony_state_is_single_use_and_a_replay_is_rejected() {
    let (site, mut phone) = (Site::default(), Device::new());
    site.register("ada", &mut phone).await;
    let body = site.assert(None, &mut phone).await;
    assert_eq!(
        site.post("/authenticate/finish", None, Some(body.clone()))
            .await
            .status,
        StatusCode::OK
    );
    let again = site.post("/authenticate/finish", None, Some(body)).await;
    again.is_error(400, "challenge_not_found");
}

#[tokio::test]
async fn sign_in_with_a_malformed_credential_ends_the_ceremony() {
    let (site, mut phone) = (Site::default(), Device::new());
    site.register("ada", &mut phone).await;
    let good = site.assert(None, &mut phone).await;
    let mut broken = good.clone();
    broken["credential"] = json!({ "id": 7 });
    let answer = site.post("/authenticate/finish", None, Some(broken)).await;
    answer.is_error(422, "invalid_request");
    let answer = site.post("/authenticate/finish", None, Some(good)).await;
    answer.is_error(400, "challenge_not_found");
}

#[tokio::test]
async fn registration_with_the_challenge_of_another_ceremony_is_rejected() {
    let (site, mut phone) = (Site::default(), Device::new());
    let begun = site.post("/register/begin", Some("ada"), None).await.json();
    let other = site.post("/register/begin", Some("ada"), None).await.json();
    let body = json!({ "credential": phone.create(&begun).await, "state": other["state"] });
    let answer = site.post("/register/finish", Some("ada"), Some(body)).await;
    answer.is_error(400, "attestation_verification_failed");
}

#[tokio::test]
async fn registered_credential_id_is_rejected_for_another_user() {
    let (site, mut phone) = (Site::default(), Device::new());
    let begun = site.post("/register/begin", Some("ada"), None).await.json();
    let credential = phone.create(&begun).await;
    let body = json!({ "credential": credential, "state": begun["state"] });
    site.post("/register/finish", Some("ada"), Some(body)).await;

    // Without attestation, only the challenge in the client data binds a response to its ceremony,
    // and a client can write the client data anew.
    let begun = site.post("/register/begin", Some("bob"), None).await.json();
    let mut stolen = credential;
    let client_data = json!({
        "type": "webauthn.create",
        "challenge": begun["publicKey"]["challenge"],
        "origin": "https://example.com",
    });
    let client_data = passkeys_test_support::base64url(client_data.to_string());
    stolen["response"]["clientDataJSON"] = client_data.into();
    let body = json!({ "credential": stolen, "state": begun["state"] });
    let answer = site.post("/register/finish", Some("bob"), Some(body)).await;
    answer.is_error(409, "credential_already_exists");
}

#[tokio::test]
async fn registration_beyond_max_credentials_is_a_conflict() {
    let config = Config::builder("example.com", ["https://example.com"]).max_credentials(1);
    let repository = MemoryRepository::default();
    let site = Site::of(&Passkeys::with_config(
        App,
        repository,
        config.build().unwrap(),
    ));
    let ada = Some("ada");
    let mut requests = Vec::new();
    for _ in 0..2 {
        let begun = site.post("/register/begin", ada, None).await.json();
        let credential = Authenticator::new("https://example.com").create(&begun);
        requests.push(json!({ "credential": credential, "state": begun["state"] }));
    }
    let [first, second] = requests.try_into().unwrap();
    let registered = site.post("/register/finish", ada, Some(first)).await;
    assert_eq!(registered.status, 200);
    let answer = site.post("/register/finish", ada, Some(second)).await;
    answer.is_error(409, "too_many_credentials");
    let answer = site.post("/register/begin", ada, None).await;
    answer.is_error(409, "too_many_credentials");
}
