//! Request bodies that are too long, endless, or of another length than declared.

use crate::{
    raw_connection::{RawConnection, ask, head, post},
    server::Server,
};

const KIB: usize = 1024;

const ROUTES: [&str; 4] = [
    "/register/begin",
    "/register/finish",
    "/authenticate/begin",
    "/authenticate/finish",
];

/// Returns a valid body of `authenticate/begin` of this length.
fn body(length: usize) -> Vec<u8> {
    let mut body = b"{}".to_vec();
    body.resize(length, b' ');
    body
}

/// Returns a request with this body in chunked transfer encoding, without a content length.
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
async fn body_of_more_than_64_kib_is_rejected_whatever_its_transfer_encoding() {
    let server = Server::start().await;
    for (length, fits) in [(64 * KIB, true), (64 * KIB + 1, false), (1024 * KIB, false)] {
        let body = body(length);
        let requests = [
            post("/authenticate/begin", &body),
            chunked(&body, body.len()),
            chunked(&body, 100),
        ];
        for request in requests {
            let reply = ask(server.address, request).await.expect("a response");
            if fits {
                assert_eq!(reply.status, 200);
            } else {
                reply.assert_error(413, "payload_too_large");
            }
        }
    }
    server.assert_healthy().await;
}

#[tokio::test]
async fn huge_content_length_is_rejected_without_waiting_for_the_body() {
    let server = Server::start().await;
    for route in ROUTES {
        let length = format!("content-length: {}\r\n", u64::MAX / 2);
        let request = [head(route, &length).into_bytes(), body(65 * KIB)].concat();
        let reply = ask(server.address, request).await.expect("a response");
        reply.assert_error(413, "payload_too_large");
    }
    server.assert_healthy().await;
}

#[tokio::test]
async fn endless_chunked_body_is_cut_off() {
    let server = Server::start().await;
    let mut connection = RawConnection::connect(server.address).await;
    connection
        .send(head(
            "/authenticate/finish",
            "transfer-encoding: chunked\r\n",
        ))
        .await
        .unwrap();
    let chunk = [&b"400\r\n"[..], &body(KIB), b"\r\n"].concat();
    let mut sent = 0;
    // The server closes the connection before it has read this much.
    while sent < 64 * 1024 && connection.send(&chunk).await.is_ok() {
        sent += 1;
    }
    assert!(sent < 64 * 1024, "the server has read {sent} KiB");
    server.assert_healthy().await;
}

#[tokio::test]
async fn body_shorter_than_its_content_length_is_rejected() {
    let server = Server::start().await;
    for route in ROUTES {
        let mut connection = RawConnection::connect(server.address).await;
        connection
            .send(head(route, "content-length: 1000\r\n") + "{}")
            .await
            .unwrap();
        connection.end().await;
        // The server may close the connection without a response.
        if let Some(reply) = connection.reply().await {
            reply.assert_error(400, "invalid_request");
        }
    }
    server.assert_healthy().await;
}

/// The server parses the remaining bytes as the next request, which is malformed.
#[tokio::test]
async fn body_longer_than_its_content_length_ends_at_its_content_length() {
    let server = Server::start().await;
    let mut connection = RawConnection::connect(server.address).await;
    connection
        .send(head("/authenticate/begin", "content-length: 2\r\n") + "{}{}{}{}\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(connection.reply().await.expect("a response").status, 200);
    if let Some(reply) = connection.reply().await {
        assert_eq!(reply.status, 400);
    }
    server.assert_healthy().await;
}

/// Returns requests with invalid or contradictory lengths.
pub(crate) fn invalid_lengths() -> Vec<Vec<u8>> {
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
async fn invalid_or_contradictory_body_lengths_are_rejected_by_the_http_server() {
    let server = Server::start().await;
    for request in invalid_lengths() {
        if let Some(reply) = ask(server.address, &request).await {
            assert_eq!(reply.status, 400, "{}", String::from_utf8_lossy(&request));
        }
    }
    server.assert_healthy().await;
}
