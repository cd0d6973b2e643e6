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
    /// All routes, in the order of registration and sign-in.
    pub const ALL: [Self; 4] = [
        Self::RegisterBegin,
        Self::RegisterFinish,
        Self::AuthenticateBegin,
        Self::AuthenticateFinish,
    ];

    /// Returns the path, relative to where the router is nested.
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

/// Request of a person, independent of the server's address.
#[derive(Clone, Debug)]
pub struct Request {
    /// Route that the request is for.
    pub route: Route,
    /// User ID of the signed-in user.
    pub user: String,
    /// JSON body; may be empty.
    pub body: String,
}

impl Request {
    /// Creates the HTTP request with the headers of a browser. `base` is the URL that the routes are
    /// nested under.
    ///
    /// # Errors
    ///
    /// If `base` is not a URL.
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

/// User with a software authenticator.
#[derive(Clone, Debug)]
pub struct Person {
    id: String,
    device: Authenticator,
    named: bool,
}

impl Person {
    /// Creates the person with this number, without a passkey.
    #[must_use]
    pub fn new(number: usize) -> Self {
        Self {
            id: format!("user-{number:07}"),
            device: Authenticator::new(ORIGIN),
            named: false,
        }
    }

    /// Sets whether the person is named when a sign-in begins, by user ID.
    pub fn be_named(&mut self, named: bool) {
        self.named = named;
    }

    /// Creates a request to a route. `answered` is the body of the last response.
    ///
    /// # Panics
    ///
    /// If `route` is a `finish` and `answered` is not the response of `begin`.
    pub fn request(&mut self, route: Route, answered: &Value) -> Request {
        let body = match route {
            Route::AuthenticateBegin if self.named => json!({ "userId": self.id }).to_string(),
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

    /// Checks the body of a successful response.
    ///
    /// # Panics
    ///
    /// If it is not as expected.
    pub fn check(&self, route: Route, answer: &Value) {
        let succeeded = match route {
            Route::AuthenticateBegin if self.named => {
                let listed = answer["publicKey"]["allowCredentials"].as_array();
                answer["state"].is_string() && listed.is_some_and(|list| list.len() == 1)
            }
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
