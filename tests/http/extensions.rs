//! WebAuthn extensions: the options for browsers, and requests with results that are secrets.

use passkeys::{Config, Extension, LargeBlob, Passkeys, store::MemoryRepository};
use passkeys_test_support::App;
use serde_json::{Value, json};

use crate::{device::Device, site::Site};

fn site(extensions: &[Extension]) -> Site {
    let config = Config::builder("example.com", ["https://example.com"]);
    let config = match extensions {
        [] => config,
        some => config.extensions(some.iter().copied()),
    };
    let config = config.build().unwrap();
    Site::of(&Passkeys::with_config(
        App,
        MemoryRepository::default(),
        config,
    ))
}

#[tokio::test]
async fn creation_options_ask_for_the_extensions_of_the_configuration() {
    let large_blob = Extension::LargeBlob;
    for (extensions, expected) in [
        (&[][..], json!({ "credProps": true })),
        (&[Extension::Prf], json!({ "credProps": true, "prf": {} })),
        (
            &[large_blob(LargeBlob::Preferred)],
            json!({ "credProps": true, "largeBlob": { "support": "preferred" } }),
        ),
        (
            &[large_blob(LargeBlob::Required), Extension::Prf],
            json!({ "credProps": true, "prf": {}, "largeBlob": { "support": "required" } }),
        ),
    ] {
        let site = site(extensions);
        let begun = site.post("/register/begin", Some("ada"), None).await;
        assert_eq!(begun.json()["publicKey"]["extensions"], expected);
        // Only the page knows what it derives keys from, and what it reads or writes.
        let begun = site.post("/authenticate/begin", None, None).await.json();
        assert_eq!(begun["publicKey"]["extensions"], Value::Null);
    }
}

#[tokio::test]
async fn finish_with_results_of_prf_is_unprocessable_and_the_response_does_not_repeat_them() {
    let secret = "c2VjcmV0IG9mIHRoZSBwYWdl";
    let leak = |credential: &mut Value| {
        credential["clientExtensionResults"]["prf"] = json!({ "results": { "first": secret } });
    };
    let (site, mut phone) = (site(&[Extension::Prf]), Device::new());
    let begun = site.post("/register/begin", Some("ada"), None).await.json();
    let mut body = json!({ "credential": phone.create(&begun).await, "state": begun["state"] });
    leak(&mut body["credential"]);
    let answer = site.post("/register/finish", Some("ada"), Some(body)).await;
    answer.is_error(422, "invalid_request");
    assert!(!String::from_utf8(answer.body).unwrap().contains(secret));

    let mut phone = Device::new();
    site.register("ada", &mut phone).await;
    let mut body = site.assert(None, &mut phone).await;
    leak(&mut body["credential"]);
    let answer = site.post("/authenticate/finish", None, Some(body)).await;
    answer.is_error(422, "invalid_request");
    let message = answer.json()["error"]["message"].to_string();
    assert!(message.contains("remove it"), "{message}");
    assert!(!message.contains(secret));

    // Without the secret it is a sign-in.
    let mut body = site.assert(None, &mut phone).await;
    body["credential"]["clientExtensionResults"]["prf"] = json!({});
    let answer = site.post("/authenticate/finish", None, Some(body)).await;
    assert_eq!(answer.json()["userId"], "ada");
}
