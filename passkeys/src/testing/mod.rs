//! Test kit: a browser with a software authenticator, a manual clock, contract tests for stores, and
//! constructors of hook arguments.
//!
//! - [`Browser`] calls an application's routes, in the process or over HTTP, and registers and signs
//!   in without a user interface. [`Fault`] makes its authenticator misbehave in one way.
//! - [`Authenticator`] alone creates and signs the JSON of `navigator.credentials`, without HTTP.
//! - [`ManualClock`] replaces the system clock, to test expiry.
//! - [`credential_repository`] and [`challenge_store`] are the contract tests for stores.
//! - [`AuthenticationResult::new`](crate::AuthenticationResult::new) and its like construct what
//!   hooks receive, so that tests can call hooks directly.
//!
//! Enable the feature `testing` in dev-dependencies only: nothing here belongs in production.

mod authenticator;
mod browser;
mod call;
mod clock;
mod contract;
mod cookies;
mod fault;
#[doc(hidden)]
#[expect(
    missing_debug_implementations,
    reason = "not part of the public interface"
)]
pub mod oracle;
mod origin;
#[doc(hidden)]
pub mod parsers;
mod response;
mod results;

pub use authenticator::Authenticator;
pub use browser::Browser;
pub use clock::ManualClock;
#[cfg(feature = "postgres-driver")]
pub use contract::postgres_driver;
pub use contract::{
    challenge_store, credential_repository, full_challenge_store, pending_ceremony,
    pending_ceremony_of,
};
pub use fault::Fault;
pub use response::{IntoStatus, Response};
