//! Messages about malformed requests: in terms of HTTP and JSON.
//!
//! - `wrong_member`: the message names the JSON member and what it must be.
//! - `no_rust_types`: no message, of every change to every body, has a word of Rust.
//!
//! Here is what both have in common: the routes, their bodies, and a change of one member.

mod no_rust_types;
mod wrong_member;

use axum::{
    Router,
    body::Body,
    http::{Method, Request},
    routing::post,
};
use passkeys::{Config, Passkeys, Verified, store::MemoryRepository};
use passkeys_test_support::App;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::site::{Answer, Site};

/// Body of a step-up, with a member of each kind that applications have.
#[derive(Deserialize)]
#[allow(dead_code, reason = "only deserialized")]
struct Transfer {
    to: String,
    amount: u32,
    fee: Option<f64>,
    currency: Option<Currency>,
    iban: Option<Iban>,
    purpose: Option<[String; 2]>,
    limits: Option<std::collections::HashMap<String, i8>>,
    #[serde(default)]
    nested: Vec<Nested>,
    either: Option<Either>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Currency {
    Eur,
    Usd,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Iban;

impl TryFrom<String> for Iban {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match &*text {
            "DE02" => Ok(Self),
            "rust" => Err("expected a struct Iban".to_owned()),
            _ => Err(format!("not an IBAN: {text}")),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only deserialized")]
struct Nested {
    on: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
#[allow(dead_code, reason = "only deserialized")]
enum Either {
    Number(u8),
    Text(String),
}

async fn transfer(_: Verified<App, Transfer>) {}

/// The routes, and `POST /auth/passkeys/transfer` with the user's consent.
fn site() -> Site {
    let config = Config::builder("example.com", ["https://example.com"]).prompt_outcomes(true);
    let config = config.build().unwrap();
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    let transfers = Router::new()
        .route("/auth/passkeys/transfer", post(transfer))
        .with_state(passkeys.clone());
    Site(transfers.nest("/auth/passkeys", passkeys.router()))
}

/// A request with a body that the library parses.
#[derive(Clone, Copy, Debug)]
enum Route {
    BeginSignIn,
    BeginStepUp,
    Register,
    SignIn,
    StepUp,
    Rename,
    SignalUnknown,
    ReportPrompt,
}

impl Route {
    const ALL: [Self; 8] = [
        Self::BeginSignIn,
        Self::BeginStepUp,
        Self::Register,
        Self::SignIn,
        Self::StepUp,
        Self::Rename,
        Self::SignalUnknown,
        Self::ReportPrompt,
    ];

    fn request(self) -> (Method, &'static str) {
        match self {
            Self::BeginSignIn => (Method::POST, "/authenticate/begin"),
            Self::BeginStepUp => (Method::POST, "/step-up/begin"),
            Self::Register => (Method::POST, "/register/finish"),
            Self::SignIn => (Method::POST, "/authenticate/finish"),
            Self::StepUp => (Method::POST, "/transfer"),
            Self::Rename => (Method::PATCH, "/credentials/AAAA"),
            Self::SignalUnknown => (Method::POST, "/signals/unknown"),
            Self::ReportPrompt => (Method::POST, "/outcomes"),
        }
    }

    /// Returns a body without a mistake in its shape, of a ceremony that is pending.
    async fn body(self, site: &Site, transfer: &Value) -> Value {
        let begun = match self {
            Self::BeginSignIn => return json!({ "userId": "ada" }),
            Self::BeginStepUp => return json!({ "method": "POST", "path": "/", "body": null }),
            Self::Rename => return json!({ "deviceName": "Phone" }),
            Self::SignalUnknown => return json!({ "credentialId": "AAAA" }),
            Self::ReportPrompt => {
                return json!({
                    "ceremony": "authentication",
                    "mediation": "immediate",
                    "outcome": "no_passkey",
                });
            }
            Self::Register => site.post("/register/begin", Some("ada"), None).await,
            Self::SignIn => site.post("/authenticate/begin", None, None).await,
            Self::StepUp => {
                let action = json!({
                    "method": "POST",
                    "path": "/auth/passkeys/transfer",
                    "body": transfer,
                });
                site.post("/step-up/begin", Some("ada"), Some(action)).await
            }
        };
        let response = match self {
            Self::Register => json!({
                "clientDataJSON": "AAAA",
                "attestationObject": "AAAA",
                "transports": ["usb"],
            }),
            _ => json!({
                "clientDataJSON": "AAAA",
                "authenticatorData": "AAAA",
                "signature": "AAAA",
                "userHandle": "AAAA",
            }),
        };
        let mut body = json!({
            "credential": {
                "id": "AAAA",
                "rawId": "AAAA",
                "type": "public-key",
                "clientExtensionResults": { "credProps": { "rk": true } },
                "response": response,
            },
            "state": begun.json()["state"],
        });
        match self {
            Self::Register => body["deviceName"] = "Phone".into(),
            Self::StepUp => body["body"] = transfer.clone(),
            _ => {}
        }
        body
    }

    async fn send(self, site: &Site, body: impl Into<Body>) -> Answer {
        let (method, path) = self.request();
        let request = Request::builder()
            .method(method)
            .uri(format!("/auth/passkeys{path}"))
            .header("x-user", "ada")
            .header("content-type", "application/json");
        site.send(request.body(body.into()).unwrap()).await
    }
}

fn transfer_of_5() -> Value {
    json!({ "to": "bob", "amount": 5 })
}

fn message(answer: &Answer) -> String {
    answer.json()["error"]["message"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Change of one value in a JSON document.
enum Change {
    Is(Value),
    IsMissing,
}

use Change::{Is, IsMissing};

impl Change {
    fn make(self, document: &mut Value, pointer: &str) {
        let Some((parent, member)) = pointer.rsplit_once('/') else {
            if let Is(value) = self {
                *document = value;
            }
            return;
        };
        match (self, document.pointer_mut(parent).unwrap()) {
            (Is(value), Value::Array(elements)) => {
                elements[member.parse::<usize>().unwrap()] = value;
            }
            (Is(value), parent) => parent[member] = value,
            (IsMissing, parent) => drop(parent.as_object_mut().unwrap().remove(member)),
        }
    }
}
