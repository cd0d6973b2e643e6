//! Compile errors for what needs a Cargo feature that is off.
//!
//! The output of `#[passkeys]` has the error for a value of a key in a call of a macro of this crate,
//! because the attribute does not know which features the library has. [`Config`](crate::Config)
//! rejects the same values with the same message.

/// Expands to the error without the feature `attestation`, and to nothing with it.
#[cfg(feature = "attestation")]
#[doc(hidden)]
#[macro_export]
macro_rules! __needs_attestation {
    ($($error:tt)*) => {};
}

/// Expands to the error without the feature `attestation`, and to nothing with it.
#[cfg(not(feature = "attestation"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __needs_attestation {
    ($($error:tt)*) => { $($error)* };
}

/// Expands to the error without the feature `aws-lc-rs`, and to nothing with it.
#[cfg(feature = "aws-lc-rs")]
#[doc(hidden)]
#[macro_export]
macro_rules! __needs_aws_lc_rs {
    ($($error:tt)*) => {};
}

/// Expands to the error without the feature `aws-lc-rs`, and to nothing with it.
#[cfg(not(feature = "aws-lc-rs"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __needs_aws_lc_rs {
    ($($error:tt)*) => { $($error)* };
}

/// Bound that no type meets, of [`Passkeys::trust_anchors`](crate::Passkeys::trust_anchors).
#[cfg(not(feature = "attestation"))]
#[diagnostic::on_unimplemented(
    message = "`Passkeys::trust_anchors` needs the Cargo feature `attestation` of `passkeys`, which is off",
    label = "trust anchors need the feature `attestation`",
    note = "add it in Cargo.toml: `passkeys = {{ .., features = [\"attestation\"] }}`"
)]
pub trait NeedsAttestation {}

/// Bound that no type meets, of `TrustAnchors::from_fido_metadata`.
#[cfg(all(feature = "attestation", not(feature = "fido-mds")))]
#[diagnostic::on_unimplemented(
    message = "`TrustAnchors::from_fido_metadata` needs the Cargo feature `fido-mds` of `passkeys`, which is off",
    label = "metadata of the FIDO Alliance needs the feature `fido-mds`",
    note = "add it in Cargo.toml: `passkeys = {{ .., features = [\"fido-mds\"] }}`"
)]
pub trait NeedsFidoMds {}

#[cfg(not(feature = "attestation"))]
impl<A: crate::relying_party::RelyingParty> crate::Passkeys<A> {
    /// Does not compile: trust anchors need the feature `attestation`.
    #[doc(hidden)]
    #[must_use]
    pub fn trust_anchors<T: NeedsAttestation>(self, anchors: T) -> Self {
        drop(anchors);
        self
    }
}

#[cfg(all(feature = "attestation", not(feature = "fido-mds")))]
impl crate::attestation::TrustAnchors {
    /// Does not compile: metadata of the FIDO Alliance needs the feature `fido-mds`.
    #[doc(hidden)]
    pub fn from_fido_metadata<T: NeedsFidoMds>(blob: T) -> Result<Self, std::convert::Infallible> {
        drop(blob);
        Ok(Self::new([]))
    }
}
