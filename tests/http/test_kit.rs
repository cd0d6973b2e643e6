//! The test kit, as applications use it.

use std::{
    panic,
    sync::{Mutex, Once},
    thread,
    time::Duration,
};

use axum::{
    Json, Router,
    http::{HeaderMap, Method, StatusCode},
    response::Redirect,
    routing::{post, put},
};
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, Verified, passkeys,
    store::MemoryRepository,
    testing::{Browser, Fault},
};
use passkeys_test_support::App;
use serde_json::{Value, json};

fn app() -> Router {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    Router::new().nest("/auth/passkeys", passkeys.router())
}

fn adas_browser() -> Browser {
    Browser::new(app(), "https://example.com").with_header("x-user", "ada")
}

#[tokio::test]
async fn test_browser_registers_and_signs_in_against_a_router() {
    let mut browser = adas_browser();
    browser.register().await.assert_ok();
    let signed_in: Value = browser.sign_in().await.assert_ok().json();
    assert_eq!(signed_in["userId"], "ada");
}

#[tokio::test]
async fn test_browser_registers_and_signs_in_against_a_url() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app()).await });

    let mut browser = Browser::connect(url, "https://example.com").with_header("x-user", "ada");
    browser.register().await.assert_ok();
    let signed_in: Value = browser.sign_in().await.assert_ok().json();
    assert_eq!(signed_in["userId"], "ada");
}

#[tokio::test]
async fn test_browser_finds_the_routes_where_they_are_mounted() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let router = Router::new().nest("/api/keys", passkeys.router());
    let browser = Browser::new(router, "https://example.com").with_header("x-user", "ada");
    browser
        .mounted_at("/api/keys/")
        .register()
        .await
        .assert_ok();
}

#[tokio::test]
async fn test_browser_submits_forms_with_its_cookies_and_does_not_follow_redirects() {
    let set_cookie = async || {
        (
            [("set-cookie", "session=1; HttpOnly")],
            Redirect::to("/next"),
        )
    };
    let echo = async |headers: HeaderMap, body: String| {
        let header = |name| headers[name].to_str().unwrap().to_owned();
        [header("content-type"), header("cookie"), body].join(" ")
    };
    let router = Router::new()
        .route("/sign-in", post(set_cookie))
        .route("/echo", post(echo));
    let mut browser = Browser::new(router, "https://example.com");
    let response = browser.submit("/sign-in", &[]).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    let fields = [("e-mail", "ada+1@example.com"), ("words", "à b&c=d")];
    let response = browser.submit("/echo", &fields).await.assert_ok();
    let form = "e-mail=ada%2B1%40example.com&words=%C3%A0+b%26c%3Dd";
    assert_eq!(
        response.text(),
        format!("application/x-www-form-urlencoded session=1 {form}")
    );
}

#[tokio::test]
async fn test_browser_with_any_fault_fails_to_sign_in() {
    let mut browser = adas_browser();
    browser.register().await.assert_ok();
    browser.sign_in().await.assert_ok();
    let faults = [
        Fault::WrongType,
        Fault::WrongChallenge,
        Fault::Origin("https://evil.com".into()),
        Fault::CrossOrigin,
        Fault::RpId("evil.com".into()),
        Fault::UserNotPresent,
        Fault::UserNotVerified,
        Fault::BackedUpIneligible,
        Fault::BackupEligibilityChanged,
        Fault::SignCount(0),
        Fault::UserHandle(None),
        Fault::BrokenSignature,
        Fault::TrailingByte,
        Fault::OtherId,
    ];
    for fault in faults {
        browser
            .with_fault(fault)
            .sign_in()
            .await
            .assert_error("authentication_failed");
    }
    browser
        .with_fault(Fault::SignCount(9))
        .sign_in()
        .await
        .assert_ok();
}

#[tokio::test]
async fn test_browser_returns_the_first_response_that_failed() {
    let mut nobody = Browser::new(app(), "https://example.com");
    assert_eq!(nobody.register().await.text(), "who are you?");
    let answer = nobody.step_up(Method::POST, "/transfer", None).await;
    assert_eq!(answer.text(), "who are you?");
}

#[tokio::test]
#[should_panic(
    expected = "POST /auth/passkeys/register/begin responded with 401 Unauthorized\nwith the body: who are you?"
)]
async fn assert_ok_panics_with_the_response() {
    Browser::new(app(), "https://example.com")
        .register()
        .await
        .assert_ok();
}

#[tokio::test]
#[should_panic(expected = "challenge_not_found")]
async fn assert_error_panics_with_the_code_of_the_response() {
    let finish = json!({ "credential": {}, "state": "" });
    let answer = adas_browser()
        .post("/auth/passkeys/authenticate/finish", &finish)
        .await;
    answer.assert_error("authentication_failed");
}

#[tokio::test]
async fn test_browser_steps_up_for_a_route_of_the_application() {
    async fn transfer(Verified { user, body, .. }: Verified<App, Value>) -> Json<Value> {
        Json(json!([user.id(), body]))
    }
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let router = Router::new()
        .route("/transfer", put(transfer))
        .nest("/auth/passkeys", passkeys.router())
        .with_state(passkeys);
    let mut browser = Browser::new(router, "https://example.com").with_header("x-user", "ada");
    browser.register().await.assert_ok();

    let body = json!({ "amount": 5 });
    let answer = browser.step_up(Method::PUT, "/transfer?now", Some(&body));
    let answer: Value = answer.await.assert_ok().json();
    assert_eq!(answer, json!(["ada", body]));
    let answer: Value = browser.step_up(Method::PUT, "/transfer", None).await.json();
    assert_eq!(answer, json!(["ada", null]));

    let mut phished = browser.with_fault(Fault::Origin("https://evil.com".into()));
    let answer = phished.step_up(Method::PUT, "/transfer", Some(&body)).await;
    answer.assert_error("authentication_failed");
}

/// Runs a test that fails, and returns what it panics with, and where.
async fn panic_of(failing: impl Future<Output = ()> + Send + 'static) -> (String, String) {
    static LAST: Mutex<Vec<(thread::ThreadId, String)>> = Mutex::new(Vec::new());
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let place = info.location().map_or(String::new(), ToString::to_string);
            LAST.lock().unwrap().push((thread::current().id(), place));
            before(info);
        }));
    });
    // On the thread of this test.
    let failed = tokio::task::LocalSet::new()
        .run_until(async { tokio::task::spawn_local(failing).await })
        .await;
    let panic = failed.unwrap_err().into_panic();
    let text = panic.downcast_ref::<String>().unwrap().clone();
    let last = LAST.lock().unwrap();
    let own = last
        .iter()
        .rev()
        .find(|(id, _)| *id == thread::current().id());
    (text, own.unwrap().1.clone())
}

/// Asserts that a test fails at a line of this file, with all of these texts.
async fn assert_panics(failing: impl Future<Output = ()> + Send + 'static, texts: &[&str]) {
    let (text, place) = panic_of(failing).await;
    assert!(place.contains("test_kit.rs"), "{place}: {text}");
    for expected in texts {
        assert!(text.contains(expected), "no {expected:?} in: {text}");
    }
}

fn router() -> Router {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let passkeys = passkeys.timing_floor(Duration::ZERO);
    Router::new().nest("/auth/passkeys", passkeys.router())
}

fn ada() -> Browser {
    Browser::new(router(), "https://example.com").with_header("x-user", "ada")
}

#[tokio::test]
async fn sign_in_without_a_passkey_panics_in_the_test_and_says_so() {
    let none = ["this browser has no passkey: call `register()` or `sign_up()`"];
    assert_panics(async { drop(ada().sign_in().await) }, &none).await;
    assert_panics(
        async {
            let mut browser = ada();
            browser.register().await.assert_ok();
            // Another one, without the passkey.
            let mut other = Browser::new(router(), "https://example.com");
            other.sign_in().await;
        },
        &none,
    )
    .await;
    assert_panics(
        async {
            let mut browser = ada();
            browser.register().await.assert_ok();
            browser.sign_in_as(&json!({ "userId": "bob" })).await;
        },
        &[
            "none of this browser's passkeys (1) is among those that the server allows",
            "decoy credentials",
        ],
    )
    .await;
    assert_panics(
        async {
            let mut ada = ada();
            ada.register().await.assert_ok();
            let mut elsewhere = passkeys::testing::Authenticator::new("https://example.org");
            elsewhere.create(&json!({
                "publicKey": { "rp": { "id": "example.org" }, "user": { "id": "AA" }, "challenge": "AA" },
            }));
            *ada.authenticator() = elsewhere;
            ada.sign_in().await;
        },
        &["no passkey of the RP ID `example.com`", "only of `example.org`"],
    )
    .await;
}

#[tokio::test]
async fn failed_assertion_has_the_request_the_status_the_body_and_what_the_log_says() {
    assert_panics(
        async {
            let mut browser = Browser::new(router(), "https://example.com:8443");
            browser = browser.with_header("x-user", "ada");
            browser.register().await.assert_ok();
        },
        &[
            "expected success",
            "POST /auth/passkeys/register/finish responded with 400 Bad Request",
            "with the body: {\"error\":{\"code\":\"attestation_verification_failed\"",
            "the log says: registration_failed for the reason `origin`",
            "has the origin `https://example.com:8443`, as passed to `Browser::new`",
        ],
    )
    .await;
    assert_panics(
        async {
            let answer = ada().get("/auth/passkeys/credentials").await;
            answer.assert_status(StatusCode::NOT_FOUND);
        },
        &[
            "expected the status 404",
            "GET /auth/passkeys/credentials responded with 200 OK",
            "[]",
        ],
    )
    .await;
    assert_panics(
        async {
            ada().register().await.assert_error("authentication_failed");
        },
        &[
            "expected an error with the code `authentication_failed`",
            "200 OK",
        ],
    )
    .await;
    assert_panics(
        async {
            let _: u8 = ada().get("/auth/passkeys/credentials").await.json();
        },
        &[
            "the JSON of `u8`",
            "GET /auth/passkeys/credentials responded with 200 OK",
            "[]",
        ],
    )
    .await;
    assert_panics(
        async {
            let mut nobody = Browser::new(router(), "https://example.com").with_header("x-a", "b");
            nobody.register().await.assert_ok();
        },
        &[
            "who are you?",
            "nobody signed in",
            "cookies: none; and of `with_header`: x-a",
        ],
    )
    .await;
    assert_panics(
        async {
            let mut browser = ada().with_profile("strict");
            browser.register().await.assert_ok();
        },
        &[
            "?profile=strict",
            "422",
            "the profile `strict` is not configured",
        ],
    )
    .await;
}

#[tokio::test]
async fn sign_up_at_an_application_without_the_hook_names_the_hook() {
    #[derive(Clone)]
    struct SignedIn;

    #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
    impl SignedIn {
        type Repository = MemoryRepository;

        fn get_user(&self) -> PasskeyUser {
            PasskeyUser::new("1", "ada", "Ada")
        }

        fn on_authenticated(&self, _: AuthenticationResult) {}
    }

    assert_panics(
        async {
            let passkeys = Passkeys::new(SignedIn, MemoryRepository::default());
            let router = Router::new().nest("/auth/passkeys", passkeys.router());
            let mut browser = Browser::new(router, "https://example.com");
            browser.sign_up(&json!("Ada")).await.assert_ok();
        },
        &["/sign-up/begin", "404", "no hook `sign_up`"],
    )
    .await;
}

#[tokio::test]
async fn router_without_the_routes_is_named_as_the_mistake() {
    let elsewhere = || {
        let passkeys = Passkeys::new(App, MemoryRepository::default());
        Router::new().nest("/passkeys", passkeys.router())
    };
    let hint = [
        "none of the library's routes there",
        "`/auth/passkeys`",
        "`Browser::mounted_at`",
    ];
    assert_panics(
        async move {
            let mut browser = Browser::new(elsewhere(), "https://example.com");
            browser.register().await.assert_ok();
        },
        &hint,
    )
    .await;
    // A page for every path, as single-page applications have.
    assert_panics(
        async move {
            let page = axum::response::Html("<!doctype html>");
            let router = elsewhere().fallback(async move || page);
            Browser::new(router, "https://example.com").register().await;
        },
        &[
            "expected the options of a ceremony",
            "<!doctype html>",
            "another route or a fallback",
        ],
    )
    .await;
}

#[tokio::test]
async fn request_that_cannot_be_sent_says_what_to_write() {
    for (path, text) in [
        ("me", "write `/me`"),
        ("https://example.com/me?a", "`/me?a` alone is the path"),
        ("", "does not begin with `/`"),
        ("/a b", "GET /a b cannot be sent"),
    ] {
        assert_panics(async move { drop(ada().get(path).await) }, &[text]).await;
        let step_up = async move { drop(ada().step_up(Method::POST, path, None).await) };
        if path != "/a b" {
            assert_panics(step_up, &[text]).await;
        }
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let expected = format!("no response to GET {url}/me: ");
    assert_panics(
        async move {
            drop(
                Browser::connect(&url, "https://example.com")
                    .get("/me")
                    .await,
            );
        },
        &[&expected, "is the server listening there?"],
    )
    .await;
}

#[tokio::test]
async fn arguments_that_no_browser_has_panic_in_the_test() {
    for (origin, text) in [
        ("example.com", "write `https://example.com`"),
        ("localhost:3000", "has a scheme"),
        ("https://example.com/", "write `https://example.com`"),
        ("https://example.com/app?a", "write `https://example.com`"),
        ("https://Example.com", "write `https://example.com`"),
        ("https://example.com:443", "write `https://example.com`"),
        ("http://localhost:80", "write `http://localhost`"),
    ] {
        assert_panics(async move { drop(Browser::new(router(), origin)) }, &[text]).await;
        assert_panics(async move { drop(ada().with_origin(origin)) }, &[text]).await;
    }
    for origin in [
        "android:apk-key-hash:x",
        "chrome-extension://a",
        "null",
        "http://localhost:3000",
    ] {
        let _ = ada().with_origin(origin);
    }
    let url = "https://127.0.0.1:3000";
    let connect =
        |url: &'static str| async move { drop(Browser::connect(url, "https://example.com")) };
    assert_panics(connect(url), &["speaks `http` only"]).await;
    assert_panics(
        connect("127.0.0.1:3000"),
        &["write it as `http://127.0.0.1:3000`"],
    )
    .await;
    assert_panics(
        async { drop(ada().mounted_at("passkeys")) },
        &["write `/passkeys`"],
    )
    .await;
    assert_panics(
        async { drop(ada().with_header("a b", "c")) },
        &["`a b` is no name"],
    )
    .await;
    assert_panics(
        async { drop(ada().with_header("a", "c\n")) },
        &["of the header `a`"],
    )
    .await;
    assert_panics(
        async {
            ada()
                .authenticator()
                .get(&json!({ "error": { "code": "x" } }));
        },
        &["the response of `authenticate/begin`", "{\"error\""],
    )
    .await;
}

#[tokio::test]
async fn text_of_a_failing_extractor_is_told_to_the_test_and_not_to_the_client() {
    #[derive(Clone)]
    struct Sessions;

    #[passkeys::passkeys(rp_id = "example.com", origins = ["https://example.com"])]
    impl Sessions {
        type Repository = MemoryRepository;

        fn get_user(&self, _: axum::Extension<u8>) -> passkeys::PasskeyUser {
            passkeys::PasskeyUser::new("1", "ada", "Ada")
        }

        fn on_authenticated(&self, _: passkeys::AuthenticationResult) {}
    }
    assert_panics(
        async {
            let passkeys = Passkeys::new(Sessions, MemoryRepository::default());
            let router = Router::new().nest("/auth/passkeys", passkeys.router());
            let response = Browser::new(router, "https://example.com").register().await;
            assert!(!response.text().contains("Extension"), "{response:?}");
            response.assert_ok();
        },
        &["the log says: an extractor of a hook failed: Missing request extension"],
    )
    .await;
}

#[tokio::test]
async fn responses_have_a_status_to_assert_and_print_as_text() {
    let mut browser = ada();
    let response = browser.register().await.assert_status(StatusCode::OK);
    let response = response.assert_status(200).assert_ok();
    let printed = format!("{response:?}");
    assert!(
        printed.contains("POST /auth/passkeys/register/finish"),
        "{printed}"
    );
    assert!(printed.contains(r#"{\"status\":\"ok\""#), "{printed}");
}

#[tokio::test]
async fn data_and_profile_can_be_set_on_a_browser_in_use() {
    let mut browser = ada().with_data(json!(1));
    browser.set_data(None);
    browser.set_data(json!({ "remember": true }));
    browser.register().await.assert_ok();
    let mut browser = ada().with_profile("strict");
    browser.register().await.assert_status(422);
    browser.set_profile(None);
    browser.register().await.assert_ok();
}
