//! Sign-ins.

mod ceremony;
pub(crate) mod milder;
pub(crate) mod parts;
pub(crate) mod plan;
pub(crate) mod stricter;

pub(crate) use ceremony::{Ceremony, Engines, Verdict};
use passkeys::audit::Reason;

use super::keys::Key;

/// Key and change that turn a valid sign-in into an example of a difference.
pub(crate) type Example = (fn() -> Key, fn(&mut parts::Parts));

/// Verdict: rejected by this library alone, for a reason that is not listed.
pub(crate) const UNEXPLAINED: &str = "REJECTED BY THIS LIBRARY ALONE";

/// Returns the verdict of both implementations. An error if only core rejects the sign-in, and
/// [`milder`] does not explain it.
pub(crate) fn judge(engines: &Engines, ceremony: &Ceremony) -> Result<String, String> {
    let Verdict { ours, core } = engines.judge(ceremony);
    let verdict = match (ours, core) {
        (Ok(()), Ok(())) => "accepted by both".into(),
        (Err(Reason::Signature), Err(Reason::Signature)) => {
            "rejected by both for the signature".into()
        }
        (Err(_), Err(_)) => "rejected by both before the signature".into(),
        (Err(reason), Ok(())) => match stricter::explanation(ceremony, reason) {
            Some(difference) => format!("rejected by this library alone: {}", difference.name),
            None => UNEXPLAINED.into(),
        },
        (Ok(()), Err(reason)) => match milder::explanation(engines, ceremony) {
            Some(names) => format!("accepted by this library alone: {names}"),
            None => {
                return Err(format!(
                    "ACCEPTED, and rejected by core for its {reason}: {ceremony:?}"
                ));
            }
        },
    };
    Ok(verdict)
}
