//! `passkeys-doctor`: sites with one fault each, what it finds, and what it says about a healthy site.

mod address;
mod certificates;
mod client_module;
mod cookies;
mod cors;
mod headers;
mod identifiers;
mod program;
mod routes;
mod rp_id;
mod site;
mod well_known;
