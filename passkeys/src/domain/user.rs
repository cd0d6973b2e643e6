use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, serde::rfc3339};

use crate::{CredentialId, Error, UserHandle};

/// User of the application who creates, manages or consents with passkeys.
///
/// The library keeps no user records: the application's `get_user` hook returns the user who is
/// signed in.
///
/// ```
/// use passkeys::PasskeyUser;
///
/// let user = PasskeyUser::new("42", "ada@example.com", "Ada Lovelace");
/// assert_eq!(user.id_as::<u64>(), Ok(42));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PasskeyUser {
    id: String,
    name: String,
    display_name: String,
    #[serde(default)]
    handle: Option<UserHandle>,
    #[serde(default)]
    signed_in_with: Option<CredentialId>,
    #[serde(default)]
    keeps_last_passkey: bool,
    #[serde(default, with = "rfc3339::option")]
    authenticated_at: Option<OffsetDateTime>,
}

impl PasskeyUser {
    /// Maximum length of a user ID in bytes.
    pub const MAX_ID_BYTES: usize = 255;

    /// Maximum length of a user name or display name in bytes. Authenticators may truncate names at
    /// 64 bytes.
    pub const MAX_NAME_BYTES: usize = 1024;

    /// Creates a user.
    ///
    /// - `id` is the application's stable ID of the user, 1 to 255 bytes of UTF-8 without NUL, such as
    ///   the key of the user's record. It stays on the server: passkeys carry a [user handle](Self::handle).
    ///   Not an e-mail address, which changes and may get another owner: the log warns of it.
    /// - `name` is the user name that distinguishes accounts, such as an e-mail address.
    /// - `display_name` is what the user likes to be called. Browsers show both names.
    ///
    /// Beginning a ceremony for a user whose ID or names are out of bounds fails with
    /// [`Error::InvalidUser`].
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        display_name: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            display_name: display_name.into(),
            handle: None,
            signed_in_with: None,
            keeps_last_passkey: false,
            authenticated_at: None,
        }
    }

    /// Sets the user handle that the user's new passkeys carry. Default: the one that their oldest
    /// passkey of this RP ID carries, and for their first passkey 64 random bytes.
    ///
    /// For applications that keep a handle in their user records. The handle is then the same after
    /// a user has deleted all passkeys, and browsers can be [told](crate::Passkeys::router) that none
    /// is left. It must be stable and of this user only, and no personal data: authenticators store
    /// it, and anyone who holds one can read it.
    ///
    /// Passkeys that exist keep the handle that they were registered with, and go on signing in.
    ///
    /// ```
    /// use passkeys::{PasskeyUser, UserHandle};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let from_the_record = "3q2-7w";
    /// let handle: UserHandle = from_the_record.parse()?;
    /// let user = PasskeyUser::new("42", "ada", "Ada").handle(handle);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn handle(mut self, handle: impl Into<Option<UserHandle>>) -> Self {
        self.handle = handle.into();
        self
    }

    /// Sets the passkey that this session was signed in with: `GET /credentials` marks it as
    /// `current`.
    ///
    /// `on_authenticated` receives it as `login.credential().id`; keep it in the session. It
    /// converts to and from text and with serde. If it is not set, for example because the user
    /// signed in with a password, no passkey is marked.
    ///
    /// ```
    /// use passkeys::{CredentialId, PasskeyUser};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let from_the_session: CredentialId = "3q2-7w".parse()?;
    /// let user = PasskeyUser::new("42", "ada", "Ada").signed_in_with(from_the_session);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn signed_in_with(mut self, id: impl Into<Option<CredentialId>>) -> Self {
        self.signed_in_with = id.into();
        self
    }

    /// Sets whether the user's last usable passkey is protected from deletion. Default: `false`.
    ///
    /// For accounts that have no other way to sign in, which only the application knows. Deleting
    /// it then fails with [`Error::LastCredential`], also under concurrent deletions. A suspended
    /// passkey is not usable: it can always be deleted, and does not count.
    ///
    /// ```
    /// # use passkeys::PasskeyUser;
    /// # let has_password = false;
    /// let user = PasskeyUser::new("42", "ada", "Ada").keeps_last_passkey(!has_password);
    /// ```
    #[must_use]
    pub fn keeps_last_passkey(mut self, keeps: bool) -> Self {
        self.keeps_last_passkey = keeps;
        self
    }

    /// Sets the time at which the user last signed in to this session, by whatever means: a passkey, a
    /// password, a federated login. Default: unknown.
    ///
    /// Where the configuration has the key `fresh`, adding and deleting a passkey takes a sign-in that
    /// recent, or consent by [step-up](crate::Verified); a sign-in of unknown age is not recent. The
    /// policy [`Recent`](crate::policy::Recent) lets handlers of the application do the same.
    ///
    /// Take the time of the server's clock in `on_authenticated` (and where a password is checked), keep
    /// it in the session, and never take it from the client. A time more than a minute ahead of the
    /// library's clock is not recent.
    ///
    /// ```
    /// use passkeys::{PasskeyUser, time::OffsetDateTime};
    ///
    /// let from_the_session = OffsetDateTime::from_unix_timestamp(1_800_000_000)?;
    /// let user = PasskeyUser::new("42", "ada", "Ada").authenticated_at(from_the_session);
    /// # Ok::<(), passkeys::time::error::ComponentRange>(())
    /// ```
    #[must_use]
    pub fn authenticated_at(mut self, at: impl Into<Option<OffsetDateTime>>) -> Self {
        self.authenticated_at = at.into();
        self
    }

    /// Returns the application's ID of the user.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Parses the ID of the user, for example as `Uuid` or `i64`.
    ///
    /// # Errors
    ///
    /// The error of `T` if the ID is of another form.
    pub fn id_as<T: FromStr>(&self) -> Result<T, T::Err> {
        self.id.parse()
    }

    /// Returns the user name that distinguishes accounts, such as an e-mail address.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns what the user likes to be called.
    #[must_use]
    pub fn display_name(&self) -> &str {
        &self.display_name
    }

    /// Returns the user handle that the application has set.
    pub(crate) fn own_handle(&self) -> Option<&UserHandle> {
        self.handle.as_ref()
    }

    pub(crate) fn is_signed_in_with(&self, id: &CredentialId) -> bool {
        self.signed_in_with.as_ref() == Some(id)
    }

    /// Returns the time of the user's last sign-in, if the application has set it.
    pub(crate) fn signed_in_at(&self) -> Option<OffsetDateTime> {
        self.authenticated_at
    }

    pub(crate) fn must_keep_last_passkey(&self) -> bool {
        self.keeps_last_passkey
    }

    /// Checks the bounds of ID and names.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let problem = if self.id.is_empty() {
            "its ID is empty"
        } else if self.id.len() > Self::MAX_ID_BYTES {
            "its ID is longer than 255 bytes"
        } else if self.id.contains('\0') {
            "its ID contains NUL, which PostgreSQL cannot store"
        } else if self.name.is_empty() {
            "its name is empty, so browsers could not show which account it is"
        } else if self.name.len().max(self.display_name.len()) > Self::MAX_NAME_BYTES {
            "its name or display name is longer than 1024 bytes"
        } else {
            return Ok(());
        };
        Err(Error::InvalidUser(problem))
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::PasskeyUser;
    use crate::{CredentialId, UserHandle};

    #[test]
    fn serialised_user_deserialises_to_the_same_user() {
        let user = PasskeyUser::new("42", "ada@example.com", "Ada")
            .handle(UserHandle::random().unwrap())
            .signed_in_with(CredentialId::from_array(*b"id"))
            .keeps_last_passkey(true)
            .authenticated_at(OffsetDateTime::UNIX_EPOCH);
        let kept = serde_json::to_string(&user).unwrap();
        assert_eq!(serde_json::from_str::<PasskeyUser>(&kept).unwrap(), user);
    }

    #[test]
    fn user_without_session_members_has_no_current_passkey_and_no_time_of_sign_in_and_may_delete_all()
     {
        let kept = r#"{ "id": "42", "name": "ada@example.com", "display_name": "Ada" }"#;
        let user: PasskeyUser = serde_json::from_str(kept).unwrap();
        assert_eq!(user, PasskeyUser::new("42", "ada@example.com", "Ada"));
        assert!(!user.is_signed_in_with(&CredentialId::from_array(*b"id")));
        assert!(!user.must_keep_last_passkey());
        assert_eq!(user.signed_in_at(), None);
    }
}
