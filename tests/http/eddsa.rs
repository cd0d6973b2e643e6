//! EdDSA: registration and sign-in with an authenticator that supports no other algorithm.

use axum::http::StatusCode;
use passkeys::{Attestation, Config, Passkeys, store::MemoryRepository};
use passkeys_test_support::App;
use serde_cbor_2::Value as Cbor;
use serde_json::{Value, json};

use crate::{device::Device, site::Site};

/// Begins a registration, and returns the body of its finish with an EdDSA key.
async fn create(site: &Site, device: &mut Device) -> Value {
    let mut begun = site.post("/register/begin", Some("ada"), None).await.json();
    begun["publicKey"]["pubKeyCredParams"] = json!([{ "type": "public-key", "alg": -8 }]);
    json!({ "credential": device.create(&begun).await, "state": begun["state"] })
}

#[tokio::test]
async fn eddsa_is_offered_and_registers_and_signs_in() {
    let (site, mut device) = (Site::default(), Device::new());
    let begun = site.post("/register/begin", Some("ada"), None).await.json();
    let offered = begun["publicKey"]["pubKeyCredParams"].as_array().unwrap();
    assert!(offered.iter().any(|parameters| parameters["alg"] == -8));

    let body = create(&site, &mut device).await;
    let registered = site.post("/register/finish", Some("ada"), Some(body)).await;
    assert_eq!(registered.status, StatusCode::OK, "{registered:?}");
    let signed_in = site.sign_in(&mut device).await;
    assert_eq!(signed_in.status, StatusCode::OK, "{signed_in:?}");
    assert_eq!(signed_in.json()["userId"], "ada");
}

#[tokio::test]
async fn eddsa_is_offered_where_attestation_is_requested() {
    for (attestation, expected) in [
        (Attestation::Indirect, StatusCode::OK),
        (Attestation::Direct, StatusCode::BAD_REQUEST),
    ] {
        let config = Config::builder("example.com", ["https://example.com"])
            .attestation(attestation)
            .build()
            .unwrap();
        let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
        let site = Site::of(&passkeys);
        let begun = site.post("/register/begin", Some("ada"), None).await.json();
        let offered = begun["publicKey"]["pubKeyCredParams"].as_array().unwrap();
        assert!(offered.iter().any(|parameters| parameters["alg"] == -8));

        // The authenticator sends no statement, which only `indirect` allows.
        let body = create(&site, &mut Device::new()).await;
        let registered = site.post("/register/finish", Some("ada"), Some(body)).await;
        assert_eq!(registered.status, expected, "{registered:?}");
    }
}

#[tokio::test]
async fn eddsa_with_an_attestation_statement_is_rejected() {
    let statement: Cbor = Cbor::Map([(Cbor::Text("alg".into()), Cbor::Integer(-8))].into());
    for (member, value) in [("fmt", Cbor::Text("packed".into())), ("attStmt", statement)] {
        let site = Site::default();
        let mut body = create(&site, &mut Device::new()).await;
        let object = &mut body["credential"]["response"]["attestationObject"];
        let bytes: passkeys::CredentialId = object.as_str().unwrap().parse().unwrap();
        let Ok(Cbor::Map(mut members)) = serde_cbor_2::from_slice(bytes.as_bytes()) else {
            panic!("{bytes:?}");
        };
        members.insert(Cbor::Text(member.into()), value);
        let changed = serde_cbor_2::to_vec(&Cbor::Map(members)).unwrap();
        *object = passkeys_test_support::base64url(changed).into();
        site.post("/register/finish", Some("ada"), Some(body))
            .await
            .is_error(400, "attestation_verification_failed");
    }
}
