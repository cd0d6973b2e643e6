use super::{Registration, cause};
use crate::{
    Credential, Error, PasskeyUser, ResidentKey, UserHandle,
    audit::{AuditKind, Failed, Reason},
    ceremony::{FinishRegistration, RegistrationResult, credentials::Found, secrets, taken},
    domain::{
        challenge::Challenge,
        config::Terms,
        detail::shown,
        device_name,
        pending::{PendingCeremony, Purpose},
    },
    store::{CredentialRepository, Insertion},
    verify::{Asked, Attested},
    wire::{json::FromJson as _, responses::RegistrationResponse},
};

impl<'a, R: CredentialRepository> Registration<'a, R> {
    /// Finishes a registration, and stores the passkey.
    ///
    /// In this order: takes the ceremony state from the challenge store, which ends the ceremony
    /// whatever follows; awaits `who`, the user who is signed in now, and compares it with the
    /// one who began; parses and verifies the credential; stores it; records the outcome. For a
    /// sign-up no user is signed in, and `who` is not polled.
    ///
    /// # Errors
    ///
    /// The error of `who`, or
    ///
    /// - [`Error::ChallengeNotFound`] unless the ceremony is pending and was begun by this user at this
    ///   [application](crate::Passkeys::application),
    /// - [`Error::InvalidRequest`] and [`Error::MalformedRequest`] for a credential of another
    ///   shape, [`Error::PayloadTooLarge`],
    /// - [`Error::AttestationVerificationFailed`] if the credential does not verify,
    /// - [`Error::CredentialAlreadyExists`], also for the ID of a decoy credential, after a multiple of
    ///   [`Passkeys::timing_floor`](crate::Passkeys::timing_floor),
    /// - [`Error::TooManyCredentials`] and, for a sign-up, [`Error::AccountAlreadyExists`],
    /// - [`Error::StorageUnavailable`].
    pub async fn finish<E: From<Error>>(
        &self,
        request: &FinishRegistration,
        who: impl Future<Output = Result<PasskeyUser, E>>,
    ) -> Result<RegistrationResult, E> {
        let read = || Ok(());
        let finished = self.finish_and_read(request, who, read).await;
        finished.map(|(result, ())| result)
    }

    /// Finishes a registration, as [`finish`](Self::finish), and reads what else the request has to say:
    /// after its state was taken, and before the passkey is stored.
    pub(crate) fn finish_and_read<E: From<Error>, D>(
        &self,
        request: &FinishRegistration,
        who: impl Future<Output = Result<PasskeyUser, E>>,
        read: impl FnOnce() -> Result<D, Error>,
    ) -> impl Future<Output = Result<(RegistrationResult, D), E>> {
        let finish = self.take_and_finish(request, who, read);
        let recorder = &self.ceremonies.recorder;
        recorder.finish(true, &request.state, &request.credential, finish)
    }

    async fn take_and_finish<E: From<Error>, D>(
        &self,
        request: &FinishRegistration,
        who: impl Future<Output = Result<PasskeyUser, E>>,
        read: impl FnOnce() -> Result<D, Error>,
    ) -> Result<(RegistrationResult, D), E> {
        let unknown = self.with_terms(self.ceremonies.verifier.terms());
        let begun = unknown.take(&request.state).await?;
        let this = self.with_terms(begun.terms);
        if begun.kind == Kind::SignUp {
            this.check_sign_up(&begun)?;
        } else {
            let user = who.await;
            let user = user.inspect_err(|_| {
                this.refuse(taken::not_signed_in("get_user"), Some(&begun.user), None);
            })?;
            this.check_owner(&begun, &user)?;
        }
        Ok(this.complete(begun, request, read).await?)
    }

    /// Takes the ceremony state from the challenge store.
    async fn take(&self, state: &str) -> Result<Pending<'a>, Error> {
        let taken = self.ceremonies.take(state).await;
        let (ceremony, terms) = match taken.map_err(|error| self.lost(error, None))? {
            Ok(ceremony) => ceremony,
            Err(failed) => return Err(self.refuse(failed, None, None)),
        };
        let PendingCeremony {
            purpose, challenge, ..
        } = ceremony;
        let (account, kind) = match purpose {
            Purpose::Register(account) => (account, Kind::Further),
            Purpose::RegisterConditionally(account) => (account, Kind::Conditional),
            Purpose::SignUp(account) => (account, Kind::SignUp),
            other => {
                let failed = taken::other_purpose(&other, "a registration");
                return Err(self.refuse(failed, None, None));
            }
        };
        let (user, handle) = account.user();
        Ok(Pending {
            user,
            handle,
            challenge,
            terms,
            kind,
        })
    }

    /// Checks that sign-ups are finished here.
    fn check_sign_up(&self, begun: &Pending<'_>) -> Result<(), Error> {
        if self.sign_ups {
            Ok(())
        } else {
            let failed = Reason::OtherPurpose.because(format_args!(
                "the state is of a sign-up, and came to an application without the hook `sign_up`, which shares \
                 its challenge store with one that has it",
            ));
            Err(self.refuse(failed, Some(&begun.user), None))
        }
    }

    /// Checks that the user who is signed in now began the registration.
    fn check_owner(&self, begun: &Pending<'_>, user: &PasskeyUser) -> Result<(), Error> {
        if begun.user.id() == user.id() {
            Ok(())
        } else {
            let (begun_by, now) = (begun.user.id(), user.id());
            let other = taken::other_user("registration", begun_by, "get_user", now);
            Err(self.refuse(other, Some(user), None))
        }
    }

    async fn complete<D>(
        &self,
        begun: Pending<'_>,
        request: &FinishRegistration,
        read: impl FnOnce() -> Result<D, Error>,
    ) -> Result<(RegistrationResult, D), Error> {
        let Pending {
            user,
            handle,
            challenge,
            terms,
            kind,
        } = begun;
        let sign_up = kind == Kind::SignUp;

        let malformed = |error: &Error| {
            let failed = Reason::Malformed.because(format_args!("{error}"));
            self.refuse(failed, Some(&user), None);
        };
        let response = RegistrationResponse::from_json(request.credential.get(), "credential")
            .inspect_err(malformed)?;
        if response.extensions.has_prf_results {
            let (failed, error) = secrets::reject();
            self.refuse(failed, Some(&user), None);
            return Err(error);
        }
        let data = read().inspect_err(malformed)?;
        let device_name = request.device_name.as_deref().unwrap_or_default();
        let device_name = device_name::of_new_passkey(device_name);

        // Instances may have been configured anew since the ceremony was begun.
        let conditional = kind == Kind::Conditional && self.ceremonies.config.conditional_create();
        let terms = if conditional {
            &terms.conditional()
        } else {
            terms
        };
        let asked = Asked {
            challenge: challenge.as_bytes(),
            conditional,
            terms,
            #[cfg(feature = "attestation")]
            now: self.ceremonies.now(),
        };
        self.ceremonies.recorder.verifying(None);
        let verified = self
            .ceremonies
            .verifier
            .verify_registration(&response, asked);
        let attested = verified.map_err(|refusal| self.refuse(refusal, Some(&user), None))?;
        #[cfg(feature = "attestation")]
        let attestation = attested.attestation.clone();
        let extensions = response.extensions;
        let credential = self.credential(attested, &user, handle, &response, device_name, terms);

        self.store(&credential, &user, sign_up).await?;
        self.ceremonies.record_by(
            cause(sign_up).with_profile(terms.profile.as_deref()),
            AuditKind::RegistrationSucceeded,
            Some(user.id()),
            Some(&credential.id),
            None,
        );
        let result = RegistrationResult {
            user,
            credential,
            #[cfg(feature = "attestation")]
            attestation,
            signed_up: sign_up,
            profile: terms.profile.clone(),
            prf_enabled: extensions.prf_enabled,
            large_blob_supported: extensions.large_blob_supported,
        };
        Ok((result, data))
    }

    /// Stores a credential whose ID is new if the user may have one more, for a sign-up only as the
    /// user's first.
    async fn store(
        &self,
        credential: &Credential,
        user: &PasskeyUser,
        sign_up: bool,
    ) -> Result<(), Error> {
        let floor = self.ceremonies.floor();
        let refused = self.try_to_store(credential, user, sign_up).await;
        if matches!(refused, Err(Error::CredentialAlreadyExists)) {
            // The time of the store would tell a decoy credential from a registered one.
            floor.reached().await;
        }
        refused
    }

    async fn try_to_store(
        &self,
        credential: &Credential,
        user: &PasskeyUser,
        sign_up: bool,
    ) -> Result<(), Error> {
        let lost = |error| self.lost(error, Some(user));
        let credentials = &self.ceremonies.credentials;
        let failed = if self.ceremonies.decoys.made(&credential.id) {
            // Asks the store, as for a registered one.
            credentials.find(&credential.id).await.map_err(lost)?;
            Reason::DecoyCredential.because(format_args!(
                "the credential ID is that of a decoy credential, which no authenticator has: the client took \
                 it from `authenticate/begin`, and tries whether it is registered",
            ))
        } else if sign_up {
            let stored = credentials.insert_first(credential).await;
            if stored.map_err(lost)? {
                return Ok(());
            }
            let found = credentials.find(&credential.id).await;
            match found.map_err(lost)? {
                Found::Own(stored) => already_registered(Some(&stored.user_id), user),
                Found::Other { .. } => already_registered(None, user),
                // The account got its first passkey since the sign-up was begun.
                Found::None => Reason::AccountExists.because(format_args!(
                    "the user ID {} that `sign_up` returned has got a passkey since the sign-up was begun: an \
                     ID must be new, such as a random UUID",
                    shown(user.id()),
                )),
            }
        } else {
            let max_credentials = self.ceremonies.config.max_credentials();
            let inserted = credentials.insert(credential, max_credentials).await;
            match inserted.map_err(lost)? {
                Insertion::Stored => return Ok(()),
                Insertion::Exists => Reason::AlreadyRegistered.because(format_args!(
                    "a passkey with this ID is stored, of this user or another: the page sent one response \
                     twice, or made it with other options than `begin` returned (`excludeCredentials`)",
                )),
                Insertion::Full => too_many(max_credentials),
            }
        };
        Err(self.refuse(failed, Some(user), Some(credential)))
    }

    fn credential(
        &self,
        attested: Attested,
        user: &PasskeyUser,
        handle: UserHandle,
        response: &RegistrationResponse,
        device_name: String,
        terms: &Terms,
    ) -> Credential {
        Credential {
            id: attested.id,
            user_id: user.id().to_owned(),
            user_handle: Some(handle),
            rp_id: Some(self.ceremonies.config.rp_id().to_owned()),
            public_key: attested.public_key,
            sign_count: attested.sign_count,
            transports: response.transports(),
            aaguid: attested.aaguid,
            backup_eligible: Some(attested.backup_eligible),
            backup_state: attested.backup_state,
            user_verified: attested.user_verified,
            // A browser that does not report `credProps` has followed the options.
            discoverable: response
                .extensions
                .discoverable
                .unwrap_or(terms.resident_key == ResidentKey::Required),
            device_name,
            attestation_format: Some(attested.attestation_format),
            #[cfg(feature = "attestation")]
            attestation_verified: attested.attestation.is_some(),
            #[cfg(not(feature = "attestation"))]
            attestation_verified: false,
            created_at: self.ceremonies.now(),
            last_used_at: None,
            suspended_at: None,
        }
    }
}

/// Explains a sign-up with a passkey that is stored already, of this user at the relying party, or at
/// another one.
fn already_registered(owner: Option<&str>, user: &PasskeyUser) -> Failed {
    let (of, owner) = match owner {
        Some(owner) => ("the user ", shown(owner)),
        None => ("another relying party", shown("")),
    };
    Reason::AlreadyRegistered.because(format_args!(
        "a passkey with this ID is stored, of {of}{}, and the sign-up is of {}: the page sent one response \
         twice, or made it with other options than `begin` returned",
        owner,
        shown(user.id()),
    ))
}

/// Explains a registration beyond the maximum number of passkeys.
#[cold]
pub(super) fn too_many(max_credentials: usize) -> Failed {
    Reason::TooManyCredentials.because(format_args!(
        "the user has {max_credentials} passkeys of this RP ID or more, suspended ones included, and may have \
         {max_credentials} (`max_credentials`): let them delete one, or raise it, to 64 at most",
    ))
}

/// A registration whose state was taken from the challenge store.
struct Pending<'a> {
    user: PasskeyUser,
    handle: UserHandle,
    challenge: Challenge,
    terms: &'a Terms,
    kind: Kind,
}

/// Purpose of a registration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A further passkey for an existing account.
    Further,
    /// The same by conditional creation.
    Conditional,
    /// The first passkey of a new account.
    SignUp,
}
