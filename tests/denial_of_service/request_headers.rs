//! Header floods, within and beyond the limits of the HTTP server, and arbitrary content types.

use crate::{
    raw_connection::{ask, head},
    server::Server,
};

const ROUTES: [&str; 4] = [
    "/register/begin",
    "/register/finish",
    "/authenticate/begin",
    "/authenticate/finish",
];

/// Returns headers to add to a request, within and beyond the limits of the HTTP server.
pub(crate) fn floods() -> Vec<String> {
    let many = |number: usize| {
        let headers: Vec<_> = (0..number).map(|at| format!("x-{at}: {at}\r\n")).collect();
        headers.concat()
    };
    vec![
        many(90),
        many(1000),
        many(50_000),
        format!("x-long: {}\r\n", "a".repeat(60_000)),
        format!("x-long: {}\r\n", "a".repeat(1_000_000)),
        format!("{}: long\r\n", "x".repeat(60_000)),
        "cookie: a=b\r\n".repeat(80),
        format!("cookie: {}\r\n", "a=b; ".repeat(10_000)),
        "content-type: application/json\r\n".repeat(80),
        "x-user: bob\r\n".repeat(80),
        "expect: 100-continue\r\n".to_owned(),
        "connection: upgrade\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n".to_owned(),
        "x-bytes: \u{ff}\u{fe}\r\n".to_owned(),
        "x-nul: \0\r\n".to_owned(),
        "x-folded: a\r\n b\r\n".to_owned(),
        ": nameless\r\n".to_owned(),
    ]
}

#[tokio::test]
async fn header_floods_never_cause_a_server_error() {
    let server = Server::start().await;
    for flood in &floods() {
        for route in ROUTES {
            let headers = format!("connection: close\r\ncontent-length: 0\r\n{flood}");
            let request = head(route, &headers);
            if let Some(reply) = ask(server.address, request).await {
                let start = &flood[..flood.len().min(30)];
                assert!(reply.status < 500, "{}: {start:?}", reply.status);
            }
        }
    }
    server.assert_healthy().await;
}

/// Protects against CSRF: content types that browsers send without a preflight are rejected.
#[tokio::test]
async fn content_type_of_arbitrary_bytes_is_accepted_only_if_it_is_json() {
    let server = Server::start().await;
    let types: [(&[u8], u16); 12] = [
        (b"application/json", 200),
        (b"application/json;charset=utf-8", 200),
        (b" \tapplication/json\t ", 200),
        (b"application/json;;;;=;\"", 200),
        (b"application/vnd.a+json", 200),
        (b"text/plain;application/json", 415),
        (b"text/plain, application/json", 415),
        (b"application/jsonp", 415),
        (b"application/", 415),
        (b"", 415),
        (b"\xff\xfe", 415),
        (&[b'a'; 8000], 415),
    ];
    for (content_type, status) in types {
        let request = [
            b"POST /auth/passkeys/authenticate/begin HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-type: ",
            content_type,
            b"\r\n\r\n{}",
        ]
        .concat();
        let reply = ask(server.address, request).await.expect("a response");
        assert_eq!(
            reply.status,
            status,
            "{}",
            String::from_utf8_lossy(content_type)
        );
    }
    server.assert_healthy().await;
}
