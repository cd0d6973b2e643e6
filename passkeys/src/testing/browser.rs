use std::collections::BTreeMap;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{
        HeaderName, HeaderValue, Method, Request, Response,
        header::{CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE},
    },
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{Answer, Authenticator, Fault};

/// A browser with an [`Authenticator`], on an application's page: signs up, registers, signs in and
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
    authenticator: Authenticator,
}

#[derive(Clone, Debug)]
enum Site {
    Router(Router),
    Url(String, Client<HttpConnector, Body>),
}

impl Browser {
    /// A browser that shows a page of this origin, whose server is this router. The library's
    /// routes are expected at `/auth/passkeys`; see [`mounted_at`](Self::mounted_at).
    #[must_use]
    pub fn new(router: Router, origin: impl Into<String>) -> Self {
        Self::on(Site::Router(router), origin.into())
    }

    /// The same, where the server listens at an `http` URL such as `http://127.0.0.1:3000`.
    /// Needs Tokio's runtime.
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
            authenticator: Authenticator::new(origin.clone()),
            origin,
        }
    }

    /// Goes on with the server at this URL, with the same cookies and passkeys: another instance
    /// of the application.
    pub fn visit(&mut self, url: impl Into<String>) {
        let url = url.into().trim_end_matches('/').to_owned();
        let client = match &self.site {
            Site::Url(_, client) => client.clone(),
            Site::Router(_) => Client::builder(TokioExecutor::new()).build_http(),
        };
        self.site = Site::Url(url, client);
    }

    /// Expects the library's routes there.
    #[must_use]
    pub fn mounted_at(mut self, path: &str) -> Self {
        path.trim_end_matches('/').clone_into(&mut self.mount);
        self
    }

    /// Sends this header with every request, such as a token.
    ///
    /// # Panics
    ///
    /// If it is no header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let name = name.parse().expect("the name of a header");
        self.headers
            .push((name, value.parse().expect("the value of a header")));
        self
    }

    /// The same browser, with the same cookies and passkeys, on a page of this origin: a related
    /// one, say. The origin of a native app makes it that app, which shares the passkeys.
    #[must_use]
    pub fn with_origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = origin.into();
        self.authenticator = self.authenticator.with_origin(&self.origin);
        self
    }

    /// The same browser, with the same cookies and passkeys, doing this wrong from now on.
    #[must_use]
    pub fn with_fault(&self, fault: Fault) -> Self {
        Self {
            authenticator: self.authenticator.with_fault(fault),
            ..self.clone()
        }
    }

    /// The authenticator, to look into or to change.
    pub fn authenticator(&mut self) -> &mut Authenticator {
        &mut self.authenticator
    }

    /// Forgets the application's cookies: another person at the same device.
    pub fn clear_cookies(&mut self) {
        self.cookies.clear();
    }

    /// Registers a passkey for whoever is signed in. The answer is that of `register/finish`, or
    /// of `register/begin` where that failed.
    pub async fn register(&mut self) -> Answer {
        self.run_registration(None).await
    }

    /// Signs up: registers a passkey for an account that the application's `sign_up` hook makes
    /// of this body.
    pub async fn sign_up(&mut self, body: &Value) -> Answer {
        self.run_registration(Some(body)).await
    }

    async fn run_registration(&mut self, sign_up: Option<&Value>) -> Answer {
        let begun = self.passkeys("/register/begin", sign_up).await;
        if !begun.status.is_success() {
            return begun;
        }
        let begun: Value = begun.json();
        let credential = self.authenticator.create(&begun);
        let finish = json!({ "credential": credential, "state": begun["state"] });
        self.passkeys("/register/finish", Some(&finish)).await
    }

    /// Signs in with the newest passkey. The answer is that of `authenticate/finish`, or of
    /// `authenticate/begin` where that failed.
    ///
    /// # Panics
    ///
    /// If the authenticator has no passkey for this relying party.
    pub async fn sign_in(&mut self) -> Answer {
        self.sign_in_as(&json!({})).await
    }

    /// Signs in with what the page knows: `{"userId": ..}` or `{"username": ..}`.
    ///
    /// # Panics
    ///
    /// If the authenticator has none of the passkeys that the server names.
    pub async fn sign_in_as(&mut self, who: &Value) -> Answer {
        let begun = self.passkeys("/authenticate/begin", Some(who)).await;
        if !begun.status.is_success() {
            return begun;
        }
        let begun: Value = begun.json();
        let credential = self
            .authenticator
            .get(&begun)
            .expect("a passkey that the server allows");
        let finish = json!({ "credential": credential, "state": begun["state"] });
        self.passkeys("/authenticate/finish", Some(&finish)).await
    }

    /// Has the person agree to this request with a passkey, and sends it: what a handler with
    /// [`Verified`](crate::Verified) wants. The answer is the handler's, or that of
    /// `step-up/begin` where that failed.
    ///
    /// # Panics
    ///
    /// If the authenticator has none of the passkeys that the server names.
    pub async fn step_up(&mut self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let asked = json!({ "method": method.as_str(), "path": path, "body": body });
        let begun = self.passkeys("/step-up/begin", Some(&asked)).await;
        if !begun.status.is_success() {
            return begun;
        }
        let begun: Value = begun.json();
        let credential = self
            .authenticator
            .get(&begun)
            .expect("a passkey that the server allows");
        let request = json!({ "credential": credential, "state": begun["state"], "body": body });
        self.request(method, path, Some(&request)).await
    }

    /// Posts to one of the library's routes.
    async fn passkeys(&mut self, route: &str, body: Option<&Value>) -> Answer {
        let path = format!("{}{route}", self.mount);
        self.request(Method::POST, &path, body).await
    }

    /// `GET`s a path of the application's.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.request(Method::GET, path, None).await
    }

    /// `POST`s JSON to a path of the application's.
    pub async fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.request(Method::POST, path, Some(body)).await
    }

    /// Sends a request as the page's script would, with the application's cookies.
    ///
    /// # Panics
    ///
    /// If the path is none, or the server cannot be reached.
    pub async fn request(&mut self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.try_request(method, path, body)
            .await
            .expect("the server answers")
    }

    /// The same, where the server may be down.
    ///
    /// # Errors
    ///
    /// If it cannot be reached, or goes away before it has answered.
    ///
    /// # Panics
    ///
    /// If the path is none.
    pub async fn try_request(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
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
        let body = match body {
            None => Body::empty(),
            Some(body) => {
                request = request.header(CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
        };
        let request = request.body(body).expect("a path");

        let (parts, body) = match &self.site {
            Site::Router(router) => router.clone().oneshot(request).await?.into_parts(),
            Site::Url(_, client) => client.request(request).await?.map(Body::new).into_parts(),
        };
        let body = to_bytes(body, usize::MAX).await?.to_vec();
        self.keep_cookies(&Response::from_parts(parts.clone(), ()));
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        })
    }

    /// What a cookie jar has to know for tests: which name has which value, and which has none
    /// any more.
    fn keep_cookies(&mut self, response: &Response<()>) {
        for cookie in response.headers().get_all(SET_COOKIE) {
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

fn split_cookie(cookie: &str) -> (&str, &str) {
    cookie.split_once(';').unwrap_or((cookie, ""))
}
