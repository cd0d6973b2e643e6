//! Validation rules for the configuration of a `WebAuthn` relying party.
//!
//! **This crate is an implementation detail of [`passkeys`](https://docs.rs/passkeys)**: the library
//! and its macro share it and pin its version with `=`. It makes no promise of compatibility
//! between versions. Depend on `passkeys` instead, which re-exports what users need.
//!
//! The `#[passkeys(..)]` macro applies the rules to literals at compile time, and
//! `passkeys::Config` applies the same rules, with the same messages, at run time. A [`Draft`] is
//! an unchecked configuration. [`Draft::check`] returns a [`Policy`], which is always valid, or
//! every [`Violation`]; the message of a violation has the rule, the value and the fix.
//!
//! ```
//! use passkeys_rules::Draft;
//!
//! let draft = Draft {
//!     rp_id: Some("example.com"),
//!     origins: Some(vec!["https://example.com", "https://evilexample.com"]),
//!     ..Draft::default()
//! };
//! let violations = draft.check().unwrap_err();
//!
//! assert_eq!(violations[0].place.to_string(), "origins[1]");
//! assert_eq!(
//!     violations[0].to_string(),
//!     "origin `https://evilexample.com` only ends like RP ID `example.com`: `evilexample.com` is \
//!      another domain, whose owner could sign in as your users; remove it, or list it in \
//!      `related_origins` if it is yours too",
//! );
//! ```

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod android;
mod app;
#[doc(hidden)]
pub mod debug;
mod draft;
mod duration;
mod extension;
mod feature;
mod host;
mod key;
mod number;
mod origin;
mod page;
mod policy;
mod profile;
mod related;
mod report;
mod rp_id;
mod rp_name;
mod scope;
mod suffix;
mod table;
mod violation;
mod webauthn_extension;
pub mod wording;
mod words;

pub use android::KeyHashProblem;
pub use app::{AndroidAppError, AndroidAppProblem, AppleAppError, AppleAppProblem};
pub use draft::Draft;
pub use duration::{
    CHALLENGE_TTL, DurationError, DurationProblem, FRESH, TIMEOUT, format_duration, parse_duration,
};
pub use feature::{Feature, Need};
pub use host::HostProblem;
pub use key::{Form, Key, KeySpec};
pub use number::{MAX_CREDENTIALS, NumberError};
pub use origin::{Origin, OriginError, OriginProblem};
pub use page::{PageError, PageProblem};
pub use policy::{Policy, Values};
pub use profile::{Profile, ProfileDraft, ProfileNameError};
pub use related::RelatedError;
pub use rp_id::{RpId, RpIdError, RpIdProblem};
pub use rp_name::RpNameError;
pub use scope::ScopeError;
pub use violation::{Place, Rule, Violation};
pub use webauthn_extension::{Extension, ExtensionError, ExtensionProblem};
pub use words::{
    Algorithm, Attestation, AuthenticatorAttachment, BackupEligibility, Hint, LargeBlob,
    LegacyAttestation, ResidentKey, SignCount, UnknownWord, UserVerification,
};
