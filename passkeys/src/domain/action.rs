use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::difference::{Difference, Hint};
use crate::{Error, domain::base64url};

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
///
/// Beside the digest, an action has the method, host and path (without the query), cut to 120 bytes, so
/// that the log says how a request differs from the one that a step-up was begun for.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Action {
    /// The digest, and a [`Hint`].
    #[serde(with = "base64url")]
    bytes: Vec<u8>,
    /// Why no request can be this action, if none can.
    #[serde(skip)]
    problem: Option<&'static str>,
}

/// Length of the digest, with which an action begins. A [`Hint`] follows.
pub(super) const DIGEST_BYTES: usize = 32;

/// Domain separation: keeps this digest apart from any other use of SHA-256.
const DOMAIN: &[u8] = b"passkeys: the action of a step-up, 2";

impl Action {
    /// Creates the action of a request.
    ///
    /// `host` is the host that the client sent the request to, with the port unless it is the
    /// default: what the `Host` header or `:authority` has. `path_and_query` is what the client sends: it
    /// begins with `/`, has no scheme, host or fragment, and is percent-encoded. `body` is empty if the
    /// request has none.
    ///
    /// No step-up [begins](crate::ceremony::StepUp::begin) for an action that no request can be, such as
    /// one with the path `https://bank.example/transfer`.
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
        let mut bytes = digest.finalize().to_vec();
        Hint::write(&mut bytes, [method, &host, path_and_query], body);
        Self {
            bytes,
            problem: problem(method, &host, path_and_query),
        }
    }

    fn digest(&self) -> &[u8] {
        self.bytes.get(..DIGEST_BYTES).unwrap_or(&self.bytes)
    }

    /// Describes how a request differs from the one that the step-up was begun for.
    #[cold]
    pub(crate) fn difference(&self, seen: &Self) -> Difference {
        Difference::of(&self.bytes, &seen.bytes)
    }

    /// Checks that a request can be this action. The error names the member of `step-up/begin`.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.problem {
            Some(problem) => Err(Error::InvalidRequest(problem.into())),
            None => Ok(()),
        }
    }
}

/// Returns why no client sends a request like this, if none does.
///
/// Otherwise the mistake would only show when the request arrives with a consent that does not fit, as
/// an error that says nothing.
fn problem(method: &str, host: &str, path: &str) -> Option<&'static str> {
    let is_token = |byte: u8| byte.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]{}".contains(&byte);
    if method.is_empty() || !method.bytes().all(is_token) {
        return Some("`method` must be the method of the request, such as `POST`.");
    }
    if host.contains(|char: char| "/@?#".contains(char) || !char.is_ascii_graphic()) {
        return Some(
            "`host` must be a host without scheme and path, with the port unless it is the default, such as `api.example.com`.",
        );
    }
    let is_host = |rest: &str| {
        let (first, _) = rest.split_once(['/', '?']).unwrap_or((rest, ""));
        !host.is_empty() && first.eq_ignore_ascii_case(host)
    };
    if has_scheme(path) || path.strip_prefix("//").is_some_and(is_host) {
        return Some(
            "`path` must be the path of the request without scheme and host, such as `/transfer`.",
        );
    }
    if !path.starts_with('/') {
        return Some("`path` must begin with `/`, as in the request.");
    }
    if path.contains('#') {
        return Some("`path` must have no fragment: clients do not send `#` and what follows.");
    }
    if path.contains(|char: char| char.is_whitespace() || char.is_control()) {
        return Some("`path` must be percent-encoded, as the client sends it: it has white space.");
    }
    None
}

/// Returns whether a text begins with a scheme and `://`.
fn has_scheme(text: &str) -> bool {
    let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    scheme.starts_with(|char: char| char.is_ascii_alphabetic()) && scheme.bytes().all(is_part)
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

impl PartialEq for Action {
    fn eq(&self, other: &Self) -> bool {
        self.digest() == other.digest()
    }
}

impl Eq for Action {}

impl fmt::Debug for Action {
    /// Omits the digest: with a log, the body could be guessed by trial.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Action(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, normalized, problem};

    #[test]
    fn difference_of_two_actions_names_the_parts_and_both_targets() {
        let begun = Action::new("POST", "bank.example", "/api/transfer?key=1", b"{}");
        let difference = |seen: &Action| {
            assert_ne!(begun, *seen);
            begun.difference(seen).to_string()
        };
        let text = difference(&Action::new(
            "POST",
            "bank.example",
            "/transfer?key=1",
            b"{}",
        ));
        assert!(
            text.starts_with("the path or its query differs from"),
            "{text}"
        );
        let both = "begun `POST bank.example/api/transfer`, and seen `POST bank.example/transfer`";
        assert!(text.contains(both) && !text.contains("key="), "{text}");
        let text = difference(&Action::new(
            "PUT",
            "upstream:3000",
            "/api/transfer?key=1",
            b"{ }",
        ));
        assert!(
            text.starts_with("the method and the host and the body differ"),
            "{text}"
        );
        let text = difference(&Action::new(
            "POST",
            "bank.example",
            "/api/transfer?key=1",
            b"{ }",
        ));
        assert!(
            text.contains("a body of 2 bytes was begun, and one of 3 came"),
            "{text}"
        );
        let text = difference(&Action::new(
            "POST",
            "bank.example",
            "/api/transfer?key=2",
            b"{}",
        ));
        assert!(text.starts_with("the path or its query differs"), "{text}");
    }

    #[test]
    fn action_with_a_long_path_is_bounded_and_of_another_release_is_compared_by_its_digest() {
        let long = Action::new("GET", "a.example", &"/€".repeat(5000), b"");
        assert_eq!(long.bytes.len(), 32 + 20 + 120);
        let digest_only = Action {
            bytes: long.bytes[..32].to_vec(),
            problem: None,
        };
        assert_eq!(long, digest_only);
        let other = Action {
            bytes: Vec::new(),
            problem: None,
        };
        assert_ne!(long, other);
        assert!(
            long.difference(&other)
                .to_string()
                .contains("is not the one")
        );
    }

    /// Returns the member that a problem is about.
    fn member(method: &str, host: &str, path: &str) -> Option<&'static str> {
        let problem = problem(method, host, path)?;
        problem.split('`').nth(1)
    }

    #[test]
    fn action_that_a_client_can_send_is_no_problem() {
        for path in [
            "/",
            "/transfer",
            "/transfer?from=savings&to=https://example.com/#".trim_end_matches('#'),
            "//double",
            "/a//b?",
            "/caf%C3%A9",
            "/café",
            "/{id}",
            "/a:b@c",
        ] {
            assert_eq!(problem("POST", "example.com", path), None, "{path}");
        }
        for host in [
            "",
            "localhost",
            "localhost:3000",
            "[::1]:3000",
            "xn--bcher-kva.example",
        ] {
            assert_eq!(problem("PATCH", host, "/"), None, "{host}");
        }
        for method in ["POST", "patch", "PROPFIND", "M-SEARCH"] {
            assert_eq!(problem(method, "example.com", "/"), None, "{method}");
        }
    }

    #[test]
    fn problem_of_an_action_that_no_client_sends_names_the_member() {
        for path in [
            "",
            "transfer",
            "./transfer",
            "?from=savings",
            "https://example.com/transfer",
            "HTTPS://example.com",
            "http://localhost:3000/transfer",
            "//example.com/transfer",
            "//EXAMPLE.com",
            "example.com/transfer",
            "/transfer#now",
            "/my transfer",
            " /transfer",
            "/transfer\n",
        ] {
            assert_eq!(
                member("POST", "example.com", path),
                Some("path"),
                "{path:?}"
            );
        }
        for host in [
            "https://example.com",
            "example.com/",
            "a@example.com",
            "a b",
            "bücher.example",
        ] {
            assert_eq!(member("POST", host, "/"), Some("host"), "{host}");
        }
        for method in ["", "POST /transfer", "post,put", "pöst"] {
            assert_eq!(
                member(method, "example.com", "/"),
                Some("method"),
                "{method}"
            );
        }
    }

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
