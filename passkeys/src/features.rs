//! Compile errors for what needs a Cargo feature that is off.
//!
//! The output of `#[passkeys]` has the error for a value of a key in a call of a macro of this crate,
//! because the attribute does not know which features the library has. [`Config`](crate::Config)
//! rejects the same values with the same message.

#[cfg(not(all(feature = "attestation", feature = "fido-mds", feature = "openapi")))]
use std::convert::Infallible;

#[cfg(not(feature = "inspector"))]
use axum::Router;
#[cfg(not(feature = "testing"))]
use serde::de::DeserializeOwned;
#[cfg(not(feature = "testing"))]
use time::OffsetDateTime;

#[cfg(not(feature = "provider-names"))]
use crate::Aaguid;
#[cfg(not(all(
    feature = "attestation",
    feature = "client",
    feature = "inspector",
    feature = "openapi"
)))]
use crate::Passkeys;
#[cfg(not(all(feature = "attestation", feature = "testing")))]
use crate::RegistrationResult;
#[cfg(all(feature = "attestation", not(feature = "fido-mds")))]
use crate::attestation::TrustAnchors;
#[cfg(not(all(
    feature = "attestation",
    feature = "client",
    feature = "inspector",
    feature = "openapi"
)))]
use crate::relying_party::RelyingParty;
#[cfg(not(feature = "testing"))]
use crate::{
    AuthenticationResult, CredentialRemoval, PasskeyUser, Verified, audit::AuditEvent,
    policy::Policy, relying_party::Application,
};

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

// Methods that need a feature are there without it, too, with a bound that no type meets: the compiler
// names the feature, instead of a method that does not exist. Types and modules that need a feature are not
// there, and the compiler names the feature by itself.

/// Bound that no type meets, of methods for attestation.
#[cfg(not(feature = "attestation"))]
#[diagnostic::on_unimplemented(
    message = "trust anchors and verified attestation need the Cargo feature `attestation` of `passkeys`, which is off",
    label = "needs the feature `attestation`",
    note = "add it in Cargo.toml: `passkeys = {{ .., features = [\"attestation\"] }}`"
)]
pub trait NeedsAttestation<'a> {
    /// Never called.
    fn never<R>() -> R;
}

/// Bound that no type meets, of methods for metadata of the FIDO Alliance.
#[cfg(all(feature = "attestation", not(feature = "fido-mds")))]
#[diagnostic::on_unimplemented(
    message = "metadata of the FIDO Alliance needs the Cargo feature `fido-mds` of `passkeys`, which is off",
    label = "needs the feature `fido-mds`",
    note = "add it in Cargo.toml: `passkeys = {{ .., features = [\"fido-mds\"] }}`"
)]
pub trait NeedsFidoMds<'a> {
    /// Never called.
    fn never<R>() -> R;
}

/// Bound that no type meets, of [`Passkeys::openapi`](crate::Passkeys::openapi).
#[cfg(not(feature = "openapi"))]
#[diagnostic::on_unimplemented(
    message = "`Passkeys::openapi` needs the Cargo feature `openapi` of `passkeys`, which is off",
    label = "needs the feature `openapi`",
    note = "add it in Cargo.toml: `passkeys = {{ .., features = [\"openapi\"] }}`"
)]
pub trait NeedsOpenapi {
    /// Never called.
    fn never<R>() -> R;
}

/// Bound that no type meets, of `Passkeys::inspector`.
#[cfg(not(feature = "inspector"))]
#[diagnostic::on_unimplemented(
    message = "`Passkeys::inspector` needs the Cargo feature `inspector` of `passkeys`, which is off",
    label = "needs the feature `inspector`",
    note = "add it in Cargo.toml: `passkeys = {{ .., features = [\"inspector\"] }}`"
)]
pub trait NeedsInspector {}

/// Bound that no type meets, of `Passkeys::signal_unknown_credentials`.
#[cfg(not(feature = "client"))]
#[diagnostic::on_unimplemented(
    message = "`Passkeys::signal_unknown_credentials` needs the Cargo feature `client` of `passkeys`, which is off",
    label = "needs the feature `client`",
    note = "add it in Cargo.toml: `passkeys = {{ .., features = [\"client\"] }}`"
)]
pub trait NeedsClient {}

/// Bound that no type meets, of `Passkeys::client_types`.
#[cfg(not(feature = "client"))]
#[diagnostic::on_unimplemented(
    message = "the declarations of `client.js` need the Cargo feature `client` of `passkeys`, which is off",
    label = "needs the feature `client`",
    note = "add it in Cargo.toml: `passkeys = {{ .., features = [\"client\", \"openapi\"] }}`"
)]
pub trait NeedsClientTypes {
    /// Never called.
    fn never<R>() -> R;
}

/// Bound that no type meets, of `Passkeys::client_types_with`.
#[cfg(not(all(feature = "client", feature = "openapi")))]
#[diagnostic::on_unimplemented(
    message = "`Passkeys::client_types_with` needs the Cargo features `client` and `openapi` of `passkeys`, of which one is off",
    label = "needs the features `client` and `openapi`",
    note = "add them in Cargo.toml: `passkeys = {{ .., features = [\"client\", \"openapi\"] }}`"
)]
pub trait NeedsClientAndOpenapi {
    /// Never called.
    fn never<R>() -> R;
}

/// Bound that no type meets, of `Aaguid::provider_name`.
#[cfg(not(feature = "provider-names"))]
#[diagnostic::on_unimplemented(
    message = "`Aaguid::provider_name` needs the Cargo feature `provider-names` of `passkeys`, which is off",
    label = "needs the feature `provider-names`",
    note = "add it in Cargo.toml: `passkeys = {{ .., features = [\"provider-names\"] }}`"
)]
pub trait NeedsProviderNames<'a> {
    /// Never called.
    fn never<R>() -> R;
}

/// Bound that no type meets, of constructors for tests.
#[cfg(not(feature = "testing"))]
#[diagnostic::on_unimplemented(
    message = "what hooks, handlers and audit sinks receive is constructed in tests only, with the Cargo feature `testing` of `passkeys`, which is off",
    label = "needs the feature `testing`",
    note = "add it in Cargo.toml: `[dev-dependencies]` `passkeys = {{ .., features = [\"testing\"] }}`"
)]
pub trait NeedsTesting {
    /// Never called.
    fn never<R>() -> R;
}

#[cfg(not(feature = "attestation"))]
impl<A: RelyingParty> Passkeys<A> {
    /// Does not compile: trust anchors need the feature `attestation`.
    #[doc(hidden)]
    #[must_use]
    pub fn trust_anchors<T: for<'a> NeedsAttestation<'a>>(self, anchors: T) -> Self {
        drop(anchors);
        self
    }

    /// Does not compile: trust anchors need the feature `attestation`.
    #[doc(hidden)]
    pub fn replace_trust_anchors<T>(&self, anchors: T) -> Result<(), Infallible>
    where
        T: for<'a> NeedsAttestation<'a>,
    {
        drop(anchors);
        T::never()
    }
}

#[cfg(not(feature = "attestation"))]
impl RegistrationResult {
    /// Does not compile: attestation needs the feature `attestation`.
    #[doc(hidden)]
    #[must_use]
    pub fn attestation(&self) -> Option<&Infallible>
    where
        for<'a> Self: NeedsAttestation<'a>,
    {
        Self::never()
    }
}

#[cfg(all(feature = "attestation", not(feature = "fido-mds")))]
impl TrustAnchors {
    /// Does not compile: metadata of the FIDO Alliance needs the feature `fido-mds`.
    #[doc(hidden)]
    pub fn from_fido_metadata<T: for<'a> NeedsFidoMds<'a>>(blob: T) -> Result<Self, Infallible> {
        drop(blob);
        Ok(Self::new([]))
    }

    /// Does not compile: metadata of the FIDO Alliance needs the feature `fido-mds`.
    #[doc(hidden)]
    #[must_use]
    pub fn metadata_number(&self) -> Option<u32>
    where
        for<'a> Self: NeedsFidoMds<'a>,
    {
        Self::never()
    }
}

#[cfg(not(feature = "openapi"))]
impl<A: RelyingParty> Passkeys<A> {
    /// Does not compile: the document needs the feature `openapi`.
    #[doc(hidden)]
    #[must_use]
    pub fn openapi(&self) -> Infallible
    where
        A: NeedsOpenapi,
    {
        A::never()
    }
}

#[cfg(not(feature = "inspector"))]
impl<A: RelyingParty> Passkeys<A> {
    /// Does not compile: the page needs the feature `inspector`.
    #[doc(hidden)]
    pub fn inspector<S: Clone + Send + Sync + 'static>(&self) -> Router<S>
    where
        A: NeedsInspector,
    {
        Router::new()
    }
}

#[cfg(not(feature = "client"))]
impl<A: RelyingParty> Passkeys<A> {
    /// Does not compile: signals need the feature `client`.
    #[doc(hidden)]
    #[must_use]
    pub fn signal_unknown_credentials(self) -> Self
    where
        A: NeedsClient,
    {
        self
    }

    /// Does not compile: declarations need the feature `client`.
    #[doc(hidden)]
    #[must_use]
    pub fn client_types(&self) -> String
    where
        A: NeedsClientTypes,
    {
        A::never()
    }

    /// Does not compile: declarations need the feature `client`.
    #[doc(hidden)]
    #[must_use]
    pub fn hide_client_types(self) -> Self
    where
        A: NeedsClientTypes,
    {
        self
    }
}

#[cfg(not(all(feature = "client", feature = "openapi")))]
impl<A: RelyingParty> Passkeys<A> {
    /// Does not compile: an application's types need the features `client` and `openapi`.
    #[doc(hidden)]
    #[must_use]
    pub fn client_types_with<D>(&self, document: &D) -> String
    where
        A: NeedsClientAndOpenapi,
    {
        let _ = document;
        A::never()
    }
}

#[cfg(not(feature = "provider-names"))]
impl Aaguid {
    /// Does not compile: names need the feature `provider-names`.
    #[doc(hidden)]
    #[must_use]
    pub fn provider_name(&self) -> Option<&'static str>
    where
        for<'a> Self: NeedsProviderNames<'a>,
    {
        Self::never()
    }
}

#[cfg(not(feature = "testing"))]
impl AuthenticationResult {
    /// Does not compile: results are constructed with the feature `testing`.
    #[doc(hidden)]
    pub fn new<T: NeedsTesting>(credential: T) -> Self {
        drop(credential);
        T::never()
    }
}

#[cfg(not(feature = "testing"))]
impl RegistrationResult {
    /// Does not compile: results are constructed with the feature `testing`.
    #[doc(hidden)]
    pub fn new<T: NeedsTesting>(user: PasskeyUser, credential: T) -> Self {
        drop((user, credential));
        T::never()
    }
}

#[cfg(not(feature = "testing"))]
impl CredentialRemoval {
    /// Does not compile: removals are constructed with the feature `testing`.
    #[doc(hidden)]
    pub fn new<T: NeedsTesting>(credential: T) -> Self {
        drop(credential);
        T::never()
    }
}

#[cfg(not(feature = "testing"))]
impl AuditEvent {
    /// Does not compile: events are constructed with the feature `testing`.
    #[doc(hidden)]
    pub fn new<T: NeedsTesting>(kind: T, rp_id: &str, at: OffsetDateTime) -> Self {
        let _ = (kind, rp_id, at);
        T::never()
    }
}

/// Setters of what hooks receive, which are for tests, too.
#[cfg(not(feature = "testing"))]
macro_rules! setters {
    ($($ty:ident: $($method:ident)*;)*) => {$(
        impl $ty {
            $(
                /// Does not compile: results are constructed with the feature `testing`.
                #[doc(hidden)]
                #[must_use]
                pub fn $method<T: NeedsTesting>(self, value: T) -> Self {
                    drop(value);
                    self
                }
            )*
        }
    )*};
}

#[cfg(not(feature = "testing"))]
setters! {
    AuthenticationResult: with_profile with_user_verified with_clone_suspected with_second_factor;
    RegistrationResult: with_profile with_signed_up;
    CredentialRemoval: with_user with_remaining;
}

#[cfg(not(feature = "testing"))]
impl<A: Application, B: DeserializeOwned, P: Policy> Verified<A, B, P> {
    /// Does not compile: verified requests are constructed with the feature `testing`.
    #[doc(hidden)]
    pub fn new<T: NeedsTesting>(user: T, result: P::Result, body: B) -> Self {
        drop((user, result, body));
        T::never()
    }
}
