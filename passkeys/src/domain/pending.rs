use std::ops::Add;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use crate::{
    PasskeyUser, UserHandle,
    domain::{action::Action, application::Application, challenge::Challenge},
};

/// Server-side state of a ceremony that was begun and not yet finished, kept by a
/// [`ChallengeStore`](crate::store::ChallengeStore).
///
/// Opaque to stores. It serializes with serde for stores outside the process. The serialized form
/// may change between releases, since a ceremony lives for minutes; a store that cannot read one
/// treats it as unknown.
///
/// Tests of stores get one from `passkeys::testing::pending_ceremony` and
/// `passkeys::testing::pending_ceremony_of`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingCeremony {
    pub(crate) rp_id: String,
    /// Application that the ceremony was begun at. No other one can finish it.
    pub(crate) application: Application,
    pub(crate) challenge: Challenge,
    pub(crate) purpose: Purpose,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub(crate) begun_at: OffsetDateTime,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub(crate) expires_at: OffsetDateTime,
    /// Where the client got a list of credentials: no credential on it was registered later.
    #[serde(
        default,
        with = "time::serde::timestamp::milliseconds::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) listed_until: Option<OffsetDateTime>,
    /// Name of the profile that was chosen, if any: its terms hold when the ceremony is finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<String>,
}

/// Purpose that a ceremony was begun for. Only a finish of the same purpose redeems it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// Registration of a further passkey for an existing account.
    Register(Account),
    /// The same by conditional creation: the browser may do it without asking the user.
    RegisterConditionally(Account),
    /// Registration of the first passkey of a new account.
    SignUp(Account),
    /// Sign-in; by the user with this ID, if one was named.
    Authenticate(Option<String>),
    /// Second factor of a sign-in: by the user with this ID, who has passed the first one.
    SecondFactor { user_id: String },
    /// Step-up: consent of a signed-in user to one action.
    StepUp { user_id: String, action: Action },
}

/// Account that a passkey is registered for: those fields of a [`PasskeyUser`] that do not belong
/// to the session, and the user handle that the passkey carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    // Not `id`, so that a release which knows no user handles cannot read the state: it would store
    // the passkey without its handle.
    user_id: String,
    name: String,
    display_name: String,
    pub(crate) handle: UserHandle,
}

impl Account {
    pub(crate) fn new(user: &PasskeyUser, handle: UserHandle) -> Self {
        Self {
            user_id: user.id().to_owned(),
            name: user.name().to_owned(),
            display_name: user.display_name().to_owned(),
            handle,
        }
    }

    #[cfg(all(feature = "inspector", debug_assertions))]
    pub(crate) fn user_id(&self) -> &str {
        &self.user_id
    }

    pub(crate) fn user(self) -> (PasskeyUser, UserHandle) {
        let user = PasskeyUser::new(self.user_id, self.name, self.display_name);
        (user, self.handle)
    }
}

impl PendingCeremony {
    /// Creates the state of a ceremony that begins at `begun_at`.
    ///
    /// Cuts the time to the millisecond, which is the precision in which ceremonies are kept.
    pub(crate) fn new<D>(
        rp_id: &str,
        application: Application,
        challenge: Challenge,
        purpose: Purpose,
        begun_at: OffsetDateTime,
        lifetime: D,
    ) -> Self
    where
        OffsetDateTime: Add<D, Output = OffsetDateTime>,
    {
        let begun_at = to_millisecond(begun_at);
        Self {
            rp_id: rp_id.to_owned(),
            application,
            challenge,
            purpose,
            begun_at,
            expires_at: begun_at + lifetime,
            listed_until: None,
            profile: None,
        }
    }

    /// Adds the profile that was chosen, if one was.
    pub(crate) fn with_profile(mut self, name: Option<&str>) -> Self {
        self.profile = name.map(str::to_owned);
        self
    }

    /// Adds that the client got a list of credentials, the newest of which was registered then.
    ///
    /// Machines have different clocks, so that may be later than the ceremony's begin.
    pub(crate) fn with_list(mut self, newest: OffsetDateTime) -> Self {
        self.listed_until = Some(to_millisecond(newest.max(self.begun_at)));
        self
    }

    /// Returns the user ID of a sign-in that was begun for a named user. Empty for one who does not
    /// exist.
    #[cfg(feature = "sealed")]
    pub(crate) fn named(&self) -> Option<&str> {
        match &self.purpose {
            Purpose::Authenticate(user_id) => user_id.as_deref(),
            _ => None,
        }
    }

    /// Returns the time at which the ceremony was begun, in the library's clock. In
    /// [`put`](crate::store::ChallengeStore::put) this is the current time.
    #[must_use]
    pub fn begun_at(&self) -> OffsetDateTime {
        self.begun_at
    }

    /// Returns the time from which on the ceremony cannot be finished, and a store may drop it.
    #[must_use]
    pub fn expires_at(&self) -> OffsetDateTime {
        self.expires_at
    }

    /// Returns a digest of the user who began the ceremony and is signed in (a registration of a further
    /// passkey or a step-up), or has passed the first factor (a second factor). Returns `None` for sign-ins
    /// and sign-ups, which anybody can begin.
    ///
    /// The digest is the same for all ceremonies that one user begins at one application and RP ID, but
    /// that of second factors differs: whoever has only the password cannot push out the others. A
    /// store uses it to keep the ceremonies of signed-in users
    /// [apart](crate::store::ChallengeStore#requirements).
    #[must_use]
    pub fn begun_by(&self) -> Option<[u8; 16]> {
        let user_id = match &self.purpose {
            Purpose::Register(account) | Purpose::RegisterConditionally(account) => {
                &account.user_id
            }
            Purpose::SecondFactor { user_id } | Purpose::StepUp { user_id, .. } => user_id,
            Purpose::SignUp(_) | Purpose::Authenticate(_) => return None,
        };
        // With the length of the RP ID, which has at most 253 characters, no two users have the same
        // input; and it is short, so that it is one block of SHA-256.
        let rp_id_length = u8::try_from(self.rp_id.len()).unwrap_or(u8::MAX);
        let is_second_factor = matches!(self.purpose, Purpose::SecondFactor { .. });
        let digest: [u8; 32] = Sha256::new()
            .chain_update(self.application.to_bytes())
            .chain_update([u8::from(is_second_factor), rp_id_length])
            .chain_update(&self.rp_id)
            .chain_update(user_id)
            .finalize()
            .into();
        digest.first_chunk().copied()
    }
}

/// Cuts a time to the millisecond, which is the precision in which ceremonies are kept.
pub(crate) fn to_millisecond(time: OffsetDateTime) -> OffsetDateTime {
    time.replace_millisecond(time.millisecond()).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::Account;
    use crate::{CredentialId, PasskeyUser, UserHandle};

    #[test]
    fn ceremony_state_holds_no_session_fields_of_the_user() {
        let user = PasskeyUser::new("42", "ada@example.com", "Ada");
        let id = CredentialId::from_array(*b"id");
        let in_session = user
            .clone()
            .signed_in_with(id)
            .keeps_last_passkey(true)
            .authenticated_at(OffsetDateTime::UNIX_EPOCH);
        assert_ne!(in_session, user);
        let handle = UserHandle::random().unwrap();
        let kept = Account::new(&in_session, handle.clone());
        assert_eq!(kept.user(), (user, handle));
    }
}
