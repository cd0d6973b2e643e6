//! What the benchmarks share: people who register and sign in, with a software authenticator, and
//! servers in this process that they are answered by, without sockets.

mod crowd;
mod requests;
mod server;

pub use crowd::crowd;
pub use requests::{ORIGIN, Person, Request, Route};
pub use server::Server;
