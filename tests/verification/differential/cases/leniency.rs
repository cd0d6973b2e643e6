//! Differences by which this library accepts what `webauthn-rs-core` rejects.

use passkeys::audit::Reason;

/// Difference by which this library is more lenient.
///
/// Without the difference, both accept the response, so it alone makes core reject it.
pub(crate) struct Leniency<C, E> {
    pub(crate) name: &'static str,
    /// Step of the specification that allows or demands it.
    pub(crate) step: &'static str,
    /// Removes the difference from a response, if it is there.
    pub(crate) remedy: fn(&mut C),
    /// Response that core rejects, and for which reason.
    pub(crate) example: E,
    pub(crate) reason: Reason,
}
