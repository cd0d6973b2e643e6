use serde::{Deserialize, Serialize};

use crate::Error;

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
        }
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
