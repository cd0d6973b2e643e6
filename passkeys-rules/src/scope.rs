//! Which origins an RP ID serves.

use thiserror::Error;

use crate::host::is_local;
use crate::origin::Origin;
use crate::rp_id::RpId;
use crate::suffix::{public_suffix, registrable_domain};

/// An origin whose pages could not use the RP ID. Each variant has the origin, the RP ID and what
/// its advice needs.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ScopeError {
    /// The same letters at the end, but no dot before them.
    #[error(
        "origin `{origin}` only ends like RP ID `{rp_id}`: `{host}` is another domain, whose owner \
         could sign in as your users; remove it, or list it in `related_origins` if it is yours too"
    )]
    LookAlike {
        /// The origin.
        origin: Origin,
        /// The RP ID.
        rp_id: RpId,
        /// The origin's host.
        host: String,
    },
    /// A development server beside a production RP ID.
    #[error(
        "origin `{origin}` is not `{rp_id}` or below it; give that server a configuration of its \
         own, with `rp_id = \"{host}\"`"
    )]
    Local {
        /// The origin.
        origin: Origin,
        /// The RP ID.
        rp_id: RpId,
        /// The origin's host.
        host: String,
    },
    /// Above it or beside it: one site, whose RP ID was chosen too narrow.
    #[error(
        "origin `{origin}` is not `{rp_id}` or below it; write `rp_id = \"{common}\"` to cover both"
    )]
    TooNarrow {
        /// The origin.
        origin: Origin,
        /// The RP ID.
        rp_id: RpId,
        /// The RP ID that covers the origin too.
        common: RpId,
    },
    /// Below it, but a public suffix is in the way.
    #[error(
        "origin `{origin}` is below `{rp_id}`, but browsers take `{suffix}` for a public suffix and \
         let no RP ID reach below one; {}",
        across(domain.as_ref())
    )]
    AcrossSuffix {
        /// The origin.
        origin: Origin,
        /// The RP ID.
        rp_id: RpId,
        /// The public suffix of the origin's host.
        suffix: String,
        /// The RP ID that would serve the origin, if one does.
        domain: Option<RpId>,
    },
    /// Somewhere else.
    #[error(
        "origin `{origin}` is not `{rp_id}` or below it; remove it, or list it in \
         `related_origins` if it is another site of yours"
    )]
    Foreign {
        /// The origin.
        origin: Origin,
        /// The RP ID.
        rp_id: RpId,
    },
}

fn across(domain: Option<&RpId>) -> String {
    match domain {
        Some(domain) => format!("write `rp_id = \"{domain}\"` for it"),
        None => "remove it".to_owned(),
    }
}

/// Whether pages of `origin` may use `rp_id`.
pub(crate) fn check(origin: &Origin, rp_id: &RpId) -> Result<(), ScopeError> {
    // Which app may use which site's passkeys is said by the site (Digital Asset Links).
    let Some(host) = origin.host() else {
        return Ok(());
    };
    if rp_id.covers(host) {
        return Ok(());
    }
    let (origin, rp_id) = (origin.clone(), rp_id.clone());
    Err(if rp_id.is_above(host) {
        let domain = registrable_domain(host).and_then(|domain| RpId::parse(domain).ok());
        ScopeError::AcrossSuffix {
            suffix: public_suffix(host).to_owned(),
            domain,
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

/// The narrowest RP ID that covers both hosts.
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
