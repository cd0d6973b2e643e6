//! Ids of any length and any bytes, in paths.

use crate::{
    server::Server,
    wire::{Wire, ask, request},
};

/// What to send in place of an id.
pub(crate) fn ids() -> Vec<String> {
    vec![
        String::new(),
        "A".to_owned(),
        "AA".to_owned(),
        // 1023 bytes, as long as an id can be, and one more.
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

/// Each names no passkey, or no route: nothing else.
#[tokio::test]
async fn an_id_that_names_nothing_is_not_found() {
    let server = Server::start().await;
    for id in &ids() {
        for method in ["DELETE", "PATCH"] {
            let mut request = request(method, &format!("/auth/passkeys/credentials/{id}"));
            if method == "PATCH" {
                let body = "content-type: application/json\r\ncontent-length: 18\r\n\r\n{\"deviceName\":\"A\"}";
                request = request.trim_end().to_owned() + "\r\n" + body;
            }
            let reply = ask(server.address, request).await.expect("an answer");
            assert_eq!(reply.status, 404, "{method} {}", &id[..id.len().min(50)]);
            let names_a_route = !id.is_empty() && !id.contains('/');
            if names_a_route {
                reply.is_error(404, "credential_not_found");
            }
        }
    }
    server.is_well().await;
}

/// Bytes that no path has, and more than the server reads of one.
#[tokio::test]
async fn what_is_no_path_is_refused() {
    let server = Server::start().await;
    for id in [
        &b"\xff\xfe"[..],
        b"\0",
        b"A B",
        b"A\tB",
        "🔑".as_bytes(),
        &vec![b'A'; 100_000],
    ] {
        let mut wire = Wire::connect(server.address).await;
        let start = b"DELETE /auth/passkeys/credentials/";
        let end = b" HTTP/1.1\r\nhost: a\r\nx-user: ada\r\n\r\n";
        let _ = wire.send([start, id, end].concat()).await;
        if let Some(reply) = wire.reply().await {
            assert!(matches!(reply.status, 400 | 404 | 414), "{}", reply.status);
        }
    }
    server.is_well().await;
}
