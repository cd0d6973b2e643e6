use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::base64url;

/// What a person agrees to with a step-up: one request, as a digest of its method, its path with
/// the query, and its body.
///
/// Two actions are the same only if all three are, byte for byte.
///
/// ```
/// use passkeys::ceremony::Action;
///
/// let agreed = Action::new("POST", "/transfer", br#"{"to":"bob","amount":5}"#);
/// assert_ne!(agreed, Action::new("POST", "/transfer", br#"{"to":"bob","amount":50}"#));
/// assert_ne!(agreed, Action::new("POST", "/transfer?to=eve", br#"{"to":"bob","amount":5}"#));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Action(#[serde(with = "base64url")] Vec<u8>);

/// Keeps this digest apart from every other.
const DOMAIN: &[u8] = b"passkeys: the action of a step-up, 1";

impl Action {
    /// The action of this request. Where there is no body, it is empty.
    #[must_use]
    pub fn new(method: &str, path_and_query: &str, body: &[u8]) -> Self {
        let mut digest = Sha256::new();
        for part in [DOMAIN, method.as_bytes(), path_and_query.as_bytes(), body] {
            // With its length in front, no part can be taken for the end of the one before.
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Self(digest.finalize().to_vec())
    }
}

impl fmt::Debug for Action {
    /// Not the digest: whoever has it in a log could try out what the body was.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Action(..)")
    }
}
