//! Shared by the benchmarks: people who register and sign in with a software authenticator, and
//! in-process servers without sockets.

mod crowd;
mod requests;
mod server;

pub use crowd::crowd;
pub use requests::{ORIGIN, Person, Request, Route};
pub use server::Server;
