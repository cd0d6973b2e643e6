//! The grammar of host names, shared by RP IDs and origins.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use idna::AsciiDenyList;
use thiserror::Error;

/// RFC 1035, section 2.3.4, without the root's trailing dot.
const LONGEST_NAME: usize = 253;
const LONGEST_LABEL: usize = 63;

/// Why a host is none that a passkey can belong to.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum HostProblem {
    /// Nothing there.
    #[error("has no host")]
    Empty,
    /// An internationalised name in its readable form.
    #[error("is not ASCII, and browsers compare the punycode form")]
    NotAscii,
    /// Names are compared byte by byte.
    #[error("has upper-case letters, and browsers compare the lower-case form")]
    UpperCase,
    /// Certificates for host names cannot have it either.
    #[error("has an underscore, which host names cannot have")]
    Underscore,
    /// Anything but letters, digits, hyphens and dots.
    #[error("has the character `{}`, which host names cannot have", .0.escape_debug())]
    Character(char),
    /// `WebAuthn` wants a domain: an address is nobody's for long.
    #[error("is an IP address, and a passkey belongs to a domain name")]
    IpAddress,
    /// `1`, `127.1` and `0x7f.1` are IPv4 addresses to a URL parser, `example.1` is an error.
    #[error("ends in a number, so browsers read it as an IP address")]
    EndsInNumber,
    /// The fully qualified form is another host to browsers.
    #[error("ends with a dot, which makes it another host to browsers")]
    TrailingDot,
    /// Two dots in a row, or one at the start.
    #[error("has an empty label (a dot with nothing before it)")]
    EmptyLabel,
    /// DNS could not hold it.
    #[error("has a label of {0} characters, and DNS allows {LONGEST_LABEL}")]
    LongLabel(usize),
    /// DNS could not hold it.
    #[error("has a name of {0} characters, and DNS allows {LONGEST_NAME}")]
    LongName(usize),
    /// RFC 1123, section 2.1.
    #[error("has the label `{0}`, and labels cannot start or end with a hyphen")]
    Hyphen(String),
    /// A label that promises punycode and is none, or none that browsers accept.
    #[error("has a label that starts with `xn--` and is not valid punycode")]
    Punycode,
}

impl HostProblem {
    /// What to do where the right value cannot be guessed.
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::IpAddress | Self::EndsInNumber => {
                "use a domain name, or `localhost` for development"
            }
            Self::Punycode => {
                "write the name with its accents and scripts once, and copy the form suggested then"
            }
            _ => "use a domain name of letters, digits, hyphens and dots, such as `example.com`",
        }
    }
}

/// Whether browsers know `host` as a domain name, in exactly this spelling.
pub(crate) fn check(host: &str) -> Result<(), HostProblem> {
    if host.is_empty() {
        return Err(HostProblem::Empty);
    }
    if !host.is_ascii() {
        return Err(HostProblem::NotAscii);
    }
    if ip_address(host).is_some() {
        return Err(HostProblem::IpAddress);
    }
    if let Some(char) = host
        .chars()
        .find(|char| !matches!(char, 'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.'))
    {
        return Err(match char {
            '_' => HostProblem::Underscore,
            _ => HostProblem::Character(char),
        });
    }
    if host.contains(|char: char| char.is_ascii_uppercase()) {
        return Err(HostProblem::UpperCase);
    }
    if host.ends_with('.') {
        return Err(HostProblem::TrailingDot);
    }
    if host.len() > LONGEST_NAME {
        return Err(HostProblem::LongName(host.len()));
    }
    host.split('.').try_for_each(check_label)?;
    if host.rsplit('.').next().is_some_and(is_number) {
        return Err(HostProblem::EndsInNumber);
    }
    // What is lower-case ASCII already can only fail here by a label that promises punycode.
    to_ascii(host).map(drop).ok_or(HostProblem::Punycode)
}

fn check_label(label: &str) -> Result<(), HostProblem> {
    if label.is_empty() {
        return Err(HostProblem::EmptyLabel);
    }
    if label.len() > LONGEST_LABEL {
        return Err(HostProblem::LongLabel(label.len()));
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(HostProblem::Hyphen(label.to_owned()));
    }
    Ok(())
}

/// Whether a last label makes the whole host an IPv4 address: URL Standard, "ends in a number".
fn is_number(label: &str) -> bool {
    label.bytes().all(|byte| byte.is_ascii_digit())
        || label
            .strip_prefix("0x")
            .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn ip_address(host: &str) -> Option<IpAddr> {
    let v6 = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    v6.parse::<Ipv6Addr>()
        .map(IpAddr::V6)
        .or_else(|_| host.parse::<Ipv4Addr>().map(IpAddr::V4))
        .ok()
}

/// The form that browsers use, whatever the case and the script it is written in.
fn to_ascii(host: &str) -> Option<String> {
    idna::domain_to_ascii_cow(host.as_bytes(), AsciiDenyList::URL)
        .ok()
        .map(Into::into)
}

/// The host that was probably meant.
pub(crate) fn repair(host: &str) -> Option<String> {
    let host = host.trim_matches('.');
    match ip_address(host) {
        // Binding addresses, copied from a terminal: development.
        Some(ip) if ip.is_loopback() || ip.is_unspecified() => Some("localhost".to_owned()),
        _ => to_ascii(host).filter(|host| check(host).is_ok()),
    }
}

/// What is the host, and what the port, in `host:port`.
pub(crate) fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        // An IPv6 address in brackets is full of colons, a bare one is at least no port.
        Some((host, port)) if !port.ends_with(']') && authority.parse::<Ipv6Addr>().is_err() => {
            (host, Some(port))
        }
        _ => (authority, None),
    }
}

/// What stands before the path, the query and the fragment, and what follows. Browsers take a
/// backslash for a slash.
pub(crate) fn split_path(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len()))
}

/// `localhost` and what is below it: never leaves the machine, so browsers trust it without TLS.
pub(crate) fn is_local(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}
