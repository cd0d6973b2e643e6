//! Credential IDs of any length and any bytes in request paths.

use crate::{
    raw_connection::{RawConnection, ask, request},
    server::Server,
};

/// Returns path segments to send in place of a credential ID.
pub(crate) fn malformed_ids() -> Vec<String> {
    vec![
        String::new(),
        "A".to_owned(),
        "AA".to_owned(),
        // 1023 bytes, the maximum of a credential ID, and one more.
        "A".repeat(1364),
        "A".repeat(1366),
        "A".repeat(8000),
        "A".repeat(60_000),
        "=".to_owned(),
        "AA==".to_owned(),
        "AB".to_owned(),
        "+/+/".to_owned(),
        "%41%41%41%41".to_owned(),
        "%ff%fe".to_owned(),
        "%c3%28".to_owned(),
        "%f0%9f%94%91".to_owned(),
        "%ed%a0%80".to_owned(),
        "%".to_owned(),
        "%4".to_owned(),
        "%zz".to_owned(),
        "%00".to_owned(),
        "%0a%0d".to_owned(),
        ".".to_owned(),
        "..".to_owned(),
        "%2e%2e".to_owned(),
        "../credentials".to_owned(),
        "..%2f..%2fauthenticate%2fbegin".to_owned(),
        "A/B".to_owned(),
        "A%2FB".to_owned(),
        "//".to_owned(),
        "A//".to_owned(),
        "A;B=C".to_owned(),
        "A?B=C".to_owned(),
        "*".to_owned(),
        "'%20OR%20''='".to_owned(),
        "{id}".to_owned(),
        "~!$&()".to_owned(),
    ]
}

/// The response is 404, because either the passkey or the route does not exist.
#[tokio::test]
async fn malformed_or_unknown_credential_ids_in_paths_are_not_found() {
    let server = Server::start().await;
    for id in &malformed_ids() {
        for method in ["DELETE", "PATCH"] {
            let mut request = request(method, &format!("/auth/passkeys/credentials/{id}"));
            if method == "PATCH" {
                let body = "content-type: application/json\r\ncontent-length: 18\r\n\r\n{\"deviceName\":\"A\"}";
                request = request.trim_end().to_owned() + "\r\n" + body;
            }
            let reply = ask(server.address, request).await.expect("a response");
            assert_eq!(reply.status, 404, "{method} {}", &id[..id.len().min(50)]);
            let names_a_route = !id.is_empty() && !id.contains('/');
            if names_a_route {
                reply.assert_error(404, "credential_not_found");
            }
        }
    }
    server.assert_healthy().await;
}

/// Bytes that are not allowed in a path, and a path longer than the HTTP server reads.
#[tokio::test]
async fn invalid_request_paths_are_rejected_with_a_client_error() {
    let server = Server::start().await;
    for id in [
        &b"\xff\xfe"[..],
        b"\0",
        b"A B",
        b"A\tB",
        "🔑".as_bytes(),
        &vec![b'A'; 100_000],
    ] {
        let mut connection = RawConnection::connect(server.address).await;
        let start = b"DELETE /auth/passkeys/credentials/";
        let end = b" HTTP/1.1\r\nhost: a\r\nx-user: ada\r\n\r\n";
        let _ = connection.send([start, id, end].concat()).await;
        if let Some(reply) = connection.reply().await {
            assert!(matches!(reply.status, 400 | 404 | 414), "{}", reply.status);
        }
    }
    server.assert_healthy().await;
}
