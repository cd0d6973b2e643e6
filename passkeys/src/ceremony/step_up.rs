use std::fmt;

use serde::Deserialize;

use super::{
    Action, AuthenticationResponse, AuthenticationResult, Begun, Ceremonies, RequestOptions,
    assertion::{Asked, Assertion, Kinds},
};
use crate::{
    Error, PasskeyUser,
    audit::{AuditKind, Reason},
    pending::{PendingCeremony, Purpose},
    store::CredentialRepository,
};

/// The step-up ceremony: a user who is signed in agrees to one [`Action`] with a passkey of theirs
/// ([Level 3, §7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion)).
///
/// [`Verified`](crate::Verified) is the same as an extractor. Both promise as much as the challenge
/// store does: with one that lets every process finish a ceremony once (`SealedChallenges`), an
/// action can be agreed to once and be done once by each process.
///
/// ```
/// # use passkeys::{AuthenticationResult, Passkeys, passkeys, store::MemoryRepository};
/// # #[derive(Clone)]
/// # struct App;
/// # #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
/// # impl App {
/// #     type Repository = MemoryRepository;
/// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
/// #     async fn on_authenticated(&self, login: AuthenticationResult) -> String { String::new() }
/// # }
/// use passkeys::{
///     Error, PasskeyUser,
///     ceremony::{Action, FinishStepUp},
/// };
/// use serde_json::value::RawValue;
///
/// /// `DELETE /account`, for those who have their own idea of routes. `RawValue` is the body's
/// /// text, as the browser sent it.
/// async fn delete_account(
///     passkeys: &Passkeys<App>,
///     user: &PasskeyUser,
///     request: &FinishStepUp<Box<RawValue>>,
/// ) -> Result<(), Error> {
///     let action = Action::new("DELETE", "/account", request.body.get().as_bytes());
///     let consent = passkeys.step_up().finish(user, &action, request).await?;
///     println!("{} goes, by their {}", user.name(), consent.credential().device_name);
///     Ok(())
/// }
/// ```
pub struct StepUp<'a, R>(&'a Ceremonies<R>);

/// The body of a request that a person has agreed to: what they answered, and what the request is
/// about.
///
/// `T` is that part's type. [`Action`] wants its text, so those who read this themselves read it
/// as `FinishStepUp<Box<RawValue>>`; for an OpenAPI document it is what the handler's
/// [`Verified`](crate::Verified) gives, `request_body = FinishStepUp<Transfer>`.
#[derive(Clone, Deserialize)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    schema(as = Passkeys::FinishStepUp, description = "A request that a person has agreed to.")
)]
pub struct FinishStepUp<T = ()> {
    /// What `navigator.credentials.get()` answered.
    pub credential: AuthenticationResponse,
    /// What `begin` answered.
    pub state: String,
    /// What the action is about.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(schema_with = T::schema, required))]
    pub body: T,
}

impl<T> fmt::Debug for FinishStepUp<T> {
    /// Not the state: whoever has it can end the ceremony. Nor the body, whose text is a person's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinishStepUp")
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

impl<'a, R: CredentialRepository> StepUp<'a, R> {
    pub(crate) fn new(ceremonies: &'a Ceremonies<R>) -> Self {
        Self(ceremonies)
    }

    fn assertion(&self) -> Assertion<'a, R> {
        let kinds = Kinds {
            begun: AuditKind::StepUpBegun,
            succeeded: AuditKind::StepUpSucceeded,
            failed: AuditKind::StepUpFailed,
        };
        Assertion::new(self.0, kinds)
    }

    /// Asks the user who is signed in to agree to an action, with any passkey of theirs that is
    /// not suspended.
    ///
    /// # Errors
    ///
    /// [`Error::CredentialNotFound`] where they have none, [`Error::StorageUnavailable`].
    pub async fn begin(
        &self,
        user: &PasskeyUser,
        action: &Action,
    ) -> Result<Begun<RequestOptions>, Error> {
        let assertion = self.assertion();
        let allow = assertion.usable(user.id()).await?;
        if allow.is_empty() {
            return Err(Error::CredentialNotFound);
        }
        let purpose = Purpose::StepUp {
            user_id: user.id().to_owned(),
            action: action.clone(),
        };
        assertion.hand_out(Some(user.id()), allow, purpose).await
    }

    /// Whether this user, who is signed in now, agrees to this action, which is about to be done.
    /// Recorded in the repository as a use of their passkey.
    ///
    /// # Errors
    ///
    /// [`Error::ChallengeNotFound`] unless the ceremony waits and was begun by this user for this
    /// action, [`Error::AuthenticationFailed`] for everything that is wrong with the answer,
    /// [`Error::StorageUnavailable`]. After each of them the ceremony is gone.
    pub async fn finish<T>(
        &self,
        user: &PasskeyUser,
        action: &Action,
        request: &FinishStepUp<T>,
    ) -> Result<AuthenticationResult, Error> {
        let begun = self.redeem(&request.state).await?;
        let asked = self.check(begun, user, action)?;
        self.complete(&asked, &request.credential).await
    }

    /// Takes the ceremony that waits under `state`, first of all and once.
    pub(crate) async fn redeem(&self, state: &str) -> Result<BegunStepUp, Error> {
        let taken = self.0.take(state).await;
        let reason = match taken.map_err(|error| self.assertion().lost(error, None, None))? {
            Ok(PendingCeremony {
                purpose: Purpose::StepUp { user_id, action },
                challenge,
                ..
            }) => {
                let user_id = Some(user_id);
                let asked = Asked { user_id, challenge };
                return Ok(BegunStepUp { asked, action });
            }
            Ok(_) => Reason::OtherPurpose,
            Err(reason) => reason,
        };
        Err(self.assertion().refuse(reason, None, None))
    }

    /// Refuses what somebody else was asked, and what was asked about something else.
    pub(crate) fn check(
        &self,
        begun: BegunStepUp,
        user: &PasskeyUser,
        action: &Action,
    ) -> Result<Asked, Error> {
        let reason = if begun.asked.user_id.as_deref() != Some(user.id()) {
            Reason::OtherUser
        } else if begun.action != *action {
            Reason::OtherAction
        } else {
            return Ok(begun.asked);
        };
        Err(self.assertion().refuse(reason, Some(user.id()), None))
    }

    /// Tells the audit trail that the application does not say who is asking.
    pub(crate) fn not_signed_in(&self, begun: &BegunStepUp) {
        let user_id = begun.asked.user_id.as_deref();
        self.assertion().refuse(Reason::NotSignedIn, user_id, None);
    }

    /// Tells the audit trail that the answer cannot be read.
    pub(crate) fn unreadable(&self, asked: &Asked) {
        self.assertion().unreadable(asked);
    }

    pub(crate) async fn complete(
        &self,
        asked: &Asked,
        response: &AuthenticationResponse,
    ) -> Result<AuthenticationResult, Error> {
        self.assertion().complete(asked, response).await
    }
}

/// A step-up taken out of the store, to be completed or dropped.
pub(crate) struct BegunStepUp {
    asked: Asked,
    action: Action,
}
