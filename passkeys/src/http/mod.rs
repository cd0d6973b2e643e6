//! The routes, the browser module, and the extractors for the application's own routes.
//!
//! Handlers read the request, call the application's hooks and drive a ceremony. The decisions are
//! made in [`ceremony`](crate::ceremony).

mod authenticate;
mod body;
#[cfg(feature = "client")]
mod client;
mod consent;
mod credentials;
#[cfg(feature = "client")]
mod declarations;
#[cfg(feature = "elements")]
mod elements;
mod error;
mod failure;
mod observe;
mod origin;
mod outcomes;
mod query;
mod register;
mod removal;
mod router;
#[cfg(feature = "client")]
mod signals;
mod start;
mod state;
mod step_up;
mod target;
mod tenant;
mod verified;
mod well_known;

pub use state::PasskeysState;
pub use verified::Verified;
