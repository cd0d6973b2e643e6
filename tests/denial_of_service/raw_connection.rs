//! A TCP connection for arbitrary bytes, which an HTTP client would not send.

use std::{io, net::SocketAddr, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// Timeout of each operation. The tests make no assertion about time.
const PATIENCE: Duration = Duration::from_mins(1);

/// TCP connection to the server.
pub(crate) struct RawConnection(TcpStream);

/// Response of the server.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl RawConnection {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = timeout(PATIENCE, TcpStream::connect(address)).await;
        Self(stream.expect("a connection within a minute").unwrap())
    }

    /// Sends bytes. Fails if the server has closed the connection.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        let sent = timeout(PATIENCE, self.0.write_all(bytes.as_ref())).await;
        sent.expect("the server takes it within a minute")
    }

    /// Closes the write side.
    pub(crate) async fn end(&mut self) {
        let _ = self.0.shutdown().await;
    }

    /// Reads the next response. Returns `None` if the server closes the connection without one.
    pub(crate) async fn reply(&mut self) -> Option<Reply> {
        let reply = timeout(PATIENCE, self.read_reply()).await;
        reply.expect("a response within a minute").ok()
    }

    async fn read_reply(&mut self) -> io::Result<Reply> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await?);
        }
        let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().expect("a length"))];
        self.0.read_exact(&mut body).await?;
        Ok(Reply {
            status: status.expect("a status"),
            head,
            body,
        })
    }
}

impl Reply {
    /// Asserts that the response is an error of the HTTP contract, with this status and code.
    #[track_caller]
    pub(crate) fn assert_error(&self, status: u16, code: &str) {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        assert_eq!(
            (self.status, body["error"]["code"].as_str()),
            (status, Some(code)),
            "{body}"
        );
        assert!(
            self.head.contains("cache-control: no-store"),
            "{}",
            self.head
        );
    }
}

/// Sends one request on a new connection, and returns the response.
pub(crate) async fn ask(address: SocketAddr, request: impl AsRef<[u8]>) -> Option<Reply> {
    let mut connection = RawConnection::connect(address).await;
    // The server may respond and close the connection before it has read everything.
    let _ = connection.send(request).await;
    connection.reply().await
}

/// Returns the head of a `POST` of JSON by Ada to one of the library's routes, with these
/// additional headers.
pub(crate) fn head(route: &str, headers: &str) -> String {
    format!(
        "POST /auth/passkeys{route} HTTP/1.1\r\nhost: example.com\r\nx-user: ada\r\n\
         content-type: application/json\r\n{headers}\r\n"
    )
}

/// Returns a complete `POST`.
pub(crate) fn post(route: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = format!("content-length: {}\r\n", body.len());
    [head(route, &length).as_bytes(), body].concat()
}

/// Returns a request by Ada without a body.
pub(crate) fn request(method: &str, path: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: example.com\r\nx-user: ada\r\n\r\n")
}
