//! A test client: a browser and an authenticator whose every byte a test can change before and
//! after it is signed.
//!
//! It shares no code with the library or its test kit. It encodes JSON, CBOR and DER itself; only
//! the signatures come from crates.

mod assertion;
mod authenticator_data;
mod cbor;
mod certificate;
mod client_data;
mod der;
mod json;
mod keys;
mod passkey;
mod registration;
mod safety_net;
mod statement;
pub(crate) mod tpm;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

pub(crate) use assertion::Assertion;
pub(crate) use authenticator_data::{AuthenticatorData, flag};
pub(crate) use cbor::{Cbor, Map, head};
pub(crate) use certificate::{Certificate, Extension, Issuer, distinguished, oid};
pub(crate) use client_data::ClientData;
pub(crate) use der::Der;
pub(crate) use json::{Json, Object};
pub(crate) use keys::{Algorithm, Key, rsa_public_key_info};
pub(crate) use passkey::Passkey;
pub(crate) use registration::Registration;
pub(crate) use statement::{AuthorizationList, Method, Statement};

/// The RP ID of every relying party here.
pub(crate) const RP_ID: &str = "example.com";

/// The origin of every relying party here.
pub(crate) const ORIGIN: &str = "https://example.com";

pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Base64url with padding.
pub(crate) fn padded(base64url: &str) -> String {
    let missing = 4 - base64url.len() % 4;
    format!("{base64url}{}", &"===="[..missing])
}

/// Base64 in the standard alphabet, without padding.
pub(crate) fn standard(base64url: &str) -> String {
    let standard = base64url.replace('-', "+").replace('_', "/");
    assert_ne!(standard, base64url, "both alphabets write it alike");
    standard
}

/// Nothing is changed.
fn as_it_is(bytes: Vec<u8>) -> Vec<u8> {
    bytes
}
