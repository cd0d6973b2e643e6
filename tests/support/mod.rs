//! An application like its users write, and what the tests do with it.

mod app;
mod python;
mod schema;
pub mod servers;
mod services;
mod world;

pub use app::{App, SignedIn};
pub use python::python;
pub use schema::Schema;
pub use services::{AuthenticationExt, RegistrationExt, StepUpExt, raw};
pub use world::{Trail, World, ada, agree, answer, assert, bob, create};
