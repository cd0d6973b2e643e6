//! Strict parser of authenticator data
//! ([Level 3, §6.1](https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data)).

use std::fmt;

use super::{
    cbor::{self, Heads},
    refusal::{Refusal, RefusalKind, ensure},
    rp_id,
    verifier::Verifier,
};
use crate::{CredentialId, UserVerification, domain::config::Terms};

pub(crate) const USER_PRESENT: u8 = 1;
pub(crate) const USER_VERIFIED: u8 = 1 << 2;
pub(crate) const BACKUP_ELIGIBLE: u8 = 1 << 3;
pub(crate) const BACKUP_STATE: u8 = 1 << 4;
pub(crate) const ATTESTED: u8 = 1 << 6;
pub(crate) const EXTENSIONS: u8 = 1 << 7;

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
        Self::read(bytes).ok_or_else(|| {
            RefusalKind::Malformed.because(format_args!(
                "the authenticator data ({} bytes) does not have exactly the parts that its flags announce",
                bytes.len(),
            ))
        })
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

    /// Checks the hash of the RP ID. `origin` is that of the page, from which the RP ID that the page has
    /// named instead is found.
    pub(super) fn check_rp_id(&self, verifier: &Verifier, origin: &str) -> Result<(), Refusal> {
        ensure(*self.rp_id_hash == verifier.rp_id_hash, || {
            rp_id::explain(self.rp_id_hash, verifier, origin)
        })
    }

    pub(super) fn check_user_present(&self) -> Result<(), Refusal> {
        ensure(self.flags & USER_PRESENT != 0, || {
            RefusalKind::UserNotPresent.because(format_args!(
                "the user-present flag (UP) is not set ({}): the authenticator did not ask the user. It may \
                 be missing in a registration only that was begun with `mediation=conditional`",
                Flags(self.flags),
            ))
        })
    }

    pub(super) fn check_user_verified(&self, terms: &Terms) -> Result<(), Refusal> {
        let required = terms.user_verification == UserVerification::Required;
        ensure(!required || self.user_verified(), || {
            let profile = terms.profile.as_deref();
            RefusalKind::UserNotVerified.because(format_args!(
                "the user-verified flag (UV) is not set ({}), and `user_verification` is `required`{}: the \
                 authenticator has no PIN and no biometrics, or the client did not ask for them. If the user's \
                 presence is enough, set `user_verification = \"preferred\"`",
                Flags(self.flags),
                InProfile(profile),
            ))
        })
    }

    pub(super) fn check_backup_state(&self) -> Result<(), Refusal> {
        let possible = !self.backup_state() || self.backup_eligible();
        ensure(possible, || {
            RefusalKind::BackupState.because(format_args!(
                "the backup-state flag (BS) is set without the backup-eligible flag (BE) ({}), which the \
                 specification forbids: a fault of the authenticator or password manager",
                Flags(self.flags),
            ))
        })
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

/// Flags, with the names of those that are set.
struct Flags(u8);

impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "flags {:#04x}", self.0)?;
        for (flag, name) in [
            (USER_PRESENT, "UP"),
            (USER_VERIFIED, "UV"),
            (BACKUP_ELIGIBLE, "BE"),
            (BACKUP_STATE, "BS"),
            (ATTESTED, "AT"),
            (EXTENSIONS, "ED"),
        ] {
            if self.0 & flag != 0 {
                write!(f, " {name}")?;
            }
        }
        Ok(())
    }
}

/// Profile whose terms were violated, if it was one's.
pub(super) struct InProfile<'a>(pub(super) Option<&'a str>);

impl fmt::Display for InProfile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(profile) => write!(f, " in the profile `{profile}`"),
            None => Ok(()),
        }
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
