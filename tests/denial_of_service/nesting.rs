//! Deeply nested JSON and CBOR, wherever the library parses it.

use passkeys::testing::Browser;
use serde_json::{Value, json};

use crate::{
    raw_connection::{ask, post},
    server::Server,
};

const ROUTES: [&str; 4] = [
    "/register/begin",
    "/register/finish",
    "/authenticate/begin",
    "/authenticate/finish",
];

/// Returns JSON nested up to and beyond the limit of the parser.
pub(crate) fn bodies() -> Vec<String> {
    let arrays = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let objects = |depth| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    let mut bodies = vec![
        "[".repeat(60 * 1024),
        r#"{"a":"#.repeat(12_000),
        "[{\"a\":".repeat(10_000),
    ];
    for depth in [127, 128, 129, 1000, 9_000] {
        bodies.extend([arrays(depth), objects(depth)]);
        for member in ["credential", "state", "userId", "unknown"] {
            bodies.push(format!(
                r#"{{"state":"A","credential":{{}},"{member}":{}}}"#,
                arrays(depth)
            ));
            bodies.push(format!(r#"{{"{member}":{}}}"#, objects(depth)));
        }
    }
    bodies
}

#[tokio::test]
async fn deeply_nested_json_bodies_are_rejected() {
    let server = Server::start().await;
    for body in &bodies() {
        for route in ROUTES {
            let reply = ask(server.address, post(route, body))
                .await
                .expect("a response");
            // Without `sign_up`, the begin of a registration ignores its body, and that of a
            // sign-in ignores unknown members.
            let begins = route.ends_with("begin") && reply.status == 200;
            if !begins {
                assert!(
                    matches!(reply.status, 400 | 422),
                    "{route}: {}",
                    reply.status
                );
            }
        }
    }
    server.assert_healthy().await;
}

/// Finishes a registration with a member of its response replaced by these bytes.
async fn register_with(
    browser: &mut Browser,
    member: &str,
    bytes: &[u8],
) -> passkeys::testing::Response {
    let begun: Value = browser
        .post("/auth/passkeys/register/begin", &json!({}))
        .await
        .assert_ok()
        .json();
    let mut credential = browser.authenticator().create(&begun);
    let text = passkeys_test_support::base64url(bytes);
    credential["response"][member] = text.into();
    let body = json!({ "credential": credential, "state": begun["state"] });
    browser.post("/auth/passkeys/register/finish", &body).await
}

/// The nested data is base64url-encoded, within JSON of the expected depth.
#[tokio::test]
async fn deeply_nested_client_data_or_cbor_of_a_registration_is_rejected() {
    const DEPTH: usize = 40_000;
    let server = Server::start().await;
    let mut browser = server.browser().with_header("x-user", "ada");

    let client_data = "[".repeat(DEPTH);
    let answer = register_with(&mut browser, "clientDataJSON", client_data.as_bytes()).await;
    answer.assert_error("attestation_verification_failed");

    // Authenticator data with nested extensions or a nested key: one-element arrays within each
    // other.
    let nested = vec![0x81; DEPTH];
    let tagged = vec![0xc1; DEPTH];
    let mut data = vec![0; 32];
    data.push(0b1100_0101);
    data.extend([0; 4 + 16]);
    data.extend([0, 1, 7]);
    for nested in [&nested, &tagged] {
        let object = |data: &[u8]| {
            let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
            object.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
            object.extend(data);
            object
        };
        let mut statement = b"\xa3\x63fmt\x64none\x67attStmt".to_vec();
        statement.extend(nested);
        for object in [
            nested.clone(),
            statement,
            object(&[&data[..], nested].concat()),
            object(&[&data[..], &[0xa0, 0xa1, 0x01], nested].concat()),
        ] {
            let answer = register_with(&mut browser, "attestationObject", &object).await;
            answer.assert_error("attestation_verification_failed");
        }
    }
    server.assert_healthy().await;
}
