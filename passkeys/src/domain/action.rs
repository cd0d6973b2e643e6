use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::base64url;

/// Request that a user consents to with a step-up: a SHA-256 digest of its method, its path with
/// the query, and its body.
///
/// Two actions are equal only if all three are equal, byte for byte. A step-up begun for one action
/// cannot be finished for another.
///
/// ```
/// use passkeys::ceremony::Action;
///
/// let transfer = Action::new("POST", "/transfer", br#"{"to":"bob","amount":5}"#);
/// assert_ne!(transfer, Action::new("POST", "/transfer", br#"{"to":"bob","amount":50}"#));
/// assert_ne!(transfer, Action::new("POST", "/transfer?to=eve", br#"{"to":"bob","amount":5}"#));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Action(#[serde(with = "base64url")] Vec<u8>);

/// Domain separation: keeps this digest apart from any other use of SHA-256.
const DOMAIN: &[u8] = b"passkeys: the action of a step-up, 1";

impl Action {
    /// Creates the action of a request. `body` is empty if the request has none.
    #[must_use]
    pub fn new(method: &str, path_and_query: &str, body: &[u8]) -> Self {
        let mut digest = Sha256::new();
        for part in [DOMAIN, method.as_bytes(), path_and_query.as_bytes(), body] {
            // Length-prefixed, so that no two lists of parts have the same encoding.
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Self(digest.finalize().to_vec())
    }
}

impl fmt::Debug for Action {
    /// Omits the digest: with a log, the body could be guessed by trial.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Action(..)")
    }
}
