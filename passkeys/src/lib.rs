//! Passkeys for axum.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod base64url;
mod ceremony;
mod clock;
mod config;
mod credential;
mod error;
mod http;
mod passkeys;
mod relying_party;
pub mod store;
mod user;

pub use ceremony::{AuthenticationResult, RegistrationResult};
pub use clock::{Clock, SystemClock};
pub use config::Config;
pub use credential::{Aaguid, Credential, CredentialId, Transport};
pub use error::Error;
pub use passkeys_macros::passkeys;
pub use user::PasskeyUser;

pub use crate::passkeys::Passkeys;
