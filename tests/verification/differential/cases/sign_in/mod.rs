//! Sign-ins.

mod ceremony;
pub(crate) mod milder;
pub(crate) mod parts;
pub(crate) mod plan;
pub(crate) mod stricter;

pub(crate) use ceremony::Ceremony;
use passkeys::audit::Reason;

use super::{
    UNLISTED,
    engines::{Engines, Verdict},
    keys::Key,
};

/// Key and change that turn a valid sign-in into an example of a difference.
pub(crate) type Example = (fn() -> Key, fn(&mut parts::Parts));

/// Verifies a sign-in with both implementations.
pub(crate) fn verify(engines: &Engines, ceremony: &Ceremony) -> Verdict {
    let (ours, core) = engines.of(ceremony.verified);
    let ours = ours.assertion(ceremony.json(), &ceremony.challenge, &ceremony.stored());
    Verdict {
        ours: ours.expect("valid JSON"),
        core: core.sign_in(ceremony),
    }
}

/// Names the agreement or difference of both implementations, which is [listed](super::is_listed) unless neither
/// [`stricter`] nor [`milder`] explains it.
pub(crate) fn judge(engines: &Engines, ceremony: &Ceremony) -> String {
    let Verdict { ours, core } = verify(engines, ceremony);
    match (ours, core) {
        (Ok(()), Ok(())) => "accepted by both".into(),
        (Err(Reason::Signature), Err(Reason::Signature)) => {
            "rejected by both for the signature".into()
        }
        (Err(_), Err(_)) => "rejected by both before the signature".into(),
        (Err(reason), Ok(())) => match stricter::explanation(ceremony, reason) {
            Some(difference) => format!("rejected by this library alone: {}", difference.name),
            None => format!("{UNLISTED}: rejected by this library alone for its {reason}"),
        },
        (Ok(()), Err(reason)) => match milder::explanation(engines, ceremony) {
            Some(name) => format!("accepted by this library alone: {name}"),
            None => format!("{UNLISTED}: rejected by core alone for its {reason}"),
        },
    }
}
