//! Passkey (WebAuthn) sign-in for axum: annotate one `impl` block, get typed routes, extractors
//! and stores.
//!
//! [`#[passkeys]`](macro@passkeys) reads the block's hooks and generates the glue; [`Passkeys`]
//! joins the application with a [repository](store) and makes the [router](Passkeys::router).
//! What a person's browser answers is verified by the [ceremonies](ceremony), and what happened
//! is told to the [audit trail](audit). In handlers of your own, [`PasskeyUser`] is who is signed in,
//! and [`Verified`] their consent to one request.
//!
//! # Features
//!
//! | feature | adds |
//! | --- | --- |
//! | `fast` | signatures at sign-in by [*ring*](https://docs.rs/ring) instead of RustCrypto, in a fifth of the time and without a wait in debug builds; EdDSA (Ed25519). It compiles a little C. |
//! | `client` | the browser's side, an ES module that the router serves as `client.js`, and signals to browsers: [`Passkeys::router`] |
//! | `sqlite` | credentials in an SQLite file: `store::SqliteRepository` |
//! | `postgres` | credentials and ceremonies in PostgreSQL: `store::PostgresRepository`, `store::PostgresChallenges` |
//! | `redis` | ceremonies in Redis or Valkey: `store::RedisChallenges` |
//! | `sealed` | ceremonies in their own `state`, encrypted: `store::SealedChallenges` |
//! | `provider-names` | who made each passkey, in the list of passkeys: `Aaguid::provider_name` |
//! | `openapi` | the routes, and what the hooks take and answer, as an OpenAPI 3.1 document: `Passkeys::openapi` |
//! | `fido-mds` | trust anchors from the FIDO Alliance's metadata: `attestation::TrustAnchors::from_fido_metadata` |
//! | `testing` | for dev-dependencies: a browser without a window, a clock, the contract of the stores: `testing` |
//!
//! `fast` is on by default, the others are not; memory stores always are there.

pub use crate::verify::attestation;

pub mod audit;
pub mod ceremony;
mod domain;
mod expansion;
mod http;
#[cfg(feature = "openapi")]
mod openapi;
mod passkeys;
mod relying_party;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod verify;
mod wire;

pub use passkeys_macros::passkeys;
#[cfg(feature = "redis")]
pub use redis;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use sqlx;
pub use time;
#[cfg(feature = "openapi")]
pub use utoipa;

pub use passkeys_rules::{
    Attestation, AuthenticatorAttachment, Hint, ResidentKey, SignCount, UserVerification,
};

pub use crate::{
    ceremony::{AuthenticationResult, RegistrationResult},
    domain::{
        aaguid::{Aaguid, InvalidAaguid},
        clock::{Clock, SystemClock},
        config::{Config, ConfigBuilder, ConfigError},
        credential::Credential,
        credential_id::{CredentialId, InvalidCredentialId},
        error::Error,
        secret::WeakSecret,
        transport::Transport,
        user::PasskeyUser,
    },
    http::{PasskeysState, Verified},
    passkeys::Passkeys,
};

#[cfg(feature = "testing")]
#[doc(hidden)]
pub use verify::oracle as __oracle;

/// What the output of `#[passkeys]` names. The name has the version in it, so that nothing else can
/// come to depend on it.
#[doc(hidden)]
pub mod __private_0_1_0 {
    pub use crate::expansion::*;
}

#[cfg(all(
    doctest,
    feature = "client",
    feature = "openapi",
    feature = "postgres",
    feature = "redis",
    feature = "sqlite",
    feature = "testing"
))]
mod book;
