use std::fmt;

use serde::Deserialize;

use super::{Begun, Ceremonies, CreationOptions, RegistrationResponse, RegistrationResult};
use crate::{
    Credential, Error, PasskeyUser, ResidentKey,
    audit::{AuditKind, Reason},
    challenge::Challenge,
    device_name,
    engine::Attested,
    pending::{PendingCeremony, Purpose},
    store::{CredentialRepository, StoreError},
};

/// The registration ceremony
/// ([Level 3, §7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential)).
pub struct Registration<'a, R>(&'a Ceremonies<R>);

/// The body of `register/finish`.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::FinishRegistration))]
pub struct FinishRegistration<C = RegistrationResponse> {
    /// What `navigator.credentials.create()` answered.
    pub credential: C,
    /// What `begin` answered.
    pub state: String,
    /// What the person calls the device; empty where they were not asked. At most 255
    /// characters; those that nobody sees are removed.
    #[serde(default)]
    pub device_name: Option<String>,
}

impl<C: fmt::Debug> fmt::Debug for FinishRegistration<C> {
    /// Not the state: whoever has it can end the ceremony.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinishRegistration")
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

impl<'a, R: CredentialRepository> Registration<'a, R> {
    pub(crate) fn new(ceremonies: &'a Ceremonies<R>) -> Self {
        Self(ceremonies)
    }

    /// Begins a registration of a further passkey for a user that exists.
    ///
    /// The user's passkeys are excluded, so that no authenticator is registered twice.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidUser`] where the user's id or names are out of bounds,
    /// [`Error::StorageUnavailable`].
    pub async fn begin(&self, user: &PasskeyUser) -> Result<Begun<CreationOptions>, Error> {
        user.check()?;
        let exclude = self.0.repository.list(user.id()).await?;
        self.hand_out(user, exclude, Purpose::Register(user.into()))
            .await
    }

    /// Begins a registration for an account that comes into being with it. Nothing is stored for
    /// the user until it is finished.
    ///
    /// # Errors
    ///
    /// [`Error::AccountAlreadyExists`] where the user's id has passkeys: it is nobody's to sign
    /// up with. Otherwise as [`begin`](Self::begin).
    pub async fn begin_sign_up(&self, user: &PasskeyUser) -> Result<Begun<CreationOptions>, Error> {
        user.check()?;
        if !self.0.repository.list(user.id()).await?.is_empty() {
            return Err(self.refuse(Reason::AccountExists, Some(user), None));
        }
        self.hand_out(user, Vec::new(), Purpose::SignUp(user.into()))
            .await
    }

    async fn hand_out(
        &self,
        user: &PasskeyUser,
        exclude: Vec<Credential>,
        purpose: Purpose,
    ) -> Result<Begun<CreationOptions>, Error> {
        let challenge = Challenge::random()?;
        let public_key = CreationOptions::new(self.0, user, &challenge, exclude);
        let state = self.0.begin(challenge, purpose).await?;
        self.0
            .record(AuditKind::RegistrationBegun, Some(user.id()), None);
        Ok(Begun { public_key, state })
    }

    /// Finishes a registration that this user [began](Self::begin), and stores the passkey.
    ///
    /// # Errors
    ///
    /// [`Error::ChallengeNotFound`] unless the ceremony waits and is this user's,
    /// [`Error::AttestationVerificationFailed`], [`Error::CredentialAlreadyExists`],
    /// [`Error::InvalidRequest`] for a device name out of bounds, [`Error::StorageUnavailable`].
    /// After each of them the ceremony is gone.
    pub async fn finish(
        &self,
        user: &PasskeyUser,
        request: &FinishRegistration,
    ) -> Result<RegistrationResult, Error> {
        let begun = self.redeem(&request.state).await?;
        self.check_owner(&begun, user)?;
        self.complete(begun, &request.credential, request.device_name.as_deref())
            .await
    }

    /// Finishes a registration that was [begun by a sign-up](Self::begin_sign_up).
    ///
    /// # Errors
    ///
    /// As [`finish`](Self::finish), and [`Error::AccountAlreadyExists`] where the user's id got
    /// a passkey in the meantime.
    pub async fn finish_sign_up(
        &self,
        request: &FinishRegistration,
    ) -> Result<RegistrationResult, Error> {
        let begun = self.redeem(&request.state).await?;
        if !begun.sign_up {
            return Err(self.refuse(Reason::OtherPurpose, Some(&begun.user), None));
        }
        self.complete(begun, &request.credential, request.device_name.as_deref())
            .await
    }

    /// Takes the ceremony that waits under `state`, first of all and once.
    pub(crate) async fn redeem(&self, state: &str) -> Result<BegunRegistration, Error> {
        let PendingCeremony {
            purpose, challenge, ..
        } = match self
            .0
            .take(state)
            .await
            .map_err(|error| self.lost(error, None))?
        {
            Ok(ceremony) => ceremony,
            Err(reason) => return Err(self.refuse(reason, None, None)),
        };
        match purpose {
            Purpose::Register(account) => Ok(BegunRegistration {
                user: account.into(),
                challenge,
                sign_up: false,
            }),
            Purpose::SignUp(account) => Ok(BegunRegistration {
                user: account.into(),
                challenge,
                sign_up: true,
            }),
            Purpose::Authenticate(_) | Purpose::StepUp { .. } => {
                Err(self.refuse(Reason::OtherPurpose, None, None))
            }
        }
    }

    /// Refuses a ceremony that somebody else began, and one that a sign-up began: nobody was
    /// signed in then.
    pub(crate) fn check_owner(
        &self,
        begun: &BegunRegistration,
        user: &PasskeyUser,
    ) -> Result<(), Error> {
        let reason = if begun.sign_up {
            Reason::OtherPurpose
        } else if begun.user.id() != user.id() {
            Reason::OtherUser
        } else {
            return Ok(());
        };
        Err(self.refuse(reason, Some(user), None))
    }

    pub(crate) async fn complete(
        &self,
        begun: BegunRegistration,
        response: &RegistrationResponse,
        device_name: Option<&str>,
    ) -> Result<RegistrationResult, Error> {
        let BegunRegistration {
            user,
            challenge,
            sign_up,
        } = begun;
        let device_name = device_name::clean(device_name.unwrap_or_default())
            .inspect_err(|_| self.unreadable(&user))?;
        let attested =
            match self
                .0
                .engine
                .verify_registration(response, challenge.as_bytes(), self.0.now())
            {
                Ok(attested) => attested,
                Err(reason) => return Err(self.refuse(reason, Some(&user), None)),
            };
        let attestation = attested.attestation.clone();
        let credential = self.credential(attested, &user, response, device_name);

        let lost = |error| self.lost(error, Some(&user));
        let repository = &self.0.repository;
        let stored = if sign_up {
            repository.insert_first(&credential).await
        } else {
            repository.insert(&credential).await
        };
        if !stored.map_err(lost)? {
            // Either the credential is known, or the account has come into being since.
            let find = repository.find(&credential.id);
            let known = !sign_up || find.await.map_err(lost)?.is_some();
            let reason = if known {
                Reason::AlreadyRegistered
            } else {
                Reason::AccountExists
            };
            return Err(self.refuse(reason, Some(&user), Some(&credential)));
        }
        self.0.record(
            AuditKind::RegistrationSucceeded,
            Some(user.id()),
            Some(&credential.id),
        );
        Ok(RegistrationResult {
            user,
            credential,
            attestation,
            signed_up: sign_up,
        })
    }

    fn credential(
        &self,
        attested: Attested,
        user: &PasskeyUser,
        response: &RegistrationResponse,
        device_name: String,
    ) -> Credential {
        Credential {
            id: attested.id,
            user_id: user.id().to_owned(),
            public_key: attested.public_key,
            sign_count: attested.sign_count,
            transports: response.transports(),
            aaguid: attested.aaguid,
            backup_eligible: attested.backup_eligible,
            backup_state: attested.backup_state,
            user_verified: attested.user_verified,
            // A browser that does not say has done as it was told.
            discoverable: response
                .discoverable()
                .unwrap_or(self.0.config.resident_key() == ResidentKey::Required),
            device_name,
            attestation_format: Some(attested.attestation.format().to_owned()),
            created_at: self.0.now(),
            last_used_at: None,
            suspended_at: None,
        }
    }

    /// Tells the audit trail that the application does not say who finishes the ceremony.
    pub(crate) fn not_signed_in(&self, begun: &BegunRegistration) {
        self.refuse(Reason::NotSignedIn, Some(&begun.user), None);
    }

    /// Tells the audit trail that the ceremony is lost.
    fn lost(&self, error: StoreError, user: Option<&PasskeyUser>) -> Error {
        self.refuse(Reason::Storage, user, None);
        error.into()
    }

    /// Tells the audit trail that the answer to a ceremony cannot be read.
    pub(crate) fn unreadable(&self, user: &PasskeyUser) {
        self.refuse(Reason::Malformed, Some(user), None);
    }

    /// Tells the audit trail the reason, and makes the error that the peer may know.
    pub(crate) fn refuse(
        &self,
        reason: Reason,
        user: Option<&PasskeyUser>,
        credential: Option<&Credential>,
    ) -> Error {
        self.0.record(
            AuditKind::RegistrationFailed(reason),
            user.map(PasskeyUser::id),
            credential.map(|credential| &credential.id),
        );
        match reason {
            Reason::UnknownState
            | Reason::Replayed
            | Reason::Expired
            | Reason::OtherPurpose
            | Reason::OtherRelyingParty
            | Reason::OtherUser => Error::ChallengeNotFound,
            Reason::AlreadyRegistered => Error::CredentialAlreadyExists,
            Reason::AccountExists => Error::AccountAlreadyExists,
            _ => Error::AttestationVerificationFailed,
        }
    }
}

/// A registration taken out of the store, to be completed or dropped.
pub(crate) struct BegunRegistration {
    pub(crate) user: PasskeyUser,
    challenge: Challenge,
    pub(crate) sign_up: bool,
}
