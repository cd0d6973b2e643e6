use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{PasskeyUser, domain::action::Action, domain::challenge::Challenge};

/// A ceremony that was begun and is not finished: what a [`ChallengeStore`] keeps.
///
/// Stores treat it as a whole. It serialises with serde for those that keep it outside the
/// process; the form may change between releases, as the content lives for minutes.
///
/// [`ChallengeStore`]: crate::store::ChallengeStore
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

/// What a ceremony was begun for. Only a finish of the same purpose redeems it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// A further passkey for an account that exists.
    Register(Account),
    /// An account that comes into being with its first passkey.
    SignUp(Account),
    /// A sign-in; by the user with this id, where the ceremony was begun for one.
    Authenticate(Option<String>),
    /// The consent of a user who is signed in to one action.
    StepUp { user_id: String, action: Action },
}

/// Whom a passkey is for: of a [`PasskeyUser`] what outlives the request that it came with.
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
    /// When it was begun: the present, for a store that is given one to keep.
    #[must_use]
    pub fn begun_at(&self) -> OffsetDateTime {
        self.begun_at
    }

    /// From when on it cannot be finished, and a store may forget it.
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
    fn what_waits_knows_nothing_of_the_session() {
        let user = PasskeyUser::new("42", "ada@example.com", "Ada");
        let id = CredentialId::from(&b"id"[..]);
        let in_session = user.clone().signed_in_with(id).keeps_last_passkey(true);
        assert_ne!(in_session, user);
        assert_eq!(PasskeyUser::from(Account::from(&in_session)), user);
    }
}
