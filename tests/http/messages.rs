//! Messages about malformed requests: they name the JSON member and what it must be, in the terms of
//! JSON.

use axum::{
    Router,
    body::Body,
    http::{Method, Request},
    routing::post,
};
use passkeys::{Passkeys, Verified, store::MemoryRepository};
use passkeys_test_support::App;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    device::Device,
    site::{Answer, Site},
};

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
    let passkeys = Passkeys::new(App, MemoryRepository::default());
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
}

impl Route {
    const ALL: [Self; 7] = [
        Self::BeginSignIn,
        Self::BeginStepUp,
        Self::Register,
        Self::SignIn,
        Self::StepUp,
        Self::Rename,
        Self::SignalUnknown,
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
        }
    }

    /// Returns a body without a mistake in its shape, of a ceremony that is pending.
    async fn body(self, site: &Site, transfer: &Value) -> Value {
        let begun = match self {
            Self::BeginSignIn => return json!({ "userId": "ada" }),
            Self::BeginStepUp => return json!({ "method": "POST", "path": "/", "body": null }),
            Self::Rename => return json!({ "deviceName": "Phone" }),
            Self::SignalUnknown => return json!({ "credentialId": "AAAA" }),
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

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn message_names_the_wrong_member_and_what_it_must_be() {
    use Route::{BeginSignIn, BeginStepUp, Register, Rename, SignIn, SignalUnknown, StepUp};

    let (site, mut phone) = (site(), Device::new());
    site.register("ada", &mut phone).await;
    let base64url = "must be base64url without padding.";
    let id = "must be base64url without padding of 1 to 1023 bytes.";
    let rows = [
        (
            BeginSignIn,
            "",
            Is(json!("ada")),
            "The request body must be an object.",
        ),
        (
            BeginSignIn,
            "",
            Is(json!([1])),
            "The request body must be an object.",
        ),
        (
            BeginSignIn,
            "/userId",
            Is(json!(1)),
            "`userId` must be a string.",
        ),
        (
            BeginSignIn,
            "/username",
            Is(json!({})),
            "`username` must be a string.",
        ),
        (
            BeginStepUp,
            "",
            Is(json!([])),
            "The request body must be an object.",
        ),
        (
            BeginStepUp,
            "",
            Is(json!(null)),
            "The request body must be an object.",
        ),
        (BeginStepUp, "/method", IsMissing, "`method` is missing."),
        (
            BeginStepUp,
            "/method",
            Is(json!(null)),
            "`method` must be a string.",
        ),
        (
            BeginStepUp,
            "/path",
            Is(json!(["/"])),
            "`path` must be a string.",
        ),
        (
            Register,
            "",
            Is(json!([{}, "A"])),
            "The request body must be an object.",
        ),
        (Register, "/state", IsMissing, "`state` is missing."),
        (
            Register,
            "/state",
            Is(json!(1)),
            "`state` must be a string.",
        ),
        (
            Register,
            "/credential",
            IsMissing,
            "`credential` is missing.",
        ),
        (
            Register,
            "/credential",
            Is(json!(null)),
            "`credential` must be an object.",
        ),
        (
            Register,
            "/credential",
            Is(json!(["a"])),
            "`credential` must be an object.",
        ),
        (
            Register,
            "/credential/id",
            IsMissing,
            "`credential.id` is missing.",
        ),
        (
            Register,
            "/credential/id",
            Is(json!(7)),
            "`credential.id` must be a string.",
        ),
        (
            Register,
            "/credential/rawId",
            Is(json!("A+/8")),
            &format!("`credential.rawId` {base64url}"),
        ),
        (
            Register,
            "/credential/rawId",
            Is(json!("AA==")),
            &format!("`credential.rawId` {base64url}"),
        ),
        (
            Register,
            "/credential/rawId",
            Is(json!([1])),
            &format!("`credential.rawId` {base64url}"),
        ),
        (
            Register,
            "/credential/type",
            Is(json!(null)),
            "`credential.type` must be a string.",
        ),
        (
            Register,
            "/credential/response",
            IsMissing,
            "`credential.response` is missing.",
        ),
        (
            Register,
            "/credential/response",
            Is(json!("{}")),
            "`credential.response` must be an object.",
        ),
        (
            Register,
            "/credential/response",
            Is(json!(["AAAA", "AAAA", []])),
            "`credential.response` must be an object.",
        ),
        (
            Register,
            "/credential/response/clientDataJSON",
            Is(json!({})),
            &format!("`credential.response.clientDataJSON` {base64url}"),
        ),
        (
            Register,
            "/credential/response/attestationObject",
            IsMissing,
            "`credential.response.attestationObject` is missing.",
        ),
        (
            Register,
            "/credential/response/transports",
            Is(json!("usb")),
            "`credential.response.transports` must be an array.",
        ),
        (
            Register,
            "/credential/response/transports/0",
            Is(json!(1)),
            "`credential.response.transports[0]` must be a string.",
        ),
        (
            Register,
            "/deviceName",
            Is(json!(1)),
            "`deviceName` must be a string.",
        ),
        (
            Register,
            "/deviceName",
            Is(json!([65])),
            "`deviceName` must be a string.",
        ),
        (
            SignIn,
            "/credential/response/signature",
            IsMissing,
            "`credential.response.signature` is missing.",
        ),
        (
            SignIn,
            "/credential/response/userHandle",
            Is(json!("=")),
            &format!("`credential.response.userHandle` {base64url}"),
        ),
        (
            SignIn,
            "/credential/response/authenticatorData",
            Is(json!(0.5)),
            &format!("`credential.response.authenticatorData` {base64url}"),
        ),
        (
            StepUp,
            "/credential/rawId",
            Is(json!(null)),
            &format!("`credential.rawId` {base64url}"),
        ),
        (
            Rename,
            "",
            Is(json!(["Phone"])),
            "The request body must be an object.",
        ),
        (Rename, "/deviceName", IsMissing, "`deviceName` is missing."),
        (
            Rename,
            "/deviceName",
            Is(json!(null)),
            "`deviceName` must be a string.",
        ),
        (
            Rename,
            "/deviceName",
            Is("a".repeat(256).into()),
            "`deviceName` must be at most 255 characters long.",
        ),
        (
            SignalUnknown,
            "/credentialId",
            IsMissing,
            "`credentialId` is missing.",
        ),
        (
            SignalUnknown,
            "/credentialId",
            Is(json!("")),
            &format!("`credentialId` {id}"),
        ),
        (
            SignalUnknown,
            "/credentialId",
            Is(json!(1)),
            "`credentialId` must be a string.",
        ),
    ];
    for (route, pointer, change, expected) in rows {
        let mut body = route.body(&site, &transfer_of_5()).await;
        change.make(&mut body, pointer);
        let answer = route.send(&site, body.to_string()).await;
        answer.is_error(422, "invalid_request");
        assert_eq!(message(&answer), expected, "{route:?} {pointer}");
    }
}

/// The type of `body` is the application's.
#[tokio::test]
async fn message_about_an_applications_body_is_in_terms_of_json() {
    let (site, mut phone) = (site(), Device::new());
    site.register("ada", &mut phone).await;
    let rows = [
        ("", Is(json!(null)), "`body` must be an object."),
        ("", Is(json!(7)), "`body` must be an object."),
        ("/to", IsMissing, "`body.to` is missing."),
        ("/to", Is(json!(false)), "`body.to` must be a string."),
        (
            "/amount",
            Is(json!(-1)),
            "`body.amount` must be a whole number from 0 to 4294967295.",
        ),
        (
            "/amount",
            Is(json!("5")),
            "`body.amount` must be a whole number from 0 to 4294967295.",
        ),
        ("/fee", Is(json!("1.5")), "`body.fee` must be a number."),
        (
            "/currency",
            Is(json!("gbp")),
            "`body.currency` must be `eur` or `usd`.",
        ),
        (
            "/purpose",
            Is(json!(["a"])),
            "`body.purpose` must be an array of length 2.",
        ),
        ("/limits", Is(json!([])), "`body.limits` must be an object."),
        (
            "/limits",
            Is(json!({ "a\n`": 200 })),
            "`body.limits.a\\n\\u{60}` must be a whole number from -128 to 127.",
        ),
        ("/nested", Is(json!({})), "`body.nested` must be an array."),
        (
            "/nested",
            Is(json!([{ "on": 1 }])),
            "`body.nested[0].on` must be true or false.",
        ),
        (
            "/nested",
            Is(json!([{ "on": true, "off, expected you": 1 }])),
            "`body.nested[0].off, expected you` is unknown.",
        ),
        (
            "/iban",
            Is(json!("FR\u{202e}\n")),
            "`body.iban` is invalid: not an IBAN: FR\\u{202e}\\n.",
        ),
        (
            "/iban",
            Is(json!("rust")),
            "`body.iban` has an invalid value.",
        ),
        (
            "/either",
            Is(json!([])),
            "`body.either` has an invalid value.",
        ),
    ];
    for (pointer, change, expected) in rows {
        let mut transfer = transfer_of_5();
        change.make(&mut transfer, pointer);
        // Only a body that the user has consented to is parsed.
        let mut body = Route::StepUp.body(&site, &transfer).await;
        let action =
            json!({ "method": "POST", "path": "/auth/passkeys/transfer", "body": transfer });
        let begun = site.post("/step-up/begin", Some("ada"), Some(action)).await;
        body["credential"] = phone.get(&begun.json()).await;
        body["state"] = begun.json()["state"].clone();
        let answer = Route::StepUp.send(&site, body.to_string()).await;
        answer.is_error(422, "invalid_request");
        assert_eq!(message(&answer), expected, "{pointer}");
    }
}

#[tokio::test]
async fn message_about_invalid_json_contains_the_position() {
    let site = site();
    for (body, expected) in [
        ("", "The request body is empty: send JSON."),
        (" \n", "The request body is empty: send JSON."),
        (
            "{",
            "The request body is not valid JSON: it ends too early.",
        ),
        (
            "{\n\"state\": nonsense}",
            "The request body is not valid JSON: see line 2, column 11.",
        ),
        (
            "{]",
            "The request body is not valid JSON: see line 1, column 2.",
        ),
    ] {
        let answer = Route::SignIn.send(&site, body).await;
        answer.is_error(400, "invalid_request");
        assert_eq!(message(&answer), expected, "{body}");
    }
    let twice = r#"{"credential":{},"state":"a","state":"b"}"#;
    let answer = Route::SignIn.send(&site, twice).await;
    answer.is_error(422, "invalid_request");
    assert_eq!(message(&answer), "`state` appears twice.");

    let body = Route::SignIn.body(&site, &json!(null)).await.to_string();
    let body = body.replace(r#""id":"AAAA""#, r#""id":"\ud800""#);
    let answer = Route::SignIn.send(&site, body).await;
    answer.is_error(400, "invalid_request");
    assert_eq!(message(&answer), "`credential.id` is not valid JSON.");
}

/// Returns the JSON pointers of all values in a document.
fn pointers(document: &Value) -> Vec<String> {
    let mut pointers = vec![String::new()];
    let members: Vec<(String, &Value)> = match document {
        Value::Object(members) => members.iter().map(|(key, it)| (key.clone(), it)).collect(),
        Value::Array(elements) => {
            let elements = elements.iter().enumerate();
            elements
                .map(|(index, it)| (index.to_string(), it))
                .collect()
        }
        _ => Vec::new(),
    };
    for (key, value) in members {
        let below = pointers_below(value, &key);
        pointers.extend(below);
    }
    pointers
}

fn pointers_below(value: &Value, key: &str) -> Vec<String> {
    let below = pointers(value).into_iter();
    below.map(|pointer| format!("/{key}{pointer}")).collect()
}

/// Asserts that a message is bounded, and in the terms of HTTP and JSON.
#[track_caller]
fn assert_message_for_clients(answer: &Answer, body: &str) {
    if ![400, 422].contains(&answer.status.as_u16())
        || answer.json()["error"]["code"] != "invalid_request"
    {
        return;
    }
    let message = message(answer);
    let about = format!("{message}\n{body}");
    assert!(message.chars().count() <= 400, "{about}");
    assert!(message.ends_with('.'), "{about}");
    assert!(!message.chars().any(char::is_control), "{about}");
    let rust = [
        "struct",
        "enum",
        "tuple",
        "variant",
        "newtype",
        "Option",
        "RawValue",
        "Finish",
        "Begin",
        "Transfer",
        "Rename",
        "u32",
        "i32",
        "f64",
        "field",
        "map",
        "sequence",
        "expected",
        "::",
        "invalid type",
        "line 1 column",
    ];
    for word in rust {
        assert!(!message.contains(word), "{word}: {about}");
    }
}

/// Every member of every body, replaced by values of every type, left out and doubled; every body cut
/// at every byte.
#[tokio::test]
async fn messages_contain_no_rust_types() {
    let (site, mut phone) = (site(), Device::new());
    site.register("ada", &mut phone).await;
    let long = "🎂".repeat(1000);
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(""),
        json!("ä="),
        json!("\n\u{202e}`"),
        json!(long),
        json!([]),
        json!([[], {}]),
        json!({}),
        json!({ "": { "a": [] } }),
    ];
    for route in Route::ALL {
        let transfer = json!({
            "to": "bob",
            "amount": 5,
            "fee": 0.5,
            "currency": "eur",
            "iban": "DE02",
            "purpose": ["a", "b"],
            "limits": { "a": 1 },
            "nested": [{ "on": true }],
            "either": 1,
        });
        for pointer in pointers(&route.body(&site, &transfer).await) {
            for value in &values {
                let mut body = route.body(&site, &transfer).await;
                Is(value.clone()).make(&mut body, &pointer);
                let body = body.to_string();
                let answer = route.send(&site, body.clone()).await;
                assert_message_for_clients(&answer, &body);
            }
            let Some((parent, member)) = pointer.rsplit_once('/') else {
                continue;
            };
            let mut body = route.body(&site, &transfer).await;
            let Some(object) = body.pointer_mut(parent).unwrap().as_object_mut() else {
                continue;
            };
            let value = object.remove(member).unwrap();
            let body = body.to_string();
            let answer = route.send(&site, body.clone()).await;
            assert_message_for_clients(&answer, &body);

            let mut body = route.body(&site, &transfer).await;
            Is(json!("to be doubled")).make(&mut body, &pointer);
            let doubled = format!("{value},\"{member}\":{value}");
            let body = body.to_string().replace("\"to be doubled\"", &doubled);
            let answer = route.send(&site, body.clone()).await;
            assert_message_for_clients(&answer, &body);
        }
        let body = route.body(&site, &transfer).await.to_string();
        for end in 0..body.len() {
            let answer = route.send(&site, body[..end].to_owned()).await;
            assert_message_for_clients(&answer, &body[..end]);
        }
    }
}
