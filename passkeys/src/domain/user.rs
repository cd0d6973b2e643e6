use serde::{Deserialize, Serialize};

use crate::{CredentialId, Error};

/// The account that a passkey is created for or managed by, as the application knows it.
///
/// The library keeps no user records: an application's `get_user` hook says who is asking, and
/// this is its answer.
///
/// ```
/// use passkeys::PasskeyUser;
///
/// let user = PasskeyUser::new("42", "ada@example.com", "Ada Lovelace");
/// assert_eq!(user.id(), "42");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PasskeyUser {
    id: String,
    name: String,
    display_name: String,
    #[serde(default)]
    signed_in_with: Option<CredentialId>,
    #[serde(default)]
    keeps_last_passkey: bool,
}

impl PasskeyUser {
    /// The most bytes a user handle may have
    /// ([Level 3, §5.4.3](https://www.w3.org/TR/webauthn-3/#dom-publickeycredentialuserentity-id)).
    pub const MAX_ID_BYTES: usize = 64;

    /// The most bytes of a name that this library accepts. Authenticators may cut names at 64.
    pub const MAX_NAME_BYTES: usize = 1024;

    /// Describes an account.
    ///
    /// `id` is the application's own stable identifier, 1 to 64 bytes of UTF-8. It becomes the
    /// WebAuthn *user handle*: authenticators store it and anyone who holds one can read it, so
    /// it should be a key of the user's record and nothing that tells who they are (no e-mail
    /// address). `name` distinguishes accounts for the person, such as an e-mail address;
    /// `display_name` is what they like to be called. Both are shown by browsers.
    ///
    /// An id or name outside its bounds is refused when a ceremony is begun.
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        display_name: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            display_name: display_name.into(),
            signed_in_with: None,
            keeps_last_passkey: false,
        }
    }

    /// Says which passkey this user signed in with now, as `on_authenticated` was told
    /// (`login.credential().id`) and the session has kept it: `GET /credentials` marks it as
    /// `current`.
    ///
    /// A [`CredentialId`] is written and read as text and with serde. Without one, because the
    /// user came in by other means or the session does not say, no passkey is marked.
    ///
    /// ```
    /// use passkeys::{CredentialId, PasskeyUser};
    ///
    /// # fn main() -> Result<(), passkeys::Error> {
    /// let from_the_session: CredentialId = "3q2-7w".parse()?;
    /// let user = PasskeyUser::new("42", "ada", "Ada").signed_in_with(from_the_session);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn signed_in_with(mut self, id: impl Into<Option<CredentialId>>) -> Self {
        self.signed_in_with = id.into();
        self
    }

    /// Whether the router refuses to delete this user's last passkey that can sign in, with
    /// [`Error::LastCredential`]; otherwise it deletes any.
    ///
    /// For accounts that have no other way in, which only the application knows. It holds however
    /// many passkeys are deleted at once. A suspended passkey cannot sign in: it can always be
    /// deleted, and does not count as one that is left.
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

    /// The application's identifier; in UTF-8 the WebAuthn user handle.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What tells this account from the person's others, such as an e-mail address.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the person likes to be called.
    #[must_use]
    pub fn display_name(&self) -> &str {
        &self.display_name
    }

    pub(crate) fn is_signed_in_with(&self, id: &CredentialId) -> bool {
        self.signed_in_with.as_ref() == Some(id)
    }

    pub(crate) fn must_keep_last_passkey(&self) -> bool {
        self.keeps_last_passkey
    }

    /// Whether a credential can be created for this user.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let problem = if self.id.is_empty() {
            "its id is empty"
        } else if self.id.len() > Self::MAX_ID_BYTES {
            "its id is longer than 64 bytes, the most a user handle may have"
        } else if self.name.is_empty() {
            "its name is empty, and browsers would show nothing to choose by"
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
    use super::PasskeyUser;
    use crate::CredentialId;

    #[test]
    fn a_user_who_was_kept_in_a_session_comes_back_whole() {
        let user = PasskeyUser::new("42", "ada@example.com", "Ada")
            .signed_in_with(CredentialId::from_array(*b"id"))
            .keeps_last_passkey(true);
        let kept = serde_json::to_string(&user).unwrap();
        assert_eq!(serde_json::from_str::<PasskeyUser>(&kept).unwrap(), user);
    }

    #[test]
    fn a_user_of_whom_nothing_is_said_signed_in_without_a_passkey_and_may_delete_all() {
        let kept = r#"{ "id": "42", "name": "ada@example.com", "display_name": "Ada" }"#;
        let user: PasskeyUser = serde_json::from_str(kept).unwrap();
        assert_eq!(user, PasskeyUser::new("42", "ada@example.com", "Ada"));
        assert!(!user.is_signed_in_with(&CredentialId::from_array(*b"id")));
        assert!(!user.must_keep_last_passkey());
    }
}
