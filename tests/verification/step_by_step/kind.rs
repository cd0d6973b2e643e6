//! The kinds of passkeys that rows are tried with.

use passkeys::{Attestation, Config, ConfigBuilder, LegacyAttestation};

use crate::step_by_step::client::{Algorithm, Method, ORIGIN, RP_ID};

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

    /// Returns what a relying party needs to register and verify the kind: attestation is requested for
    /// statements with certificates, unless it is not to be, and an algorithm that is not a default is
    /// offered.
    pub(crate) fn configure(self, requested: bool) -> ConfigBuilder {
        let config = Config::builder(RP_ID, [ORIGIN]);
        let config = if self.is_certified() && requested {
            config.attestation(Attestation::Direct)
        } else {
            config
        };
        let config = if self.method == Method::SafetyNet && requested {
            config.legacy_attestation([LegacyAttestation::AndroidSafetyNet])
        } else {
            config
        };
        if Algorithm::DEFAULT.contains(&self.algorithm) {
            config
        } else {
            config.algorithms([self.algorithm.configured()])
        }
    }

    /// Returns whether the statement has certificates.
    pub(crate) fn is_certified(self) -> bool {
        !matches!(self.method, Method::None | Method::PackedSelf)
    }

    /// Every default algorithm with every way to attest it.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = Self::signing_in();
        all.extend(Self::packed_self());
        all.extend(Self::packed());
        all.extend(Self::android());
        all.extend(Self::apple());
        all.extend(Self::u2f());
        all.extend(Self::tpm());
        all.extend(Self::safety_net());
        all.extend(Self::compound());
        all
    }

    /// Every default algorithm. Attestation does not matter to signing in.
    pub(crate) fn signing_in() -> Vec<Self> {
        Algorithm::DEFAULT
            .map(|algorithm| Self::new(algorithm, Method::None))
            .into()
    }

    /// Every algorithm.
    pub(crate) fn of_every_algorithm() -> Vec<Self> {
        let mut kinds = Self::signing_in();
        kinds.extend(Self::es512());
        kinds.extend(Self::ml_dsa());
        kinds
    }

    pub(crate) fn es512() -> Vec<Self> {
        vec![Self::new(Algorithm::Es512, Method::None)]
    }

    pub(crate) fn ml_dsa() -> Vec<Self> {
        [Algorithm::MlDsa44, Algorithm::MlDsa65, Algorithm::MlDsa87]
            .map(|algorithm| Self::new(algorithm, Method::None))
            .into()
    }

    pub(crate) fn eddsa() -> Vec<Self> {
        vec![Self::new(Algorithm::Ed25519, Method::None)]
    }

    /// Every algorithm, and certificates of every algorithm.
    pub(crate) fn packed() -> Vec<Self> {
        let certificates = [
            Algorithm::Es384,
            Algorithm::Es256,
            Algorithm::Rs256,
            Algorithm::Ed25519,
        ];
        std::iter::zip(Algorithm::DEFAULT, certificates)
            .map(|(algorithm, certificate)| Self::new(algorithm, Method::Packed(certificate)))
            .collect()
    }

    /// Algorithms that are not offered by default, with certificates of themselves.
    pub(crate) fn packed_unusual() -> Vec<Self> {
        [
            Algorithm::Es512,
            Algorithm::MlDsa44,
            Algorithm::MlDsa65,
            Algorithm::MlDsa87,
        ]
        .map(|algorithm| Self::new(algorithm, Method::Packed(algorithm)))
        .into()
    }

    /// Keys and attestation keys that TPMs have.
    pub(crate) fn tpm() -> Vec<Self> {
        [
            (Algorithm::Rs256, Algorithm::Rs256),
            (Algorithm::Es256, Algorithm::Rs256),
            (Algorithm::Es384, Algorithm::Es256),
            (Algorithm::Es256, Algorithm::Es384),
        ]
        .map(|(algorithm, signer)| Self::new(algorithm, Method::Tpm(signer)))
        .into()
    }

    pub(crate) fn safety_net() -> Vec<Self> {
        vec![Self::new(Algorithm::Es256, Method::SafetyNet)]
    }

    pub(crate) fn compound() -> Vec<Self> {
        [Algorithm::Es256, Algorithm::Rs256]
            .map(|algorithm| Self::new(algorithm, Method::Compound))
            .into()
    }

    pub(crate) fn packed_self() -> Vec<Self> {
        Algorithm::DEFAULT
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
        [
            Self::packed(),
            Self::android(),
            Self::apple(),
            Self::u2f(),
            Self::tpm(),
            Self::safety_net(),
        ]
        .concat()
    }
}
