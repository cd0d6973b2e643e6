//! One request and its response, as they are: no redirect is followed, no cookie is kept, and a response
//! is read up to a bound.

use std::{io, sync::Arc};

use http_body_util::{BodyExt as _, Full};
use hyper::{
    HeaderMap, Method, Request, StatusCode,
    body::Bytes,
    client::conn::http1,
    header::{ACCEPT, CONTENT_TYPE, HOST, HeaderName, HeaderValue, LOCATION, ORIGIN, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use passkeys_rules::{debug::with_causes, wording::quote};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, rustls, rustls::pki_types::ServerName};
use url::{Host, Url};

use crate::{
    Options,
    tls::{self, Presented},
};

/// Maximum number of bytes that are read of a response.
const MAX_BODY: usize = 1024 * 1024;

const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("passkeys-doctor/", env!("CARGO_PKG_VERSION")));

/// Request to send.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    method: Method,
    url: Url,
    headers: HeaderMap,
}

impl Ask {
    pub(crate) fn new(method: Method, url: &Url) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        Self {
            method,
            url: url.clone(),
            headers,
        }
    }

    pub(crate) fn get(url: &Url) -> Self {
        Self::new(Method::GET, url)
    }

    pub(crate) fn post(url: &Url) -> Self {
        Self::new(Method::POST, url)
    }

    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        // Names of hosts and constants: a value that is none is left out.
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Sets the origin of the page that sends the request.
    pub(crate) fn of_page_on(self, origin: &str) -> Self {
        self.header(ORIGIN, origin)
    }
}

/// Response, with the certificate of its connection.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) url: Url,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// True if the body is longer than what was read.
    pub(crate) truncated: bool,
    pub(crate) presented: Option<Presented>,
}

impl Answer {
    /// Returns a header as text: several lines of it joined by commas.
    pub(crate) fn header(&self, name: impl AsRef<str>) -> Option<String> {
        let lines = self.headers.get_all(name.as_ref()).iter();
        let lines: Vec<_> = lines
            .map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned())
            .collect();
        (!lines.is_empty()).then(|| lines.join(", "))
    }

    /// Returns the media type, in lower case and without parameters.
    pub(crate) fn media_type(&self) -> Option<String> {
        let value = self.header(CONTENT_TYPE)?;
        let essence = value.split(';').next().unwrap_or_default().trim();
        Some(essence.to_ascii_lowercase())
    }

    /// Returns the media type for a message.
    pub(crate) fn shown_media_type(&self) -> String {
        match self.header(CONTENT_TYPE) {
            Some(value) => quote(&value).to_string(),
            None => "no `Content-Type`".to_owned(),
        }
    }

    /// Returns whether this is a page: HTML, whatever its header says.
    pub(crate) fn is_page(&self) -> bool {
        let start = self.body.trim_ascii_start();
        let start = String::from_utf8_lossy(&start[..start.len().min(15)]).to_ascii_lowercase();
        self.media_type().is_some_and(|it| it == "text/html")
            || start.starts_with("<!doctype html")
            || start.starts_with("<html")
    }

    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Returns where a redirect leads, or `None` if this is none.
    pub(crate) fn redirect(&self) -> Option<Redirect> {
        if !self.status.is_redirection() || self.status == StatusCode::NOT_MODIFIED {
            return None;
        }
        let location = self.header(LOCATION)?;
        Some(match self.url.join(&location) {
            Ok(url) => Redirect::To(url),
            Err(_) => Redirect::Nowhere(location),
        })
    }
}

/// Target of a redirect.
#[derive(Clone, Debug)]
pub(crate) enum Redirect {
    To(Url),
    /// The header is not a URL.
    Nowhere(String),
}

impl Redirect {
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::To(url) => quote(url.as_str()).to_string(),
            Self::Nowhere(text) => quote(text).to_string(),
        }
    }
}

/// Reason why there is no response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("the name {} is not known: {cause}", quote(name))]
    UnknownName { name: String, cause: io::Error },
    #[error("no connection to {}: {cause}", quote(address))]
    NoConnection { address: String, cause: io::Error },
    #[error("no TLS connection: {0}")]
    Tls(io::Error),
    #[error("no response within {0} seconds")]
    Timeout(u64),
    #[error("the response is not HTTP, or ends early: {0}")]
    Http(String),
}

impl FetchError {
    /// Returns the likely cause and the fix.
    pub(crate) fn fix(&self) -> &'static str {
        match self {
            Self::UnknownName { .. } => {
                "check the spelling, and the domain's DNS records (A, AAAA); with `--connect-to` the server \
                 can be examined before the domain leads to it"
            }
            Self::NoConnection { .. } => {
                "check that the server runs, listens on this address and port (not on 127.0.0.1 only), and \
                 that no firewall is in between"
            }
            Self::Tls(_) => {
                "check that TLS is on at this port, with version 1.2 or 1.3, and that the server has a \
                 certificate for this name"
            }
            Self::Timeout(_) => {
                "check that the application responds behind the proxy; `--timeout` waits longer"
            }
            Self::Http(_) => "check what listens at this port",
        }
    }
}

/// Sends requests.
pub(crate) struct Client<'a> {
    options: &'a Options,
    roots: Arc<rustls::RootCertStore>,
}

impl<'a> Client<'a> {
    pub(crate) fn new(options: &'a Options) -> Self {
        let roots = Arc::new(tls::roots(&options.root_certificates));
        Self { options, roots }
    }

    pub(crate) async fn get(&self, url: &Url) -> Result<Answer, FetchError> {
        self.send(Ask::get(url)).await
    }

    pub(crate) async fn send(&self, ask: Ask) -> Result<Answer, FetchError> {
        let limit = self.options.timeout;
        let sent = timeout(limit, self.exchange(ask)).await;
        sent.unwrap_or(Err(FetchError::Timeout(limit.as_secs())))
    }

    async fn exchange(&self, ask: Ask) -> Result<Answer, FetchError> {
        let stream = self.connect(&ask.url).await?;
        if ask.url.scheme() != "https" {
            return speak(stream, ask, || None).await;
        }
        let (config, recorder) = tls::configuration(&self.roots)
            .map_err(|error| FetchError::Tls(io::Error::other(error)))?;
        let name = match ask.url.host() {
            Some(Host::Domain(name)) => ServerName::try_from(name.to_owned())
                .map_err(|error| FetchError::Tls(io::Error::other(error)))?,
            Some(Host::Ipv4(address)) => ServerName::IpAddress(address.into()),
            Some(Host::Ipv6(address)) => ServerName::IpAddress(address.into()),
            None => return Err(FetchError::Http("the address has no host".to_owned())),
        };
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
            .map_err(FetchError::Tls)?;
        speak(stream, ask, || recorder.presented()).await
    }

    async fn connect(&self, url: &Url) -> Result<TcpStream, FetchError> {
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = url.port_or_known_default().unwrap_or_default();
        let instead = self.options.connect_to.iter();
        let mut instead = instead.filter(|it| it.from.0 == host && it.from.1 == port);
        let (host, port) = match instead.next() {
            Some(it) => (it.to.0.as_str(), it.to.1),
            None => (host, port),
        };
        let addresses: Vec<_> = tokio::net::lookup_host((host, port))
            .await
            .map_err(|cause| FetchError::UnknownName {
                name: host.to_owned(),
                cause,
            })?
            .collect();
        let connected = TcpStream::connect(&*addresses).await;
        connected.map_err(|cause| FetchError::NoConnection {
            address: format!("{host}:{port}"),
            cause,
        })
    }
}

/// Sends a request on a connection, and reads the response.
async fn speak<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    ask: Ask,
    presented: impl FnOnce() -> Option<Presented>,
) -> Result<Answer, FetchError> {
    let Ask {
        method,
        url,
        headers,
    } = ask;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| FetchError::Http(with_causes(&error)))?;
    let connection = AbortOnDrop(tokio::spawn(connection));
    let request = request(method, &url, headers)?;
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| FetchError::Http(with_causes(&error)))?;
    let (parts, mut incoming) = response.into_parts();
    let mut body = Vec::new();
    let mut truncated = false;
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| FetchError::Http(with_causes(&error)))?;
        if let Some(data) = frame.data_ref() {
            let room = MAX_BODY - body.len();
            body.extend_from_slice(&data[..data.len().min(room)]);
            if data.len() > room {
                truncated = true;
                break;
            }
        }
    }
    drop(connection);
    Ok(Answer {
        url,
        status: parts.status,
        headers: parts.headers,
        body,
        truncated,
        presented: presented(),
    })
}

fn request(
    method: Method,
    url: &Url,
    headers: HeaderMap,
) -> Result<Request<Full<Bytes>>, FetchError> {
    let mut target = url.path().to_owned();
    if let Some(query) = url.query() {
        target = format!("{target}?{query}");
    }
    let host = url.host_str().unwrap_or_default();
    let host = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let mut request = Request::builder()
        .method(method)
        .uri(target)
        .header(HOST, host)
        .body(Full::default())
        .map_err(|error| FetchError::Http(error.to_string()))?;
    request.headers_mut().extend(headers);
    request.headers_mut().insert(USER_AGENT, AGENT);
    Ok(request)
}

/// Ends the task that drives a connection, also where the request is given up.
struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
