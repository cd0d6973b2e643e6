//! Validation of origins against the scope of the RP ID.

use thiserror::Error;

use crate::host::is_local;
use crate::origin::Origin;
use crate::rp_id::RpId;
use crate::suffix::{public_suffix, registrable_domain};

/// Error returned for an origin outside the scope of the RP ID.
#[derive(Clone, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ScopeError {
    /// A host that ends with the letters of the RP ID, without a dot before them.
    #[error(
        "origin `{origin}` only ends like RP ID `{rp_id}`: `{host}` is another domain, whose owner \
         could sign in as your users; remove it, or list it in `related_origins` if it is yours too"
    )]
    LookAlike {
        /// The origin in question.
        origin: Origin,
        /// RP ID of the configuration.
        rp_id: RpId,
        /// Host of the origin.
        host: String,
    },
    /// A development server (`localhost`) with the RP ID of a production server.
    #[error(
        "origin `{origin}` is not `{rp_id}` or below it; give that server a configuration of its \
         own, with `rp_id = \"{host}\"`"
    )]
    Local {
        /// The origin in question.
        origin: Origin,
        /// RP ID of the configuration.
        rp_id: RpId,
        /// Host of the origin.
        host: String,
    },
    /// A parent or sibling domain: a shorter RP ID would cover it.
    #[error(
        "origin `{origin}` is not `{rp_id}` or below it; write `rp_id = \"{common}\"` to cover both"
    )]
    TooNarrow {
        /// The origin in question.
        origin: Origin,
        /// RP ID of the configuration.
        rp_id: RpId,
        /// RP ID that covers the origin as well.
        common: RpId,
    },
    /// A subdomain of the RP ID with a public suffix between them.
    #[error(
        "origin `{origin}` is below `{rp_id}`, but browsers take `{suffix}` for a public suffix and \
         let no RP ID reach below one; write `rp_id = \"{domain}\"` for it"
    )]
    AcrossSuffix {
        /// The origin in question.
        origin: Origin,
        /// RP ID of the configuration.
        rp_id: RpId,
        /// Public suffix of the origin's host.
        suffix: String,
        /// RP ID that would cover the origin.
        domain: String,
    },
    /// An extension, with an RP ID that extensions cannot claim.
    #[error(
        "origin `{origin}` is an extension, and browsers let an extension claim its own ID or a \
         domain, not the single label or public suffix `{rp_id}`; remove it"
    )]
    Extension {
        /// The origin in question.
        origin: Origin,
        /// RP ID of the configuration.
        rp_id: RpId,
    },
    /// Any other host.
    #[error(
        "origin `{origin}` is not `{rp_id}` or below it; remove it, or list it in \
         `related_origins` if it is another site of yours"
    )]
    Foreign {
        /// The origin in question.
        origin: Origin,
        /// RP ID of the configuration.
        rp_id: RpId,
    },
}

/// Checks that `origin` is in the scope of `rp_id`.
pub(crate) fn check(origin: &Origin, rp_id: &RpId) -> Result<(), ScopeError> {
    // An extension can claim every domain that its manifest has host permissions for.
    if let Some(id) = origin.extension() {
        let claims = rp_id.as_str() == id || rp_id.as_str() == "localhost" || !rp_id.is_suffix();
        return if claims {
            Ok(())
        } else {
            let (origin, rp_id) = (origin.clone(), rp_id.clone());
            Err(ScopeError::Extension { origin, rp_id })
        };
    }
    // Android checks apps against the site's `assetlinks.json` (Digital Asset Links).
    let Some(host) = origin.host() else {
        return Ok(());
    };
    if rp_id.covers(host) {
        return Ok(());
    }
    let (origin, rp_id) = (origin.clone(), rp_id.clone());
    Err(if rp_id.is_above(host) {
        ScopeError::AcrossSuffix {
            suffix: public_suffix(host).to_owned(),
            domain: registrable_domain(host).unwrap_or(host).to_owned(),
            origin,
            rp_id,
        }
    } else if host.ends_with(rp_id.as_str()) {
        ScopeError::LookAlike {
            host: host.to_owned(),
            origin,
            rp_id,
        }
    } else if let Some(common) = common(host, rp_id.as_str()) {
        ScopeError::TooNarrow {
            common,
            origin,
            rp_id,
        }
    } else if is_local(host) {
        ScopeError::Local {
            host: host.to_owned(),
            origin,
            rp_id,
        }
    } else {
        ScopeError::Foreign { origin, rp_id }
    })
}

/// Returns the longest RP ID that covers both hosts.
fn common(host: &str, rp_id: &str) -> Option<RpId> {
    let shared = host
        .rsplit('.')
        .zip(rp_id.rsplit('.'))
        .take_while(|(a, b)| a == b);
    let labels: Vec<&str> = shared.map(|(label, _)| label).collect();
    let name = labels.iter().rev().copied().collect::<Vec<_>>().join(".");
    RpId::parse(&name)
        .ok()
        .filter(|common| common.covers(host) && common.covers(rp_id))
}
