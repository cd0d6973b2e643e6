//! A user's view of a site: a real server, a real browser and a virtual authenticator that the test
//! plugs in and out.

mod authenticator;
mod browser;
mod extension;
mod process;
mod secure;
mod server;
mod visit;

pub(crate) use authenticator::{Authenticator, Kind};
pub(crate) use extension::{Extended, Extension};
pub(crate) use secure::SecureSite;
pub(crate) use server::Program;
pub(crate) use visit::{Site, Visit, in_browser, in_browser_at};
