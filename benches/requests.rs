use axum::{body::Body, http};
use passkeys::testing::Authenticator;
use serde_json::{Value, json};

/// The origin that the servers accept.
pub const ORIGIN: &str = "http://localhost:3000";

/// One of the four routes of the ceremonies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// `POST /register/begin`
    RegisterBegin,
    /// `POST /register/finish`
    RegisterFinish,
    /// `POST /authenticate/begin`
    AuthenticateBegin,
    /// `POST /authenticate/finish`
    AuthenticateFinish,
}

impl Route {
    /// All of them, in the order in which a person comes to them.
    pub const ALL: [Self; 4] = [
        Self::RegisterBegin,
        Self::RegisterFinish,
        Self::AuthenticateBegin,
        Self::AuthenticateFinish,
    ];

    /// Where it is, below the mount point.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::RegisterBegin => "/register/begin",
            Self::RegisterFinish => "/register/finish",
            Self::AuthenticateBegin => "/authenticate/begin",
            Self::AuthenticateFinish => "/authenticate/finish",
        }
    }
}

/// A request, before it is one of HTTP.
#[derive(Clone, Debug)]
pub struct Request {
    /// To where.
    pub route: Route,
    /// Who is signed in.
    pub user: String,
    /// JSON, or nothing.
    pub body: String,
}

impl Request {
    /// As a browser sends it to the server whose routes are below this.
    ///
    /// # Errors
    ///
    /// If that is no URL.
    pub fn http(self, base: &str) -> http::Result<http::Request<Body>> {
        let mut builder = http::Request::post(format!("{base}{}", self.route.path()))
            .header("x-user", self.user)
            .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0)")
            .header("accept", "*/*")
            .header("origin", ORIGIN);
        if !self.body.is_empty() {
            builder = builder.header("content-type", "application/json");
        }
        builder.body(self.body.into())
    }
}

/// Somebody with an authenticator.
#[derive(Clone, Debug)]
pub struct Person {
    id: String,
    device: Authenticator,
}

impl Person {
    /// The person with this number, who has no passkey yet.
    #[must_use]
    pub fn new(number: usize) -> Self {
        Self {
            id: format!("user-{number:07}"),
            device: Authenticator::new(ORIGIN),
        }
    }

    /// What they send to a route, which may depend on what they were last answered.
    ///
    /// # Panics
    ///
    /// If that is not what `begin` answers.
    pub fn request(&mut self, route: Route, answered: &Value) -> Request {
        let body = match route {
            Route::RegisterBegin | Route::AuthenticateBegin => String::new(),
            Route::RegisterFinish => finish(self.device.create(answered), answered),
            Route::AuthenticateFinish => {
                let assertion = self.device.get(answered).expect("a passkey");
                finish(assertion, answered)
            }
        };
        Request {
            route,
            user: self.id.clone(),
            body,
        }
    }

    /// Holds an answer to what success looks like.
    ///
    /// # Panics
    ///
    /// If it is none.
    pub fn check(&self, route: Route, answer: &Value) {
        let succeeded = match route {
            Route::RegisterBegin | Route::AuthenticateBegin => answer["state"].is_string(),
            Route::RegisterFinish => answer["status"] == "ok",
            Route::AuthenticateFinish => answer["userId"] == self.id.as_str(),
        };
        assert!(succeeded, "{route:?} answered {answer}");
    }
}

fn finish(credential: Value, begun: &Value) -> String {
    json!({ "credential": credential, "state": begun["state"] }).to_string()
}
