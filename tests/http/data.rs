//! The member `data` of a request that finishes a sign-in or a registration, as `Data<T>` in hooks.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
};
use passkeys::{
    AuthenticationResult, Data, Error, PasskeyUser, Passkeys, RegistrationResult,
    audit::{AuditEvent, AuditKind, AuditSink, Reason},
    ceremony::{FinishAuthentication, FinishRegistration},
    passkeys,
    store::{CredentialRepository as _, MemoryRepository, Owner},
    testing::{Browser, Fault},
};
use passkeys_test_support::raw;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Duration;
use utoipa::ToSchema;

/// What the page says about a sign-in.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq, ToSchema)]
struct Wishes {
    remember: bool,
    next: Option<String>,
}

/// Application whose hooks respond with the data that they were given.
#[derive(Clone, Default)]
struct App {
    calls: Arc<Mutex<usize>>,
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("ada", "ada@example.com", "Ada")
    }

    fn sign_up(&self, _: Json<Value>) -> PasskeyUser {
        PasskeyUser::new("new", "new@example.com", "New")
    }

    fn on_registered(
        &self,
        Data(data): Data<Option<Wishes>>,
        registered: RegistrationResult,
    ) -> Json<(bool, Option<Wishes>)> {
        *self.calls.lock().unwrap() += 1;
        Json((registered.signed_up(), data))
    }

    fn on_authenticated(
        &self,
        headers: HeaderMap,
        Data(data): Data<Wishes>,
        login: AuthenticationResult,
    ) -> Json<(String, String, Wishes)> {
        *self.calls.lock().unwrap() += 1;
        let header = headers["x-header"].to_str().unwrap().to_owned();
        Json((login.user_id().to_owned(), header, data))
    }
}

/// The last event.
#[derive(Clone, Default)]
struct Last(Arc<Mutex<Option<AuditEvent>>>);

impl AuditSink for Last {
    fn record(&self, event: &AuditEvent) {
        *self.0.lock().unwrap() = Some(event.clone());
    }
}

struct Site {
    passkeys: Passkeys<App>,
    browser: Browser,
    last: Last,
}

impl Site {
    fn new() -> Self {
        let last = Last::default();
        let passkeys = Passkeys::new(App::default(), MemoryRepository::default());
        let passkeys = passkeys.audit(last.clone()).timing_floor(Duration::ZERO);
        let router = Router::new().nest("/auth/passkeys", passkeys.router());
        let browser = Browser::new(router, "https://example.com").with_header("x-header", "head");
        Self {
            passkeys,
            browser,
            last,
        }
    }

    /// A site where Ada has a passkey.
    async fn with_passkey() -> Self {
        let mut site = Self::new();
        site.browser.register().await.assert_ok();
        *site.passkeys.app().calls.lock().unwrap() = 0;
        site
    }

    fn send(&mut self, data: &Value) -> &mut Browser {
        self.browser = self.browser.clone().with_data(data.clone());
        &mut self.browser
    }

    fn last_event(&self) -> AuditKind {
        assert!(self.passkeys.flush_audit(Duration::from_mins(1)));
        self.last.0.lock().unwrap().as_ref().unwrap().kind
    }

    fn calls(&self) -> usize {
        *self.passkeys.app().calls.lock().unwrap()
    }
}

/// Returns the message of an error with the code `invalid_request`.
#[track_caller]
fn message(answer: passkeys::testing::Response) -> String {
    let answer = answer.assert_error("invalid_request");
    let message = answer.json::<Value>()["error"]["message"].take();
    message.as_str().unwrap().to_owned()
}

const REMEMBER: &str = r#"{"remember":true,"next":"/inbox"}"#;

#[tokio::test]
async fn data_of_a_sign_in_reaches_on_authenticated() {
    let mut site = Site::with_passkey().await;
    let data: Value = serde_json::from_str(REMEMBER).unwrap();
    let answer = site.send(&data).sign_in().await.assert_ok();
    assert_eq!(answer.json::<Value>(), json!(["ada", "head", data]));
}

#[tokio::test]
async fn data_of_a_registration_and_of_a_sign_up_reaches_on_registered() {
    let mut site = Site::new();
    let data = json!({ "remember": false, "next": null });
    let answer = site.send(&data).register().await.assert_ok();
    assert_eq!(answer.json::<Value>(), json!([false, data]));
    let answer = site.send(&data).sign_up(&json!({})).await.assert_ok();
    assert_eq!(answer.json::<Value>(), json!([true, data]));
}

#[tokio::test]
async fn missing_data_counts_as_null() {
    let mut site = Site::new();
    for browser in [site.browser.clone(), site.send(&Value::Null).clone()] {
        let answer = browser.clone().register().await.assert_ok();
        assert_eq!(answer.json::<Value>(), json!([false, null]));
    }
    let mut site = Site::with_passkey().await;
    for browser in [site.browser.clone(), site.send(&Value::Null).clone()] {
        let answer = browser.clone().sign_in().await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(message(answer), "`data` is missing.");
    }
}

#[tokio::test]
async fn sign_in_with_data_of_another_shape_is_rejected_before_the_passkey_counts_as_used() {
    let mut site = Site::with_passkey().await;
    let stored = async |site: &Site| {
        site.passkeys
            .repository()
            .list(Owner::everywhere("ada"))
            .await
            .unwrap()
    };
    let before = stored(&site).await;
    for (data, about) in [
        (json!({}), "`data.remember` is missing."),
        (
            json!({ "remember": 1 }),
            "`data.remember` must be true or false.",
        ),
        (json!([]), "`data.remember` is missing."),
        (json!("text"), "`data` must be an object."),
        (
            json!({ "remember": true, "next": 1 }),
            "`data.next` must be a string.",
        ),
    ] {
        let answer = site.send(&data).sign_in().await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{data}");
        let said = message(answer);
        if data != json!([]) {
            assert_eq!(said, about);
        }
        let reason = AuditKind::AuthenticationFailed(Reason::Malformed);
        assert_eq!(site.last_event(), reason);
    }
    assert_eq!(stored(&site).await, before, "neither counter nor time");
    assert_eq!(site.calls(), 0, "the hook did not run");
}

#[tokio::test]
async fn registration_with_data_of_another_shape_stores_nothing() {
    let mut site = Site::new();
    for sign_up in [false, true] {
        let browser = site.send(&json!({ "remember": "yes" }));
        let answer = if sign_up {
            browser.sign_up(&json!({})).await
        } else {
            browser.register().await
        };
        assert_eq!(message(answer), "`data.remember` must be true or false.");
        let reason = AuditKind::RegistrationFailed(Reason::Malformed);
        assert_eq!(site.last_event(), reason);
    }
    for user in ["ada", "new"] {
        assert_eq!(
            site.passkeys
                .repository()
                .list(Owner::everywhere(user))
                .await
                .unwrap(),
            []
        );
    }
    assert_eq!(site.calls(), 0, "the hook did not run");
}

/// Begins a sign-in, and returns the body that finishes it.
async fn finish(browser: &mut Browser, data: Value) -> Value {
    let route = "/auth/passkeys/authenticate/begin";
    let options = browser.post(route, &json!({})).await;
    let options: Value = options.assert_ok().json();
    let credential = browser.authenticator().get(&options).unwrap();
    json!({ "credential": credential, "state": options["state"], "data": data })
}

const FINISH: &str = "/auth/passkeys/authenticate/finish";

#[tokio::test]
async fn ceremony_is_taken_before_its_data_is_read() {
    let Site { mut browser, .. } = Site::with_passkey().await;
    let mut body = finish(&mut browser, json!({})).await;
    browser
        .post(FINISH, &body)
        .await
        .assert_error("invalid_request");
    body["data"] = serde_json::from_str(REMEMBER).unwrap();
    let again = browser.post(FINISH, &body).await;
    again.assert_error("challenge_not_found");

    let mut body = finish(&mut browser, json!({})).await;
    body["state"] = json!("unknown");
    let unknown = browser.post(FINISH, &body).await;
    unknown.assert_error("challenge_not_found");
}

#[tokio::test]
async fn data_of_a_sign_in_that_does_not_verify_reaches_no_hook() {
    let site = Site::with_passkey().await;
    let browser = site.browser.with_fault(Fault::BrokenSignature);
    let data: Value = serde_json::from_str(REMEMBER).unwrap();
    let answer = browser.with_data(data).sign_in().await;
    answer.assert_error("authentication_failed");
    assert_eq!(site.calls(), 0);
}

#[tokio::test]
async fn data_has_at_most_16_kib() {
    let mut site = Site::with_passkey().await;
    let data = |bytes: usize| {
        let frame = json!({ "remember": true, "next": "" }).to_string().len();
        json!({ "remember": true, "next": "a".repeat(bytes - frame) })
    };
    assert_eq!(data(16 * 1024).to_string().len(), 16 * 1024);
    site.send(&data(16 * 1024)).sign_in().await.assert_ok();
    let answer = site.send(&data(16 * 1024 + 1)).sign_in().await;
    assert_eq!(message(answer), "`data` is longer than 16 KiB.");
}

#[tokio::test]
async fn deeply_nested_data_is_rejected_with_a_client_error() {
    let mut site = Site::with_passkey().await;
    for depth in [127, 128, 8000] {
        let body = finish(&mut site.browser, json!(0)).await.to_string();
        let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let body = body.replace(r#""data":0"#, &format!(r#""data":{{"unknown":{nested}}}"#));
        let request = axum::http::Request::post(FINISH)
            .header("content-type", "application/json")
            .body(axum::body::Body::from(body));
        let router = Router::new().nest("/auth/passkeys", site.passkeys.router());
        let answer = crate::site::Site(router).send(request.unwrap()).await;
        assert!(answer.status.is_client_error(), "{depth}: {answer:?}");
    }
    assert_eq!(site.calls(), 0);
}

#[test]
fn finish_bodies_deserialize_their_data_for_routes_of_an_applications_own() {
    let expected = Wishes {
        remember: true,
        next: None,
    };
    let data = raw(&expected);
    let sign_in = FinishAuthentication::new(raw(&()), "state").data(data.clone());
    let registration = FinishRegistration::new(raw(&()), "state").data(data);
    assert_eq!(sign_in.data_as::<Wishes>().unwrap(), expected);
    assert_eq!(registration.data_as::<Wishes>().unwrap(), expected);
    let rejected = sign_in.data_as::<Vec<u8>>().unwrap_err();
    assert!(matches!(rejected, Error::InvalidRequest(_)), "{rejected}");
    assert_eq!(rejected.to_string(), "`data` must be an array.");

    let none = FinishAuthentication::new(raw(&()), "state").data(None);
    assert_eq!(none.data_as::<Option<Wishes>>().unwrap(), None);
    let missing = none.data_as::<Wishes>().unwrap_err();
    assert_eq!(missing.to_string(), "`data` is missing.");
}

#[test]
fn finish_bodies_do_not_print_their_data() {
    let data = raw("secret of the page");
    let sign_in = FinishAuthentication::new(raw(&()), "state").data(data.clone());
    let registration = FinishRegistration::new(raw(&()), "state").data(data);
    let printed = format!("{sign_in:?} {registration:?}");
    assert!(!printed.contains("secret"), "{printed}");
}

#[test]
fn hooks_with_data_are_called_in_tests_as_any_other_method() {
    let id = passkeys::CredentialId::new([1]).unwrap();
    let now = time::OffsetDateTime::UNIX_EPOCH;
    let credential = passkeys::Credential::new(id, "ada", Vec::new(), now);
    let login = AuthenticationResult::new(credential);
    let wishes = Wishes {
        remember: true,
        next: None,
    };
    let headers = HeaderMap::from_iter([("x-header".parse().unwrap(), "a".parse().unwrap())]);
    let Json((_, _, given)) = App::default().on_authenticated(headers, Data(wishes.clone()), login);
    assert_eq!(given, wishes);
}

mod openapi {
    use super::*;

    /// Returns the schema of the request body of a route, whose component is the first of `allOf`.
    fn body(document: &Value, path: &str) -> Value {
        let body = &document["paths"][path]["post"]["requestBody"];
        body["content"]["application/json"]["schema"].clone()
    }

    #[test]
    fn openapi_document_has_the_schema_of_the_data() {
        let passkeys = Passkeys::new(App::default(), MemoryRepository::default());
        let document = serde_json::to_value(passkeys.openapi()).unwrap();
        crate::validator::validate(&document);
        let wishes = json!({ "$ref": "#/components/schemas/Wishes" });
        assert!(document["components"]["schemas"]["Wishes"].is_object());

        let sign_in = body(&document, "/authenticate/finish");
        let component = "#/components/schemas/Passkeys.FinishAuthentication";
        assert_eq!(sign_in["allOf"][0], json!({ "$ref": component }));
        assert_eq!(sign_in["allOf"][1]["properties"]["data"], wishes);
        assert_eq!(sign_in["allOf"][1]["required"], json!(["data"]));

        let registration = body(&document, "/register/finish");
        let data = &registration["allOf"][1]["properties"]["data"];
        assert!(data.to_string().contains("remember"), "{data}");
        assert_eq!(registration["allOf"][1].get("required"), None);
    }

    #[test]
    fn openapi_document_has_no_data_where_hooks_take_none_and_any_value_for_a_type_without_schema()
    {
        #[derive(Deserialize)]
        struct Secretive;

        #[derive(Clone)]
        struct App;

        #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
        impl App {
            type Repository = MemoryRepository;

            fn get_user(&self) -> PasskeyUser {
                PasskeyUser::new("1", "ada", "Ada")
            }

            fn on_authenticated(&self, _: Data<Secretive>, _: AuthenticationResult) {}
        }

        let document = Passkeys::new(App, MemoryRepository::default()).openapi();
        let document = serde_json::to_value(document).unwrap();
        let sign_in = body(&document, "/authenticate/finish");
        assert_eq!(sign_in["allOf"][1]["properties"], json!({ "data": {} }));
        let registration = body(&document, "/register/finish");
        let component = "#/components/schemas/Passkeys.FinishRegistration";
        assert_eq!(registration, json!({ "$ref": component }));
        let schema = &document["components"]["schemas"]["Passkeys.FinishRegistration"];
        assert_eq!(schema["properties"].get("data"), None);
    }
}
