//! Origins of Android apps: `android:apk-key-hash:` and the SHA-256 fingerprint of the app's signing
//! certificate, in base64url.

use thiserror::Error;

/// Prefix of the origin of an Android app.
pub(crate) const PREFIX: &str = "android:apk-key-hash:";

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Length of 32 bytes in base64url without padding.
const LENGTH: usize = 43;

/// Reason why the hash in an Android origin is invalid.
#[derive(Clone, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum KeyHashProblem {
    /// The fingerprint in hexadecimal, as `keytool` and the Play Console show it.
    #[error("has the fingerprint in hexadecimal, and Android sends it in base64url")]
    Hexadecimal,
    /// Base64 with padding.
    #[error("ends with the padding `=`, and Android sends the hash without")]
    Padding,
    /// Base64 with the standard alphabet.
    #[error("has `+` or `/` in the hash, and base64url has `-` and `_` instead")]
    StandardAlphabet,
    /// A character outside the base64 alphabets.
    #[error("has the character `{}` in the hash, and base64url does not", .0.escape_debug())]
    Character(char),
    /// Another length than that of a SHA-256 hash, as with SHA-1 or a truncated value.
    #[error("has a hash of {0} characters, and a SHA-256 in base64url has {LENGTH}")]
    Length(usize),
    /// The two unused bits of the last character are not zero.
    #[error("has a hash that ends in the middle of a byte, so it was mistyped or cut")]
    LeftOverBits,
}

/// Checks that `hash` is 32 bytes in base64url without padding.
pub(crate) fn check(hash: &str) -> Result<(), KeyHashProblem> {
    if from_hex(hash).is_some() {
        return Err(KeyHashProblem::Hexadecimal);
    }
    if hash.ends_with('=') {
        return Err(KeyHashProblem::Padding);
    }
    if hash.contains(['+', '/']) {
        return Err(KeyHashProblem::StandardAlphabet);
    }
    if let Some(char) = hash.chars().find(|&char| value_of(char).is_none()) {
        return Err(KeyHashProblem::Character(char));
    }
    if hash.len() != LENGTH {
        return Err(KeyHashProblem::Length(hash.len()));
    }
    match hash.chars().last().and_then(value_of) {
        Some(value) if value % 4 == 0 => Ok(()),
        _ => Err(KeyHashProblem::LeftOverBits),
    }
}

/// Returns whether `value` is the hexadecimal fingerprint of a certificate.
pub(crate) fn is_fingerprint(value: &str) -> bool {
    from_hex(value).is_some()
}

/// Converts a hash that [`check`] accepts from base64url to hexadecimal.
pub(crate) fn fingerprint(hash: &str) -> String {
    let values: Vec<usize> = hash.chars().filter_map(value_of).collect();
    let bytes = values.chunks(4).flat_map(|chunk| {
        let bits = chunk.iter().fold(0, |bits, value| bits << 6 | value) << (6 * (4 - chunk.len()));
        (1..chunk.len()).map(move |index| bits >> (24 - 8 * index) & 0xff)
    });
    let bytes: Vec<String> = bytes.map(|byte| format!("{byte:02X}")).collect();
    bytes.join(":")
}

/// Returns the valid Android origin that `value` is probably meant to be.
pub(crate) fn repair(value: &str) -> Option<String> {
    let hash = value.strip_prefix(PREFIX);
    let hash = match (from_hex(hash.unwrap_or(value)), hash) {
        (Some(bytes), _) => to_base64url(bytes),
        (None, hash) => hash?
            .trim_end_matches('=')
            .replace('+', "-")
            .replace('/', "_"),
    };
    check(&hash).is_ok().then(|| format!("{PREFIX}{hash}"))
}

fn value_of(char: char) -> Option<usize> {
    ALPHABET
        .iter()
        .position(|&letter| char::from(letter) == char)
}

/// Parses a SHA-256 hash in hexadecimal, with or without colons between the bytes.
fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|&char| char != ':')
        .map(|char| char.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect();
    (digits.len() == 64).then_some(bytes)?.try_into().ok()
}

fn to_base64url(bytes: [u8; 32]) -> String {
    bytes
        .chunks(3)
        .flat_map(|chunk| {
            let bits = (0..3).fold(0, |bits, index| {
                bits << 8 | usize::from(chunk.get(index).copied().unwrap_or(0))
            });
            (0..=chunk.len()).map(move |index| char::from(ALPHABET[bits >> (18 - 6 * index) & 63]))
        })
        .collect()
}
