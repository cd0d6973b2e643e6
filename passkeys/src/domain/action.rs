use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::base64url;

/// Request that a user consents to with a step-up: a SHA-256 digest of its method, its host, its path
/// with the query, and its body.
///
/// Two actions are equal only if all four are equal: the path and the body byte for byte, the host
/// without regard to case, and the method as [Fetch](https://fetch.spec.whatwg.org/#concept-method-normalize)
/// normalizes it. A step-up begun for one action cannot be finished for another.
///
/// ```
/// use passkeys::ceremony::Action;
///
/// let to_bob = br#"{"to":"bob","amount":5}"#;
/// let transfer = Action::new("POST", "bank.example", "/transfer", to_bob);
/// assert_eq!(transfer, Action::new("post", "BANK.example", "/transfer", to_bob));
///
/// let more = br#"{"to":"bob","amount":50}"#;
/// assert_ne!(transfer, Action::new("POST", "bank.example", "/transfer", more));
/// assert_ne!(transfer, Action::new("POST", "bank.example", "/transfer?to=eve", to_bob));
/// assert_ne!(transfer, Action::new("POST", "test.bank.example", "/transfer", to_bob));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Action(#[serde(with = "base64url")] Vec<u8>);

/// Domain separation: keeps this digest apart from any other use of SHA-256.
const DOMAIN: &[u8] = b"passkeys: the action of a step-up, 2";

impl Action {
    /// Creates the action of a request.
    ///
    /// `host` is the host that the client sent the request to, with the port unless it is the
    /// default: what the `Host` header or `:authority` has. `body` is empty if the request has none.
    #[must_use]
    pub fn new(method: &str, host: &str, path_and_query: &str, body: &[u8]) -> Self {
        let method = normalized(method);
        let host = host.to_ascii_lowercase();
        let mut digest = Sha256::new();
        for part in [
            DOMAIN,
            method.as_bytes(),
            host.as_bytes(),
            path_and_query.as_bytes(),
            body,
        ] {
            // Length-prefixed, so that no two lists of parts have the same encoding.
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Self(digest.finalize().to_vec())
    }
}

/// Normalizes a method as `fetch()` does before it sends it: these six in any case. All others are
/// case-sensitive.
fn normalized(method: &str) -> &str {
    const IN_ANY_CASE: [&str; 6] = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
    let mut upper = IN_ANY_CASE.into_iter();
    upper
        .find(|upper| method.eq_ignore_ascii_case(upper))
        .unwrap_or(method)
}

impl fmt::Debug for Action {
    /// Omits the digest: with a log, the body could be guessed by trial.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Action(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::normalized;

    #[test]
    fn methods_are_normalized_as_fetch_does() {
        for method in ["delete", "Get", "hEAD", "Options", "post", "pUt", "POST"] {
            assert_eq!(normalized(method), method.to_ascii_uppercase());
        }
        for method in ["patch", "Patch", "PATCH", "posts", "", "po\u{17f}t"] {
            assert_eq!(normalized(method), method);
        }
    }
}
