//! Decoy credentials, against user enumeration
//! ([Level 3, §14.6.2](https://www.w3.org/TR/webauthn-3/#sctn-username-enumeration)).
//!
//! If `authenticate/begin` responded to an unknown name with an empty list, it would disclose who has
//! an account. It responds with decoys instead, the same ones for the same name: their IDs are
//! derived by HMAC with a secret key, which also recognises them when they come back.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::stand_in;
use crate::{
    AuthenticatorAttachment, Credential, CredentialId, Transport,
    domain::secret::{self, WeakSecret},
    wire::options::CredentialDescriptor,
};

// Domain separation of what is derived from the key.
const OF_ID: u8 = 0;
const OF_NAME: u8 = 1;
const SEAL: u8 = 2;
const STAND_IN: u8 = 3;

/// A kind of authenticator, as real users have them.
struct Kind {
    /// Share of users, in per cent.
    share: u32,
    /// Length of its credential IDs.
    bytes: usize,
    /// Transports as browsers report them, in alphabetical order.
    transports: &'static [Transport],
    /// Values of `authenticator_attachment` that allow it.
    attachments: &'static [AuthenticatorAttachment],
    synchronised: bool,
}

/// Kinds that the configuration allows.
#[derive(Clone, Copy)]
pub(super) struct Possible {
    pub(super) attachment: Option<AuthenticatorAttachment>,
    pub(super) synchronised: bool,
}

const KINDS: [Kind; 5] = {
    use AuthenticatorAttachment::{CrossPlatform, Platform};
    use Transport::{Hybrid, Internal, Nfc, Usb};
    [
        // Apple's.
        Kind {
            share: 40,
            bytes: 20,
            transports: &[Hybrid, Internal],
            // Also cross-platform: a phone that signs in to a desktop.
            attachments: &[Platform, CrossPlatform],
            synchronised: true,
        },
        // Google's, and password managers'.
        Kind {
            share: 35,
            bytes: 16,
            transports: &[Hybrid, Internal],
            attachments: &[Platform, CrossPlatform],
            synchronised: true,
        },
        // Windows Hello.
        Kind {
            share: 13,
            bytes: 32,
            transports: &[Internal],
            attachments: &[Platform],
            synchronised: false,
        },
        // Security keys.
        Kind {
            share: 8,
            bytes: 48,
            transports: &[Nfc, Usb],
            attachments: &[CrossPlatform],
            synchronised: false,
        },
        Kind {
            share: 4,
            bytes: 64,
            transports: &[Usb],
            attachments: &[CrossPlatform],
            synchronised: false,
        },
    ]
};

#[derive(Clone)]
pub(crate) struct Decoys {
    key: Zeroizing<[u8; 32]>,
}

/// User as named by the client.
pub(super) enum Named<'a> {
    Id(&'a str),
    Name(&'a str),
}

impl Decoys {
    /// Creates decoys with a random key, which differ between processes.
    pub(crate) fn random() -> Self {
        let mut key = Zeroizing::new([0; 32]);
        // Without random numbers no ceremony can begin either, and that failure is reported.
        let _ = getrandom::fill(&mut *key);
        Self { key }
    }

    /// Creates decoys with a key derived from a secret: the same in every process that has it.
    pub(crate) fn with_secret(secret: &[u8]) -> Result<Self, WeakSecret> {
        let key = secret::derive(secret, b"passkeys: made-up credentials, form 1")?;
        Ok(Self { key })
    }

    /// Returns one to three decoys for a user.
    pub(super) fn of(&self, user: &Named<'_>, possible: Possible) -> Vec<CredentialDescriptor> {
        let count = match self.derive(user, 0)[0] {
            0..180 => 1,
            180..236 => 2,
            _ => 3,
        };
        (1..=count)
            .map(|number| self.credential(user, number, possible))
            .collect()
    }

    fn credential(&self, user: &Named<'_>, number: u8, possible: Possible) -> CredentialDescriptor {
        let kind = draw(self.derive(user, number | 0x80), possible);
        let mut id = vec![0; kind.bytes];
        let (seed, seal) = id.split_at_mut(kind.bytes / 2);
        seed.copy_from_slice(&self.derive(user, number)[..kind.bytes / 2]);
        seal.copy_from_slice(&self.mac(SEAL, 0, seed)[..kind.bytes / 2]);
        CredentialDescriptor::new(CredentialId::from_valid(id), kind.transports.to_vec())
    }

    /// Returns whether the ID is a decoy's: its second half is the MAC of its first.
    #[cfg(feature = "client")]
    pub(super) fn made(&self, id: &CredentialId) -> bool {
        let id = id.as_bytes();
        let (seed, seal) = id.split_at(id.len() / 2);
        // Not constant-time: an ID with a forged MAC is only treated as known.
        KINDS.iter().any(|kind| kind.bytes == id.len())
            && self.mac(SEAL, 0, seed)[..seal.len()] == *seal
    }

    /// Returns a credential to verify a response against if no passkey has its ID, so that the
    /// response takes as long as for a passkey of that kind.
    pub(super) fn stand_in(&self, id: &[u8]) -> Credential {
        // Windows Hello creates keys of either algorithm.
        let coin = self.mac(STAND_IN, 0, id)[0];
        let stand_in: &Credential = match id.len() {
            16 | 20 => &stand_in::SYNCHRONISED,
            32 if coin < 128 => &stand_in::RS256,
            _ => &stand_in::ES256,
        };
        let mut credential = stand_in.clone();
        if let Ok(id) = CredentialId::new(id) {
            credential.id = id;
        }
        credential
    }

    fn derive(&self, user: &Named<'_>, number: u8) -> [u8; 32] {
        match user {
            Named::Id(id) => self.mac(OF_ID, number, id.as_bytes()),
            Named::Name(name) => self.mac(OF_NAME, number, name.as_bytes()),
        }
    }

    fn mac(&self, space: u8, number: u8, data: &[u8]) -> [u8; 32] {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*self.key) else {
            // An HMAC accepts a key of any length.
            return [0; 32];
        };
        mac.update(&[space, number]);
        mac.update(data);
        mac.finalize().into_bytes().into()
    }
}

fn draw(bytes: [u8; 32], possible: Possible) -> &'static Kind {
    let fits = |kind: &&Kind| {
        let attachment = possible.attachment;
        attachment.is_none_or(|it| kind.attachments.contains(&it))
            && (possible.synchronised || !kind.synchronised)
    };
    let all: u32 = KINDS.iter().filter(fits).map(|kind| kind.share).sum();
    let [a, b, ..] = bytes;
    let mut at = (u32::from(u16::from_be_bytes([a, b])) * all) >> 16;
    for kind in KINDS.iter().filter(fits) {
        match at.checked_sub(kind.share) {
            None => return kind,
            Some(rest) => at = rest,
        }
    }
    &KINDS[0]
}
