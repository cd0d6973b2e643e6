//! What an application's tests need: an authenticator without hardware, a clock that stands
//! still.
//!
//! Nothing here belongs into a program that people use; the feature `testing` is for
//! dev-dependencies.

mod authenticator;
mod clock;
mod contract;
mod fault;

pub use authenticator::Authenticator;
pub use clock::ManualClock;
pub use contract::{challenge_store, credential_repository, pending_ceremony};
pub use fault::Fault;
