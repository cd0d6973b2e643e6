//! Bodies that are too long, or not as long as they say.

use crate::{
    server::Server,
    wire::{Wire, ask, head, post},
};

const KIB: usize = 1024;

const ROUTES: [&str; 4] = [
    "/register/begin",
    "/register/finish",
    "/authenticate/begin",
    "/authenticate/finish",
];

/// A body of `authenticate/begin`, so long.
fn body(length: usize) -> Vec<u8> {
    let mut body = b"{}".to_vec();
    body.resize(length, b' ');
    body
}

/// The same in chunks, whose sizes come before each; its length is nowhere.
fn chunked(body: &[u8], chunk: usize) -> Vec<u8> {
    let mut request = head("/authenticate/begin", "transfer-encoding: chunked\r\n").into_bytes();
    for chunk in body.chunks(chunk) {
        request.extend(format!("{:x}\r\n", chunk.len()).as_bytes());
        request.extend(chunk);
        request.extend(b"\r\n");
    }
    request.extend(b"0\r\n\r\n");
    request
}

#[tokio::test]
async fn sixty_four_kib_are_read_and_not_a_byte_more() {
    let server = Server::start().await;
    for (length, fits) in [(64 * KIB, true), (64 * KIB + 1, false), (1024 * KIB, false)] {
        let body = body(length);
        let requests = [
            post("/authenticate/begin", &body),
            chunked(&body, body.len()),
            chunked(&body, 100),
        ];
        for request in requests {
            let reply = ask(server.address, request).await.expect("an answer");
            if fits {
                assert_eq!(reply.status, 200);
            } else {
                reply.is_error(413, "payload_too_large");
            }
        }
    }
    server.is_well().await;
}

#[tokio::test]
async fn a_length_beyond_all_bounds_is_not_waited_for() {
    let server = Server::start().await;
    for route in ROUTES {
        let length = format!("content-length: {}\r\n", u64::MAX / 2);
        let request = [head(route, &length).into_bytes(), body(65 * KIB)].concat();
        let reply = ask(server.address, request).await.expect("an answer");
        reply.is_error(413, "payload_too_large");
    }
    server.is_well().await;
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let server = Server::start().await;
    let mut wire = Wire::connect(server.address).await;
    wire.send(head(
        "/authenticate/finish",
        "transfer-encoding: chunked\r\n",
    ))
    .await
    .unwrap();
    let chunk = [&b"400\r\n"[..], &body(KIB), b"\r\n"].concat();
    let mut sent = 0;
    // The server closes the connection before it has read this much.
    while sent < 64 * 1024 && wire.send(&chunk).await.is_ok() {
        sent += 1;
    }
    assert!(sent < 64 * 1024, "{sent} KiB were taken");
    server.is_well().await;
}

#[tokio::test]
async fn a_body_that_is_shorter_than_it_says_is_no_body() {
    let server = Server::start().await;
    for route in ROUTES {
        let mut wire = Wire::connect(server.address).await;
        wire.send(head(route, "content-length: 1000\r\n") + "{}")
            .await
            .unwrap();
        wire.end().await;
        // Whether the server still answers or finds nobody to answer to.
        if let Some(reply) = wire.reply().await {
            reply.is_error(400, "invalid_request");
        }
    }
    server.is_well().await;
}

/// What is left over is the next request, and this one is none.
#[tokio::test]
async fn a_body_that_is_longer_than_it_says_ends_where_it_says() {
    let server = Server::start().await;
    let mut wire = Wire::connect(server.address).await;
    wire.send(head("/authenticate/begin", "content-length: 2\r\n") + "{}{}{}{}\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(wire.reply().await.expect("an answer").status, 200);
    if let Some(reply) = wire.reply().await {
        assert_eq!(reply.status, 400);
    }
    server.is_well().await;
}

/// Requests whose length is none, or two.
pub(crate) fn lies() -> Vec<Vec<u8>> {
    let lengths = [
        "content-length: 2\r\ncontent-length: 3\r\n",
        "content-length: -1\r\n",
        "content-length: two\r\n",
        "content-length: 99999999999999999999999\r\n",
        "transfer-encoding: gzip\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n",
    ];
    let lengths = lengths.map(|headers| head("/authenticate/begin", headers) + "{}\r\n\r\n");
    let sizes = ["xyz", "-1", "ffffffffffffffffffffff"].map(|size| {
        head("/authenticate/begin", "transfer-encoding: chunked\r\n")
            + &format!("{size}\r\n{{}}\r\n0\r\n\r\n")
    });
    lengths
        .into_iter()
        .chain(sizes)
        .map(String::into_bytes)
        .collect()
}

#[tokio::test]
async fn lengths_that_are_none_or_disagree_are_refused_before_the_library_is_asked() {
    let server = Server::start().await;
    for lie in lies() {
        if let Some(reply) = ask(server.address, &lie).await {
            assert_eq!(reply.status, 400, "{}", String::from_utf8_lossy(&lie));
        }
    }
    server.is_well().await;
}
