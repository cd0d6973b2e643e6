//! A user's view of a site: a real server, a real browser and a virtual authenticator that the test
//! plugs in and out.

mod authenticator;
mod browser;
mod chromium;
mod engine;
mod extension;
mod firefox;
mod process;
mod reach;
mod secure;
mod server;
mod visit;

pub(crate) use authenticator::{Authenticator, Kind};
pub(crate) use browser::Browser;
pub(crate) use engine::{Engine, this_device};
pub(crate) use extension::{Extended, Extension};
pub(crate) use reach::Reach;
pub(crate) use secure::SecureSite;
pub(crate) use server::Program;
pub(crate) use visit::{Site, Visit, in_browser, in_browser_at};
