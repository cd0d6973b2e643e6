//! Tests of valid, expired and forged tokens, without a browser.

use axum::http::{Method, StatusCode};
use jsonwebtoken::{EncodingKey, Header};
use passkeys::testing::{Browser, Response};
use serde_json::{Value, json};

use super::*;

const ORIGIN: &str = "http://localhost:3000";
const KEY: [u8; 32] = [7; 32];

fn browser(lifetime: Duration) -> Browser {
    Browser::new(app(ORIGIN, Tokens::new(&KEY, lifetime)).unwrap(), ORIGIN)
}

async fn ada_signs_up(browser: &mut Browser) -> SignedIn {
    let answer = browser.sign_up(&json!({ "name": " Ada " })).await;
    answer.assert_ok().json()
}

async fn ask_with(browser: &Browser, authorization: &str) -> Response {
    let browser = browser.clone();
    let mut browser = browser.with_header("authorization", authorization);
    browser.get("/api/me").await
}

#[track_caller]
fn assert_unauthorized(answer: Response, code: &str, challenge: &str) {
    let answer = answer.assert_error(code);
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.headers["www-authenticate"], challenge);
}

#[tokio::test]
async fn sign_up_and_sign_in_each_return_a_valid_token() {
    let mut browser = browser(Duration::from_mins(5));
    let first = ada_signs_up(&mut browser).await;
    let second: SignedIn = browser.sign_in().await.assert_ok().json();
    for token in [first, second] {
        assert_eq!(token.name, "Ada");
        assert_eq!(token.expires_in, 300);
        let answer = ask_with(&browser, &format!("Bearer {}", token.token)).await;
        assert_eq!(answer.assert_ok().json::<Value>(), json!({ "name": "Ada" }));
    }
}

#[tokio::test]
async fn adding_a_passkey_requires_the_token_of_the_account() {
    let mut browser = browser(Duration::from_mins(5));
    let token = ada_signs_up(&mut browser).await.token;
    let refused = browser.register().await;
    assert_unauthorized(refused, "token_missing", "Bearer");

    let mut browser = browser.with_header("authorization", &format!("bearer {token}"));
    browser.register().await.assert_ok();
    let passkeys: Value = browser.get("/auth/passkeys/credentials").await.json();
    assert_eq!(passkeys.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn request_without_a_token_is_rejected() {
    let mut browser = browser(Duration::from_mins(5));
    assert_unauthorized(browser.get("/api/me").await, "token_missing", "Bearer");
    let basic = ask_with(&browser, "Basic YTpi").await;
    assert_unauthorized(basic, "token_missing", "Bearer");
    let list = browser
        .request(Method::GET, "/auth/passkeys/credentials", None)
        .await;
    assert_unauthorized(list, "token_missing", "Bearer");
}

#[tokio::test]
async fn expired_token_is_rejected() {
    let browser = browser(Duration::from_mins(5));
    let now = jsonwebtoken::get_current_timestamp();
    let until = |exp: u64| {
        let claims = json!({ "sub": "1", "name": "Ada", "exp": exp });
        format!("Bearer {}", sign(&claims, &Header::default(), &KEY))
    };
    ask_with(&browser, &until(now + 60)).await.assert_ok();
    let answer = ask_with(&browser, &until(now - 1)).await;
    assert_unauthorized(answer, "token_expired", "Bearer error=\"invalid_token\"");
}

#[tokio::test]
async fn issued_token_expires_after_its_lifetime() {
    let mut browser = browser(Duration::ZERO);
    let token = ada_signs_up(&mut browser).await.token;
    // Times in tokens are whole seconds.
    tokio::time::sleep(Duration::from_millis(1001)).await;
    let answer = ask_with(&browser, &format!("Bearer {token}")).await;
    assert_unauthorized(answer, "token_expired", "Bearer error=\"invalid_token\"");
}

#[tokio::test]
async fn forged_token_is_rejected() {
    let mut browser = browser(Duration::from_mins(5));
    let token = ada_signs_up(&mut browser).await.token;
    let (head, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = head.split_once('.').unwrap();
    let exp = jsonwebtoken::get_current_timestamp() + 60;
    let mallory = json!({ "sub": "1", "name": "Mallory", "exp": exp });
    let with_our_key = sign(&mallory, &Header::default(), &KEY);
    let altered = with_our_key.split('.').nth(1).unwrap();
    // `{"alg":"none"}`
    let none = "eyJhbGciOiJub25lIn0";
    let stronger = Header::new(jsonwebtoken::Algorithm::HS512);
    for forged in [
        sign(&mallory, &Header::default(), &[8; 32]),
        sign(&mallory, &stronger, &KEY),
        format!("{header}.{altered}.{signature}"),
        format!("{none}.{altered}."),
        format!("{none}.{payload}.{signature}"),
        format!("{header}.{payload}"),
        // Without an expiry.
        sign(
            &json!({ "sub": "1", "name": "Mallory" }),
            &Header::default(),
            &KEY,
        ),
        String::new(),
    ] {
        let answer = ask_with(&browser, &format!("Bearer {forged}")).await;
        assert_unauthorized(answer, "token_invalid", "Bearer error=\"invalid_token\"");
    }
    ask_with(&browser, &format!("Bearer {token}"))
        .await
        .assert_ok();
}

fn sign(claims: &Value, header: &Header, key: &[u8; 32]) -> String {
    jsonwebtoken::encode(header, claims, &EncodingKey::from_secret(key)).unwrap()
}

#[tokio::test]
async fn sign_up_with_an_unreadable_name_is_rejected() {
    let mut browser = browser(Duration::from_mins(5));
    for name in [" ", "\u{7}", &"a".repeat(65)] {
        let answer = browser.sign_up(&json!({ "name": name })).await;
        answer.assert_error("name_unusable");
    }
}
