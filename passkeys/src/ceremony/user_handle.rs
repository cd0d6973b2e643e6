//! Owner check of an assertion
//! ([Level 3, §7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion), step 6).

use crate::{Credential, audit::Reason};

/// Checks that the credential belongs to the user that the ceremony was begun for, if to one, and
/// that the user handle that the authenticator returned is its owner's. If nobody was named, the
/// user handle is required.
pub(super) fn check(
    begun_for: Option<&str>,
    user_handle: Option<&[u8]>,
    credential: &Credential,
) -> Result<(), Reason> {
    if begun_for.is_some_and(|user_id| user_id != credential.user_id) {
        return Err(Reason::NotOwner);
    }
    match user_handle {
        Some(handle) if handle != credential.user_id.as_bytes() => Err(Reason::UserHandle),
        None if begun_for.is_none() => Err(Reason::UserHandle),
        _ => Ok(()),
    }
}
