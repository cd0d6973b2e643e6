//! Certificates: what browsers reject, and what they will reject soon.

use std::time::{SystemTime, UNIX_EPOCH};

use passkeys_rules::wording::quote;
use time::OffsetDateTime;
use tokio_rustls::rustls::{CertificateError, Error, pki_types::CertificateDer};
use x509_cert::{Certificate, der::Decode as _};

use crate::{Report, tls::Presented};

/// Time before the end of a certificate's validity from which on it is reported. Renewal by ACME runs a
/// month before, so that two weeks say that it does not work.
const SOON_DAYS: i64 = 14;

const SECONDS_OF_A_DAY: i64 = 86_400;

pub(super) fn examine(report: &mut Report, at: &str, presented: &Presented) {
    let leaf = presented.chain.first().and_then(Leaf::read);
    match &presented.verdict {
        Ok(()) => valid(report, at, leaf.as_ref()),
        Err(error) => invalid(report, at, error, leaf.as_ref(), presented.chain.len()),
    }
}

/// The server's own certificate, as messages describe it.
struct Leaf {
    not_before: i64,
    not_after: i64,
    issuer: String,
    self_signed: bool,
}

impl Leaf {
    fn read(der: &CertificateDer<'static>) -> Option<Self> {
        let certificate = Certificate::from_der(der).ok()?;
        let certificate = certificate.tbs_certificate();
        let validity = certificate.validity();
        let seconds = |time: x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
        };
        Some(Self {
            not_before: seconds(validity.not_before),
            not_after: seconds(validity.not_after),
            issuer: certificate.issuer().to_string(),
            self_signed: certificate.issuer() == certificate.subject(),
        })
    }
}

fn valid(report: &mut Report, at: &str, leaf: Option<&Leaf>) {
    let Some(leaf) = leaf else { return };
    let left = (leaf.not_after - now()) / SECONDS_OF_A_DAY;
    let until = date(leaf.not_after);
    if left < SOON_DAYS {
        let what = format!("the certificate expires in {left} days, on {until}");
        let fix = "renew it now, and find out why the automatic renewal (certbot, the proxy, the \
                   hosting provider) has not done so";
        report.warning("certificate_expires_soon", at, what, fix);
    } else {
        let what = format!("the certificate of {at} is valid until {until}");
        report.ok("certificate", at, what);
    }
}

fn invalid(report: &mut Report, at: &str, error: &Error, leaf: Option<&Leaf>, length: usize) {
    use CertificateError as Wrong;
    let issuer = leaf.map_or_else(String::new, |leaf| quote(&leaf.issuer).to_string());
    let self_signed = leaf.is_some_and(|leaf| leaf.self_signed) && length == 1;
    let (id, what, fix) = match error {
        Error::InvalidCertificate(Wrong::Expired | Wrong::ExpiredContext { .. }) => (
            "certificate_expired",
            match leaf {
                Some(leaf) => format!("the certificate expired on {}", date(leaf.not_after)),
                None => "the certificate has expired".to_owned(),
            },
            "renew it, and let the renewal run by itself; if it has been renewed, reload the server, which \
             still has the old one",
        ),
        Error::InvalidCertificate(Wrong::NotValidYet | Wrong::NotValidYetContext { .. }) => (
            "certificate_not_yet_valid",
            match leaf {
                Some(leaf) => format!(
                    "the certificate is valid from {} only",
                    date(leaf.not_before)
                ),
                None => "the certificate is not valid yet".to_owned(),
            },
            "set the clock of the computer that issued it, and of this one",
        ),
        Error::InvalidCertificate(Wrong::NotValidForName) => (
            "certificate_wrong_name",
            "the certificate is not for this name".to_owned(),
            "order one that names this host; `*.example.com` covers neither `example.com` nor \
             `a.b.example.com`",
        ),
        Error::InvalidCertificate(Wrong::NotValidForNameContext { presented, .. }) => (
            "certificate_wrong_name",
            format!(
                "the certificate is not for this name, but for {}",
                names(presented)
            ),
            "order one that names this host; `*.example.com` covers neither `example.com` nor \
             `a.b.example.com`",
        ),
        _ if self_signed => (
            "certificate_self_signed",
            "the certificate is self-signed, and browsers offer passkeys on pages with a valid \
             certificate only"
                .to_owned(),
            "get one from an authority that browsers trust, such as Let's Encrypt; for a test, use \
             `http://localhost`, or an authority of your own with `--root-certificate`",
        ),
        Error::InvalidCertificate(Wrong::UnknownIssuer) if length == 1 => (
            "certificate_chain_incomplete",
            format!(
                "the server sends its own certificate alone, and browsers do not know its issuer {issuer}: \
                 the intermediate certificate is missing"
            ),
            "configure the whole chain (`fullchain.pem` of certbot, not `cert.pem`); if the authority is \
             your own, pass its certificate with `--root-certificate`, and install it on every device",
        ),
        Error::InvalidCertificate(Wrong::UnknownIssuer) => (
            "certificate_untrusted",
            format!("browsers do not trust the authority of the certificate, {issuer}"),
            "get a certificate from an authority that browsers trust; if the authority is your own, pass \
             its certificate with `--root-certificate`, and install it on every device",
        ),
        other => (
            "certificate_invalid",
            format!("browsers reject the certificate: {other}"),
            "order a new certificate",
        ),
    };
    report.error(id, at, what, fix);
}

/// Returns the names of a certificate for a message. `rustls` writes them as `DnsName("example.com")`.
fn names(presented: &[String]) -> String {
    if presented.is_empty() {
        return "no name at all (it has no subject alternative names)".to_owned();
    }
    let name = |name: &String| {
        let inner = name.split('"').nth(1).unwrap_or(name);
        quote(inner).to_string()
    };
    let shown: Vec<_> = presented.iter().take(5).map(name).collect();
    let more = presented.len() - shown.len();
    let shown = shown.join(", ");
    if more == 0 {
        shown
    } else {
        format!("{shown} and {more} more")
    }
}

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or(i64::MAX))
}

/// Returns the date of a point in time, in UTC.
fn date(seconds: i64) -> String {
    OffsetDateTime::from_unix_timestamp(seconds).map_or_else(
        |_| "an impossible date".to_owned(),
        |time| time.date().to_string(),
    )
}
