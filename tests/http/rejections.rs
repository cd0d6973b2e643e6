//! Malformed requests: invalid JSON, wrong media types, oversized bodies, wrong methods.

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
};
use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
use serde_json::json;

use crate::site::Site;

const FINISHES: [&str; 2] = ["/register/finish", "/authenticate/finish"];

/// Begin routes that read a body.
const BEGINS: [&str; 2] = ["/authenticate/begin", "/step-up/begin"];

async fn post(
    site: &Site,
    path: &str,
    content_type: Option<&str>,
    body: Vec<u8>,
) -> crate::site::Answer {
    let mut request = Request::post(format!("/auth/passkeys{path}")).header("x-user", "ada");
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    site.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn invalid_json_is_a_bad_request() {
    let site = Site::default();
    for path in [FINISHES, BEGINS].concat() {
        for body in ["{", "{]", "\u{feff}{}", "nonsense"] {
            let answer = post(&site, path, Some("application/json"), body.into()).await;
            answer.is_error(400, "invalid_request");
        }
    }
    for path in FINISHES {
        post(&site, path, Some("application/json"), Vec::new())
            .await
            .is_error(400, "invalid_request");
    }
}

#[tokio::test]
async fn invalid_utf_8_is_a_bad_request() {
    let site = Site::default();
    let body = b"{\"userId\":\"\xff\"}".to_vec();
    let answer = post(&site, "/authenticate/begin", Some("application/json"), body).await;
    answer.is_error(400, "invalid_request");
}

/// JSON parsers differ in which of two duplicate members they take.
#[tokio::test]
async fn duplicate_json_members_are_unprocessable() {
    let site = Site::default();
    let finish = r#"{"credential":{},"state":"a","state":"b"}"#;
    for (method, path, body) in [
        (Method::POST, "/register/finish", finish),
        (Method::POST, "/authenticate/finish", finish),
        (
            Method::POST,
            "/authenticate/begin",
            r#"{"userId":"a","userId":"b"}"#,
        ),
        (
            Method::POST,
            "/step-up/begin",
            r#"{"method":"GET","path":"/a","path":"/b"}"#,
        ),
        (
            Method::PATCH,
            "/credentials/AAAA",
            r#"{"deviceName":"a","deviceName":"b"}"#,
        ),
        (
            Method::POST,
            "/signals/unknown",
            r#"{"credentialId":"AAAA","credentialId":"BBBB"}"#,
        ),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(format!("/auth/passkeys{path}"))
            .header("x-user", "ada")
            .header("content-type", "application/json")
            .body(Body::from(body))
            .unwrap();
        let answer = site.send(request).await;
        answer.is_error(422, "invalid_request");
    }
}

#[tokio::test]
async fn json_of_another_shape_is_unprocessable() {
    let site = Site::default();
    for path in FINISHES {
        for body in [
            json!({}),
            json!([]),
            json!({ "credential": {} }),
            json!({ "state": 1, "credential": {} }),
        ] {
            site.post(path, Some("ada"), Some(body))
                .await
                .is_error(422, "invalid_request");
        }
    }
    for body in [
        json!({}),
        json!({ "method": "POST" }),
        json!({ "path": "/" }),
        json!({ "method": 1, "path": "/" }),
        json!([]),
    ] {
        site.post("/step-up/begin", Some("ada"), Some(body))
            .await
            .is_error(422, "invalid_request");
    }
    for body in [
        json!({ "userId": 1 }),
        json!({ "userId": "a", "username": "b" }),
        json!("ada"),
    ] {
        site.post("/authenticate/begin", None, Some(body))
            .await
            .is_error(422, "invalid_request");
    }
}

#[tokio::test]
async fn username_without_the_find_user_hook_is_unprocessable() {
    let body = Some(json!({ "username": "ada" }));
    let answer = Site::default()
        .post("/authenticate/begin", None, body)
        .await;
    answer.is_error(422, "invalid_request");
}

#[tokio::test]
async fn body_without_a_json_content_type_is_an_unsupported_media_type() {
    let site = Site::default();
    for path in [FINISHES, BEGINS].concat() {
        for content_type in [
            None,
            Some("text/plain"),
            Some("text/x+json"),
            Some("application/x-www-form-urlencoded"),
        ] {
            let answer = post(&site, path, content_type, b"{}".to_vec()).await;
            answer.is_error(415, "unsupported_media_type");
        }
    }
}

#[tokio::test]
async fn json_content_type_may_have_a_charset_or_a_suffix() {
    let site = Site::default();
    for content_type in [
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/x+json",
    ] {
        let answer = post(
            &site,
            "/authenticate/begin",
            Some(content_type),
            b"{}".to_vec(),
        )
        .await;
        assert_eq!(answer.status, StatusCode::OK, "{content_type}");
    }
}

#[tokio::test]
async fn body_over_64_kib_is_too_large() {
    let site = Site::default();
    let body = |size: usize| {
        let mut body = br#"{"userId":""}"#.to_vec();
        body.splice(11..11, std::iter::repeat_n(b'a', size - body.len()));
        body
    };
    for path in [
        "/register/begin",
        "/register/finish",
        "/authenticate/begin",
        "/authenticate/finish",
        "/step-up/begin",
    ] {
        let answer = post(&site, path, Some("application/json"), body(64 * 1024 + 1)).await;
        answer.is_error(413, "payload_too_large");
    }
    let answer = post(
        &site,
        "/authenticate/begin",
        Some("application/json"),
        body(64 * 1024),
    )
    .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn unknown_ceremony_state_is_challenge_not_found() {
    let site = Site::default();
    for path in FINISHES {
        for state in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "\u{0}’"] {
            let body = json!({ "credential": {}, "state": state });
            let answer = site.post(path, Some("ada"), Some(body)).await;
            answer.is_error(400, "challenge_not_found");
        }
    }
}

#[tokio::test]
async fn wrong_method_is_not_allowed_and_the_allow_header_lists_the_methods() {
    let site = Site::default();
    let cases = [
        ("/register/begin", "POST"),
        ("/register/finish", "POST"),
        ("/authenticate/begin", "POST"),
        ("/authenticate/finish", "POST"),
        ("/step-up/begin", "POST"),
        ("/credentials", "GET,HEAD"),
        ("/credentials/AAAA", "DELETE,PATCH"),
    ];
    for (path, allowed) in cases {
        let answer = site.ask(Method::PUT, path, Some("ada"), None).await;
        answer.is_error(405, "method_not_allowed");
        let allow = answer.headers["allow"].to_str().unwrap();
        let mut methods: Vec<&str> = allow.split(',').map(str::trim).collect();
        methods.sort_unstable();
        assert_eq!(methods.join(","), allowed, "{path}");
    }
}

#[tokio::test]
async fn unknown_route_falls_through_to_the_application() {
    let answer = Site::default().post("/nothing", None, None).await;
    assert_eq!(
        (answer.status, answer.body.len()),
        (StatusCode::NOT_FOUND, 0)
    );
}

/// Application in which a sign-in can begin with a username.
#[derive(Clone)]
struct Directory;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl Directory {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("id-of-ada", "ada", "Ada")
    }

    fn find_user(&self, name: String) -> Option<PasskeyUser> {
        (name == "ada").then(|| self.get_user())
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

/// Otherwise the credentials would tell which ID belongs to a name.
#[tokio::test]
async fn sign_in_by_user_id_is_rejected_where_there_is_find_user_unless_it_is_enabled() {
    let passkeys = Passkeys::new(Directory, MemoryRepository::default());
    for (enabled, passkeys) in [
        (false, passkeys.clone()),
        (true, passkeys.sign_in_by_user_id()),
    ] {
        let site = Site(Router::new().nest("/auth/passkeys", passkeys.router()));
        for user_id in ["id-of-ada", "unknown"] {
            let body = json!({ "userId": user_id });
            let answer = site.post("/authenticate/begin", None, Some(body)).await;
            if enabled {
                assert_eq!(answer.status, StatusCode::OK, "{user_id}");
            } else {
                answer.is_error(422, "invalid_request");
                let message = answer.json()["error"]["message"].to_string();
                assert!(message.contains("`username`"), "{message}");
            }
        }
        for body in [json!({ "username": "ada" }), json!({})] {
            let answer = site.post("/authenticate/begin", None, Some(body)).await;
            assert_eq!(answer.status, StatusCode::OK);
        }
    }
}
