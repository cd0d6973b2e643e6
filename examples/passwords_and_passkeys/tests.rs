use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use http_body_util::BodyExt as _;
use passkeys::store::SqliteRepository;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tower::ServiceExt as _;

use super::*;

const ORIGIN: &str = "http://localhost:3000";
const ADA: [(&str, &str); 2] = [
    ("email", "ada@example.com"),
    ("password", "correct horse battery"),
];

/// The application with a database of its own, and the mail that it sends.
async fn application() -> (Router, Arc<Mutex<Vec<String>>>) {
    let one = SqlitePoolOptions::new().max_connections(1);
    let memory = SqliteConnectOptions::new().in_memory(true);
    let pool = one.connect_with(memory).await.unwrap();
    let sent = Arc::<Mutex<Vec<String>>>::default();
    let mails = sent.clone();
    let mailer = Mailer::new(move |to, text| mails.lock().unwrap().push(format!("{to}: {text}")));
    let repository = SqliteRepository::new(pool.clone());
    repository.migrate().await.unwrap();
    let app = App::open(pool, mailer).await.unwrap();
    let passkeys = Passkeys::new(app, repository);
    (router(passkeys, ORIGIN).unwrap(), sent)
}

/// A browser that shows pages, submits forms and keeps cookies.
#[derive(Clone)]
struct Browser {
    router: Router,
    origin: &'static str,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new(router: Router) -> Self {
        Self {
            router,
            origin: ORIGIN,
            cookies: BTreeMap::new(),
        }
    }

    async fn get(&mut self, path: &str) -> Response<String> {
        self.send(Request::get(path), Body::empty()).await
    }

    async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Response<String> {
        let encode = |text: &str| text.replace('@', "%40").replace(' ', "+");
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)));
        let form = pairs.collect::<Vec<_>>().join("&");
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, self.origin);
        self.send(request, form.into()).await
    }

    async fn send(
        &mut self,
        request: axum::http::request::Builder,
        body: Body,
    ) -> Response<String> {
        let pairs = self.cookies.iter().map(|(k, v)| format!("{k}={v}"));
        let cookies = pairs.collect::<Vec<_>>().join("; ");
        let request = request.header(header::COOKIE, cookies).body(body).unwrap();
        let (head, body) = self
            .router
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .into_parts();
        for cookie in head.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split_once('=').unwrap();
            let (value, _) = value.split_once(';').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let body = body.collect().await.unwrap().to_bytes();
        Response::from_parts(head, String::from_utf8(body.to_vec()).unwrap())
    }
}

/// A browser in which Ada has just created an account.
async fn adas_browser(router: Router) -> Browser {
    let mut browser = Browser::new(router);
    let response = browser.submit("/sign-up", &ADA).await;
    assert_eq!(response.headers()[header::LOCATION], "/");
    browser
}

#[tokio::test]
async fn account_page_is_shown_after_sign_up_and_after_sign_in() {
    let (router, _) = application().await;
    let mut browser = adas_browser(router).await;
    assert!(browser.get("/").await.body().contains("ada@example.com"));

    let response = browser.submit("/sign-out", &[]).await;
    assert_eq!(response.headers()[header::LOCATION], "/sign-in");
    let response = browser.get("/").await;
    assert_eq!(response.headers()[header::LOCATION], "/sign-in");

    let response = browser.submit("/sign-in", &ADA).await;
    assert_eq!(response.headers()[header::LOCATION], "/");
    assert!(browser.get("/").await.body().contains("ada@example.com"));
}

#[tokio::test]
async fn wrong_password_and_unknown_address_get_the_same_response() {
    let (router, _) = application().await;
    adas_browser(router.clone()).await;
    let mut browser = Browser::new(router);
    let wrong = [ADA[0], ("password", "correct horse")];
    let unknown = [("email", "bob@example.com"), ADA[1]];
    let mut pages = Vec::new();
    for form in [wrong, unknown] {
        let response = browser.submit("/sign-in", &form).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        pages.push(response.body().replace(form[0].1, "ADDRESS"));
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(browser.get("/").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn sign_up_with_a_taken_address_or_a_short_password_is_rejected() {
    let (router, _) = application().await;
    adas_browser(router.clone()).await;
    let mut browser = Browser::new(router);
    let cases = [
        ("ADA@example.com", ADA[1].1, "This address is taken."),
        ("bob@example.com", "short", "A password has 12 to 128"),
        ("bob", ADA[1].1, "Please enter an e-mail address"),
    ];
    for (email, password, mistake) in cases {
        let form = [("email", email), ("password", password)];
        let response = browser.submit("/sign-up", &form).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(response.body().contains(mistake), "{}", response.body());
    }
    assert_eq!(browser.get("/").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn form_submitted_by_another_origin_is_rejected() {
    let (router, _) = application().await;
    let mut browser = adas_browser(router).await;
    for origin in ["http://localhost:4000", "https://evil.example", "null"] {
        browser.origin = origin;
        for path in ["/sign-out", "/sign-in", "/close-account"] {
            let response = browser.submit(path, &ADA).await;
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{origin} {path}");
        }
    }
    assert!(browser.get("/").await.body().contains("ada@example.com"));
}

#[tokio::test]
async fn every_sign_in_changes_the_session_id() {
    let (router, _) = application().await;
    let mut browser = adas_browser(router).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let session = browser.cookies["id"].clone();
        assert!(!seen.contains(&session));
        seen.push(session);
        browser.submit("/sign-in", &ADA).await;
    }
    // The session of before the last sign-in has ended.
    let mut fixed = browser.clone();
    fixed.cookies.insert("id".to_owned(), seen[2].clone());
    assert_eq!(fixed.get("/").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn session_cookie_lasts_as_long_as_the_user_wants() {
    let (router, _) = application().await;
    let mut browser = adas_browser(router).await;
    for (form, kept) in [(&ADA[..], false), (&[ADA[0], ADA[1], ("keep", "on")], true)] {
        let response = browser.submit("/sign-in", form).await;
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        assert_eq!(cookie.contains("Max-Age=2592000"), kept, "{cookie}");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
    }
}

#[tokio::test]
async fn closing_the_account_needs_the_password_and_ends_every_session() {
    let (router, mails) = application().await;
    let mut browser = adas_browser(router.clone()).await;
    let mut elsewhere = Browser::new(router);
    elsewhere.submit("/sign-in", &ADA).await;

    let wrong = [("password", "correct horse")];
    let response = browser.submit("/close-account", &wrong).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(elsewhere.get("/").await.body().contains("ada@example.com"));

    let response = browser.submit("/close-account", &ADA[1..]).await;
    assert_eq!(response.headers()[header::LOCATION], "/sign-up");
    for browser in [&mut browser, &mut elsewhere] {
        assert_eq!(browser.get("/").await.status(), StatusCode::SEE_OTHER);
        let response = browser.submit("/sign-in", &ADA).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    }
    assert_eq!(
        *mails.lock().unwrap(),
        ["ada@example.com: Your account is closed."]
    );
}

#[tokio::test]
async fn pages_cannot_be_framed_and_run_no_script_of_others() {
    let (router, _) = application().await;
    let response = Browser::new(router).get("/sign-in").await;
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    assert!(policy.contains("frame-ancestors 'none'"));
    assert!(policy.contains("default-src 'none'"));
}
