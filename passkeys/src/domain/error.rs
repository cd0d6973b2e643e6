use std::{borrow::Cow, error::Error as StdError, fmt};

use passkeys_rules::debug::with_causes;

/// Error of a ceremony or of passkey management.
///
/// Each variant has a stable [`code`](Self::code) and HTTP [`status`](Self::status). As a response it
/// is `{"error": {"code", "message"}}`. Errors of failed verifications are opaque: only the audit
/// trail has the reason.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The ceremony state is unknown, already used, expired, or of another ceremony, user or
    /// application.
    #[error("The ceremony is unknown, already finished or expired. Begin again.")]
    ChallengeNotFound,
    /// The registration does not verify.
    #[error("The registration could not be verified.")]
    AttestationVerificationFailed,
    /// The credential ID is already registered, by this user or another.
    #[error("This passkey is already registered.")]
    CredentialAlreadyExists,
    /// The user has as many passkeys as the configuration allows:
    /// [`Config::max_credentials`](crate::Config::max_credentials).
    #[error("This account has the maximum number of passkeys. Delete one first.")]
    TooManyCredentials,
    /// The user of a sign-up already has passkeys.
    #[error("This account exists already. Sign in instead.")]
    AccountAlreadyExists,
    /// The sign-in or step-up failed. The same for every cause.
    #[error("The passkey could not be verified.")]
    AuthenticationFailed,
    /// The sign-in is too old for this request, or of unknown age, and the request came without consent
    /// by step-up: [`Config::fresh`](crate::Config::fresh), [`policy::Recent`](crate::policy::Recent).
    #[error("This needs a recent sign-in. Confirm with a passkey, or sign in again.")]
    ReauthenticationRequired,
    /// The handler takes consent by step-up ([`Verified`](crate::Verified)), and the request came
    /// without: its body is not an object with the members `credential` and `state`.
    #[error(
        "This needs consent with a passkey: begin with `step-up/begin`, and send the request as \
         `credential`, `state` and `body`."
    )]
    StepUpRequired,
    /// The user has no passkey to step up or to pass a second factor with: none is registered at this
    /// relying party, or all are suspended.
    #[error(
        "This account has no passkey that can be used. Add one first, or confirm in another way."
    )]
    NoPasskeys,
    /// The signed-in user has no credential with this ID.
    #[error("No such passkey.")]
    CredentialNotFound,
    /// The user's last usable passkey is protected from deletion:
    /// [`PasskeyUser::keeps_last_passkey`](crate::PasskeyUser::keeps_last_passkey).
    #[error("This is the last passkey that can sign in. Add another one first.")]
    LastCredential,
    /// The request body is not JSON.
    #[error("{0}")]
    MalformedRequest(Cow<'static, str>),
    /// The request body is JSON of another shape, or a value is out of bounds.
    #[error("{0}")]
    InvalidRequest(Cow<'static, str>),
    /// The request body is larger than 64 KiB.
    #[error("The request body is larger than 64 KiB.")]
    PayloadTooLarge,
    /// The request body is not declared as JSON.
    #[error("Expected a body with `Content-Type: application/json`.")]
    UnsupportedMediaType,
    /// The route exists, with other methods.
    #[error("This method is not allowed here.")]
    MethodNotAllowed,
    /// A store failed or cannot be reached. The cause is for the log.
    #[error("Storage is unavailable. Try again.")]
    StorageUnavailable(#[from] StoreError),
    /// A hook returned a user whose ID or names are out of bounds: a mistake in the application.
    #[error("Something went wrong on the server.")]
    InvalidUser(&'static str),
}

impl fmt::Debug for Error {
    /// Formats the message, and what only the log may have: the cause of a store's failure, and the
    /// problem of a hook's user. `main` and `unwrap` print this.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StorageUnavailable(error) => write!(f, "{error:?}"),
            Self::InvalidUser(problem) => {
                write!(
                    f,
                    "a hook returned a user that cannot have passkeys: {problem}"
                )
            }
            other => write!(f, "{other}"),
        }
    }
}

impl Error {
    /// Returns the stable code that clients match on, such as `challenge_not_found`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ChallengeNotFound => "challenge_not_found",
            Self::AttestationVerificationFailed => "attestation_verification_failed",
            Self::CredentialAlreadyExists => "credential_already_exists",
            Self::TooManyCredentials => "too_many_credentials",
            Self::AccountAlreadyExists => "account_already_exists",
            Self::AuthenticationFailed => "authentication_failed",
            Self::ReauthenticationRequired => "reauthentication_required",
            Self::StepUpRequired => "step_up_required",
            Self::NoPasskeys => "no_passkeys",
            Self::CredentialNotFound => "credential_not_found",
            Self::LastCredential => "last_credential",
            Self::MalformedRequest(_) | Self::InvalidRequest(_) => "invalid_request",
            Self::PayloadTooLarge => "payload_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::StorageUnavailable(_) => "storage_unavailable",
            Self::InvalidUser(_) => "internal_error",
        }
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::ChallengeNotFound
            | Self::AttestationVerificationFailed
            | Self::MalformedRequest(_) => 400,
            Self::AuthenticationFailed => 401,
            Self::ReauthenticationRequired | Self::StepUpRequired => 403,
            Self::NoPasskeys | Self::CredentialNotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::CredentialAlreadyExists
            | Self::TooManyCredentials
            | Self::AccountAlreadyExists
            | Self::LastCredential => 409,
            Self::PayloadTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::InvalidRequest(_) => 422,
            Self::InvalidUser(_) => 500,
            Self::StorageUnavailable(_) => 503,
        }
    }
}

/// Error of a store, with its cause for the log. Clients get the code `storage_unavailable`.
#[derive(thiserror::Error)]
#[error("storage is unavailable")]
pub struct StoreError(#[source] Box<dyn StdError + Send + Sync>);

passkeys_rules::debug_as_display!(StoreError);

impl StoreError {
    /// Creates a store error from its cause, which is for the log.
    pub fn new(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

/// Returns the causes of a store's error as one text.
pub(crate) fn causes(error: &StoreError) -> String {
    error.source().map(with_causes).unwrap_or_default()
}
