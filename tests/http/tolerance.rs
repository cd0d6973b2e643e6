//! Variants of requests that browsers, authenticators and pages send, and that the specification
//! allows: `null` for an absent member, unknown members and values, device names of any content.

use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::{device::Device, site::Site};

/// Registers a passkey whose finish was changed. Returns the response and the user's passkeys.
async fn registered(change: impl FnOnce(&mut Value)) -> (StatusCode, Value, Site, Device) {
    let (site, mut phone) = (Site::default(), Device::new());
    let begun = site.post("/register/begin", Some("ada"), None).await.json();
    let credential = phone.create(&begun).await;
    let mut body = json!({ "credential": credential, "state": begun["state"] });
    change(&mut body);
    let answer = site.post("/register/finish", Some("ada"), Some(body)).await;
    let list = site.ask(Method::GET, "/credentials", Some("ada"), None);
    (answer.status, list.await.json(), site, phone)
}

#[tokio::test]
async fn optional_members_of_a_registration_may_be_null_missing_or_of_any_content() {
    let anything = [
        json!(null),
        json!(true),
        json!(7),
        json!("text"),
        json!([1, "a", null]),
        json!({ "a": [] }),
    ];
    let members = [
        ("/credential", "authenticatorAttachment"),
        ("/credential", "clientExtensionResults"),
        ("/credential", "unknown"),
        ("/credential/clientExtensionResults", "appid"),
        ("/credential/clientExtensionResults", "credProps"),
        ("/credential/clientExtensionResults", "unknown"),
        // What `toJSON()` adds for pages without a parser of CBOR.
        ("/credential/response", "authenticatorData"),
        ("/credential/response", "publicKey"),
        ("/credential/response", "publicKeyAlgorithm"),
        ("", "unknown"),
        // The hooks of this application take no data.
        ("", "data"),
    ];
    for (parent, member) in members {
        let missing = registered(|body| {
            body["credential"]["clientExtensionResults"] = json!({});
            let parent = body.pointer_mut(parent).unwrap().as_object_mut();
            parent.unwrap().remove(member);
        });
        assert_eq!(missing.await.0, StatusCode::OK, "{member}");
        for value in &anything {
            let (status, ..) = registered(|body| {
                body["credential"]["clientExtensionResults"] = json!({});
                body.pointer_mut(parent).unwrap()[member] = value.clone();
            })
            .await;
            assert_eq!(status, StatusCode::OK, "{member}: {value}");
        }
    }
    for (parent, member) in [("/credential/response", "transports"), ("", "deviceName")] {
        let null = registered(|body| {
            body.pointer_mut(parent).unwrap()[member] = json!(null);
        });
        let (status, listed, ..) = null.await;
        assert_eq!(status, StatusCode::OK, "{member}");
        assert!(listed[0]["transports"].is_array());
        assert_eq!(listed[0]["deviceName"], "");
    }
}

/// With `residentKey: "required"` a passkey is discoverable unless the client says that it is not.
#[tokio::test]
async fn client_extension_results_that_cannot_be_read_report_nothing() {
    for (results, discoverable) in [
        (json!({ "credProps": { "rk": true } }), true),
        (
            json!({ "credProps": { "rk": false, "authenticatorDisplayName": 1 } }),
            false,
        ),
        (
            json!({ "credProps": { "rk": false }, "prf": { "enabled": true } }),
            false,
        ),
        (json!({ "credProps": { "rk": null } }), true),
        (json!({ "credProps": { "rk": "false" } }), true),
        (json!({ "credProps": {} }), true),
        (json!({ "credProps": null }), true),
        (json!([]), true),
    ] {
        let (status, listed, ..) = registered(|body| {
            body["credential"]["clientExtensionResults"] = results.clone();
        })
        .await;
        assert_eq!(status, StatusCode::OK, "{results}");
        assert_eq!(listed[0]["discoverable"], discoverable, "{results}");
    }
}

#[tokio::test]
async fn unknown_transports_are_left_out() {
    let (status, listed, ..) = registered(|body| {
        let transports = json!(["cable", "usb", "", "🎂", "usb", "smart-card", "USB"]);
        body["credential"]["response"]["transports"] = transports;
    })
    .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(listed[0]["transports"], json!(["usb", "smart-card"]));
}

#[tokio::test]
async fn device_name_never_fails_a_registration() {
    for (name, stored) in [
        ("a".repeat(256), "a".repeat(255)),
        ("👩‍👩‍👧‍👦".repeat(2000), "👩‍👩‍👧‍👦".repeat(36)),
        ("\u{0}\u{202e}\nKey\u{7f}".to_owned(), "Key".to_owned()),
        ("\u{200b}".repeat(300), String::new()),
    ] {
        let (status, listed, ..) = registered(|body| body["deviceName"] = name.into()).await;
        assert_eq!(status, StatusCode::OK, "{stored}");
        assert_eq!(listed[0]["deviceName"], stored);
    }
}

/// JavaScript's strings may end in half a character, and `JSON.stringify` escapes it.
#[tokio::test]
async fn device_name_loses_lone_surrogates() {
    let (site, mut phone) = (Site::default(), Device::new());
    let begun = site.post("/register/begin", Some("ada"), None).await.json();
    let credential = phone.create(&begun).await;
    let body = format!(
        r#"{{"credential":{credential},"state":{},"deviceName":"Ada\u2019s \ud83c\udf82 \ud83d"}}"#,
        begun["state"],
    );
    let send = async |method, path: &str, body| {
        let request = Request::builder()
            .method(method)
            .uri(format!("/auth/passkeys{path}"))
            .header("x-user", "ada")
            .header("content-type", "application/json");
        site.send(request.body(body).unwrap()).await.status
    };
    let name = async || {
        let list = site.ask(Method::GET, "/credentials", Some("ada"), None);
        list.await.json()[0]["deviceName"].clone()
    };
    let status = send(Method::POST, "/register/finish", body.into()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(name().await, "Ada’s 🎂");

    let path = format!("/credentials/{}", credential["id"].as_str().unwrap());
    let renamed = r#"{"deviceName":"\udc00Key\ud800"}"#;
    let status = send(Method::PATCH, &path, renamed.into()).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(name().await, "Key");
}

#[tokio::test]
async fn optional_members_of_a_sign_in_may_be_null_or_missing_or_unknown() {
    let (.., site, mut phone) = registered(|_| ()).await;
    for (member, value) in [
        ("authenticatorAttachment", json!(null)),
        ("clientExtensionResults", json!(null)),
        ("clientExtensionResults", json!([])),
        ("unknown", json!({})),
    ] {
        let mut body = site.assert(None, &mut phone).await;
        body["credential"][member] = value;
        body[member] = json!(null);
        let signed_in = site.post("/authenticate/finish", None, Some(body)).await;
        assert_eq!(signed_in.status, StatusCode::OK, "{member}");
    }
    // Authenticators need not return a user handle where credentials are listed.
    // Safari before 17.4 has an empty one.
    for handle in [Some(json!(null)), Some(json!("")), None] {
        let who = json!({ "userId": "ada", "username": null });
        let mut body = site.assert(Some(who), &mut phone).await;
        let response = &mut body["credential"]["response"];
        match handle {
            Some(handle) => response["userHandle"] = handle,
            None => drop(response.as_object_mut().unwrap().remove("userHandle")),
        }
        let signed_in = site.post("/authenticate/finish", None, Some(body)).await;
        assert_eq!(signed_in.status, StatusCode::OK);
    }
}

/// A page sends the value of an empty field; `fastapi-passkeys` begins the same sign-in.
#[tokio::test]
async fn sign_in_with_an_empty_user_id_or_username_is_without_a_named_user() {
    let (.., site, mut phone) = registered(|_| ()).await;
    for body in [
        json!({ "userId": "" }),
        json!({ "username": "" }),
        json!({ "userId": "", "username": "" }),
        json!({ "userId": null, "username": null }),
        json!({}),
        json!([]),
        json!(null),
    ] {
        let begun = site.post("/authenticate/begin", None, Some(body.clone()));
        let begun = begun.await.json();
        assert_eq!(begun["publicKey"]["allowCredentials"], json!([]), "{body}");
        let finish = json!({ "credential": phone.get(&begun).await, "state": begun["state"] });
        let signed_in = site.post("/authenticate/finish", None, Some(finish)).await;
        assert_eq!(signed_in.json()["userId"], "ada", "{body}");
    }
    let named = json!({ "userId": "ada", "username": "" });
    let begun = site.post("/authenticate/begin", None, Some(named)).await;
    let allowed = &begun.json()["publicKey"]["allowCredentials"];
    assert_eq!(allowed.as_array().unwrap().len(), 1);
}

/// The body of a request without one.
#[tokio::test]
async fn step_up_body_that_is_null_is_the_same_as_none() {
    let (.., site, _) = registered(|_| ()).await;
    for action in [
        json!({ "method": "DELETE", "path": "/account" }),
        json!({ "method": "DELETE", "path": "/account", "body": null }),
    ] {
        let begun = site.post("/step-up/begin", Some("ada"), Some(action)).await;
        assert_eq!(begun.status, StatusCode::OK);
    }
}
