use std::ops::Add;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{PasskeyUser, domain::action::Action, domain::challenge::Challenge};

/// Server-side state of a ceremony that was begun and not yet finished, kept by a
/// [`ChallengeStore`](crate::store::ChallengeStore).
///
/// Opaque to stores. It serializes with serde for stores outside the process. The serialized form
/// may change between releases, since a ceremony lives for minutes; a store that cannot read one
/// treats it as unknown.
///
/// Tests of stores get one from `passkeys::testing::pending_ceremony`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingCeremony {
    pub(crate) rp_id: String,
    pub(crate) challenge: Challenge,
    pub(crate) purpose: Purpose,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub(crate) begun_at: OffsetDateTime,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub(crate) expires_at: OffsetDateTime,
}

/// Purpose that a ceremony was begun for. Only a finish of the same purpose redeems it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// Registration of a further passkey for an existing account.
    Register(Account),
    /// Registration of the first passkey of a new account.
    SignUp(Account),
    /// Sign-in; by the user with this ID, if one was named.
    Authenticate(Option<String>),
    /// Step-up: consent of a signed-in user to one action.
    StepUp { user_id: String, action: Action },
}

/// Account that a passkey is registered for: those fields of a [`PasskeyUser`] that do not belong
/// to the session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    id: String,
    name: String,
    display_name: String,
}

impl From<&PasskeyUser> for Account {
    fn from(user: &PasskeyUser) -> Self {
        Self {
            id: user.id().to_owned(),
            name: user.name().to_owned(),
            display_name: user.display_name().to_owned(),
        }
    }
}

impl From<Account> for PasskeyUser {
    fn from(account: Account) -> Self {
        Self::new(account.id, account.name, account.display_name)
    }
}

impl PendingCeremony {
    /// Creates the state of a ceremony that begins at `begun_at`.
    ///
    /// Cuts the time to the millisecond, which is the precision in which ceremonies are kept.
    pub(crate) fn new<D>(
        rp_id: &str,
        challenge: Challenge,
        purpose: Purpose,
        begun_at: OffsetDateTime,
        lifetime: D,
    ) -> Self
    where
        OffsetDateTime: Add<D, Output = OffsetDateTime>,
    {
        let begun_at = begun_at
            .replace_millisecond(begun_at.millisecond())
            .unwrap_or(begun_at);
        Self {
            rp_id: rp_id.to_owned(),
            challenge,
            purpose,
            begun_at,
            expires_at: begun_at + lifetime,
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
}

#[cfg(test)]
mod tests {
    use super::Account;
    use crate::{CredentialId, PasskeyUser};

    #[test]
    fn ceremony_state_holds_no_session_fields_of_the_user() {
        let user = PasskeyUser::new("42", "ada@example.com", "Ada");
        let id = CredentialId::from_array(*b"id");
        let in_session = user.clone().signed_in_with(id).keeps_last_passkey(true);
        assert_ne!(in_session, user);
        assert_eq!(PasskeyUser::from(Account::from(&in_session)), user);
    }
}
