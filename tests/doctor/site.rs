//! Sites to examine: a healthy one, which is the library's own router behind a page, and what makes one of
//! it with one fault. Every host leads to a server in this process.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, Uri},
    middleware::from_fn,
    response::{Html, IntoResponse as _, Redirect, Response},
    routing::get,
    serve::Listener,
};
use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
use passkeys_doctor::{ConnectTo, Finding, Level, Options, Report, examine};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use tempfile::NamedTempFile;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer},
    },
    server::TlsStream,
};

#[derive(Clone)]
pub(crate) struct App;

#[passkeys(
    rp_id = "example.com",
    rp_name = "Example",
    origins = [
        "https://example.com",
        "https://app.example.com",
        "android:apk-key-hash:pNiP5iKyQ8JwgGOaKA1zGPUPJIS-0H1xKCQcfIoGLck",
    ],
    related_origins = ["https://partner.net"],
    enroll_url = "https://example.com/account",
    manage_url = "https://example.com/account",
    android_apps = ["com.example.app"],
    apple_apps = ["ABCDE12345.com.example.app"],
)]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> Result<PasskeyUser, StatusCode> {
        Err(StatusCode::UNAUTHORIZED)
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

const MOUNT: &str = "/auth/passkeys";

/// Headers of a page that is as it should be.
const HEADERS: [(&str, &str); 3] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'self'",
    ),
    (
        "strict-transport-security",
        "max-age=31536000; includeSubDomains",
    ),
    (
        "set-cookie",
        "id=0123456789abcdef; HttpOnly; SameSite=Lax; Secure; Path=/",
    ),
];

async fn page() -> impl axum::response::IntoResponse {
    (HEADERS, Html("<!DOCTYPE html><title>Sign in</title>"))
}

/// The library's router and its documents, behind a page.
pub(crate) fn router() -> Router {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    Router::new()
        .route("/", get(page))
        .route("/account", get(page))
        .nest(MOUNT, passkeys.router())
        .merge(passkeys.well_known())
}

/// Certificate that a server presents.
pub(crate) enum Certificate {
    Good,
    Expired,
    ExpiresSoon,
    NotYetValid,
    OtherName,
    SelfSigned,
    /// Of an intermediate authority that is not sent along.
    WithoutIntermediate,
    /// Of an authority that nobody trusts, with its whole chain.
    OfUnknownAuthority,
}

/// A site, with the servers that stand for its hosts.
pub(crate) struct Site {
    router: Router,
    plain: Option<Router>,
    certificate: Certificate,
    others: Vec<(&'static str, Router)>,
}

impl Site {
    pub(crate) fn healthy() -> Self {
        Self::of(router())
    }

    pub(crate) fn of(router: Router) -> Self {
        let redirect = |uri: Uri| async move {
            Redirect::permanent(&format!("https://example.com{}", uri.path()))
        };
        Self {
            router,
            plain: Some(Router::new().fallback(redirect)),
            certificate: Certificate::Good,
            others: Vec::new(),
        }
    }

    pub(crate) fn certificate(mut self, certificate: Certificate) -> Self {
        self.certificate = certificate;
        self
    }

    /// Serves something else at port 80.
    pub(crate) fn plain(mut self, router: Option<Router>) -> Self {
        self.plain = router;
        self
    }

    /// Serves another host, with a good certificate.
    pub(crate) fn other(mut self, host: &'static str, router: Router) -> Self {
        self.others.push((host, router));
        self
    }

    /// Replaces or adds a header in the responses of one path; an empty value removes it.
    pub(crate) fn header(mut self, path: &'static str, name: &'static str, value: &str) -> Self {
        let value = value.to_owned();
        self.router = self.router.layer(from_fn(
            move |request: Request, next: axum::middleware::Next| {
                let (here, value) = (request.uri().path() == path, value.clone());
                async move {
                    let mut response = next.run(request).await;
                    if here {
                        set(&mut response, name, &value);
                    }
                    response
                }
            },
        ));
        self
    }

    /// Replaces the responses of one path.
    pub(crate) fn respond(mut self, path: &'static str, response: fn() -> Response) -> Self {
        self.router = self.router.layer(from_fn(
            move |request: Request, next: axum::middleware::Next| async move {
                if request.uri().path() == path {
                    response()
                } else {
                    next.run(request).await
                }
            },
        ));
        self
    }

    pub(crate) fn layer(mut self, change: impl FnOnce(Router) -> Router) -> Self {
        self.router = change(self.router);
        self
    }

    /// Examines the site with the usual options.
    pub(crate) async fn examine(self) -> Report {
        self.examine_with(|options| options).await
    }

    pub(crate) async fn examine_with(self, change: impl FnOnce(Options) -> Options) -> Report {
        let running = self.start().await;
        let options = Options::new("https://example.com/").unwrap();
        let mut options = options.root_certificate(running.root.path()).unwrap();
        for connect_to in &running.connect_to {
            options = options.connect_to(connect_to.parse().unwrap());
        }
        let options = change(options.timeout(Duration::from_secs(5)));
        examine(&options).await.unwrap()
    }

    /// Starts the servers.
    pub(crate) async fn start(self) -> Running {
        let authority = authority("Test Root");
        let mut root = NamedTempFile::new().unwrap();
        io::Write::write_all(&mut root, authority.pem().as_bytes()).unwrap();
        let nowhere = unused_address().await;

        let main = serve_tls(
            self.router,
            tls(&authority, &self.certificate, "example.com"),
        )
        .await;
        let plain = match self.plain {
            Some(router) => serve(router).await,
            None => nowhere,
        };
        let mut connect_to = vec![
            format!("example.com:443:{main}"),
            format!("example.com:80:{plain}"),
        ];
        for (host, router) in self.others {
            let address = serve_tls(router, tls(&authority, &Certificate::Good, host)).await;
            connect_to.insert(0, format!("{host}:443:{address}"));
        }
        // Hosts that a test does not have are nowhere, instead of on the Internet.
        for host in [
            "www.example.com",
            "partner.net",
            "app.example.com",
            "api.example.com",
            "login.example.com",
            "com",
        ] {
            connect_to.push(format!("{host}:443:{nowhere}"));
            connect_to.push(format!("{host}:80:{nowhere}"));
        }
        Running { connect_to, root }
    }
}

/// Servers that run until the test ends.
pub(crate) struct Running {
    pub(crate) connect_to: Vec<String>,
    pub(crate) root: NamedTempFile,
}

fn set(response: &mut Response, name: &'static str, value: &str) {
    let name = HeaderName::from_static(name);
    if value.is_empty() {
        response.headers_mut().remove(name);
    } else {
        let value = HeaderValue::from_str(value).unwrap();
        response.headers_mut().insert(name, value);
    }
}

/// Returns a page, such as the fallback of a single-page application.
pub(crate) fn a_page() -> Response {
    Html("<!doctype html><div id=root></div>").into_response()
}

pub(crate) fn not_found() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

/// Returns an address at which nothing listens.
async fn unused_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

/// Serves without TLS.
pub(crate) async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, router).await });
    address
}

async fn serve_tls(router: Router, tls: ServerConfig) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let listener = TlsListener::new(listener, TlsAcceptor::from(Arc::new(tls)));
    tokio::spawn(async { axum::serve(listener, router).await });
    address
}

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn authority(name: &str) -> Authority {
    let key = KeyPair::generate().unwrap();
    CertifiedIssuer::self_signed(authority_params(name), key).unwrap()
}

fn tls(root: &Authority, certificate: &Certificate, host: &str) -> ServerConfig {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2099, 1, 1);
    params.distinguished_name.push(DnType::CommonName, host);
    let signed = |params: CertificateParams, issuer: &Authority| {
        params.signed_by(&key, issuer).unwrap().der().clone()
    };
    let chain: Vec<CertificateDer<'static>> = match certificate {
        Certificate::Good => vec![signed(params, root)],
        Certificate::Expired => {
            params.not_after = date_time_ymd(2021, 1, 1);
            vec![signed(params, root)]
        }
        Certificate::ExpiresSoon => {
            params.not_after = (std::time::SystemTime::now() + Duration::from_hours(72)).into();
            vec![signed(params, root)]
        }
        Certificate::NotYetValid => {
            params.not_before = date_time_ymd(2098, 1, 1);
            vec![signed(params, root)]
        }
        Certificate::OtherName => {
            params = CertificateParams::new(vec!["other.example".to_owned()]).unwrap();
            vec![signed(params, root)]
        }
        Certificate::SelfSigned => vec![params.self_signed(&key).unwrap().der().clone()],
        Certificate::WithoutIntermediate => {
            let intermediate = CertifiedIssuer::signed_by(
                authority_params("Test Intermediate"),
                KeyPair::generate().unwrap(),
                root,
            );
            vec![signed(params, &intermediate.unwrap())]
        }
        Certificate::OfUnknownAuthority => {
            let other = authority("Other Root");
            let certificate = signed(params, &other);
            vec![certificate, other.der().clone()]
        }
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap()
}

/// Connections after their TLS handshake.
struct TlsListener(mpsc::Receiver<TlsStream<TcpStream>>);

impl TlsListener {
    fn new(listener: TcpListener, acceptor: TlsAcceptor) -> Self {
        let (sender, ready) = mpsc::channel(1);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        let _ = sender.send(stream).await;
                    }
                });
            }
        });
        Self(ready)
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = ();

    async fn accept(&mut self) -> (Self::Io, ()) {
        match self.0.recv().await {
            Some(stream) => (stream, ()),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns the finding with this identifier.
#[track_caller]
pub(crate) fn found<'a>(report: &'a Report, id: &str) -> &'a Finding {
    let mut findings = report.findings.iter();
    let found = findings.find(|finding| finding.id == id && finding.level != Level::Ok);
    found.unwrap_or_else(|| panic!("no `{id}` in\n{report}"))
}

/// Checks that a finding is there as an error, with these words in the text or the fix.
#[track_caller]
pub(crate) fn assert_error(report: &Report, id: &str, says: &str) {
    assert_level(report, id, Level::Error, says);
}

#[track_caller]
pub(crate) fn assert_warning(report: &Report, id: &str, says: &str) {
    assert_level(report, id, Level::Warning, says);
}

#[track_caller]
pub(crate) fn assert_note(report: &Report, id: &str, says: &str) {
    assert_level(report, id, Level::Note, says);
}

#[track_caller]
fn assert_level(report: &Report, id: &str, level: Level, says: &str) {
    let finding = found(report, id);
    assert_eq!(finding.level, level, "{report}");
    let text = format!("{} {}", finding.what, finding.fix);
    assert!(text.contains(says), "`{says}` is not in\n{text}");
    assert!(
        level < Level::Warning || !finding.fix.is_empty(),
        "`{id}` has no fix"
    );
}

/// Checks that something was examined and found right.
#[track_caller]
pub(crate) fn assert_ok(report: &Report, id: &str) {
    let mut findings = report.findings.iter();
    let fine = findings.any(|finding| finding.id == id && finding.level == Level::Ok);
    assert!(fine, "no ok `{id}` in\n{report}");
}

/// Checks that nothing is worth more than a note.
#[track_caller]
pub(crate) fn assert_healthy(report: &Report) {
    let worst = report.errors().chain(report.warnings()).count();
    assert_eq!(worst, 0, "{report}");
}

/// Checks that a finding is not there.
#[track_caller]
pub(crate) fn assert_not_found(report: &Report, id: &str) {
    let there = report
        .findings
        .iter()
        .any(|finding| finding.id == id && finding.level != Level::Ok);
    assert!(!there, "`{id}` is in\n{report}");
}

/// Parses an address to connect to.
pub(crate) fn to(text: String) -> ConnectTo {
    text.parse().unwrap()
}
