use std::{fs, path::Path, str::FromStr, time::Duration};

use passkeys_rules::wording::quote;
use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject as _};
use url::{Host, Url};

/// A site to examine, and how.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) page: Url,
    pub(crate) rp_id: Option<String>,
    pub(crate) mount: Option<String>,
    pub(crate) origins: Vec<Url>,
    pub(crate) root_certificates: Vec<CertificateDer<'static>>,
    pub(crate) connect_to: Vec<ConnectTo>,
    pub(crate) timeout: Duration,
}

impl Options {
    /// Creates options for the page on which people sign in, such as `https://example.com/login`.
    ///
    /// # Errors
    ///
    /// [`InvalidOption`] unless this is the address of an `https` or `http` page.
    pub fn new(page: &str) -> Result<Self, InvalidOption> {
        Ok(Self {
            page: web_address(page)?,
            rp_id: None,
            mount: None,
            origins: Vec::new(),
            root_certificates: Vec::new(),
            connect_to: Vec::new(),
            timeout: Duration::from_secs(10),
        })
    }

    /// Sets the RP ID that the site should have. Default: the one in the options that it sends, else the
    /// host of the page.
    #[must_use]
    pub fn rp_id(mut self, rp_id: impl Into<String>) -> Self {
        self.rp_id = Some(rp_id.into());
        self
    }

    /// Sets where the routes are nested: a path such as `/auth/passkeys` on the page's host, or the
    /// address on another host. By default, usual paths are tried.
    ///
    /// # Errors
    ///
    /// [`InvalidOption`] unless this is a path or an address.
    pub fn mount(mut self, mount: &str) -> Result<Self, InvalidOption> {
        if mount.contains("://") {
            web_address(mount)?;
        } else if !mount.starts_with('/') {
            return Err(InvalidOption(format!(
                "{} is not where routes can be nested; write a path that starts with `/`, such as \
                 `/auth/passkeys`, or an address such as `https://api.example.com/auth/passkeys`",
                quote(mount)
            )));
        }
        self.mount = Some(mount.trim_end_matches('/').to_owned());
        Ok(self)
    }

    /// Adds the origin of a front end elsewhere, such as `https://app.example.com`, whose page calls the
    /// routes.
    ///
    /// # Errors
    ///
    /// [`InvalidOption`] unless this is an origin: an address without a path.
    pub fn origin(mut self, origin: &str) -> Result<Self, InvalidOption> {
        let url = web_address(origin)?;
        if url.path() != "/" || url.query().is_some() {
            return Err(InvalidOption(format!(
                "{} has a path, and an origin has none; write `{}`",
                quote(origin),
                url.origin().ascii_serialization()
            )));
        }
        self.origins.push(url);
        Ok(self)
    }

    /// Trusts the certificates in a PEM file as authorities, besides those that browsers trust.
    ///
    /// # Errors
    ///
    /// [`InvalidOption`] if the file cannot be read or has no certificate.
    pub fn root_certificate(mut self, file: impl AsRef<Path>) -> Result<Self, InvalidOption> {
        let file = file.as_ref();
        let shown = file.display();
        let pem = fs::read(file)
            .map_err(|error| InvalidOption(format!("`{shown}` cannot be read: {error}")))?;
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let certificates = certificates
            .map_err(|error| InvalidOption(format!("`{shown}` is not a PEM file: {error}")))?;
        if certificates.is_empty() {
            return Err(InvalidOption(format!(
                "`{shown}` has no certificate; it should contain `-----BEGIN CERTIFICATE-----`"
            )));
        }
        self.root_certificates.extend(certificates);
        Ok(self)
    }

    /// Connects to another address in place of a host and port, for example before a domain leads to a
    /// new server.
    #[must_use]
    pub fn connect_to(mut self, connect_to: ConnectTo) -> Self {
        self.connect_to.push(connect_to);
        self
    }

    /// Sets the maximum time of a request. Default: 10 seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

/// Parses the address of a page, and says what is wrong with one that is none.
fn web_address(text: &str) -> Result<Url, InvalidOption> {
    let wrong =
        |rule: &str, fix: String| Err(InvalidOption(format!("{} {rule}; {fix}", quote(text))));
    let url = match Url::parse(text) {
        // `example.com:8443` parses as the scheme `example.com`.
        Ok(url) if url.has_host() => url,
        _ if text.contains("://") => {
            let fix = "write an address such as `https://example.com`".to_owned();
            return wrong("is not an address", fix);
        }
        _ => {
            let scheme = if text.starts_with("localhost") {
                "http"
            } else {
                "https"
            };
            let host = text.trim_start_matches('/');
            let host = if host.is_empty() { "example.com" } else { host };
            let fix = format!("write {}", quote(&format!("{scheme}://{host}")));
            return wrong("has no `https://` in front", fix);
        }
    };
    if !matches!(url.scheme(), "https" | "http") {
        let fix = "passkeys are for `https` pages: write an address such as `https://example.com`";
        return wrong("is not the address of a web page", fix.to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("has a user name in it", "leave it out".to_owned());
    }
    Ok(url)
}

/// Address to connect to in place of a host and port, written `HOST:PORT:HOST:PORT` as with
/// `curl --connect-to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectTo {
    pub(crate) from: (String, u16),
    pub(crate) to: (String, u16),
}

impl FromStr for ConnectTo {
    type Err = InvalidOption;

    fn from_str(text: &str) -> Result<Self, InvalidOption> {
        let parse = || {
            let (from_host, rest) = split_host(text)?;
            let (from_port, rest) = rest.split_once(':')?;
            let (to_host, to_port) = split_host(rest)?;
            Some(Self {
                from: (from_host, from_port.parse().ok()?),
                to: (to_host, to_port.parse().ok()?),
            })
        };
        parse().ok_or_else(|| {
            InvalidOption(format!(
                "{} does not say where to connect to; write host and port and the address in their \
                 place, such as `example.com:443:192.0.2.7:8443`",
                quote(text)
            ))
        })
    }
}

/// Splits off a host, which is in brackets if it is an IPv6 address, and the colon after it.
fn split_host(text: &str) -> Option<(String, &str)> {
    let (host, rest) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once("]:")?,
        None => text.split_once(':')?,
    };
    (!host.is_empty()).then(|| (host.to_ascii_lowercase(), rest))
}

/// Error returned for an option that cannot be meant: the rule, the value and the fix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidOption(String);

/// Returns whether the host is this computer, which browsers trust without `https`.
pub(crate) fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_none_are_explained() {
        for (address, says) in [
            ("example.com", "write `https://example.com`"),
            ("example.com:8443", "write `https://example.com:8443`"),
            ("localhost:3000", "write `http://localhost:3000`"),
            ("", "write `https://example.com`"),
            ("ftp://example.com", "passkeys are for `https` pages"),
            ("https://", "is not an address"),
            ("https://ada:secret@example.com", "has a user name in it"),
        ] {
            let error = Options::new(address).unwrap_err().to_string();
            assert!(error.contains(says), "{address}: {error}");
        }
        assert!(Options::new("https://example.com/login?next=%2F").is_ok());
    }

    #[test]
    fn origins_have_no_path_and_mounts_begin_with_a_slash() {
        let options = || Options::new("https://example.com").unwrap();
        assert!(options().origin("https://app.example.com").is_ok());
        let error = options()
            .origin("https://app.example.com/login")
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("write `https://app.example.com`")
        );
        assert!(options().mount("/auth/passkeys/").is_ok());
        assert!(options().mount("https://api.example.com/passkeys").is_ok());
        assert!(options().mount("auth/passkeys").is_err());
    }

    #[test]
    fn connect_to_is_written_as_with_curl() {
        let parsed: ConnectTo = "Example.com:443:[::1]:8443".parse().unwrap();
        assert_eq!(parsed.from, ("example.com".to_owned(), 443));
        assert_eq!(parsed.to, ("::1".to_owned(), 8443));
        for wrong in [
            "example.com",
            "example.com:443",
            "a:1:b",
            "a:b:c:d",
            ":1:b:2",
            "a:1:b:70000",
        ] {
            assert!(wrong.parse::<ConnectTo>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_this_computer_is_local() {
        for (address, local) in [
            ("http://localhost:3000", true),
            ("http://app.localhost", true),
            ("http://127.0.0.1", true),
            ("http://[::1]:3000", true),
            ("http://192.168.0.2", false),
            ("http://localhost.example.com", false),
        ] {
            assert_eq!(is_local(&Url::parse(address).unwrap()), local, "{address}");
        }
    }
}
