//! Interoperability with programs that need Python or Node.js: validators of OpenAPI documents,
//! TypeScript for the browser module, `fastapi-passkeys`, whose database can be migrated, and
//! python-fido2, another verifier; and with `webauthn-rs`, whose passkeys can be migrated.
//!
//! Where one is missing, the tests that need it print `LEFT OUT`; `tests/run interop` installs all.

mod client;
mod fastapi_passkeys;
#[path = "../http/openapi/mod.rs"]
mod openapi;
mod python_fido2;
mod quickstart;
mod validator;
mod webauthn_rs;
