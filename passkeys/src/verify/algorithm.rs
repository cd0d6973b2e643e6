//! Algorithms that are not accepted, for the developer.

use std::fmt;

use super::{
    authenticator_data::InProfile,
    refusal::{Refusal, RefusalKind},
};
use crate::{Algorithm, domain::config::Terms};

/// Explains a key of an algorithm that was not offered.
#[cold]
pub(super) fn not_offered(algorithm: Algorithm, terms: &Terms) -> Refusal {
    RefusalKind::Algorithm.because(format_args!(
        "the key is of {algorithm} (COSE {}), and `algorithms`{} are {}: the page passed other options to the \
         browser than `begin` returned. To accept such keys, add `{algorithm}` to `algorithms`",
        algorithm.cose(),
        InProfile(terms.profile.as_deref()),
        List(&terms.algorithms),
    ))
}

/// Explains a key of a type and an algorithm that the library does not verify.
#[cold]
pub(super) fn unknown(kty: i128, algorithm: i128) -> Refusal {
    if let Some(known) = i32::try_from(algorithm).ok().and_then(Algorithm::from_cose) {
        return RefusalKind::Algorithm.because(format_args!(
            "the key has the type {kty}, which is not that of its algorithm, {known} (COSE {algorithm})",
        ));
    }
    RefusalKind::Algorithm.because(format_args!(
        "the key is of the algorithm {}, which the library does not verify: it verifies {}",
        Named(algorithm),
        List(Algorithm::ALL),
    ))
}

/// Algorithms by name.
struct List<'a>(&'a [Algorithm]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, algorithm) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}`{algorithm}`")?;
        }
        Ok(())
    }
}

/// Algorithm by its number in the
/// [registry](https://www.iana.org/assignments/cose/cose.xhtml#algorithms), with its name where it is one
/// that authenticators may have.
struct Named(i128);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            -9 => "ESP256",
            -19 => "Ed25519",
            -37 => "PS256",
            -38 => "PS384",
            -39 => "PS512",
            -47 => "ES256K",
            -51 => "ESP384",
            -52 => "ESP512",
            -53 => "Ed448",
            -258 => "RS384",
            -259 => "RS512",
            -65535 => "RS1",
            number => return write!(f, "COSE {number}"),
        };
        write!(f, "{name} (COSE {})", self.0)
    }
}
