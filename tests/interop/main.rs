//! Programs that others wrote, which need Python or Node.js: validators of OpenAPI documents,
//! TypeScript on the browser's module, and `fastapi-passkeys`, whose database moves over.
//!
//! Where one is missing, the tests that need it say `LEFT OUT`; `tests/run peers` installs all.

mod client;
mod fastapi_passkeys;
#[path = "../http/openapi/mod.rs"]
mod openapi;
mod quickstart;
mod validator;
