//! The domain: users, credentials, configuration, errors and the state of a ceremony.
//!
//! Nothing here knows JSON over HTTP, cryptography, storage or axum; every other module may depend
//! on this one.

pub(crate) mod aaguid;
pub(crate) mod action;
pub(crate) mod application;
pub(crate) mod base64url;
pub(crate) mod challenge;
pub(crate) mod clock;
pub(crate) mod config;
pub(crate) mod credential;
pub(crate) mod credential_id;
pub(crate) mod detail;
pub(crate) mod device_name;
pub(crate) mod difference;
pub(crate) mod error;
pub(crate) mod origin;
pub(crate) mod pending;
pub(crate) mod prompt;
#[cfg(any(
    feature = "provider-names",
    all(feature = "inspector", debug_assertions)
))]
pub(crate) mod provider_names;
pub(crate) mod secret;
pub(crate) mod transport;
pub(crate) mod user;
pub(crate) mod user_handle;
