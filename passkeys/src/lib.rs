//! Passkey (WebAuthn) sign-in for axum: annotate one `impl` block, get typed routes, extractors
//! and stores.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod audit;
mod base64url;
pub mod ceremony;
mod clock;
mod config;
mod credential;
mod device_name;
mod engine;
mod error;
mod http;
mod passkeys;
mod relying_party;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod user;

pub use passkeys_macros::passkeys;
pub use passkeys_rules::{
    Attestation, AuthenticatorAttachment, Hint, ResidentKey, SignCount, UserVerification,
};

pub use crate::{
    ceremony::{AuthenticationResult, RegistrationResult},
    clock::{Clock, SystemClock},
    config::{Config, ConfigBuilder, ConfigError},
    credential::{Aaguid, Credential, CredentialId, Transport},
    error::Error,
    passkeys::Passkeys,
    user::PasskeyUser,
};
