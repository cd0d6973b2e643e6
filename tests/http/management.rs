//! Listing, renaming and deleting passkeys.

use axum::http::{Method, StatusCode};
use passkeys::{
    Aaguid, Credential, CredentialId, Passkeys,
    store::{CredentialRepository as _, MemoryRepository},
};
use passkeys_test_support::{App, imported};
use serde_json::json;
use time::OffsetDateTime;

use crate::{device::Device, site::Site};

/// A site where Ada has a passkey, and its path.
async fn ada_registered() -> (Site, Device, String) {
    let (site, mut phone) = (Site::default(), Device::new());
    let registered = site.register("ada", &mut phone).await.json();
    let path = format!(
        "/credentials/{}",
        registered["credentialId"].as_str().unwrap()
    );
    (site, phone, path)
}

#[tokio::test]
async fn list_contains_the_documented_members_of_a_passkey() {
    let (site, mut phone, path) = ada_registered().await;
    site.sign_in(&mut phone).await;
    let listed = site
        .ask(Method::GET, "/credentials", Some("ada"), None)
        .await
        .json();
    let credential = &listed[0];
    for time in ["createdAt", "lastUsedAt"] {
        let time = credential[time].as_str().unwrap();
        assert!(time.starts_with("20") && time.ends_with('Z'), "{time}");
    }
    assert_eq!(
        listed,
        json!([{
            "id": path.strip_prefix("/credentials/").unwrap(),
            "deviceName": "Phone",
            "transports": credential["transports"],
            "aaguid": "adadadad-adad-adad-adad-adadadadadad",
            "provider": null,
            "backupEligible": true,
            "backupState": true,
            "discoverable": true,
            "suspended": false,
            "current": false,
            "createdAt": credential["createdAt"],
            "lastUsedAt": credential["lastUsedAt"],
        }])
    );
}

#[tokio::test]
async fn list_names_the_provider_of_a_known_aaguid() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let now = OffsetDateTime::now_utc();
    let google = "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4".parse().ok();
    for (number, aaguid) in [(1, google), (2, None), (3, Aaguid::new([3; 16]))] {
        let id = CredentialId::new([number]).unwrap();
        let mut credential = Credential::new(id, "ada", vec![], now);
        credential.aaguid = aaguid;
        assert!(imported(passkeys.repository(), &credential).await);
    }
    let listed = Site::of(&passkeys)
        .ask(Method::GET, "/credentials", Some("ada"), None)
        .await
        .json();
    assert_eq!(listed[0]["provider"], "Google Password Manager");
    for unknown in [&listed[1], &listed[2]] {
        assert_eq!(unknown["provider"], json!(null));
        assert!(unknown.as_object().unwrap().contains_key("provider"));
    }
}

#[tokio::test]
async fn list_leaves_out_the_passkeys_of_other_users() {
    let (site, ..) = ada_registered().await;
    let listed = site
        .ask(Method::GET, "/credentials", Some("bob"), None)
        .await;
    assert_eq!((listed.status, listed.json()), (StatusCode::OK, json!([])));
}

#[tokio::test]
async fn rename_is_rejected_for_another_users_passkey() {
    let (site, _, path) = ada_registered().await;
    let name = json!({ "deviceName": "Ada’s\u{202e} key\n" });
    let by_bob = site
        .ask(Method::PATCH, &path, Some("bob"), Some(name.clone()))
        .await;
    by_bob.is_error(404, "credential_not_found");

    let by_ada = site
        .ask(Method::PATCH, &path, Some("ada"), Some(name))
        .await;
    assert_eq!(
        (by_ada.status, by_ada.body.len()),
        (StatusCode::NO_CONTENT, 0)
    );
    assert_eq!(by_ada.headers["cache-control"], "no-store");
    let listed = site
        .ask(Method::GET, "/credentials", Some("ada"), None)
        .await
        .json();
    assert_eq!(
        listed[0]["deviceName"], "Ada’s key",
        "without control characters and direction overrides"
    );
}

#[tokio::test]
async fn rename_to_invisible_characters_stores_an_empty_device_name() {
    let (site, _, path) = ada_registered().await;
    let body = json!({ "deviceName": "\u{200b} \u{200d}\u{e0041}\n" });
    let renamed = site
        .ask(Method::PATCH, &path, Some("ada"), Some(body))
        .await;
    assert_eq!(renamed.status, StatusCode::NO_CONTENT);
    let listed = site
        .ask(Method::GET, "/credentials", Some("ada"), None)
        .await
        .json();
    assert_eq!(listed[0]["deviceName"], "");
}

#[tokio::test]
async fn rename_rejects_a_missing_or_overlong_device_name() {
    let (site, _, path) = ada_registered().await;
    for body in [
        json!({ "deviceName": "a".repeat(256) }),
        json!({}),
        json!({ "deviceName": 1 }),
    ] {
        let answer = site
            .ask(Method::PATCH, &path, Some("ada"), Some(body))
            .await;
        answer.is_error(422, "invalid_request");
    }
}

#[tokio::test]
async fn delete_is_rejected_for_another_users_passkey_and_ends_sign_in_for_the_owners() {
    let (site, mut phone, path) = ada_registered().await;
    let by_bob = site.ask(Method::DELETE, &path, Some("bob"), None).await;
    by_bob.is_error(404, "credential_not_found");
    assert_eq!(site.sign_in(&mut phone).await.status, StatusCode::OK);

    let by_ada = site.ask(Method::DELETE, &path, Some("ada"), None).await;
    assert_eq!(
        (by_ada.status, by_ada.body.len()),
        (StatusCode::NO_CONTENT, 0)
    );
    site.ask(Method::DELETE, &path, Some("ada"), None)
        .await
        .is_error(404, "credential_not_found");
    site.sign_in(&mut phone)
        .await
        .is_error(401, "authentication_failed");
}

#[tokio::test]
async fn rename_and_delete_require_a_signed_in_user() {
    let (site, mut phone, path) = ada_registered().await;
    let name = json!({ "deviceName": "Mine now" });
    for (method, body) in [(Method::PATCH, Some(name)), (Method::DELETE, None)] {
        let answer = site.ask(method, &path, None, body).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.body, b"who are you?", "as `get_user` made it");
    }
    let listed = site
        .ask(Method::GET, "/credentials", Some("ada"), None)
        .await
        .json();
    assert_eq!(listed[0]["deviceName"], "Phone");
    assert_eq!(site.sign_in(&mut phone).await.status, StatusCode::OK);
}

#[tokio::test]
async fn delete_with_a_malformed_credential_id_is_not_found() {
    let (site, ..) = ada_registered().await;
    let long = "A".repeat(4000);
    for id in ["x", "=", "%00", "%ff", "a+b%2F", long.as_str()] {
        let path = format!("/credentials/{id}");
        let answer = site.ask(Method::DELETE, &path, Some("ada"), None).await;
        answer.is_error(404, "credential_not_found");
    }
}

#[tokio::test]
async fn passkey_of_another_rp_id_is_not_listed_renamed_deleted_or_signalled() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let id = CredentialId::new(*b"at the other site").unwrap();
    let now = OffsetDateTime::now_utc();
    let mut other = Credential::new(id, "ada", vec![0xa5], now);
    other.rp_id = Some("example.org".to_owned());
    let repository = passkeys.repository();
    assert!(imported(repository, &other).await);
    let site = Site::of(&passkeys);
    let ask = async |method, path: &str, body| site.ask(method, path, Some("ada"), body).await;

    let listed = ask(Method::GET, "/credentials", None).await.json();
    assert_eq!(listed, json!([]));
    let signals = ask(Method::GET, "/signals", None).await.json();
    assert_eq!(signals["signalAllAcceptedCredentials"], json!([]));
    let path = format!("/credentials/{}", other.id);
    let name = json!({ "deviceName": "mine" });
    ask(Method::PATCH, &path, Some(name))
        .await
        .is_error(404, "credential_not_found");
    ask(Method::DELETE, &path, None)
        .await
        .is_error(404, "credential_not_found");
    assert_eq!(repository.find(&other.id).await.unwrap(), Some(other));
}
