//! Generated responses: valid ones, and changes to them. Shared with the fuzz targets and with
//! `tests/interop`, so nothing here is a test.

pub(crate) mod authenticator_data;
pub(crate) mod bytes;
pub(crate) mod cbor;
pub(crate) mod client_data;
pub(crate) mod core;
pub(crate) mod engines;
pub(crate) mod keys;
pub(crate) mod leniency;
pub(crate) mod members;
pub(crate) mod numbers;
pub(crate) mod registration;
pub(crate) mod sign_in;
pub(crate) mod signatures;
pub(crate) mod unusual;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

pub(crate) const RP_ID: &str = "example.com";
pub(crate) const ORIGINS: [&str; 3] = [
    "https://example.com",
    "https://login.example.com:8443",
    "android:apk-key-hash:pNiP5iKyQ8JwgGOaKA1zGPUPJIS-0H1xKCQcfIoGLck",
];

/// Beginning of the verdict on a difference that no list explains.
const UNLISTED: &str = "NOT LISTED";

/// Returns whether a verdict is an agreement or a listed difference.
pub(crate) fn is_listed(verdict: &str) -> bool {
    !verdict.starts_with(UNLISTED)
}

/// Encodes as in the browser's JSON.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
