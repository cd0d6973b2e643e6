//! The application behind its router, and requests as a page sends them.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode},
};
use passkeys::{Passkeys, store::MemoryRepository};
use passkeys_test_support::App;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::device::Device;

pub(crate) struct Site(pub(crate) Router);

/// A response with its whole body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Default for Site {
    fn default() -> Self {
        Self::of(&Passkeys::new(App, MemoryRepository::default()))
    }
}

impl Site {
    pub(crate) fn of(passkeys: &Passkeys<App>) -> Self {
        Self(Router::new().nest("/auth/passkeys", passkeys.router()))
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.0.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// Sends a request as the user who is signed in, if any.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        user: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/auth/passkeys{path}"));
        if let Some(user) = user {
            request = request.header("x-user", user);
        }
        let body = body.map_or(Body::empty(), |json| Body::from(json.to_string()));
        let request = request
            .header("content-type", "application/json")
            .body(body)
            .unwrap();
        self.send(request).await
    }

    pub(crate) async fn post(&self, path: &str, user: Option<&str>, body: Option<Value>) -> Answer {
        self.ask(Method::POST, path, user, body).await
    }

    /// Registers a passkey: begin and finish.
    pub(crate) async fn register(&self, user: &str, device: &mut Device) -> Answer {
        let begun = self.post("/register/begin", Some(user), None).await.json();
        let body = json!({
            "credential": device.create(&begun).await,
            "state": begun["state"],
            "deviceName": "Phone",
        });
        self.post("/register/finish", Some(user), Some(body)).await
    }

    /// Begins a sign-in and returns the body of its finish.
    pub(crate) async fn assert(&self, who: Option<Value>, device: &mut Device) -> Value {
        let begun = self.post("/authenticate/begin", None, who).await.json();
        json!({ "credential": device.get(&begun).await, "state": begun["state"] })
    }

    /// Signs in without a username: begin and finish.
    pub(crate) async fn sign_in(&self, device: &mut Device) -> Answer {
        let body = self.assert(None, device).await;
        self.post("/authenticate/finish", None, Some(body)).await
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| {
            panic!("{}: {:?}", self.status, String::from_utf8_lossy(&self.body))
        })
    }

    /// Asserts that the response is an error of the HTTP contract with this status and code.
    #[track_caller]
    pub(crate) fn is_error(&self, status: u16, code: &str) {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        assert_eq!(self.headers["content-type"], "application/json");
        assert_eq!(self.headers["cache-control"], "no-store");
        let json = self.json();
        let error = json
            .as_object()
            .filter(|body| body.len() == 1)
            .and_then(|body| body.get("error"));
        let error = error.and_then(Value::as_object).expect("{\"error\": {..}}");
        assert_eq!(error["code"], code);
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|message| !message.is_empty())
        );
        assert_eq!(error.len(), 2);
    }
}
