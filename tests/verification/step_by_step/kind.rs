//! The kinds of passkeys that rows are tried with.

use crate::step_by_step::client::{Algorithm, Method};

/// A passkey's algorithm, and how it is attested.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) algorithm: Algorithm,
    pub(crate) method: Method,
}

impl Kind {
    fn new(algorithm: Algorithm, method: Method) -> Self {
        Self { algorithm, method }
    }

    /// Every algorithm with every way to attest it.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = Self::signing_in();
        all.extend(Self::packed_self());
        all.extend(Self::packed());
        all.extend(Self::android());
        all.extend(Self::apple());
        all.extend(Self::u2f());
        all
    }

    /// Attestation does not matter to signing in.
    pub(crate) fn signing_in() -> Vec<Self> {
        let mut kinds = Self::attestable();
        kinds.extend(Self::eddsa());
        kinds
    }

    /// Every algorithm that can be attested, without attestation.
    pub(crate) fn attestable() -> Vec<Self> {
        Algorithm::ATTESTED
            .map(|algorithm| Self::new(algorithm, Method::None))
            .into()
    }

    /// EdDSA, which is offered without attestation only.
    pub(crate) fn eddsa() -> Vec<Self> {
        vec![Self::new(Algorithm::Ed25519, Method::None)]
    }

    /// Every algorithm, and certificates of every algorithm.
    pub(crate) fn packed() -> Vec<Self> {
        let certificates = [Algorithm::Es384, Algorithm::Rs256, Algorithm::Es256];
        std::iter::zip(Algorithm::ATTESTED, certificates)
            .map(|(algorithm, certificate)| Self::new(algorithm, Method::Packed(certificate)))
            .collect()
    }

    pub(crate) fn packed_self() -> Vec<Self> {
        Algorithm::ATTESTED
            .map(|algorithm| Self::new(algorithm, Method::PackedSelf))
            .into()
    }

    pub(crate) fn android() -> Vec<Self> {
        [Algorithm::Es256, Algorithm::Es384]
            .map(|algorithm| Self::new(algorithm, Method::AndroidKey))
            .into()
    }

    pub(crate) fn apple() -> Vec<Self> {
        [Algorithm::Es256, Algorithm::Es384]
            .map(|algorithm| Self::new(algorithm, Method::Apple))
            .into()
    }

    pub(crate) fn u2f() -> Vec<Self> {
        vec![Self::new(Algorithm::Es256, Method::FidoU2f)]
    }

    /// Kinds whose attestation has certificates.
    pub(crate) fn certified() -> Vec<Self> {
        [Self::packed(), Self::android(), Self::apple(), Self::u2f()].concat()
    }
}
