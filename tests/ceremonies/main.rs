//! Registration, sign-in and step-up through the services of `Passkeys`, without HTTP.
//!
//! - `rules`: one module for each rule of the ceremonies, in the order of the design.
//! - `every_store`: races, replays, expiry, cancelled requests and changes between begin and
//!   finish, with every store that needs no server. The program `services` runs this module again
//!   with PostgreSQL and Redis.

mod every_store;
mod rules;
mod stores;
