//! The two ceremonies, begin and finish.

mod pending;
mod result;

pub use pending::PendingCeremony;
pub use result::{AuthenticationResult, RegistrationResult};
