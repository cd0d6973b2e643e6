//! A connection on which anything can be sent.

use std::{io, net::SocketAddr, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// Bounds every test; nothing is asserted on how long anything takes.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Wire(TcpStream);

/// What came back, as far as it did.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Wire {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = timeout(PATIENCE, TcpStream::connect(address)).await;
        Self(stream.expect("a connection within a minute").unwrap())
    }

    /// Fails where the server has closed the connection.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        let sent = timeout(PATIENCE, self.0.write_all(bytes.as_ref())).await;
        sent.expect("the server takes it within a minute")
    }

    /// Says that nothing more will come.
    pub(crate) async fn end(&mut self) {
        let _ = self.0.shutdown().await;
    }

    /// The next answer; `None` where the server closes the connection without one.
    pub(crate) async fn reply(&mut self) -> Option<Reply> {
        let reply = timeout(PATIENCE, self.read_reply()).await;
        reply.expect("an answer within a minute").ok()
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
    /// Holds it to be an error of the contract.
    #[track_caller]
    pub(crate) fn is_error(&self, status: u16, code: &str) {
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

/// Sends one request on a connection of its own, and answers what came back.
pub(crate) async fn ask(address: SocketAddr, request: impl AsRef<[u8]>) -> Option<Reply> {
    let mut wire = Wire::connect(address).await;
    // It may answer and close before all of it was sent.
    let _ = wire.send(request).await;
    wire.reply().await
}

/// The head of a `POST` of JSON to one of the library's routes, by Ada, with these headers in the
/// middle.
pub(crate) fn head(route: &str, headers: &str) -> String {
    format!(
        "POST /auth/passkeys{route} HTTP/1.1\r\nhost: example.com\r\nx-user: ada\r\n\
         content-type: application/json\r\n{headers}\r\n"
    )
}

/// A whole `POST`.
pub(crate) fn post(route: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = format!("content-length: {}\r\n", body.len());
    [head(route, &length).as_bytes(), body].concat()
}

/// Any request without a body, by Ada.
pub(crate) fn request(method: &str, path: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: example.com\r\nx-user: ada\r\n\r\n")
}
