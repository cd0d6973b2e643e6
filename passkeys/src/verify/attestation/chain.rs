//! Certification paths
//! ([RFC 5280, §6](https://www.rfc-editor.org/rfc/rfc5280#section-6)), from the first certificate of a
//! statement to a trust anchor.
//!
//! Statements have their certificates in order, so a path is not built but walked: each certificate is
//! issued by the next. Certificate policies are not processed, which the RFC allows where any policy is
//! acceptable, and certificates are not asked after in revocation lists.

use std::fmt;

use time::OffsetDateTime;
use x509_cert::{
    der::oid::{AssociatedOid as _, ObjectIdentifier},
    ext::pkix::{
        BasicConstraints, CertificatePolicies, ExtendedKeyUsage, KeyUsage, NameConstraints,
        SubjectAltName,
    },
};

use super::{certificate::Certificate, names};

/// Critical extensions that are processed, or that do not restrict what is done here.
const UNDERSTOOD: [ObjectIdentifier; 6] = [
    BasicConstraints::OID,
    KeyUsage::OID,
    ExtendedKeyUsage::OID,
    SubjectAltName::OID,
    NameConstraints::OID,
    CertificatePolicies::OID,
];

/// Check of a path that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// There is no certificate.
    Empty,
    /// A certificate, counted from 1, is not issued by the next one.
    NotLinked(usize),
    /// None of the trust anchors has issued a certificate of the path, or is one.
    NoAnchor,
    /// The path leads to a trust anchor, and a certificate of it does not hold.
    Certificate(Position, Problem),
}

/// Certificate of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// In the statement, counted from 1.
    Statement(usize),
    Anchor,
}

/// Requirement that a certificate of a path does not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    NotYetValid(OffsetDateTime),
    Expired(OffsetDateTime),
    Unreadable,
    CriticalExtension,
    NoAuthority,
    MayNotSignCertificates,
    MayNotSign,
    PathLength(u8),
    Name,
}

/// Returns the trust anchor that a path leads to, and how many of its certificates are below it.
///
/// An anchor is the certificate of an authority that has issued one of the path, or is a certificate of
/// the path itself, perhaps the first.
pub(super) fn verify<'a>(
    path: &[Certificate],
    anchors: impl Iterator<Item = &'a Certificate> + Clone,
    now: OffsetDateTime,
) -> Result<&'a Certificate, Fault> {
    if path.is_empty() {
        return Err(Fault::Empty);
    }
    let mut found = Fault::NoAnchor;
    for (index, certificate) in path.iter().enumerate() {
        let below = &path[..=index];
        for anchor in anchors.clone() {
            let checked = if certificate == anchor {
                check(&path[..index], anchor, now)
            } else if issued(certificate, anchor) {
                check(below, anchor, now)
            } else {
                continue;
            };
            match checked {
                // What else the statement contains belongs to the path, too.
                Ok(()) => return linked(&path[index..], index).map(|()| anchor),
                Err(fault) => found = fault,
            }
        }
        if let Some(next) = path.get(index + 1)
            && !issued(certificate, next)
        {
            return Err(match found {
                Fault::NoAnchor => Fault::NotLinked(index + 1),
                found => found,
            });
        }
    }
    Err(found)
}

/// Checks that each certificate is issued by the next.
fn linked(path: &[Certificate], first: usize) -> Result<(), Fault> {
    let mut pairs = path.windows(2).enumerate();
    match pairs.find(|(_, pair)| !issued(&pair[0], &pair[1])) {
        Some((index, _)) => Err(Fault::NotLinked(first + index + 1)),
        None => Ok(()),
    }
}

/// Returns whether a certificate is issued by the owner of another: by name and by signature.
fn issued(certificate: &Certificate, by: &Certificate) -> bool {
    certificate.issuer() == by.subject() && certificate.is_signed_by(by)
}

/// Checks the certificates of a path (without its signatures) and its anchor. Without any certificate
/// below the anchor, the anchor has signed the statement itself.
fn check(below: &[Certificate], anchor: &Certificate, now: OffsetDateTime) -> Result<(), Fault> {
    let whole: Vec<(Position, &Certificate)> = below
        .iter()
        .enumerate()
        .map(|(index, certificate)| (Position::Statement(index + 1), certificate))
        .chain([(Position::Anchor, anchor)])
        .collect();
    for (index, (position, certificate)) in whole.iter().enumerate() {
        let fault = |problem| Fault::Certificate(*position, problem);
        check_validity(certificate, now).map_err(fault)?;
        let is_anchor = *position == Position::Anchor;
        // RFC 5280, §6.1.4 (o) and §6.1.5 (f). What an application trusts may have more.
        let understood = certificate
            .extensions()
            .iter()
            .all(|it| is_anchor || !it.critical || UNDERSTOOD.contains(&it.extn_id));
        if !understood {
            return Err(fault(Problem::CriticalExtension));
        }
        if index == 0 {
            check_signer(certificate).map_err(fault)?;
            continue;
        }
        check_authority(certificate, is_anchor).map_err(fault)?;
        // §6.1.4 (l) and (m): certificates between this one and the first, without self-issued ones.
        let between = whole[1..index]
            .iter()
            .filter(|(_, it)| it.subject() != it.issuer());
        check_path_length(certificate, between.count()).map_err(fault)?;
        // §6.1.3 (b) and (c): names of the certificates below, without self-issued ones but the first.
        for (below, (position, named)) in whole[..index].iter().enumerate() {
            if below == 0 || named.subject() != named.issuer() {
                let allowed = names::allowed(certificate, named);
                if !allowed {
                    return Err(Fault::Certificate(*position, Problem::Name));
                }
            }
        }
    }
    Ok(())
}

/// §6.1.3 (a) (2).
fn check_validity(certificate: &Certificate, now: OffsetDateTime) -> Result<(), Problem> {
    let time = |seconds: u64| {
        let seconds = i64::try_from(seconds).ok();
        seconds.and_then(|it| OffsetDateTime::from_unix_timestamp(it).ok())
    };
    let (start, end) = certificate.validity();
    let (Some(start), Some(end)) = (time(start), time(end)) else {
        return Err(Problem::Unreadable);
    };
    if now < start {
        return Err(Problem::NotYetValid(start));
    }
    // The last second belongs to it.
    if now >= end.saturating_add(time::Duration::SECOND) {
        return Err(Problem::Expired(end));
    }
    Ok(())
}

/// §4.2.1.3: the key of the first certificate may sign, if the certificate says what it may do.
fn check_signer(certificate: &Certificate) -> Result<(), Problem> {
    match certificate.key_usage() {
        Ok(None) => Ok(()),
        Ok(Some(usage)) if usage.digital_signature() || usage.non_repudiation() => Ok(()),
        Ok(Some(_)) => Err(Problem::MayNotSign),
        Err(_) => Err(Problem::Unreadable),
    }
}

/// §6.1.4 (k) and (n). The application vouches for an anchor that does not say that it is an authority's,
/// as roots of version 1 do not.
fn check_authority(certificate: &Certificate, is_anchor: bool) -> Result<(), Problem> {
    let authority = certificate.is_authority().unwrap_or(is_anchor);
    if !authority {
        return Err(Problem::NoAuthority);
    }
    match certificate.key_usage() {
        Ok(None) => Ok(()),
        Ok(Some(usage)) if usage.key_cert_sign() => Ok(()),
        Ok(Some(_)) => Err(Problem::MayNotSignCertificates),
        Err(_) => Err(Problem::Unreadable),
    }
}

fn check_path_length(certificate: &Certificate, between: usize) -> Result<(), Problem> {
    let constraints: Option<BasicConstraints> =
        certificate.parsed().map_err(|_| Problem::Unreadable)?;
    match constraints.and_then(|it| it.path_len_constraint) {
        Some(length) if between > usize::from(length) => Err(Problem::PathLength(length)),
        _ => Ok(()),
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the attestation has no certificates"),
            Self::NotLinked(number) => write!(
                f,
                "certificate {number} of the attestation is not issued by certificate {}",
                number + 1
            ),
            Self::NoAnchor => f.write_str("the certificates lead to none of the trust anchors"),
            Self::Certificate(position, problem) => {
                f.write_str("the certificates lead to a trust anchor, but ")?;
                match position {
                    Position::Statement(number) => write!(f, "certificate {number} ")?,
                    Position::Anchor => f.write_str("the trust anchor ")?,
                }
                problem.fmt(f)
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotYetValid(start) => write!(f, "is not valid before {start}"),
            Self::Expired(end) => write!(f, "has expired: it was valid until {end}"),
            Self::Unreadable => f.write_str("cannot be read"),
            Self::CriticalExtension => {
                f.write_str("has a critical extension that the library does not know")
            }
            Self::NoAuthority => f.write_str("is not that of an authority (CA is false)"),
            Self::MayNotSignCertificates => {
                f.write_str("may not issue certificates (key usage without `keyCertSign`)")
            }
            Self::MayNotSign => {
                f.write_str("may not sign statements (key usage without `digitalSignature`)")
            }
            Self::PathLength(length) => write!(
                f,
                "may have {length} other authorities below it, and has more (path length)"
            ),
            Self::Name => f.write_str(
                "has a name that a certificate above it does not allow (name constraints)",
            ),
        }
    }
}
