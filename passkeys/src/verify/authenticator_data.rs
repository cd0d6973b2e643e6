//! Strict parser of authenticator data
//! ([Level 3, §6.1](https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data)).

use super::{
    cbor::{self, Heads},
    refusal::{Refusal, RefusalKind, ensure},
};
use crate::{CredentialId, UserVerification};

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKUP_STATE: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;
const EXTENSIONS: u8 = 1 << 7;

/// Parsed authenticator data.
#[derive(Debug)]
pub(crate) struct AuthenticatorData<'a> {
    pub(crate) rp_id_hash: &'a [u8; 32],
    pub(crate) flags: u8,
    pub(crate) sign_count: u32,
    pub(crate) attested: Option<AttestedCredential<'a>>,
}

/// Attested credential data, part of a registration
/// ([Level 3, §6.5.2](https://www.w3.org/TR/webauthn-3/#sctn-attested-credential-data)).
#[derive(Debug)]
pub(crate) struct AttestedCredential<'a> {
    pub(crate) aaguid: [u8; 16],
    pub(crate) credential_id: &'a [u8],
    /// In `COSE_Key` form.
    pub(crate) public_key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    /// Parses exactly the parts that the flags announce, without trailing bytes.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Refusal> {
        Self::read(bytes).ok_or_else(|| RefusalKind::Malformed.into())
    }

    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (rp_id_hash, rest) = bytes.split_first_chunk()?;
        let (&[flags], rest) = rest.split_first_chunk()?;
        let (&sign_count, mut rest) = rest.split_first_chunk()?;
        let mut attested = None;
        if flags & ATTESTED != 0 {
            let (credential, after) = AttestedCredential::read(rest)?;
            attested = Some(credential);
            rest = after;
        }
        if flags & EXTENSIONS != 0 {
            // Authenticators in use write longer heads than the canonical form has.
            let (_, _, after) = cbor::split_map(rest, Heads::Any)?;
            rest = after;
        }
        rest.is_empty().then_some(Self {
            rp_id_hash,
            flags,
            sign_count: u32::from_be_bytes(sign_count),
            attested,
        })
    }

    pub(super) fn check_rp_id(&self, hash: &[u8; 32]) -> Result<(), Refusal> {
        ensure(self.rp_id_hash == hash, RefusalKind::RpIdHash)
    }

    pub(super) fn check_user_present(&self) -> Result<(), Refusal> {
        ensure(self.flags & USER_PRESENT != 0, RefusalKind::UserNotPresent)
    }

    pub(super) fn check_user_verified(&self, policy: UserVerification) -> Result<(), Refusal> {
        let required = policy == UserVerification::Required;
        ensure(
            !required || self.user_verified(),
            RefusalKind::UserNotVerified,
        )
    }

    pub(super) fn check_backup_state(&self) -> Result<(), Refusal> {
        let possible = !self.backup_state() || self.backup_eligible();
        ensure(possible, RefusalKind::BackupState)
    }

    pub(super) fn user_verified(&self) -> bool {
        self.flags & USER_VERIFIED != 0
    }

    pub(super) fn backup_eligible(&self) -> bool {
        self.flags & BACKUP_ELIGIBLE != 0
    }

    pub(super) fn backup_state(&self) -> bool {
        self.flags & BACKUP_STATE != 0
    }
}

impl<'a> AttestedCredential<'a> {
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (&aaguid, rest) = bytes.split_first_chunk()?;
        let (&length, rest) = rest.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes(length));
        (1..=CredentialId::MAX_BYTES)
            .contains(&length)
            .then_some(())?;
        let (credential_id, rest) = rest.split_at_checked(length)?;
        let (_, public_key, rest) = cbor::split_map(rest, Heads::Shortest)?;
        Some((
            Self {
                aaguid,
                credential_id,
                public_key,
            },
            rest,
        ))
    }
}
