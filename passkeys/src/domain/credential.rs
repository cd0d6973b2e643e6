use std::fmt;

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, serde::rfc3339};

use super::{
    aaguid::Aaguid, base64url, credential_id::CredentialId, transport::Transport,
    user_handle::UserHandle,
};

/// Registered passkey: the *credential record* of
/// [Level 3, §4](https://www.w3.org/TR/webauthn-3/#credential-record), with its owner.
///
/// Repositories store and return it whole; it serializes with serde for document stores.
/// Applications receive it in [`AuthenticationResult`](crate::AuthenticationResult) and
/// [`RegistrationResult`](crate::RegistrationResult).
///
/// ```
/// use passkeys::{Credential, CredentialId, Transport, time::OffsetDateTime};
///
/// let id = CredentialId::new(*b"an id from a row")?;
/// let mut credential = Credential::new(id, "42", vec![0xa5], OffsetDateTime::UNIX_EPOCH);
/// credential.sign_count = 7;
/// credential.transports = vec![Transport::Internal];
/// # Ok::<(), passkeys::InvalidCredentialId>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property of the specification's credential record"
)]
pub struct Credential {
    /// Credential ID, unique among all users.
    pub id: CredentialId,
    /// User ID of the owner: [`PasskeyUser::id`](crate::PasskeyUser::id).
    pub user_id: String,
    /// User handle that the passkey carries. `None`: the UTF-8 of [`user_id`](Self::user_id), as in
    /// credentials that were stored before this library knew user handles, and in those of
    /// `fastapi-passkeys`.
    #[serde(default)]
    pub user_handle: Option<UserHandle>,
    /// RP ID that the passkey was registered for. The relying party of another RP ID treats the
    /// credential as absent. `None`: unknown, so the credential belongs to every relying party that
    /// uses the repository.
    #[serde(default)]
    pub rp_id: Option<String>,
    /// Public key as the authenticator sent it, in `COSE_Key` format.
    #[serde(with = "base64url")]
    pub public_key: Vec<u8>,
    /// Signature counter of the last accepted use; 0 if the authenticator has none.
    pub sign_count: u32,
    /// Transports of the authenticator, as the browser reported them at registration.
    pub transports: Vec<Transport>,
    /// AAGUID of the authenticator, if it disclosed one. A claim, for names and icons: proven is only
    /// what `VerifiedAttestation::aaguid` returns. `None` for passkeys of `fido-u2f`, which does not
    /// sign it.
    pub aaguid: Option<Aaguid>,
    /// Backup eligibility: whether the passkey can be synced to other devices. `None`: unknown, as in
    /// a credential that was imported; the first sign-in stores it. From then on it is compared with
    /// every assertion (the configuration's `backup_eligibility`).
    #[serde(default)]
    pub backup_eligible: Option<bool>,
    /// Backup state: whether the passkey was backed up (synced) at its last use.
    pub backup_state: bool,
    /// Whether the user was verified (PIN, fingerprint, face) at registration.
    pub user_verified: bool,
    /// Whether the passkey is discoverable: usable for a sign-in that names no user.
    pub discoverable: bool,
    /// Device name that the user gave the passkey. May be empty.
    pub device_name: String,
    /// Format of the attestation statement at registration, such as `none` or `packed`.
    pub attestation_format: Option<String>,
    /// Verdict on attestation: `true` if it was asked for and the statement was verified. Otherwise the
    /// statement, of whatever format, proves nothing about the authenticator.
    #[serde(default)]
    pub attestation_verified: bool,
    /// Time of registration.
    #[serde(with = "rfc3339")]
    pub created_at: OffsetDateTime,
    /// Time of the last accepted sign-in or step-up.
    #[serde(with = "rfc3339::option")]
    pub last_used_at: Option<OffsetDateTime>,
    /// Time at which the passkey was suspended: by clone detection, because its signature counter did not
    /// increase, or by the application, with [`Management::suspend`](crate::ceremony::Management::suspend).
    /// A suspended passkey stays in the user's list and cannot sign in.
    #[serde(with = "rfc3339::option")]
    pub suspended_at: Option<OffsetDateTime>,
}

impl Credential {
    /// Creates a credential from the fields that every credential has. The other fields are zero,
    /// empty, `false` or `None`, and can be assigned afterwards.
    ///
    /// A repository of your own uses this to rebuild a credential from a row.
    #[must_use]
    pub fn new(
        id: CredentialId,
        user_id: impl Into<String>,
        public_key: Vec<u8>,
        created_at: OffsetDateTime,
    ) -> Self {
        Self {
            id,
            user_id: user_id.into(),
            user_handle: None,
            rp_id: None,
            public_key,
            sign_count: 0,
            transports: Vec::new(),
            aaguid: None,
            backup_eligible: None,
            backup_state: false,
            user_verified: false,
            discoverable: false,
            device_name: String::new(),
            attestation_format: None,
            attestation_verified: false,
            created_at,
            last_used_at: None,
            suspended_at: None,
        }
    }

    /// Returns the bytes of the user handle that the passkey carries: those of
    /// [`user_handle`](Self::user_handle), or else the UTF-8 of [`user_id`](Self::user_id).
    #[must_use]
    pub fn handle(&self) -> &[u8] {
        let stored = self.user_handle.as_ref();
        stored.map_or(self.user_id.as_bytes(), UserHandle::as_bytes)
    }

    /// Returns whether the credential belongs to the relying party with this RP ID: it was registered
    /// there, or its [`rp_id`](Self::rp_id) is unknown.
    #[must_use]
    pub fn is_for(&self, rp_id: &str) -> bool {
        self.rp_id.as_deref().is_none_or(|own| own == rp_id)
    }
}

impl fmt::Debug for Credential {
    /// Writes the fields that identify the credential and its state. Leaves out the public key,
    /// so that it does not end up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("id", &self.id)
            .field("user_id", &self.user_id)
            .field("rp_id", &self.rp_id)
            .field("sign_count", &self.sign_count)
            .field("created_at", &self.created_at)
            .field("last_used_at", &self.last_used_at)
            .field("suspended_at", &self.suspended_at)
            .finish_non_exhaustive()
    }
}
