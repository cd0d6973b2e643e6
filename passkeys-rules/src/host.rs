//! Grammar of host names, shared by RP IDs, origins and pages.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use idna::AsciiDenyList;
use thiserror::Error;

/// Maximum length of a name (RFC 1035, section 2.3.4), without the trailing dot of the root.
const LONGEST_NAME: usize = 253;
const LONGEST_LABEL: usize = 63;

/// Rules for a host name that passkeys can be scoped to.
#[derive(Clone, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum HostProblem {
    /// An empty host.
    #[error("has no host")]
    Empty,
    /// An internationalized name in Unicode instead of punycode.
    #[error("is not ASCII, and browsers compare the punycode form")]
    NotAscii,
    /// Upper-case letters: browsers compare lower-case names.
    #[error("has upper-case letters, and browsers compare the lower-case form")]
    UpperCase,
    /// A character other than letters, digits, hyphens, underscores and dots.
    #[error("has the character `{}`, which no registry and no public certificate allows", .0.escape_debug())]
    Character(char),
    /// An IP address: `WebAuthn` requires a domain.
    #[error("is an IP address, and a passkey belongs to a domain name")]
    IpAddress,
    /// An IP address, where one is allowed, in another spelling than that of browsers.
    #[error("has an IP address in another spelling than that of browsers")]
    AddressSpelling,
    /// A last label that is a number: URL parsers read `1`, `127.1` and `0x7f.1` as IPv4 addresses
    /// and reject `example.1`.
    #[error("ends in a number, so browsers read it as an IP address")]
    EndsInNumber,
    /// A trailing dot: browsers treat the fully qualified form as a different host.
    #[error("ends with a dot, which makes it another host to browsers")]
    TrailingDot,
    /// Two consecutive dots, or a leading dot.
    #[error("has an empty label (a dot with nothing before it)")]
    EmptyLabel,
    /// A label longer than DNS allows.
    #[error("has a label of {0} characters, and DNS allows {LONGEST_LABEL}")]
    LongLabel(usize),
    /// A name longer than DNS allows.
    #[error("has a name of {0} characters, and DNS allows {LONGEST_NAME}")]
    LongName(usize),
    /// A label with the prefix `xn--` that is not valid punycode (URL Standard, "domain to ASCII").
    #[error("has a label that starts with `xn--` and is not valid punycode")]
    Punycode,
}

impl HostProblem {
    /// Returns the fix for a value without a suggestion.
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::IpAddress | Self::AddressSpelling | Self::EndsInNumber => {
                "use a domain name, or `localhost` for development"
            }
            Self::Punycode => {
                "write the name with its accents and scripts once, and copy the form suggested then"
            }
            _ => {
                "use a domain name of letters, digits, hyphens, underscores and dots, such as \
                 `example.com`"
            }
        }
    }
}

/// Checks that `host` is a domain name in the spelling that browsers use.
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
        .find(|char| !matches!(char, 'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.'))
    {
        return Err(HostProblem::Character(char));
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
    // A lower-case ASCII name fails here only by a label with the prefix `xn--`.
    to_ascii(host).map(drop).ok_or(HostProblem::Punycode)
}

fn check_label(label: &str) -> Result<(), HostProblem> {
    if label.is_empty() {
        return Err(HostProblem::EmptyLabel);
    }
    if label.len() > LONGEST_LABEL {
        return Err(HostProblem::LongLabel(label.len()));
    }
    Ok(())
}

/// Returns whether a last label makes the host an IPv4 address: URL Standard, "ends in a number".
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

/// Converts a host to the form that browsers use (lower case, punycode).
fn to_ascii(host: &str) -> Option<String> {
    idna::domain_to_ascii_cow(host.as_bytes(), AsciiDenyList::URL)
        .ok()
        .map(Into::into)
}

/// Returns the valid host that `host` is probably meant to be.
pub(crate) fn repair(host: &str) -> Option<String> {
    let host = host.trim_matches('.');
    match ip_address(host) {
        // The address that a development server binds to, copied from its output.
        Some(ip) if ip.is_loopback() || ip.is_unspecified() => Some("localhost".to_owned()),
        _ => to_ascii(host).filter(|host| check(host).is_ok()),
    }
}

/// Hosts that something can be on.
#[derive(Clone, Copy)]
pub(crate) enum Hosts {
    /// Domain names.
    Domains,
    /// Domain names and IP addresses.
    All,
}

impl Hosts {
    /// Checks that `host` is one of these hosts in the spelling that browsers use.
    pub(crate) fn check(self, host: &str) -> Result<(), HostProblem> {
        match (self, ip_address(host)) {
            (Self::All, Some(ip)) if spelling(ip).is_some_and(|it| it == host) => Ok(()),
            (Self::All, Some(_)) => Err(HostProblem::AddressSpelling),
            _ => check(host),
        }
    }

    /// Returns whether browsers trust pages on `host` without TLS.
    pub(crate) fn are_trusted(self, host: &str) -> bool {
        let is_loopback = || ip_address(host).is_some_and(|ip| ip.is_loopback());
        is_local(host) || matches!(self, Self::All) && is_loopback()
    }

    /// Returns the valid host that `host` is probably meant to be.
    pub(crate) fn repair(self, host: &str) -> Option<String> {
        match (self, ip_address(host)) {
            (Self::All, Some(ip)) => spelling(ip),
            _ => repair(host),
        }
    }
}

/// Formats an IP address as browsers do.
fn spelling(ip: IpAddr) -> Option<String> {
    match ip {
        IpAddr::V4(ip) => Some(ip.to_string()),
        // Browsers write the last two parts of a mapped address in hexadecimal.
        IpAddr::V6(ip) if ip.to_ipv4_mapped().is_some() => None,
        IpAddr::V6(ip) => Some(format!("[{ip}]")),
    }
}

/// Splits `host:port`; the port is `None` where there is no colon.
pub(crate) fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        // The colons of an IPv6 address, with or without brackets, do not separate a port.
        Some((host, port)) if !port.ends_with(']') && authority.parse::<Ipv6Addr>().is_err() => {
            (host, Some(port))
        }
        _ => (authority, None),
    }
}

/// Splits the authority from the path, query and fragment. Browsers treat a backslash as a slash.
pub(crate) fn split_path(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len()))
}

/// Returns whether `host` is `localhost` or a subdomain of it, which browsers trust without TLS.
pub(crate) fn is_local(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}
