//! A server that people abuse, over TCP: whatever they send, and whenever they stop, it goes on
//! answering those who do not, and nothing of it stays behind.

mod a_day;
mod bodies;
mod headers;
mod memory;
mod million;
mod names;
mod nesting;
mod paths;
mod server;
mod vanishing;
mod wire;
