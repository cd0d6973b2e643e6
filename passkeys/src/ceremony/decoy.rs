//! Credentials that do not exist, for users that do not.
//!
//! `authenticate/begin` for a named user would tell who has an account, if it answered an
//! unknown name with an empty list. So it answers with made-up credentials, and always the same
//! for the same name: an HMAC of it, under a key that nobody outside knows, which also recognises
//! them when they come back
//! ([Level 3, §14.6.2](https://www.w3.org/TR/webauthn-3/#sctn-username-enumeration)).

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{options::CredentialDescriptor, stand_in};
#[cfg(feature = "client")]
use crate::CredentialId;
use crate::{
    AuthenticatorAttachment, Credential, Transport,
    secret::{self, WeakSecret},
};

/// What keeps apart the things that are derived: of ids, of names, and for the rest.
const OF_ID: u8 = 0;
const OF_NAME: u8 = 1;
const SEAL: u8 = 2;
const STAND_IN: u8 = 3;

/// A kind of passkey that people have.
struct Kind {
    /// How many of 100.
    share: u32,
    /// The length of its ids.
    bytes: usize,
    /// As browsers report them, in the order of the alphabet.
    transports: &'static [Transport],
    /// What `authenticator_attachment` has to say for it to exist, where it says something.
    attachments: &'static [AuthenticatorAttachment],
    synchronised: bool,
}

/// What the configuration lets people have.
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
            // Another device's, too: a telephone that signs in at a desk.
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

/// How a peer named a user.
pub(super) enum Named<'a> {
    Id(&'a str),
    Name(&'a str),
}

impl Decoys {
    /// Decoys under a key of this process's own.
    pub(crate) fn random() -> Self {
        let mut key = Zeroizing::new([0; 32]);
        // A system without random numbers cannot begin a ceremony either, and says so there.
        let _ = getrandom::fill(&mut *key);
        Self { key }
    }

    /// The same ones wherever the secret is the same.
    pub(crate) fn with_secret(secret: &[u8]) -> Result<Self, WeakSecret> {
        let key = secret::derive(secret, b"passkeys: made-up credentials, form 1")?;
        Ok(Self { key })
    }

    /// One to three credentials, such as people have them where these are possible.
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
        CredentialDescriptor::new(id.into(), kind.transports.to_vec())
    }

    /// Whether the id is one of these, whoever it was made up for: its second half is the seal of
    /// its first.
    #[cfg(feature = "client")]
    pub(super) fn made(&self, id: &CredentialId) -> bool {
        let id = id.as_bytes();
        let (seed, seal) = id.split_at(id.len() / 2);
        // Whoever forged a seal, by how long this takes, would only be told less.
        KINDS.iter().any(|kind| kind.bytes == id.len())
            && self.mac(SEAL, 0, seed)[..seal.len()] == *seal
    }

    /// A credential with this id to verify an answer against where there is none: what it takes
    /// then is what it takes for a passkey of this kind.
    pub(super) fn stand_in(&self, id: &[u8]) -> Credential {
        // Some of a kind have the one algorithm, some the other.
        let coin = self.mac(STAND_IN, 0, id)[0];
        let nobodys: &Credential = match id.len() {
            16 | 20 => &stand_in::SYNCHRONISED,
            32 if coin < 128 => &stand_in::RS256,
            _ => &stand_in::ES256,
        };
        Credential {
            id: id.into(),
            ..nobodys.clone()
        }
    }

    fn derive(&self, user: &Named<'_>, number: u8) -> [u8; 32] {
        match user {
            Named::Id(id) => self.mac(OF_ID, number, id.as_bytes()),
            Named::Name(name) => self.mac(OF_NAME, number, name.as_bytes()),
        }
    }

    fn mac(&self, space: u8, number: u8, data: &[u8]) -> [u8; 32] {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*self.key) else {
            // An HMAC takes a key of any length.
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
