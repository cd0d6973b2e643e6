//! Firefox, driven by geckodriver, and by WebDriver BiDi for what WebDriver has no commands for.

use std::path::Path;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{net::TcpStream, sync::Mutex};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

/// Returns the line of geckodriver's output that has its port.
pub(super) fn port(line: &str) -> Option<u16> {
    line.split_once("Listening on 127.0.0.1:")?
        .1
        .trim()
        .parse()
        .ok()
}

pub(super) fn arguments(profiles: &Path) -> Vec<String> {
    let profiles = profiles.display().to_string();
    [
        // Ports that are free, because several tests run at a time.
        "--port",
        "0",
        "--websocket-port",
        "0",
        "--profile-root",
        &profiles,
        // For the commands that change settings while Firefox runs.
        "--allow-system-access",
    ]
    .map(str::to_owned)
    .into()
}

pub(super) fn capabilities(program: &Path, proxy: u16) -> Value {
    json!({
        "webSocketUrl": true,
        "moz:firefoxOptions": {
            "binary": program,
            "args": ["-headless"],
            "prefs": {
                "security.webauth.webauthn_enable_softtoken": true,
                "security.webauth.webauthn_enable_usbtoken": false,
                "ui.prefersReducedMotion": 1,
                "intl.accept_languages": "en",
                // Every connection goes through the proxy, which knows the hosts of the test.
                "network.proxy.type": 1,
                "network.proxy.socks": "127.0.0.1",
                "network.proxy.socks_port": proxy,
                "network.proxy.socks_version": 5,
                "network.proxy.socks5_remote_dns": true,
                "network.proxy.no_proxies_on": "",
                "network.proxy.allow_hijacking_localhost": true,
            },
        },
    })
}

/// A connection for commands of WebDriver BiDi.
pub(super) struct BiDi(Mutex<Connection>);

struct Connection {
    socket: WebSocketStream<TcpStream>,
    commands: u64,
}

impl BiDi {
    /// Connects to the session with this URL, which is in its capabilities.
    pub(super) async fn connect(url: &str) -> Self {
        let address = url.trim_start_matches("ws://").split('/').next();
        let stream = TcpStream::connect(address.expect("an address"))
            .await
            .unwrap();
        let (socket, _) = client_async(url, stream).await.expect("a WebSocket");
        Self(Mutex::new(Connection {
            socket,
            commands: 0,
        }))
    }

    /// Runs a command, and returns its result.
    pub(super) async fn command(&self, method: &str, params: Value) -> Value {
        let mut connection = self.0.lock().await;
        connection.commands += 1;
        let id = connection.commands;
        let command = json!({ "id": id, "method": method, "params": params }).to_string();
        connection
            .socket
            .send(Message::text(command))
            .await
            .unwrap();
        loop {
            let message = connection.socket.next().await.expect("an answer").unwrap();
            let Ok(text) = message.to_text() else {
                continue;
            };
            let answer: Value = serde_json::from_str(text).unwrap_or_default();
            // Events have no ID.
            if answer["id"] == id {
                assert_eq!(answer["type"], "success", "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }
}
