//! The signals that tell browsers about deleted passkeys and changed names.

use axum::{
    Router,
    http::{Method, StatusCode},
};
use passkeys::{
    AuthenticationResult, Credential, CredentialId, PasskeyUser, Passkeys, UserHandle, passkeys,
    store::MemoryRepository,
};
use passkeys_test_support::{App, imported};
use serde_json::json;
use time::OffsetDateTime;

use crate::{
    device::Device,
    site::{Answer, Site},
};

async fn signals(site: &Site, user: Option<&str>) -> Answer {
    site.ask(Method::GET, "/signals", user, None).await
}

#[tokio::test]
async fn signals_contain_the_users_accepted_credentials_and_current_details() {
    let (site, mut phone, mut key) = (Site::default(), Device::new(), Device::new());
    let ids = json!([
        site.register("ada", &mut phone).await.json()["credentialId"],
        site.register("ada", &mut key).await.json()["credentialId"],
    ]);
    let answer = signals(&site, Some("ada")).await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    let mut told = answer.json();
    let accepted = &mut told["signalAllAcceptedCredentials"][0]["allAcceptedCredentialIds"];
    let by_text = |ids: &serde_json::Value| {
        let mut ids: Vec<_> = ids.as_array().unwrap().clone();
        ids.sort_by_key(ToString::to_string);
        ids
    };
    assert_eq!(by_text(&accepted.take()), by_text(&ids));
    let begun = site.post("/register/begin", Some("ada"), None).await;
    let handle = &begun.json()["publicKey"]["user"]["id"];
    assert_eq!(
        told,
        json!({
            "rpId": "example.com",
            "signalAllAcceptedCredentials": [{
                "rpId": "example.com",
                "userId": handle,
                "allAcceptedCredentialIds": null,
            }],
            "signalCurrentUserDetails": [{
                "rpId": "example.com",
                "userId": handle,
                "name": "ada@example.com",
                "displayName": "ada",
            }],
        })
    );
}

#[tokio::test]
async fn signals_leave_out_other_users_and_require_a_signed_in_user() {
    let (site, mut phone) = (Site::default(), Device::new());
    site.register("ada", &mut phone).await;
    // He has no passkey, so no user handle is known.
    let to_bob = signals(&site, Some("bob")).await.json();
    assert_eq!(
        to_bob,
        json!({
            "rpId": "example.com",
            "signalAllAcceptedCredentials": [],
            "signalCurrentUserDetails": [],
        })
    );
    // As `get_user` responds.
    let to_nobody = signals(&site, None).await;
    assert_eq!(to_nobody.status, StatusCode::UNAUTHORIZED);
    assert_eq!(to_nobody.body, b"who are you?");
}

#[tokio::test]
async fn signals_for_an_overlong_user_id_are_an_internal_error() {
    let answer = signals(&Site::default(), Some(&"a".repeat(256))).await;
    answer.is_error(500, "internal_error");
}

/// Application that keeps a user handle in its user records.
#[derive(Clone)]
struct WithHandles;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl WithHandles {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        let handle = UserHandle::new(*b"own").unwrap();
        PasskeyUser::new("ada", "ada@example.com", "Ada").handle(handle)
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[tokio::test]
async fn signals_have_one_argument_for_each_user_handle_of_the_user() {
    let passkeys = Passkeys::new(WithHandles, MemoryRepository::default());
    for (number, handle) in [(1, None), (2, Some("other")), (3, Some("other"))] {
        let id = CredentialId::new([number]).unwrap();
        let mut credential = Credential::new(id, "ada", vec![0xa5], OffsetDateTime::UNIX_EPOCH);
        credential.user_handle = handle.map(|bytes| UserHandle::new(bytes).unwrap());
        assert!(imported(passkeys.repository(), &credential).await);
    }
    let site = Site(Router::new().nest("/auth/passkeys", passkeys.router()));
    let told = signals(&site, None).await.json();
    let accepted = [
        // The application's own handle, which no passkey carries.
        ("b3du", json!([])),
        // The older form: the UTF-8 of the user ID.
        ("YWRh", json!(["AQ"])),
        ("b3RoZXI", json!(["Ag", "Aw"])),
    ];
    let expected = accepted.clone().map(|(user_id, ids)| {
        json!({ "rpId": "example.com", "userId": user_id, "allAcceptedCredentialIds": ids })
    });
    assert_eq!(told["signalAllAcceptedCredentials"], json!(expected));
    let details = accepted.map(|(user_id, _)| {
        json!({
            "rpId": "example.com", "userId": user_id,
            "name": "ada@example.com", "displayName": "Ada",
        })
    });
    assert_eq!(told["signalCurrentUserDetails"], json!(details));
}

/// A row without a user handle, of a passkey that is not discoverable.
#[tokio::test]
async fn signals_leave_out_a_user_id_that_cannot_be_a_user_handle() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let user = "a".repeat(UserHandle::MAX_BYTES + 1);
    let id = CredentialId::new([1]).unwrap();
    let credential = Credential::new(id, &user, vec![0xa5], OffsetDateTime::UNIX_EPOCH);
    assert!(imported(passkeys.repository(), &credential).await);
    let told = signals(&Site::of(&passkeys), Some(&user)).await.json();
    assert_eq!(told["signalAllAcceptedCredentials"], json!([]));
    assert_eq!(told["signalCurrentUserDetails"], json!([]));
}

/// Asks whether the credential with this ID is unknown.
async fn unknown(site: &Site, id: &str) -> Answer {
    let body = json!({ "credentialId": id });
    site.post("/signals/unknown", None, Some(body)).await
}

#[track_caller]
fn assert_no_content(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.body, b"");
    assert_eq!(answer.headers["cache-control"], "no-store");
}

/// Site that signals unknown credentials, because its repository has all passkeys of the RP ID.
fn signalling_site() -> Site {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    Site::of(&passkeys.signal_unknown_credentials())
}

#[tokio::test]
async fn unknown_credential_is_signalled_where_the_application_enables_it() {
    let (site, mut phone) = (signalling_site(), Device::new());
    let registered = site.register("ada", &mut phone).await.json();
    let id = registered["credentialId"].as_str().unwrap();
    assert_no_content(&unknown(&site, id).await);

    let path = format!("/credentials/{id}");
    site.ask(Method::DELETE, &path, Some("ada"), None).await;
    // The sign-in itself still fails with the opaque error.
    site.sign_in(&mut phone)
        .await
        .is_error(401, "authentication_failed");
    let answer = unknown(&site, id).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(
        answer.json(),
        json!({ "rpId": "example.com", "credentialId": id })
    );
}

#[tokio::test]
async fn credential_of_another_rp_id_is_signalled_as_unknown() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let site = Site::of(&passkeys.clone().signal_unknown_credentials());
    for (number, rp_id) in [
        (1, Some("example.org")),
        (2, Some("example.com")),
        (3, None),
    ] {
        let id = CredentialId::new([number; 16]).unwrap();
        let mut credential =
            Credential::new(id.clone(), "ada", vec![0xa5], OffsetDateTime::UNIX_EPOCH);
        credential.rp_id = rp_id.map(Into::into);
        assert!(imported(passkeys.repository(), &credential).await);
        let answer = unknown(&site, &id.to_string()).await;
        let signalled = answer.status == StatusCode::OK;
        assert_eq!(signalled, rp_id == Some("example.org"), "{rp_id:?}");
    }
}

#[tokio::test]
async fn unknown_credential_is_not_signalled_by_default() {
    let site = Site::default();
    assert_no_content(&unknown(&site, "AAAAAAAAAAAAAAAAAAAAAA").await);
}

/// Otherwise `begin` for a user and a query for the returned IDs would allow user enumeration.
#[tokio::test]
async fn decoy_credentials_are_not_signalled_as_unknown_against_user_enumeration() {
    let (site, mut phone) = (signalling_site(), Device::new());
    site.register("ada", &mut phone).await;
    let mut lengths = std::collections::BTreeSet::new();
    for user in ["ada".to_owned()]
        .into_iter()
        .chain((0..100).map(|number| format!("unknown-{number}")))
    {
        let who = json!({ "userId": user });
        let begun = site.post("/authenticate/begin", None, Some(who)).await;
        let begun = begun.json();
        for credential in begun["publicKey"]["allowCredentials"].as_array().unwrap() {
            let id = credential["id"].as_str().unwrap();
            lengths.insert(id.len());
            assert_no_content(&unknown(&site, id).await);
        }
    }
    assert!(
        lengths.len() > 2,
        "all kinds of decoy credentials: {lengths:?}"
    );
}

#[tokio::test]
async fn unknown_credential_signal_rejects_a_malformed_id() {
    let site = signalling_site();
    for id in ["", "="] {
        unknown(&site, id).await.is_error(422, "invalid_request");
    }
}
