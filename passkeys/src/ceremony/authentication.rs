use std::fmt;

use serde::Deserialize;

use super::{
    AuthenticationResponse, AuthenticationResult, Begun, Ceremonies, RequestOptions,
    assertion::{Asked, Assertion, Kinds},
    decoy::Named,
};
#[cfg(feature = "client")]
use crate::CredentialId;
use crate::{
    Error, PasskeyUser,
    audit::{AuditKind, Reason},
    pending::{PendingCeremony, Purpose},
    store::CredentialRepository,
};

/// The authentication ceremony
/// ([Level 3, §7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion)).
pub struct Authentication<'a, R>(&'a Ceremonies<R>);

/// The body of `authenticate/finish`.
#[derive(Clone, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::FinishAuthentication))]
pub struct FinishAuthentication<C = AuthenticationResponse> {
    /// What `navigator.credentials.get()` answered.
    pub credential: C,
    /// What `begin` answered.
    pub state: String,
}

impl<C: fmt::Debug> fmt::Debug for FinishAuthentication<C> {
    /// Not the state: whoever has it can end the ceremony.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinishAuthentication")
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

impl<'a, R: CredentialRepository> Authentication<'a, R> {
    pub(crate) fn new(ceremonies: &'a Ceremonies<R>) -> Self {
        Self(ceremonies)
    }

    fn assertion(&self) -> Assertion<'a, R> {
        let kinds = Kinds {
            begun: AuditKind::AuthenticationBegun,
            succeeded: AuditKind::AuthenticationSucceeded,
            failed: AuditKind::AuthenticationFailed,
        };
        Assertion::new(self.0, kinds)
    }

    /// Begins a sign-in: by anybody with a discoverable passkey, or only by the user with this
    /// id.
    ///
    /// An unknown user is answered like a known one, with made-up credentials that stay the
    /// same, so that nobody learns who has an account.
    ///
    /// # Errors
    ///
    /// [`Error::StorageUnavailable`].
    pub async fn begin(&self, user_id: Option<&str>) -> Result<Begun<RequestOptions>, Error> {
        match user_id {
            None => {
                let purpose = Purpose::Authenticate(None);
                self.assertion().hand_out(None, Vec::new(), purpose).await
            }
            Some(user_id) => {
                // No user has a longer id, and what waits must not be as long as a peer likes.
                let nobody = user_id.len() > PasskeyUser::MAX_ID_BYTES;
                let known = if nobody { "" } else { user_id };
                self.begin_for(known, &Named::Id(user_id)).await
            }
        }
    }

    /// Begins a sign-in by the account that the application found under a name, or did not.
    pub(crate) async fn begin_by_name(
        &self,
        username: &str,
        user: Option<&PasskeyUser>,
    ) -> Result<Begun<RequestOptions>, Error> {
        // The empty id is nobody's, so no passkey finishes what is begun for it.
        let user_id = user.map_or("", PasskeyUser::id);
        self.begin_for(user_id, &Named::Name(username)).await
    }

    async fn begin_for(
        &self,
        user_id: &str,
        named: &Named<'_>,
    ) -> Result<Begun<RequestOptions>, Error> {
        // Made for everybody, so that the answer takes as long.
        let decoys = self.0.decoys.of(named, self.0.possible());
        let assertion = self.assertion();
        let usable = assertion.usable(user_id).await?;
        let allow = if usable.is_empty() { decoys } else { usable };
        let purpose = Purpose::Authenticate(Some(user_id.to_owned()));
        assertion.hand_out(Some(user_id), allow, purpose).await
    }

    /// Finishes a sign-in and records it in the repository.
    ///
    /// # Errors
    ///
    /// [`Error::ChallengeNotFound`] unless the ceremony waits, [`Error::AuthenticationFailed`]
    /// for everything that is wrong with the answer, [`Error::StorageUnavailable`]. After each
    /// of them the ceremony is gone.
    pub async fn finish(
        &self,
        request: &FinishAuthentication,
    ) -> Result<AuthenticationResult, Error> {
        let asked = self.redeem(&request.state).await?;
        self.complete(&asked, &request.credential).await
    }

    /// Takes the ceremony that waits under `state`, first of all and once.
    pub(crate) async fn redeem(&self, state: &str) -> Result<Asked, Error> {
        let taken = self.0.take(state).await;
        let reason = match taken.map_err(|error| self.assertion().lost(error, None, None))? {
            Ok(PendingCeremony {
                purpose: Purpose::Authenticate(user_id),
                challenge,
                ..
            }) => return Ok(Asked { user_id, challenge }),
            Ok(_) => Reason::OtherPurpose,
            Err(reason) => reason,
        };
        Err(self.assertion().refuse(reason, None, None))
    }

    pub(crate) async fn complete(
        &self,
        asked: &Asked,
        response: &AuthenticationResponse,
    ) -> Result<AuthenticationResult, Error> {
        self.assertion().complete(asked, response).await
    }

    /// Whether no passkey has this id, and none was made up with it for a user whom `begin`
    /// does not know.
    #[cfg(feature = "client")]
    pub(crate) async fn is_unknown(&self, id: &CredentialId) -> Result<bool, Error> {
        // Both are asked whatever the other says, so that it takes as long.
        let made_up = self.0.decoys.made(id);
        Ok(self.0.repository.find(id).await?.is_none() && !made_up)
    }

    /// Tells the audit trail that the answer cannot be read.
    pub(crate) fn unreadable(&self, asked: &Asked) {
        self.assertion().unreadable(asked);
    }
}
