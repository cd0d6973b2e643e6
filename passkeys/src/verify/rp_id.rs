//! The RP ID that a response is for, where it is another than the configured one, for the developer.

use sha2::{Digest as _, Sha256};

use super::{
    refusal::{Refusal, RefusalKind},
    verifier::Verifier,
};
use crate::domain::origin;

/// Maximum number of RP IDs that are tried.
const MAX_TRIED: usize = 64;

/// Explains the hash of another RP ID, which is recognised if it is the host of an origin or above it.
#[cold]
pub(super) fn explain(hash: &[u8; 32], verifier: &Verifier, page: &str) -> Refusal {
    let configured = &verifier.rp_id;
    let origins = verifier.origins.iter().map(String::as_str);
    match recognise(hash, [page].into_iter().chain(origins)) {
        Some(rp_id) if rp_id.contains("://") => RefusalKind::RpIdHash.because(format_args!(
            "the authenticator data is for the application `{rp_id}` of U2F, and not for the RP ID \
             `{configured}`: the passkey was registered by U2F (extension `appid`), which is not supported. \
             Let the user register a passkey",
        )),
        Some(rp_id) => RefusalKind::RpIdHash.because(format_args!(
            "the authenticator data is for the RP ID `{rp_id}`, and `rp_id` is `{configured}`: the page \
             passed other options to the browser than `begin` returned (without `rp.id` or `rpId`, browsers \
             take the page's host), or the configuration has changed in between",
        )),
        None => RefusalKind::RpIdHash.because(format_args!(
            "the authenticator data is for another RP ID than `{configured}`, which is neither the host of \
             an origin nor above one (SHA-256 {}): the page passed other options to the browser than \
             `begin` returned",
            Hex(hash),
        )),
    }
}

/// Returns the RP ID with this hash if a page of one of these origins can have named it: the host or a domain
/// above it, this machine, or with U2F the whole origin.
pub(crate) fn recognise<'a>(
    hash: &[u8; 32],
    origins: impl Iterator<Item = &'a str> + Clone,
) -> Option<String> {
    let hosts = origins.clone().filter_map(origin::host).flat_map(|host| {
        let dots = host.match_indices('.').map(|(at, _)| at + 1);
        let above = dots.map(|at| host[at..].to_owned()).collect::<Vec<_>>();
        [host].into_iter().chain(above)
    });
    let fixed = ["localhost", "127.0.0.1"].map(str::to_owned);
    let mut all = hosts
        .chain(fixed)
        .chain(origins.map(str::to_owned))
        .take(MAX_TRIED);
    all.find(|it| Sha256::digest(it).as_slice() == hash)
}

/// Hexadecimal digits.
struct Hex<'a>(&'a [u8]);

impl std::fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use std::iter::once;

    use sha2::{Digest as _, Sha256};

    use super::recognise;

    #[test]
    fn rp_id_of_a_hash_is_found_among_the_domains_of_the_page() {
        let origin = "https://a.b.example:8443";
        for rp_id in ["a.b.example", "b.example", "example", "localhost", origin] {
            let hash = Sha256::digest(rp_id).into();
            assert_eq!(recognise(&hash, once(origin)).as_deref(), Some(rp_id));
        }
        let other = Sha256::digest("c.example").into();
        assert_eq!(recognise(&other, once(origin)), None);
        assert_eq!(recognise(&[0; 32], once("null")), None);
    }
}
