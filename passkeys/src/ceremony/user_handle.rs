//! User handles: the one that a new passkey gets, and the owner check of an assertion
//! ([Level 3, §7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion), step 6).

use crate::{
    Credential, Error, PasskeyUser, UserHandle,
    audit::{Failed, Reason},
    domain::detail::shown,
};

/// Returns the user handle for a user's next passkey: the application's own, else that of their
/// oldest passkey at this relying party, else a random one.
///
/// One handle for all passkeys of a user keeps them together: authenticators and password managers
/// show one account, and a new passkey replaces the one that it was created beside.
pub(super) fn of_next_passkey(
    user: &PasskeyUser,
    credentials: &[Credential],
) -> Result<UserHandle, Error> {
    if let Some(own) = user.own_handle() {
        return Ok(own.clone());
    }
    // A user ID in place of a handle may be longer than a handle: no authenticator carries it.
    let stored = |credential: &Credential| UserHandle::new(credential.handle()).ok();
    credentials
        .iter()
        .find_map(stored)
        .map_or_else(UserHandle::random, Ok)
}

/// Checks that the credential belongs to the user that the ceremony was begun for, if to one, and
/// that the user handle that the authenticator returned is the credential's. If no user was named,
/// the user handle is required. An empty one counts as none: some browsers return it for a passkey
/// that is not discoverable. An empty user ID stands for a user who does not exist, and owns nothing.
pub(super) fn check(
    begun_for: Option<&str>,
    user_handle: Option<&[u8]>,
    credential: &Credential,
) -> Result<(), Failed> {
    if begun_for.is_some_and(|user_id| user_id.is_empty() || user_id != credential.user_id) {
        return Err(Reason::NotOwner.because(format_args!(
            "the ceremony was begun for the user {}, and the passkey is of {}: the user chose a passkey of \
             another account",
            shown(begun_for.unwrap_or_default()),
            shown(&credential.user_id),
        )));
    }
    match user_handle.filter(|handle| !handle.is_empty()) {
        Some(handle) if handle != credential.handle() => {
            Err(Reason::UserHandle.because(format_args!(
                "the user handle that the authenticator returned ({} bytes) is not the one that is stored with \
                 the passkey ({} bytes{}): the row was changed, or is of another registration",
                handle.len(),
                credential.handle().len(),
                if credential.user_handle.is_none() {
                    ", those of the user ID, as the row has none"
                } else {
                    ""
                },
            )))
        }
        None if begun_for.is_none() => Err(Reason::UserHandle.because(format_args!(
            "the authenticator returned no user handle, which a sign-in without a named user needs: the passkey \
             is not discoverable. Begin the sign-in with the user's name or ID, or register passkeys with \
             `resident_key = \"required\"`",
        ))),
        _ => Ok(()),
    }
}
