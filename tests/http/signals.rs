//! What browsers are told about passkeys that changed.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::{
    peer::Peer,
    site::{Answer, Site},
};

async fn signals(site: &Site, user: Option<&str>) -> Answer {
    site.ask(Method::GET, "/signals", user, None).await
}

#[tokio::test]
async fn the_owner_is_told_which_passkeys_are_accepted_and_what_they_are_called() {
    let (site, mut phone, mut key) = (Site::default(), Peer::new(), Peer::new());
    let ids = json!([
        site.register("ada", &mut phone).await.json()["credentialId"],
        site.register("ada", &mut key).await.json()["credentialId"],
    ]);
    let answer = signals(&site, Some("ada")).await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    let mut told = answer.json();
    let accepted = &mut told["signalAllAcceptedCredentials"]["allAcceptedCredentialIds"];
    let by_text = |ids: &serde_json::Value| {
        let mut ids: Vec<_> = ids.as_array().unwrap().clone();
        ids.sort_by_key(ToString::to_string);
        ids
    };
    assert_eq!(by_text(&accepted.take()), by_text(&ids));
    // "YWRh" is "ada", the user handle that the passkeys were created with.
    assert_eq!(
        told,
        json!({
            "signalAllAcceptedCredentials": {
                "rpId": "example.com",
                "userId": "YWRh",
                "allAcceptedCredentialIds": null,
            },
            "signalCurrentUserDetails": {
                "rpId": "example.com",
                "userId": "YWRh",
                "name": "ada@example.com",
                "displayName": "ada",
            },
        })
    );
}

#[tokio::test]
async fn nobody_is_told_about_somebody_elses_passkeys() {
    let (site, mut phone) = (Site::default(), Peer::new());
    site.register("ada", &mut phone).await;
    let to_bob = signals(&site, Some("bob")).await.json();
    let accepted = &to_bob["signalAllAcceptedCredentials"];
    assert_eq!(accepted["allAcceptedCredentialIds"], json!([]));
    assert_eq!(accepted["userId"], "Ym9i");
    // The hook's own words.
    let to_nobody = signals(&site, None).await;
    assert_eq!(to_nobody.status, StatusCode::UNAUTHORIZED);
    assert_eq!(to_nobody.body, b"who are you?");
}
