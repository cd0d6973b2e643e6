//! What an application's tests need: an authenticator without hardware, a clock that stands
//! still.
//!
//! Nothing here belongs into a program that people use; the feature `testing` is for
//! dev-dependencies.

mod authenticator;
mod clock;
mod fault;

pub use authenticator::Authenticator;
pub use clock::ManualClock;
pub use fault::Fault;
