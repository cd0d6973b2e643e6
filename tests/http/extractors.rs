//! Rejections of extractors in hooks: one form on every route.

use axum::{
    Extension, Json, Router,
    body::Body,
    extract::FromRequestParts,
    http::{HeaderMap, Method, Request, StatusCode, request::Parts},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use passkeys::{
    AuthenticationResult, CredentialRemoval, PasskeyUser, Passkeys, Verified, passkeys,
    store::MemoryRepository,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::site::{Answer, Site};

/// Extractor of the application's own, which rejects as the header `x-reject` says.
struct Own;

impl<S: Sync> FromRequestParts<S> for Own {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let reject = parts
            .headers
            .get("x-reject")
            .map(|value| value.to_str().unwrap());
        Err(match reject {
            None => return Ok(Self),
            Some("text") => (StatusCode::FORBIDDEN, "only from the office").into_response(),
            Some("empty") => StatusCode::TOO_MANY_REQUESTS.into_response(),
            Some("headers") => {
                let headers = [("retry-after", "7"), ("x-own", "kept")];
                (StatusCode::UNAUTHORIZED, headers, "sign in").into_response()
            }
            Some("json") => (StatusCode::FORBIDDEN, Json(json!({ "own": true }))).into_response(),
            Some("html") => (StatusCode::FORBIDDEN, Html("<p>no")).into_response(),
            Some("redirect") => Redirect::to("/sign-in").into_response(),
            Some("query") => {
                let text =
                    "Failed to deserialize query string: page: invalid digit found in string";
                (StatusCode::BAD_REQUEST, text).into_response()
            }
            Some("query missing") => {
                let text = "Failed to deserialize query string: missing field `page`";
                (StatusCode::BAD_REQUEST, text).into_response()
            }
            Some("path") => {
                let text = "Invalid URL: Cannot parse `x` to a `u32`";
                (StatusCode::BAD_REQUEST, text).into_response()
            }
            Some("long") => {
                let headers = [("content-length", "9000"), ("www-authenticate", "Own")];
                (StatusCode::UNAUTHORIZED, headers, "x".repeat(9000)).into_response()
            }
            Some("rust") => (StatusCode::FORBIDDEN, "not an app::Role").into_response(),
            Some(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "the pool of app::Pool is full",
            )
                .into_response(),
        })
    }
}

#[derive(Clone)]
struct Missing;

#[derive(Deserialize)]
struct Account {
    name: String,
}

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self, _: Own, headers: HeaderMap) -> PasskeyUser {
        let name = headers
            .get("x-user")
            .map_or("ada", |name| name.to_str().unwrap());
        PasskeyUser::new(name, name, name)
    }

    fn second_factor_user(&self, _: Own) -> PasskeyUser {
        PasskeyUser::new("ada", "ada", "Ada")
    }

    fn find_user(&self, _: Own, name: String) -> Option<PasskeyUser> {
        (name == "ada").then(|| PasskeyUser::new("ada", "ada", "Ada"))
    }

    fn sign_up(&self, _: Own, Json(account): Json<Account>) -> PasskeyUser {
        PasskeyUser::new(&account.name, &account.name, &account.name)
    }

    fn on_registered(&self, _: Own, _: passkeys::RegistrationResult) {}

    fn on_authenticated(&self, _: Extension<Missing>, _: AuthenticationResult) {}

    fn on_removed(&self, _: Own, _: CredentialRemoval) {}
}

async fn pay(_: Verified<App>) {}

async fn me(user: PasskeyUser) -> String {
    user.id().to_owned()
}

fn site() -> Site {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let router = Router::new()
        .route("/auth/passkeys/pay", post(pay))
        .route("/auth/passkeys/me", get(me))
        .with_state(passkeys.clone());
    Site(router.nest("/auth/passkeys", passkeys.router()))
}

/// Every route that calls a hook with the extractor, among them handlers of the application.
fn routes() -> Vec<(Method, &'static str, Value)> {
    let step_up = json!({ "method": "POST", "path": "/" });
    vec![
        (Method::POST, "/register/begin", json!(null)),
        (Method::POST, "/register/begin", json!({ "name": "ada" })),
        (Method::POST, "/sign-up/begin", json!({ "name": "ada" })),
        (
            Method::POST,
            "/authenticate/begin",
            json!({ "username": "ada" }),
        ),
        (
            Method::POST,
            "/authenticate/begin",
            json!({ "secondFactor": true }),
        ),
        (Method::POST, "/step-up/begin", step_up),
        (Method::GET, "/credentials", json!(null)),
        (
            Method::PATCH,
            "/credentials/AAAA",
            json!({ "deviceName": "a" }),
        ),
        (Method::DELETE, "/credentials/AAAA", json!(null)),
        (Method::GET, "/signals", json!(null)),
        (Method::POST, "/pay", json!({})),
        (Method::GET, "/me", json!(null)),
    ]
}

async fn send(site: &Site, method: &Method, path: &str, body: &Value, reject: &str) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/auth/passkeys{path}"))
        .header("content-type", "application/json");
    if !reject.is_empty() {
        request = request.header("x-reject", reject);
    }
    let body = match body {
        Value::Null => Body::empty(),
        body => Body::from(body.to_string()),
    };
    site.send(request.body(body).unwrap()).await
}

#[tokio::test]
async fn plain_text_of_an_extractor_has_the_form_of_the_librarys_errors_on_every_route() {
    let site = site();
    for (method, path, body) in routes() {
        for (reject, status, code, message) in [
            ("text", 403, "rejected", "only from the office"),
            (
                "empty",
                429,
                "rejected",
                "The application rejects the request: Too Many Requests.",
            ),
            ("headers", 401, "rejected", "sign in"),
            (
                "rust",
                403,
                "rejected",
                "The application rejects the request: Forbidden.",
            ),
            (
                "pool",
                503,
                "internal_error",
                "Something went wrong on the server.",
            ),
        ] {
            let answer = send(&site, &method, path, &body, reject).await;
            answer.is_error(status, code);
            assert_eq!(
                answer.json()["error"]["message"],
                message,
                "{method} {path}"
            );
            assert_eq!(
                answer.headers["cache-control"], "no-store",
                "{method} {path}"
            );
            assert_eq!(answer.headers["content-type"], "application/json");
            if reject == "headers" {
                assert_eq!(answer.headers["retry-after"], "7");
                assert_eq!(answer.headers["x-own"], "kept");
            }
        }
    }
}

#[tokio::test]
async fn rejection_in_a_form_of_the_applications_own_stays_as_it_is_on_every_route() {
    let site = site();
    for (method, path, body) in routes() {
        for (reject, status, text) in [
            ("json", 403, r#"{"own":true}"#),
            ("html", 403, "<p>no"),
            ("redirect", 303, ""),
        ] {
            let answer = send(&site, &method, path, &body, reject).await;
            assert_eq!(answer.status.as_u16(), status, "{method} {path}");
            assert_eq!(answer.body, text.as_bytes(), "{method} {path}");
            assert_eq!(answer.headers["cache-control"], "no-store");
        }
    }
}

#[tokio::test]
async fn text_of_a_rejection_that_is_too_long_is_left_out_on_every_route() {
    let site = site();
    for (method, path, body) in routes() {
        let answer = send(&site, &method, path, &body, "long").await;
        answer.is_error(401, "rejected");
        assert_eq!(answer.headers["www-authenticate"], "Own");
        // It would be that of the text, and the client would wait for the rest.
        if let Some(length) = answer.headers.get("content-length") {
            assert_eq!(length.to_str().unwrap(), answer.body.len().to_string());
        }
    }
}

#[tokio::test]
async fn body_of_a_sign_up_is_rejected_like_that_of_a_route() {
    let site = site();
    let json = Some("application/json");
    for (content_type, body, status, code, message) in [
        (json, "{}", 422, "invalid_request", "`name` is missing."),
        (
            json,
            r#"{"name":7}"#,
            422,
            "invalid_request",
            "`name` must be a string.",
        ),
        (json, "[7]", 422, "invalid_request", "must be a string."),
        (json, "7", 422, "invalid_request", "must be an object."),
        (json, "{", 400, "invalid_request", ""),
        (
            None,
            "{}",
            415,
            "unsupported_media_type",
            "application/json",
        ),
    ] {
        let mut request = Request::post("/auth/passkeys/sign-up/begin");
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let answer = site.send(request.body(Body::from(body)).unwrap()).await;
        answer.is_error(status, code);
        let said = answer.json()["error"]["message"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(said.contains(message), "{body}: {said}");
        for word in ["struct", "line 1", "target type"] {
            assert!(!said.contains(word), "{body}: {said}");
        }
    }
}

/// As `Query` and `Form` of axum write it.
#[tokio::test]
async fn query_that_an_extractor_rejects_is_an_invalid_request_in_terms_of_http() {
    let site = site();
    for (reject, message) in [
        ("query", "`page` is invalid: invalid digit found in string."),
        ("query missing", "`page` is missing."),
        ("path", "The application rejects the request: Bad Request."),
    ] {
        let answer = send(&site, &Method::GET, "/credentials", &json!(null), reject).await;
        answer.is_error(400, "invalid_request");
        assert_eq!(answer.json()["error"]["message"], message);
    }
}

/// The names of types and layers are for the log.
#[tokio::test]
async fn server_error_of_an_extractor_names_no_types_to_the_client() {
    let site = site();
    let mut phone = crate::device::Device::new();
    site.register("ada", &mut phone).await;
    let answer = site.assert(None, &mut phone).await;
    let answer = site.post("/authenticate/finish", None, Some(answer)).await;
    answer.is_error(500, "internal_error");
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(
        !text.contains("Extension") && !text.contains("Missing"),
        "{text}"
    );
}

/// A limit of the application that is below that of the library.
#[tokio::test]
async fn body_above_the_limit_of_a_layer_is_too_large() {
    use axum::extract::DefaultBodyLimit;
    use http_body_util::Limited;

    async fn limit(request: Request<Body>) -> Request<Body> {
        request.map(|body| Body::new(Limited::new(body, 10)))
    }
    let router = site().0.layer(axum::middleware::map_request(limit));
    let site = Site(router.layer(DefaultBodyLimit::max(10)));
    let body = json!({ "userId": "longer than ten bytes" });
    let answer = site.post("/authenticate/begin", None, Some(body)).await;
    answer.is_error(413, "payload_too_large");
}
