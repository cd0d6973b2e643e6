//! Denial of service: a server under attack over TCP, by malformed, oversized and endless requests,
//! and by slow and disconnecting clients. It keeps serving other users, and its memory does not
//! grow.

mod allocations;
mod device_names;
mod million_begins;
mod nesting;
mod raw_connection;
mod request_bodies;
mod request_headers;
mod request_paths;
mod server;
mod slow_and_disconnecting_clients;
mod sustained_abuse;
