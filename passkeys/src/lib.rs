//! Passkey (WebAuthn) sign-in for [axum]: annotate one `impl` block, and get the routes, the
//! extractors, the stores and an OpenAPI document.
//!
//! The library verifies the passkey and stops there: sessions, tokens and user records stay the
//! application's.
//!
//! ```no_run
//! use axum::{Json, Router, http::{HeaderMap, StatusCode}};
//! use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
//!
//! #[derive(Clone)]
//! struct App;
//!
//! #[passkeys(rp_id = "localhost", rp_name = "Example", origins = ["http://localhost:3000"])]
//! impl App {
//!     type Repository = MemoryRepository;
//!
//!     /// Returns the user who is signed in, from the application's own session.
//!     async fn get_user(&self, headers: HeaderMap) -> Result<PasskeyUser, StatusCode> {
//!         let _session = headers.get("cookie").ok_or(StatusCode::UNAUTHORIZED)?;
//!         Ok(PasskeyUser::new("user-1", "ada@example.com", "Ada Lovelace"))
//!     }
//!
//!     /// The passkey is verified: start a session, or issue a token.
//!     async fn on_authenticated(&self, login: AuthenticationResult) -> Json<String> {
//!         Json(format!("Hello, {}", login.user_id()))
//!     }
//! }
//!
//! /// A handler of the application, for the user who is signed in.
//! async fn me(user: PasskeyUser) -> String {
//!     user.display_name().to_owned()
//! }
//!
//! #[tokio::main]
//! async fn main() -> std::io::Result<()> {
//!     let passkeys = Passkeys::new(App, MemoryRepository::default());
//!     let router = Router::new()
//!         .route("/me", axum::routing::get(me))
//!         .nest("/auth/passkeys", passkeys.router())
//!         .with_state(passkeys);
//!     axum::serve(tokio::net::TcpListener::bind("127.0.0.1:3000").await?, router).await
//! }
//! ```
//!
//! # Installation
//!
//! ```toml
//! [dependencies]
//! passkeys = { git = "https://github.com/passkeys-rs/passkeys", features = ["client", "sqlite"] }
//! axum = "0.8"
//! tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }
//! ```
//!
//! Beside axum, the crates in its interface are re-exported: [`time`], [`serde_json`], and with
//! their features `sqlx` 0.9, `redis` 1 and `utoipa` 6.
//!
//! # Where things are
//!
//! - [`#[passkeys]`](macro@passkeys): the attribute, its keys, and the hooks.
//! - [`Passkeys`]: the application's passkeys; options, the [router](Passkeys::router), the
//!   [well-known documents](Passkeys::well_known). It is the natural state of the application's
//!   router.
//! - Extractors: [`PasskeyUser`], the user who is signed in, and [`Verified`], a request that this
//!   user has just consented to with a passkey (step-up authentication). [`PasskeysState`] lets a
//!   state type of your own provide them.
//! - [`Data`]: in the hooks `on_authenticated` and `on_registered`, what the page says beside the passkey.
//! - [`policy`]: what a handler with [`Verified`] demands: user verification, a device-bound passkey, a
//!   recent sign-in.
//! - [`store`]: repositories for credentials and challenge stores for ceremony states.
//! - [`ceremony`]: registration, authentication and step-up for routes of your own, and
//!   [management](Passkeys::management) of users' passkeys by the application.
//! - [`Config`]: the configuration at run time, from code or from the environment. [`Profile`]s are
//!   named variants of it, of which a ceremony chooses one.
//! - [`RelyingPartyConfig`] and [`Tenant`]: for an application that has a relying party for each tenant
//!   (hook `relying_party`).
//! - [`audit`]: the audit trail, with the reason for every failure. Clients get an opaque error.
//! - `attestation` (feature `attestation`): trust anchors, for applications that restrict authenticator
//!   models.
//! - `testing` (feature `testing`): a browser and an authenticator in software, and the contract
//!   suite for stores.
//!
//! # Routes
//!
//! Relative to where [`Passkeys::router`] is nested. Errors are `{"error": {"code", "message"}}`.
//!
//! | route | purpose |
//! | --- | --- |
//! | `POST /register/begin`, `POST /register/finish` | register a passkey |
//! | `POST /sign-up/begin` | begin to sign up with a passkey (hook `sign_up`); `register/finish` finishes it |
//! | `POST /authenticate/begin`, `POST /authenticate/finish` | sign in |
//! | `POST /step-up/begin` | begin a step-up; [`Verified`] finishes it |
//! | `GET /credentials`, `PATCH /credentials/{id}`, `DELETE /credentials/{id}` | list, rename and delete passkeys |
//! | `POST /outcomes` | report that a prompt has ended without a passkey (key `prompt_outcomes`) |
//! | `GET /client.js`, `GET /capabilities.js`, `GET /fallback.js`, `GET /outcomes.js` | the browser module, and what it imports (feature `client`) |
//! | `GET /extensions.js`, `GET /extensions.d.ts` | keys and data from passkeys, which stay in the page (feature `client`) |
//! | `GET /client.d.ts` | its TypeScript declarations, with the types of the hooks ([`Passkeys::client_types`]) |
//! | `GET /signals`, `POST /signals/unknown` | what it tells browsers (feature `client`) |
//! | `GET /elements.js`, `GET /elements.d.ts`, `GET /elements/{part}.js`, `GET /texts/{language}.js` | custom elements for pages (feature `elements`) |
//!
//! # Security
//!
//! Against replay, a ceremony state is single-use ([`store::ChallengeStore`]). Against user
//! enumeration, unknown users get decoy credentials ([`Passkeys::decoy_secret`]), every failed sign-in
//! one opaque [`Error`], and [`Passkeys::timing_floor`] hides the timing side channel. Clone detection
//! compares signature counters ([`SignCount`]). With the key `fresh`, adding and deleting passkeys takes a
//! recent sign-in or consent ([`PasskeyUser::authenticated_at`]). The threat model in the repository's
//! `docs/threat-model.md` names the test for each defence, and what is left to the application.
//!
//! # Cargo features
//!
//! Features only add. `ring` is on by default; the memory stores are always there.
//!
//! | feature | adds |
//! | --- | --- |
//! | `client` | the browser module `client.js`, and signals to browsers about deleted passkeys |
//! | `elements` | custom elements for pages, `elements.js`; with `client` |
//! | `sqlite` | `store::SqliteRepository`: credentials in an SQLite file |
//! | `postgres` | `store::PostgresRepository` and `store::PostgresChallenges` |
//! | `postgres-driver` | the same without sqlx, over a `store::PostgresDriver`: any other driver |
//! | `mysql` | `store::MySqlRepository` and `store::MySqlChallenges`: MySQL and MariaDB |
//! | `redis` | `store::RedisChallenges`: ceremony states in Redis or Valkey |
//! | `redis-sentinel` | `store::RedisChallenges::sentinel`: the same at the primary that Redis Sentinel names |
//! | `sealed` | `store::SealedChallenges`: ceremony states encrypted in the client's hands |
//! | `provider-names` | `Aaguid::provider_name`: names of passkey providers and authenticator models |
//! | `openapi` | `Passkeys::openapi`: an OpenAPI 3.1 document of the routes and the hooks' types; with `client`, these types in `client.d.ts` |
//! | `metrics` | counters, durations and a gauge, through the facade of the crate `metrics` |
//! | `inspector` | `Passkeys::inspector`: a page for developers with the last ceremonies and why they failed; empty in release builds |
//! | `attestation` | `attestation`: trust anchors, and the keys' values `attestation = "direct"` and `"indirect"` |
//! | `fido-mds` | `attestation::FidoMetadata`: trust anchors from the FIDO Metadata Service |
//! | `ring`, `aws-lc-rs`, `rustcrypto` | the cryptography provider; the first that is on, in the order `aws-lc-rs`, `ring`, `rustcrypto`. Only `aws-lc-rs` has ES512 and ML-DSA ([`Algorithm`]) |
//! | `testing` | `testing`, and constructors for what hooks receive; for dev-dependencies |

#![cfg_attr(docsrs, feature(doc_cfg))]
// The interface may grow without breaking its users.
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]
#![warn(missing_debug_implementations)]

#[cfg(feature = "attestation")]
pub use crate::verify::attestation;

mod alarm;
#[allow(
    async_fn_in_trait,
    missing_debug_implementations,
    non_camel_case_types,
    unused_variables,
    clippy::doc_markdown,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::semicolon_if_nothing_returned,
    clippy::wildcard_imports,
    reason = "what editors show; nothing uses it at run time"
)]
#[rustfmt::skip]
mod attribute;
pub mod audit;
pub mod ceremony;
mod domain;
mod expansion;
mod explain;
mod features;
mod http;
#[cfg(feature = "inspector")]
mod inspector;
mod measure;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(feature = "openapi")]
mod openapi;
mod passkeys;
mod recorder;
mod relying_party;
pub mod store;
mod tasks;
mod tenant;
#[cfg(feature = "testing")]
pub mod testing;
mod verify;
mod wire;

pub use passkeys_macros::passkeys;
#[cfg(feature = "redis")]
pub use redis;
pub use serde_json;
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
pub use sqlx;
pub use time;
#[cfg(feature = "openapi")]
pub use utoipa;

pub use passkeys_rules::{
    Algorithm, Attestation, AuthenticatorAttachment, BackupEligibility, Extension, Hint, LargeBlob,
    LegacyAttestation, ResidentKey, SignCount, UnknownWord, UserVerification,
};

pub use crate::{
    ceremony::{
        AuthenticationResult, CheckError, CredentialRemoval, RegistrationResult,
        RelyingPartyConfig, policy,
    },
    domain::{
        aaguid::{Aaguid, InvalidAaguid},
        clock::{Clock, SystemClock},
        config::{Config, ConfigBuilder, ConfigError, Profile, ProfileBuilder},
        credential::Credential,
        credential_id::{CredentialId, InvalidCredentialId},
        error::Error,
        secret::WeakSecret,
        transport::Transport,
        user::PasskeyUser,
        user_handle::{InvalidUserHandle, UserHandle},
    },
    http::{PasskeysState, Verified},
    passkeys::Passkeys,
    relying_party::data::Data,
    tenant::Tenant,
};

/// What the output of `#[passkeys]` names. The name has the version in it, so that nothing else can
/// come to depend on it.
#[doc(hidden)]
pub mod __private_0_1_0 {
    pub use crate::expansion::*;
}

#[cfg(all(
    doctest,
    feature = "client",
    feature = "mysql",
    feature = "openapi",
    feature = "postgres",
    feature = "redis",
    feature = "sqlite",
    feature = "testing"
))]
mod book;
