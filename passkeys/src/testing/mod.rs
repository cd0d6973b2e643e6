//! What an application's tests need: a [`Browser`] with an authenticator and without a window, a
//! clock that stands still.
//!
//! Nothing here belongs into a program that people use; the feature `testing` is for
//! dev-dependencies.

mod answer;
mod authenticator;
mod browser;
mod clock;
mod contract;
mod fault;
#[doc(hidden)]
pub mod parsers;
mod results;

pub use answer::Answer;
pub use authenticator::Authenticator;
pub use browser::Browser;
pub use clock::ManualClock;
pub use contract::{challenge_store, credential_repository, pending_ceremony};
pub use fault::Fault;
