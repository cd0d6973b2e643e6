use std::error::Error;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{
        HeaderName, HeaderValue, Method, Request,
        header::{CONTENT_TYPE, COOKIE, ORIGIN},
        response::Parts,
    },
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use passkeys_rules::debug::with_causes;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{
    Authenticator, Fault, Response,
    call::{Problem, call},
    cookies::Cookies,
    origin::{problem_of_origin, problem_of_path, problem_of_url},
    response::Sent,
};
use crate::{ceremony::PromptReport, explain::Notes};

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
///
/// Calls that cannot be made, such as a sign-in without a passkey, panic at the line of the test that
/// awaits them, and say what is missing.
#[derive(Clone, Debug)]
pub struct Browser {
    site: Site,
    origin: String,
    mount: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    cookies: Cookies,
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
    ///
    /// # Panics
    ///
    /// If no browser sends the origin: it has no scheme, a path or a slash at its end, or its default port.
    #[must_use]
    #[track_caller]
    pub fn new(router: Router, origin: impl Into<String>) -> Self {
        Self::on(Site::Router(router), origin.into())
    }

    /// Creates a browser on a page of this origin, whose server listens at an `http` URL such as
    /// `http://127.0.0.1:3000`. Requires a Tokio runtime.
    ///
    /// # Panics
    ///
    /// If the URL is not one of `http`, or no browser sends the origin.
    #[must_use]
    #[track_caller]
    pub fn connect(url: impl Into<String>, origin: impl Into<String>) -> Self {
        let url = server(url.into());
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self::on(Site::Url(url, client), origin.into())
    }

    #[track_caller]
    fn on(site: Site, origin: String) -> Self {
        forbid(problem_of_origin(&origin));
        Self {
            site,
            mount: "/auth/passkeys".to_owned(),
            headers: Vec::new(),
            cookies: Cookies::default(),
            profile: None,
            authenticator: Authenticator::new(origin.clone()),
            data: None,
            origin,
        }
    }

    /// Continues with the server at this URL, such as another instance of the application. Keeps
    /// cookies and passkeys.
    ///
    /// # Panics
    ///
    /// If the URL is not one of `http`.
    #[track_caller]
    pub fn visit(&mut self, url: impl Into<String>) {
        let url = server(url.into());
        let client = match &self.site {
            Site::Url(_, client) => client.clone(),
            Site::Router(_) => Client::builder(TokioExecutor::new()).build_http(),
        };
        self.site = Site::Url(url, client);
    }

    /// Sets the path of the library's routes. Default: `/auth/passkeys`.
    ///
    /// # Panics
    ///
    /// If the path is neither empty nor begins with `/`.
    #[must_use]
    #[track_caller]
    pub fn mounted_at(mut self, path: &str) -> Self {
        if !path.is_empty() {
            forbid(problem_of_path(path));
        }
        path.trim_end_matches('/').clone_into(&mut self.mount);
        self
    }

    /// Adds a header to every request, such as `authorization`.
    ///
    /// # Panics
    ///
    /// If the name or the value is not valid for a header.
    #[must_use]
    #[track_caller]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let Ok(header) = name.parse::<HeaderName>() else {
            panic!("`{name}` is no name of a header")
        };
        let Ok(value) = value.parse::<HeaderValue>() else {
            panic!(
                "`{}` is no value of the header `{name}`",
                value.escape_debug()
            )
        };
        self.headers.push((header, value));
        self
    }

    /// Sends this member `data` with every request that finishes a sign-in or a registration, for hooks
    /// that take [`Data`](crate::Data). [`set_data`](Self::set_data) does the same to a browser in use.
    #[must_use]
    pub fn with_data(mut self, data: impl Into<Option<Value>>) -> Self {
        self.set_data(data);
        self
    }

    /// Sends this member `data`, or none, with every request that finishes a sign-in or a registration from
    /// now on.
    pub fn set_data(&mut self, data: impl Into<Option<Value>>) {
        self.data = data.into();
    }

    /// Begins ceremonies with this profile (`?profile=`). [`set_profile`](Self::set_profile) does the same to
    /// a browser in use.
    #[must_use]
    pub fn with_profile(mut self, name: &str) -> Self {
        self.set_profile(Some(name));
        self
    }

    /// Returns the browser, with its cookies and passkeys, on a page of another origin, such as a
    /// related origin. The origin of a native app makes it that app.
    ///
    /// # Panics
    ///
    /// If no browser sends the origin. [`Fault::Origin`] takes any text.
    #[must_use]
    #[track_caller]
    pub fn with_origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = origin.into();
        forbid(problem_of_origin(&self.origin));
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
    pub fn register(&mut self) -> impl Future<Output = Response> {
        call(self.run_registration(None))
    }

    /// Registers a passkey for the user who is signed in, with consent by step-up, which the key `fresh`
    /// demands where the sign-in is older. Returns the response of `register/finish`, or the first one
    /// that failed.
    ///
    /// # Panics
    ///
    /// If the authenticator has none of the passkeys in `allowCredentials` of the step-up.
    pub fn register_with_consent(&mut self) -> impl Future<Output = Response> {
        call(async {
            let path = format!("{}{}", self.mount, self.of_profile("/register/begin"));
            let begun = self.run_step_up(Method::POST, &path, None).await?;
            self.finish_registration(begun).await
        })
    }

    /// Signs up: registers the first passkey of an account that the `sign_up` hook creates from
    /// this body. Returns the response of `register/finish`, or of `sign-up/begin` if that failed.
    pub fn sign_up(&mut self, body: &Value) -> impl Future<Output = Response> {
        call(self.run_registration(Some(body)))
    }

    /// Upgrades the user who is signed in to a passkey by conditional creation, as a browser does after
    /// a sign-in by password. Returns the response of `register/finish`, or of `register/begin` if that
    /// failed; `None` if the browser does not create a passkey, because the authenticator has one of the
    /// account already.
    pub fn upgrade(&mut self) -> impl Future<Output = Option<Response>> {
        call(async {
            let path = "/register/begin?mediation=conditional";
            let begun = self.begin(path, None).await?;
            if !begun.status.is_success() {
                return Ok(Some(begun));
            }
            let begun = options(&begun)?;
            let Some(credential) = self.authenticator.create_conditionally(&begun) else {
                return Ok(None);
            };
            let finish = self.finish(&begun, credential);
            self.passkeys("/register/finish", Some(&finish))
                .await
                .map(Some)
        })
    }

    async fn run_registration(&mut self, sign_up: Option<&Value>) -> Result<Response, Problem> {
        let route = match sign_up {
            Some(_) => "/sign-up/begin",
            None => "/register/begin",
        };
        let begun = self.begin(route, sign_up).await?;
        self.finish_registration(begun).await
    }

    async fn finish_registration(&mut self, begun: Response) -> Result<Response, Problem> {
        if !begun.status.is_success() {
            return Ok(begun);
        }
        let begun = options(&begun)?;
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
    pub fn sign_in(&mut self) -> impl Future<Output = Response> {
        call(async { self.run_sign_in(&json!({})).await })
    }

    /// Signs in with this body of `authenticate/begin`: `{"userId": ..}` or `{"username": ..}`.
    /// Returns the same as [`sign_in`](Self::sign_in).
    ///
    /// # Panics
    ///
    /// If the authenticator has none of the passkeys in `allowCredentials`.
    pub fn sign_in_as(&mut self, who: &Value) -> impl Future<Output = Response> {
        call(self.run_sign_in(who))
    }

    /// Signs in with a passkey as the second factor, after the page has passed the first one. Returns the
    /// same as [`sign_in`](Self::sign_in).
    ///
    /// # Panics
    ///
    /// If the authenticator has none of the passkeys in `allowCredentials`.
    pub fn second_factor(&mut self) -> impl Future<Output = Response> {
        call(async { self.run_sign_in(&json!({ "secondFactor": true })).await })
    }

    /// Reports that a prompt has ended without a passkey, as `client.js` does where the application has the key
    /// `prompt_outcomes`. Returns the response of `outcomes`.
    ///
    /// ```
    /// # use axum::Router;
    /// # use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
    /// # #[derive(Clone)]
    /// # struct App;
    /// # #[passkeys(rp_id = "example.com", origins = ["https://example.com"], prompt_outcomes = true)]
    /// # impl App {
    /// #     type Repository = MemoryRepository;
    /// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    /// #     async fn on_authenticated(&self, login: AuthenticationResult) {}
    /// # }
    /// # fn app() -> Router {
    /// #     let passkeys = Passkeys::new(App, MemoryRepository::default());
    /// #     Router::new().nest("/auth/passkeys", passkeys.router())
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use passkeys::{
    ///     audit::PromptOutcome,
    ///     ceremony::{PromptCeremony, PromptReport},
    ///     testing::Browser,
    /// };
    ///
    /// let mut browser = Browser::new(app(), "https://example.com");
    /// let cancelled = PromptReport::new(PromptCeremony::Authentication, PromptOutcome::Cancelled);
    /// browser.report_prompt(&cancelled).await.assert_status(204);
    /// # }
    /// ```
    pub fn report_prompt(&mut self, report: &PromptReport) -> impl Future<Output = Response> {
        let report = json!(report);
        call(async move { self.passkeys("/outcomes", Some(&report)).await })
    }

    async fn run_sign_in(&mut self, who: &Value) -> Result<Response, Problem> {
        let begun = self.begin("/authenticate/begin", Some(who)).await?;
        if !begun.status.is_success() {
            return Ok(begun);
        }
        let begun = options(&begun)?;
        let credential = self.assertion(&begun)?;
        let finish = self.finish(&begun, credential);
        self.passkeys("/authenticate/finish", Some(&finish)).await
    }

    fn assertion(&mut self, begun: &Value) -> Result<Value, Problem> {
        let credential = self.authenticator.get(begun);
        credential.ok_or_else(|| self.authenticator.why_none(begun))
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
    pub fn step_up(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> impl Future<Output = Response> {
        call(self.run_step_up(method, path, body))
    }

    async fn run_step_up(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response, Problem> {
        if let Some(problem) = problem_of_path(path) {
            return Err(problem);
        }
        let asked = json!({ "method": method.as_str(), "path": path, "body": body });
        let begun = self.begin("/step-up/begin", Some(&asked)).await?;
        if !begun.status.is_success() {
            return Ok(begun);
        }
        let begun = options(&begun)?;
        let credential = self.assertion(&begun)?;
        let request = json!({ "credential": credential, "state": begun["state"], "body": body });
        self.send_json(method, path, Some(&request)).await
    }

    /// Sends a POST request that begins a ceremony, with the profile that is chosen.
    async fn begin(&mut self, route: &str, body: Option<&Value>) -> Result<Response, Problem> {
        self.passkeys(&self.of_profile(route), body).await
    }

    /// Returns a route that begins a ceremony, with the profile that is chosen.
    fn of_profile(&self, route: &str) -> String {
        match &self.profile {
            Some(name) if route.contains('?') => format!("{route}&profile={name}"),
            Some(name) => format!("{route}?profile={name}"),
            None => route.to_owned(),
        }
    }

    /// Sends a POST request to one of the library's routes.
    async fn passkeys(&mut self, route: &str, body: Option<&Value>) -> Result<Response, Problem> {
        let path = format!("{}{route}", self.mount);
        self.send_json(Method::POST, &path, body).await
    }

    /// Sends a GET request to a path of the application.
    ///
    /// # Panics
    ///
    /// As [`request`](Self::request).
    pub fn get(&mut self, path: &str) -> impl Future<Output = Response> {
        call(self.send_json(Method::GET, path, None))
    }

    /// Sends a POST request with JSON to a path of the application.
    ///
    /// # Panics
    ///
    /// As [`request`](Self::request).
    pub fn post(&mut self, path: &str, body: &Value) -> impl Future<Output = Response> {
        call(self.send_json(Method::POST, path, Some(body)))
    }

    /// Sends a request as a script on the page would, with the application's cookies.
    ///
    /// # Panics
    ///
    /// If the path does not begin with `/` or is invalid, or the server cannot be reached.
    pub fn request(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> impl Future<Output = Response> {
        call(self.send_json(method, path, body))
    }

    /// Sends a request like [`request`](Self::request) to a server that may be down.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, or closes the connection before it has responded.
    ///
    /// # Panics
    ///
    /// If the path does not begin with `/` or is invalid.
    pub fn try_request(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> impl Future<Output = Result<Response, Failure>> {
        let json = body.map(|body| ("application/json", body.to_string()));
        call(self.send(method, path, json))
    }

    /// Submits a form to a path of the application, with the application's cookies. Returns the response,
    /// which may be a redirect.
    ///
    /// # Panics
    ///
    /// As [`request`](Self::request).
    pub fn submit(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> impl Future<Output = Response> {
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{}={}", form_encoded(name), form_encoded(value)));
        let form = pairs.collect::<Vec<_>>().join("&");
        let form = ("application/x-www-form-urlencoded", form);
        call(self.send_reachable(Method::POST, path, Some(form)))
    }

    async fn send_json(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response, Problem> {
        let json = body.map(|body| ("application/json", body.to_string()));
        self.send_reachable(method, path, json).await
    }

    /// Sends a request to a server that must be reachable.
    async fn send_reachable(
        &mut self,
        method: Method,
        path: &str,
        content: Option<(&'static str, String)>,
    ) -> Result<Response, Problem> {
        let request = format!("{method} {}{path}", self.base());
        let sent = self.send(method, path, content).await?;
        sent.map_err(|error| {
            let causes = with_causes(&*error);
            format!("no response to {request}: {causes}; is the server listening there?")
        })
    }

    /// Returns the URL of the server; empty if its router is in this process.
    fn base(&self) -> &str {
        match &self.site {
            Site::Router(_) => "",
            Site::Url(url, _) => url,
        }
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        content: Option<(&'static str, String)>,
    ) -> Result<Result<Response, Failure>, Problem> {
        if let Some(problem) = problem_of_path(path) {
            return Err(problem);
        }
        let url = format!("{}{path}", self.base());
        let mut request = Request::builder().method(method.clone()).uri(&url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request = request.header(ORIGIN, &self.origin);
        if let Some(cookies) = self.cookies.header() {
            request = request.header(COOKIE, cookies);
        }
        let body = match content {
            None => Body::empty(),
            Some((content_type, content)) => {
                request = request.header(CONTENT_TYPE, content_type);
                Body::from(content)
            }
        };
        let request = request
            .body(body)
            .map_err(|error| format!("{method} {url} cannot be sent: {error}"))?;

        let notes = Notes::default();
        let is_of_library = path
            .strip_prefix(&self.mount)
            .is_some_and(|rest| ROUTES.iter().any(|route| rest.starts_with(route)));
        let mut sent = Sent {
            method,
            url,
            mounted_at: is_of_library.then(|| self.mount.clone()),
            origin: self.origin.clone(),
            cookies: self.cookies.names(),
            headers: self
                .headers
                .iter()
                .map(|(name, _)| name.to_string())
                .collect(),
            notes: Vec::new(),
        };
        let response = notes.of(self.respond(request)).await;
        sent.notes = notes.take();
        Ok(response.map(|(parts, body)| {
            self.cookies.keep(&parts.headers);
            Response {
                status: parts.status,
                headers: parts.headers,
                body,
                sent,
            }
        }))
    }

    /// Returns the server's response to a request, with its whole body.
    async fn respond(&self, request: Request<Body>) -> Result<(Parts, Vec<u8>), Failure> {
        let (parts, body) = match &self.site {
            Site::Router(router) => router.clone().oneshot(request).await?.into_parts(),
            Site::Url(_, client) => client.request(request).await?.map(Body::new).into_parts(),
        };
        Ok((parts, to_bytes(body, usize::MAX).await?.to_vec()))
    }
}

/// Failure to get a response.
type Failure = Box<dyn Error + Send + Sync>;

/// Beginnings of the library's routes.
const ROUTES: [&str; 7] = [
    "/register/",
    "/sign-up/",
    "/authenticate/",
    "/step-up/",
    "/credentials",
    "/outcomes",
    "/signals",
];

/// Returns the options and the state of a ceremony that was begun.
fn options(begun: &Response) -> Result<Value, Problem> {
    let options: Option<Value> = serde_json::from_slice(&begun.body).ok();
    options
        .filter(|options| options["publicKey"].is_object() && options["state"].is_string())
        .ok_or_else(|| {
            format!(
                "expected the options of a ceremony, `{{\"publicKey\", \"state\"}}`\n{}",
                begun.described()
            )
        })
}

/// Returns the URL of a server without a slash at its end.
#[track_caller]
fn server(url: String) -> String {
    forbid(problem_of_url(&url));
    url.trim_end_matches('/').to_owned()
}

/// Panics at the caller if there is a problem.
#[track_caller]
fn forbid(problem: Option<Problem>) {
    if let Some(problem) = problem {
        panic!("{problem}");
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
