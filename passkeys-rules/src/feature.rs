//! Cargo features of `passkeys` that values of the configuration need.

use std::fmt;

use crate::draft::Draft;
use crate::key::Key;
use crate::violation::{Place, Rule, Violation};
use crate::words::{Algorithm, Attestation};

/// Cargo feature of `passkeys` that a value of the configuration needs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the library must not compile until it says whether a new feature is on"
)]
pub enum Feature {
    /// `attestation`: verification of attestation.
    Attestation,
    /// `aws-lc-rs`: the cryptography provider of this name.
    AwsLcRs,
}

impl Feature {
    /// Returns the name of the feature, as it is written in `Cargo.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attestation => "attestation",
            Self::AwsLcRs => "aws-lc-rs",
        }
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Value that needs a Cargo feature.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Need {
    /// The feature.
    pub feature: Feature,
    /// The violation, if the feature is off.
    pub violation: Violation,
}

impl Need {
    fn new(feature: Feature, place: impl Into<Place>, value: &'static str) -> Self {
        let (place, rule) = (place.into(), Rule::NeedsFeature { value, feature });
        let profile = None;
        Self {
            feature,
            violation: Violation {
                place,
                profile,
                rule,
            },
        }
    }
}

impl Draft<'_> {
    /// Returns every value that needs a Cargo feature of `passkeys`, in the order of the keys.
    /// Invalid values are left to [`check`](Self::check).
    #[must_use]
    pub fn needs(&self) -> Vec<Need> {
        let algorithms = self.algorithms.iter().flatten().enumerate();
        let algorithms = algorithms.filter_map(|(index, word)| {
            let algorithm: Algorithm = word.parse().ok()?;
            let place = (Key::Algorithms, index);
            Some(Need::new(algorithm.feature()?, place, algorithm.as_str()))
        });
        let algorithms: Vec<Need> = algorithms.collect();
        let attestation = self.attestation_need();
        // The algorithms of a profile are among those outside of it.
        let profiles = self.profiles.iter().flatten().enumerate();
        let of_profiles = profiles.filter_map(|(index, profile)| {
            let need = profile.values.attestation_need()?;
            // Reported once, where the configuration around it needs the feature, too.
            attestation.is_none().then(|| Need {
                violation: need.violation.in_profile(index, profile.name),
                ..need
            })
        });
        let of_profiles: Vec<Need> = of_profiles.collect();
        let all = algorithms.into_iter().chain(attestation);
        all.chain(of_profiles).collect()
    }

    fn attestation_need(&self) -> Option<Need> {
        let attestation: Attestation = self.attestation?.parse().ok()?;
        let feature = attestation.feature()?;
        Some(Need::new(feature, Key::Attestation, attestation.as_str()))
    }
}

impl Algorithm {
    /// Returns the Cargo feature that the algorithm needs: of the cryptography providers only
    /// `aws-lc-rs` has every algorithm.
    const fn feature(self) -> Option<Feature> {
        match self {
            Self::Es256 | Self::EdDsa | Self::Es384 | Self::Rs256 => None,
            Self::Es512 | Self::MlDsa44 | Self::MlDsa65 | Self::MlDsa87 => Some(Feature::AwsLcRs),
        }
    }
}

impl Attestation {
    /// Returns the Cargo feature that the preference needs.
    const fn feature(self) -> Option<Feature> {
        match self {
            Self::None => None,
            Self::Indirect | Self::Direct => Some(Feature::Attestation),
        }
    }
}
