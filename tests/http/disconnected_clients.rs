//! Clients that disconnect: what was begun runs to its end, hooks included, and is recorded.

use std::{
    collections::BTreeSet,
    io,
    net::SocketAddr,
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use passkeys::{
    AuthenticationResult, Credential, CredentialId, PasskeyUser, Passkeys, RegistrationResult,
    audit::{AuditEvent, AuditSink},
    passkeys,
    store::{CredentialRepository as _, MemoryRepository, Owner, SqliteRepository},
    testing::Browser,
};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, oneshot},
};
use tower::ServiceExt as _;

/// Upper bound of a test's waiting time; durations are not asserted.
const PATIENCE: Duration = Duration::from_mins(1);

/// Number of requests of each kind.
const CLIENTS: usize = 100;

/// Credential IDs, by what happened to them.
type Happened = Arc<Mutex<Vec<(&'static str, String)>>>;

/// Application that notes which hooks have run to their end.
#[derive(Clone, Default)]
struct App {
    happened: Happened,
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = SqliteRepository;

    async fn get_user(&self, headers: HeaderMap) -> PasskeyUser {
        let id = headers["x-user"].to_str().unwrap();
        PasskeyUser::new(id, id, id)
    }

    async fn on_registered(&self, registered: RegistrationResult) {
        // Whatever a hook waits for.
        tokio::task::yield_now().await;
        self.note("on_registered", &registered.credential().id);
    }

    async fn on_authenticated(&self, login: AuthenticationResult) {
        tokio::task::yield_now().await;
        self.note("on_authenticated", &login.credential().id);
    }

    fn note(&self, what: &'static str, id: &CredentialId) {
        self.happened.lock().unwrap().push((what, id.to_string()));
    }
}

/// Audit sink that notes the credential ID of each event.
struct Sink(Happened);

impl AuditSink for Sink {
    fn record(&self, event: &AuditEvent) {
        if let Some(id) = &event.credential_id {
            let note = (event.kind.as_str(), id.to_string());
            self.0.lock().unwrap().push(note);
        }
    }
}

/// A site whose clients disconnect.
struct Site {
    passkeys: Passkeys<App>,
    happened: Happened,
    browsers: Vec<Browser>,
    _directory: tempfile::TempDir,
}

impl Site {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("passkeys.db");
        let repository = SqliteRepository::open(file).await.unwrap();
        let app = App::default();
        let happened = app.happened.clone();
        let passkeys = Passkeys::new(app, repository).audit(Sink(happened.clone()));
        let router: Router = Router::new().nest("/auth/passkeys", passkeys.router());
        let browser = |number| {
            let browser = Browser::new(router.clone(), "https://example.com");
            browser.with_header("x-user", &user(number))
        };
        Self {
            passkeys,
            happened,
            browsers: (0..CLIENTS).map(browser).collect(),
            _directory: directory,
        }
    }

    /// Begins a ceremony for each client; returns the bodies that finish them.
    async fn begin(&mut self, ceremony: &str) -> Vec<Value> {
        let mut bodies = Vec::new();
        for browser in &mut self.browsers {
            let route = format!("/auth/passkeys/{ceremony}/begin");
            let begun: Value = browser.post(&route, &json!({})).await.assert_ok().json();
            let device = browser.authenticator();
            let credential = match ceremony {
                "register" => device.create(&begun),
                _ => device.get(&begun).expect("a passkey"),
            };
            bodies.push(json!({ "credential": credential, "state": begun["state"] }));
        }
        bodies
    }

    /// Serves, and sends all requests, each on a connection of its own that is reset at once. Ends
    /// the server as a program does.
    async fn hang_up_after(&self, requests: Vec<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router: Router = Router::new().nest("/auth/passkeys", self.passkeys.router());
        let (stop, stopped) = oneshot::channel::<()>();
        let server = axum::serve(listener, router).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        let server = tokio::spawn(server.into_future());
        for request in requests {
            send_and_reset(address, &request).await.unwrap();
        }
        stop.send(()).unwrap();
        server.await.unwrap().unwrap();
        assert!(self.passkeys.shutdown(PATIENCE).await, "it is stuck");
    }

    /// Returns the passkeys that are stored.
    async fn stored(&self) -> Vec<Credential> {
        let mut stored = Vec::new();
        for number in 0..CLIENTS {
            let repository = self.passkeys.repository();
            stored.extend(
                repository
                    .list(Owner::everywhere(&user(number)))
                    .await
                    .unwrap(),
            );
        }
        stored
    }

    /// Asserts that these happened to the same passkeys, to each once.
    fn assert_same(&self, what: &str, passkeys: BTreeSet<String>) {
        let happened = self.happened.lock().unwrap();
        let noted = happened.iter().filter(|(noted, _)| *noted == what);
        let noted: Vec<_> = noted.map(|(_, id)| id.clone()).collect();
        assert_eq!(noted.len(), passkeys.len(), "{what}");
        assert_eq!(
            noted.into_iter().collect::<BTreeSet<_>>(),
            passkeys,
            "{what}"
        );
    }
}

fn user(number: usize) -> String {
    format!("user-{number}")
}

/// Returns a request as it is sent.
fn request(method: &str, path: &str, user: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let head = [
        format!("{method} /auth/passkeys{path} HTTP/1.1"),
        "host: example.com".to_owned(),
        format!("x-user: {user}"),
        "content-type: application/json".to_owned(),
        format!("content-length: {}", body.len()),
    ];
    format!("{}\r\n\r\n{body}", head.join("\r\n")).into()
}

/// Sends a request, and resets the connection (`RST`) without waiting for the response.
async fn send_and_reset(address: SocketAddr, request: &[u8]) -> io::Result<()> {
    let connection = TcpStream::connect(address).await?;
    connection.set_zero_linger()?;
    let mut rest = request;
    while !rest.is_empty() {
        connection.writable().await?;
        match connection.try_write(rest) {
            Ok(sent) => rest = &rest[sent..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn ids<'a>(passkeys: impl IntoIterator<Item = &'a Credential>) -> BTreeSet<String> {
    let ids = passkeys.into_iter().map(|passkey| passkey.id.to_string());
    ids.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_stored_change_is_recorded_and_its_hook_runs_although_the_client_hangs_up() {
    let mut site = Site::new().await;
    let finish = |route: &'static str, bodies: Vec<Value>| {
        let requests = bodies.iter().enumerate();
        let requests = requests.map(|(number, body)| request("POST", route, &user(number), body));
        requests.collect::<Vec<_>>()
    };
    let bodies = site.begin("register").await;
    site.hang_up_after(finish("/register/finish", bodies)).await;
    let stored = site.stored().await;
    assert!(!stored.is_empty(), "no request reached the server");
    site.assert_same("registration_succeeded", ids(&stored));
    site.assert_same("on_registered", ids(&stored));

    let bodies = site.begin("authenticate").await;
    let finishes = finish("/authenticate/finish", bodies);
    site.hang_up_after(finishes).await;
    let used = site.stored().await;
    let used = used.iter().filter(|passkey| passkey.last_used_at.is_some());
    let used = ids(used);
    assert!(!used.is_empty(), "no request reached the server");
    site.assert_same("authentication_succeeded", used.clone());
    site.assert_same("on_authenticated", used);

    let change = |method, body: Value| {
        let change = |passkey: &Credential| {
            let path = format!("/credentials/{}", passkey.id);
            request(method, &path, &passkey.user_id, &body)
        };
        stored.iter().map(change).collect::<Vec<_>>()
    };
    site.hang_up_after(change("PATCH", json!({ "deviceName": "Phone" })))
        .await;
    let renamed = site.stored().await;
    let renamed = renamed
        .iter()
        .filter(|passkey| passkey.device_name == "Phone");
    let renamed = ids(renamed);
    assert!(!renamed.is_empty(), "no request reached the server");
    site.assert_same("credential_renamed", renamed);

    site.hang_up_after(change("DELETE", Value::Null)).await;
    let kept = ids(&site.stored().await);
    let deleted: BTreeSet<_> = ids(&stored).difference(&kept).cloned().collect();
    assert!(!deleted.is_empty(), "no request reached the server");
    site.assert_same("credential_deleted", deleted);
}

// --- Shutdown, and panics of hooks -------------------------------------------------------------

/// Application whose hooks wait until they may go on, then panic if they are told to.
#[derive(Clone)]
struct Slow {
    entered: Arc<Semaphore>,
    may_go: Arc<Semaphore>,
    /// Hooks that have run to their end.
    done: Happened,
    audit: Happened,
}

impl Default for Slow {
    fn default() -> Self {
        Self {
            entered: Arc::new(Semaphore::new(0)),
            may_go: Arc::new(Semaphore::new(0)),
            done: Happened::default(),
            audit: Happened::default(),
        }
    }
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl Slow {
    type Repository = MemoryRepository;

    async fn get_user(&self, headers: HeaderMap) -> PasskeyUser {
        if headers
            .get("x-panic")
            .is_some_and(|hook| hook == "get_user")
        {
            panic!("get_user panics");
        }
        PasskeyUser::new("ada", "ada", "Ada")
    }

    async fn on_registered(&self, headers: HeaderMap, registered: RegistrationResult) {
        self.run("on_registered", &headers).await;
        let id = registered.credential().id.to_string();
        self.done.lock().unwrap().push(("on_registered", id));
    }

    async fn on_authenticated(&self, headers: HeaderMap, login: AuthenticationResult) {
        self.run("on_authenticated", &headers).await;
        let id = login.credential().id.to_string();
        self.done.lock().unwrap().push(("on_authenticated", id));
    }

    async fn run(&self, hook: &str, headers: &HeaderMap) {
        if headers.contains_key("x-wait") {
            self.entered.add_permits(1);
            self.may_go.acquire().await.unwrap().forget();
        }
        let panics = headers.get("x-panic").is_some_and(|panics| panics == hook);
        assert!(!panics, "{hook} panics");
    }
}

/// Begins a ceremony, and returns the request that finishes it.
async fn finish(browser: &mut Browser, ceremony: &str, header: (&str, &str)) -> Request<Body> {
    let route = format!("/auth/passkeys/{ceremony}/begin");
    let begun: Value = browser.post(&route, &json!({})).await.assert_ok().json();
    let device = browser.authenticator();
    let credential = match ceremony {
        "register" => device.create(&begun),
        _ => device.get(&begun).expect("a passkey"),
    };
    let body = json!({ "credential": credential, "state": begun["state"] });
    Request::post(format!("/auth/passkeys/{ceremony}/finish"))
        .header("content-type", "application/json")
        .header(header.0, header.1)
        .body(Body::from(body.to_string()))
        .unwrap()
}

fn slow_site() -> (Slow, Passkeys<Slow>, Router, Browser) {
    let app = Slow::default();
    let passkeys = Passkeys::new(app.clone(), MemoryRepository::default());
    let passkeys = passkeys.audit(Sink(app.audit.clone()));
    let router = Router::new().nest("/auth/passkeys", passkeys.router());
    let browser = Browser::new(router.clone(), "https://example.com");
    (app, passkeys, router, browser)
}

#[tokio::test]
async fn shutdown_waits_for_hooks_of_clients_that_have_hung_up_and_for_the_audit_sink() {
    let (app, passkeys, router, mut browser) = slow_site();
    assert!(passkeys.shutdown(Duration::ZERO).await, "nothing has begun");
    for (ceremony, hook, event) in [
        ("register", "on_registered", "registration_succeeded"),
        (
            "authenticate",
            "on_authenticated",
            "authentication_succeeded",
        ),
    ] {
        let request = finish(&mut browser, ceremony, ("x-wait", "true")).await;
        let handled = tokio::spawn(router.clone().oneshot(request));
        app.entered.acquire().await.unwrap().forget();
        handled.abort();
        assert!(handled.await.unwrap_err().is_cancelled());
        assert!(!passkeys.shutdown(Duration::from_millis(1)).await);
        let last = |notes: &Happened| notes.lock().unwrap().last().map(|(what, _)| *what);
        assert_ne!(last(&app.done), Some(hook), "it still waits");
        app.may_go.add_permits(1);
        assert!(passkeys.shutdown(PATIENCE).await);
        assert_eq!(last(&app.done), Some(hook));
        assert_eq!(last(&app.audit), Some(event));
    }
}

#[tokio::test]
async fn panic_of_a_hook_reaches_the_server_as_without_a_task() {
    let (app, passkeys, router, mut browser) = slow_site();
    browser.register().await.assert_ok();
    for (ceremony, hook) in [
        ("register", "get_user"),
        ("register", "on_registered"),
        ("authenticate", "on_authenticated"),
    ] {
        let request = finish(&mut browser, ceremony, ("x-panic", hook)).await;
        let handled = tokio::spawn(router.clone().oneshot(request));
        let panic = handled.await.unwrap_err().into_panic();
        let message = panic.downcast_ref::<String>().map(String::as_str);
        let message = message.or(panic.downcast_ref::<&str>().copied());
        assert_eq!(message, Some(&*format!("{hook} panics")));
        assert!(passkeys.shutdown(PATIENCE).await, "the task has ended");
    }
    drop(app);
    // Later requests are not affected.
    browser.sign_in().await.assert_ok();
}

/// As in a fuzz target, or on another runtime: there is no task to run the work in.
#[test]
fn finishes_run_in_the_request_where_there_is_no_tokio_runtime() {
    let (_, passkeys, _, _) = slow_site();
    // Without a timing floor, which the response to another's credential would wait for.
    let passkeys = passkeys.timing_floor(Duration::ZERO);
    let router: Router = passkeys.router();
    let request = Request::delete("/credentials/AAAA");
    let request = request.body(Body::empty()).unwrap();
    let mut context = Context::from_waker(Waker::noop());
    let mut handled = pin!(router.oneshot(request));
    let Poll::Ready(Ok(response)) = handled.as_mut().poll(&mut context) else {
        panic!("memory stores are never pending");
    };
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let mut shutdown = pin!(passkeys.shutdown(PATIENCE));
    assert_eq!(shutdown.as_mut().poll(&mut context), Poll::Ready(true));
}
