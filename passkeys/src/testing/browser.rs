use std::collections::BTreeMap;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, Request,
        header::{CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE},
    },
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{Authenticator, Fault, Response};

/// Browser without a user interface, with an [`Authenticator`]: signs up, registers, signs in and
/// steps up with one call each, and keeps the application's cookies.
///
/// ```
/// # use axum::{Json, Router, http::StatusCode, routing::get};
/// # use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
/// # #[derive(Clone)]
/// # struct App;
/// # #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
/// # impl App {
/// #     type Repository = MemoryRepository;
/// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
/// #     async fn on_authenticated(&self, login: AuthenticationResult) -> Json<String> {
/// #         Json(login.user_id().to_owned())
/// #     }
/// # }
/// # fn app() -> Router {
/// #     let passkeys = Passkeys::new(App, MemoryRepository::default());
/// #     Router::new().nest("/auth/passkeys", passkeys.router())
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use passkeys::testing::{Browser, Fault};
///
/// let mut browser = Browser::new(app(), "https://example.com");
/// browser.register().await.assert_ok();
/// browser.sign_in().await.assert_ok();
///
/// let mut phished = browser.with_fault(Fault::Origin("https://examp1e.com".into()));
/// phished.sign_in().await.assert_error("authentication_failed");
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Browser {
    site: Site,
    origin: String,
    mount: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    cookies: BTreeMap<String, String>,
    profile: Option<String>,
    authenticator: Authenticator,
    data: Option<Value>,
}

#[derive(Clone, Debug)]
enum Site {
    Router(Router),
    Url(String, Client<HttpConnector, Body>),
}

impl Browser {
    /// Creates a browser on a page of this origin, whose server is this router, called in the
    /// process. The library's routes are expected at `/auth/passkeys`; see
    /// [`mounted_at`](Self::mounted_at).
    #[must_use]
    pub fn new(router: Router, origin: impl Into<String>) -> Self {
        Self::on(Site::Router(router), origin.into())
    }

    /// Creates a browser on a page of this origin, whose server listens at an `http` URL such as
    /// `http://127.0.0.1:3000`. Requires a Tokio runtime.
    #[must_use]
    pub fn connect(url: impl Into<String>, origin: impl Into<String>) -> Self {
        let url = url.into().trim_end_matches('/').to_owned();
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self::on(Site::Url(url, client), origin.into())
    }

    fn on(site: Site, origin: String) -> Self {
        Self {
            site,
            mount: "/auth/passkeys".to_owned(),
            headers: Vec::new(),
            cookies: BTreeMap::new(),
            profile: None,
            authenticator: Authenticator::new(origin.clone()),
            data: None,
            origin,
        }
    }

    /// Continues with the server at this URL, such as another instance of the application. Keeps
    /// cookies and passkeys.
    pub fn visit(&mut self, url: impl Into<String>) {
        let url = url.into().trim_end_matches('/').to_owned();
        let client = match &self.site {
            Site::Url(_, client) => client.clone(),
            Site::Router(_) => Client::builder(TokioExecutor::new()).build_http(),
        };
        self.site = Site::Url(url, client);
    }

    /// Sets the path of the library's routes. Default: `/auth/passkeys`.
    #[must_use]
    pub fn mounted_at(mut self, path: &str) -> Self {
        path.trim_end_matches('/').clone_into(&mut self.mount);
        self
    }

    /// Adds a header to every request, such as `authorization`.
    ///
    /// # Panics
    ///
    /// If the name or the value is not valid for a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let name = name.parse().expect("invalid header name");
        self.headers
            .push((name, value.parse().expect("invalid header value")));
        self
    }

    /// Sends this member `data` with every request that finishes a sign-in or a registration, for hooks
    /// that take [`Data`](crate::Data).
    #[must_use]
    pub fn with_data(mut self, data: impl Into<Option<Value>>) -> Self {
        self.data = data.into();
        self
    }

    /// Returns the browser, with its cookies and passkeys, on a page of another origin, such as a
    /// related origin. The origin of a native app makes it that app.
    #[must_use]
    pub fn with_origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = origin.into();
        self.authenticator = self.authenticator.with_origin(&self.origin);
        self
    }

    /// Returns a copy of the browser, with its cookies and passkeys, that has this fault from now
    /// on.
    #[must_use]
    pub fn with_fault(&self, fault: Fault) -> Self {
        Self {
            authenticator: self.authenticator.with_fault(fault),
            ..self.clone()
        }
    }

    /// Chooses the profile of the ceremonies that begin from now on (`?profile=`), or none.
    pub fn set_profile(&mut self, name: Option<&str>) {
        self.profile = name.map(str::to_owned);
    }

    /// Returns the authenticator, to inspect or change it.
    pub fn authenticator(&mut self) -> &mut Authenticator {
        &mut self.authenticator
    }

    /// Deletes the application's cookies, as if another user used the same device.
    pub fn clear_cookies(&mut self) {
        self.cookies.clear();
    }

    /// Registers a passkey for the user who is signed in. Returns the response of
    /// `register/finish`, or of `register/begin` if that failed.
    pub async fn register(&mut self) -> Response {
        self.run_registration(None).await
    }

    /// Registers a passkey for the user who is signed in, with consent by step-up, which the key `fresh`
    /// demands where the sign-in is older. Returns the response of `register/finish`, or the first one
    /// that failed.
    ///
    /// # Panics
    ///
    /// If the authenticator has none of the passkeys in `allowCredentials` of the step-up.
    pub async fn register_with_consent(&mut self) -> Response {
        let path = format!("{}{}", self.mount, self.with_profile("/register/begin"));
        let begun = self.step_up(Method::POST, &path, None).await;
        self.finish_registration(begun).await
    }

    /// Signs up: registers the first passkey of an account that the `sign_up` hook creates from
    /// this body. Returns the response of `register/finish`, or of `sign-up/begin` if that failed.
    pub async fn sign_up(&mut self, body: &Value) -> Response {
        self.run_registration(Some(body)).await
    }

    /// Upgrades the user who is signed in to a passkey by conditional creation, as a browser does after
    /// a sign-in by password. Returns the response of `register/finish`, or of `register/begin` if that
    /// failed; `None` if the browser does not create a passkey, because the authenticator has one of the
    /// account already.
    pub async fn upgrade(&mut self) -> Option<Response> {
        let path = "/register/begin?mediation=conditional";
        let begun = self.begin(path, None).await;
        if !begun.status.is_success() {
            return Some(begun);
        }
        let begun: Value = begun.json();
        let credential = self.authenticator.create_conditionally(&begun)?;
        let finish = self.finish(&begun, credential);
        Some(self.passkeys("/register/finish", Some(&finish)).await)
    }

    async fn run_registration(&mut self, sign_up: Option<&Value>) -> Response {
        let route = match sign_up {
            Some(_) => "/sign-up/begin",
            None => "/register/begin",
        };
        let begun = self.begin(route, sign_up).await;
        self.finish_registration(begun).await
    }

    async fn finish_registration(&mut self, begun: Response) -> Response {
        if !begun.status.is_success() {
            return begun;
        }
        let begun: Value = begun.json();
        let credential = self.authenticator.create(&begun);
        let finish = self.finish(&begun, credential);
        self.passkeys("/register/finish", Some(&finish)).await
    }

    /// Signs in with the newest passkey, without naming a user. Returns the response of
    /// `authenticate/finish`, or of `authenticate/begin` if that failed.
    ///
    /// # Panics
    ///
    /// If the authenticator has no passkey for this relying party.
    pub async fn sign_in(&mut self) -> Response {
        self.sign_in_as(&json!({})).await
    }

    /// Signs in with this body of `authenticate/begin`: `{"userId": ..}` or `{"username": ..}`.
    /// Returns the same as [`sign_in`](Self::sign_in).
    ///
    /// # Panics
    ///
    /// If the authenticator has none of the passkeys in `allowCredentials`.
    pub async fn sign_in_as(&mut self, who: &Value) -> Response {
        let begun = self.begin("/authenticate/begin", Some(who)).await;
        if !begun.status.is_success() {
            return begun;
        }
        let begun: Value = begun.json();
        let credential = self
            .authenticator
            .get(&begun)
            .expect("the authenticator has no passkey that the server allows: register one first");
        let finish = self.finish(&begun, credential);
        self.passkeys("/authenticate/finish", Some(&finish)).await
    }

    /// Signs in with a passkey as the second factor, after the page has passed the first one. Returns the
    /// same as [`sign_in`](Self::sign_in).
    ///
    /// # Panics
    ///
    /// If the authenticator has none of the passkeys in `allowCredentials`.
    pub async fn second_factor(&mut self) -> Response {
        self.sign_in_as(&json!({ "secondFactor": true })).await
    }

    /// Returns the body that finishes a sign-in or a registration.
    fn finish(&self, begun: &Value, credential: Value) -> Value {
        let mut finish = json!({ "credential": credential, "state": begun["state"] });
        if let Some(data) = &self.data {
            finish["data"] = data.clone();
        }
        finish
    }

    /// Sends a request with the user's consent by step-up, for a handler with
    /// [`Verified`](crate::Verified), or for the library's `DELETE /credentials/{id}` where the key `fresh`
    /// demands it. Returns the response of the handler, or of `step-up/begin` if
    /// that failed.
    ///
    /// # Panics
    ///
    /// If the authenticator has none of the passkeys in `allowCredentials`.
    pub async fn step_up(&mut self, method: Method, path: &str, body: Option<&Value>) -> Response {
        let asked = json!({ "method": method.as_str(), "path": path, "body": body });
        let begun = self.begin("/step-up/begin", Some(&asked)).await;
        if !begun.status.is_success() {
            return begun;
        }
        let begun: Value = begun.json();
        let credential = self
            .authenticator
            .get(&begun)
            .expect("the authenticator has no passkey that the server allows: register one first");
        let request = json!({ "credential": credential, "state": begun["state"], "body": body });
        self.request(method, path, Some(&request)).await
    }

    /// Sends a POST request that begins a ceremony, with the profile that is chosen.
    async fn begin(&mut self, route: &str, body: Option<&Value>) -> Response {
        self.passkeys(&self.with_profile(route), body).await
    }

    /// Returns a route that begins a ceremony, with the profile that is chosen.
    fn with_profile(&self, route: &str) -> String {
        match &self.profile {
            Some(name) if route.contains('?') => format!("{route}&profile={name}"),
            Some(name) => format!("{route}?profile={name}"),
            None => route.to_owned(),
        }
    }

    /// Sends a POST request to one of the library's routes.
    async fn passkeys(&mut self, route: &str, body: Option<&Value>) -> Response {
        let path = format!("{}{route}", self.mount);
        self.request(Method::POST, &path, body).await
    }

    /// Sends a GET request to a path of the application.
    pub async fn get(&mut self, path: &str) -> Response {
        self.request(Method::GET, path, None).await
    }

    /// Sends a POST request with JSON to a path of the application.
    pub async fn post(&mut self, path: &str, body: &Value) -> Response {
        self.request(Method::POST, path, Some(body)).await
    }

    /// Sends a request as a script on the page would, with the application's cookies.
    ///
    /// # Panics
    ///
    /// If the path is invalid, or the server cannot be reached.
    pub async fn request(&mut self, method: Method, path: &str, body: Option<&Value>) -> Response {
        self.try_request(method, path, body)
            .await
            .expect("the server cannot be reached")
    }

    /// Sends a request like [`request`](Self::request) to a server that may be down.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, or closes the connection before it has responded.
    ///
    /// # Panics
    ///
    /// If the path is invalid.
    pub async fn try_request(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response, Box<dyn std::error::Error + Send + Sync>> {
        let json = body.map(|body| ("application/json", body.to_string()));
        self.send(method, path, json).await
    }

    /// Submits a form to a path of the application, with the application's cookies. Returns the response,
    /// which may be a redirect.
    ///
    /// # Panics
    ///
    /// If the path is invalid, or the server cannot be reached.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Response {
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{}={}", form_encoded(name), form_encoded(value)));
        let form = pairs.collect::<Vec<_>>().join("&");
        let form = ("application/x-www-form-urlencoded", form);
        self.send(Method::POST, path, Some(form))
            .await
            .expect("the server cannot be reached")
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        content: Option<(&'static str, String)>,
    ) -> Result<Response, Box<dyn std::error::Error + Send + Sync>> {
        let base = match &self.site {
            Site::Router(_) => "",
            Site::Url(url, _) => url,
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{base}{path}"));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request = request.header(ORIGIN, &self.origin);
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self
                .cookies
                .iter()
                .map(|(k, v)| format!("{k}={v}"))
                .collect();
            request = request.header(COOKIE, pairs.join("; "));
        }
        let body = match content {
            None => Body::empty(),
            Some((content_type, content)) => {
                request = request.header(CONTENT_TYPE, content_type);
                Body::from(content)
            }
        };
        let request = request.body(body).expect("invalid path");

        let (parts, body) = match &self.site {
            Site::Router(router) => router.clone().oneshot(request).await?.into_parts(),
            Site::Url(_, client) => client.request(request).await?.map(Body::new).into_parts(),
        };
        let body = to_bytes(body, usize::MAX).await?.to_vec();
        self.keep_cookies(&parts.headers);
        Ok(Response {
            status: parts.status,
            headers: parts.headers,
            body,
        })
    }

    /// Stores and deletes cookies by name. Attributes other than `Max-Age=0` are ignored.
    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE) {
            let Some((pair, attributes)) = cookie.to_str().ok().map(split_cookie) else {
                continue;
            };
            let Some((name, value)) = pair.split_once('=') else {
                continue;
            };
            if value.is_empty() || attributes.to_ascii_lowercase().contains("max-age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// Encodes a name or a value of `application/x-www-form-urlencoded`.
fn form_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
            char::from(byte).to_string()
        }
        b' ' => "+".to_owned(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

fn split_cookie(cookie: &str) -> (&str, &str) {
    cookie.split_once(';').unwrap_or((cookie, ""))
}
