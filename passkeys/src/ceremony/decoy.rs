//! Decoy credentials, against user enumeration
//! ([Level 3, §14.6.2](https://www.w3.org/TR/webauthn-3/#sctn-username-enumeration)).
//!
//! If `authenticate/begin` responded to an unknown name with an empty list, it would disclose who has
//! an account. It responds with decoys instead, the same ones for the same name: their IDs are
//! derived by HMAC with a secret key, which also recognises them when they come back.

use std::sync::LazyLock;

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
const TENANT: u8 = 4;

/// Block from which numbers and kinds are drawn; those before it are for IDs.
const DRAW: u8 = 0xff;

/// A kind of authenticator, as real users have them.
struct Kind {
    /// Share of passkeys, per mille.
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
    pub(super) max_credentials: usize,
}

/// Kinds of passkeys, estimated from what authenticators and browsers create. Those without
/// transports are from browsers that do not report them, and from imports.
const KINDS: [Kind; 18] = {
    use Transport::{Hybrid, Internal, Nfc, Usb};
    [
        // Apple's.
        synced(330, 20, &[Hybrid, Internal]),
        synced(25, 20, &[]),
        synced(10, 20, &[Internal]),
        // Google's, and password managers'.
        synced(280, 16, &[Hybrid, Internal]),
        synced(60, 16, &[Internal]),
        synced(25, 16, &[]),
        synced(40, 32, &[Hybrid, Internal]),
        // Windows Hello, and Chromium on macOS.
        platform(105, 32, &[Internal]),
        platform(10, 32, &[]),
        // Android's screen lock.
        platform(15, ANDROID_KEY_ID_BYTES, &[Internal]),
        security_key(40, 48, &[Nfc, Usb]),
        security_key(12, 48, &[Usb]),
        security_key(5, 48, &[]),
        security_key(15, 64, &[Nfc, Usb]),
        security_key(15, 64, &[Usb]),
        security_key(5, 64, &[]),
        security_key(4, 96, &[Nfc, Usb]),
        security_key(4, 96, &[Usb]),
    ]
};

const fn synced(share: u32, bytes: usize, transports: &'static [Transport]) -> Kind {
    use AuthenticatorAttachment::{CrossPlatform, Platform};
    Kind {
        share,
        bytes,
        transports,
        // Also cross-platform: a phone that signs in to a desktop.
        attachments: &[Platform, CrossPlatform],
        synchronised: true,
    }
}

const fn platform(share: u32, bytes: usize, transports: &'static [Transport]) -> Kind {
    Kind {
        share,
        bytes,
        transports,
        attachments: &[AuthenticatorAttachment::Platform],
        synchronised: false,
    }
}

const fn security_key(share: u32, bytes: usize, transports: &'static [Transport]) -> Kind {
    Kind {
        share,
        bytes,
        transports,
        attachments: &[AuthenticatorAttachment::CrossPlatform],
        synchronised: false,
    }
}

/// Share of users with one passkey, with two, and so on, per mille.
const COUNTS: [u32; 8] = [640, 220, 80, 30, 15, 8, 4, 3];

/// Length of the credential IDs of Android's screen lock, whose first byte is a version, 1.
const ANDROID_KEY_ID_BYTES: usize = 65;

/// Maximum length of the MAC at the end of a decoy's ID.
const MAX_SEAL_BYTES: usize = 32;

#[derive(Clone)]
pub(crate) struct Decoys {
    /// The MAC of nothing yet, with the key.
    keyed: Hmac<Sha256>,
    /// True if the key is derived from a secret, and so outlives the process.
    lasting: bool,
}

/// User as named by the client.
pub(super) enum Named<'a> {
    Id(&'a str),
    Name(&'a str),
}

impl Decoys {
    /// Returns decoys with a random key, the same for all applications of this process: those that
    /// share a repository must recognize each other's decoys.
    pub(crate) fn random() -> Self {
        static OF_THIS_PROCESS: LazyLock<Decoys> = LazyLock::new(|| {
            let mut key = Zeroizing::new([0; 32]);
            // Without random numbers no ceremony can begin either, and that failure is reported.
            let _ = getrandom::fill(&mut *key);
            Decoys::with_key(&key, false)
        });
        OF_THIS_PROCESS.clone()
    }

    /// Creates decoys with a key derived from a secret: the same in every process that has it.
    pub(crate) fn with_secret(secret: &[u8]) -> Result<Self, WeakSecret> {
        let key = secret::derive(secret, b"passkeys: made-up credentials, form 1")?;
        Ok(Self::with_key(&key, true))
    }

    fn with_key(key: &[u8; 32], lasting: bool) -> Self {
        // An HMAC pads its key with zeros to the length of a block.
        let mut block = Zeroizing::new([0; 64]);
        block[..key.len()].copy_from_slice(key);
        let keyed = Hmac::new((&*block).into());
        Self { keyed, lasting }
    }

    /// Returns decoys of a tenant, by which nobody can tell that two tenants know one user ID or name.
    pub(super) fn of_tenant(&self, rp_id: &str) -> Self {
        let key = Zeroizing::new(self.mac(TENANT, [0, 0], rp_id.as_bytes()));
        Self::with_key(&key, self.lasting)
    }

    /// Returns whether decoys are the same in every process that has the secret.
    pub(crate) fn are_lasting(&self) -> bool {
        self.lasting
    }

    /// Returns one to eight decoys for a user, and no more than a user may have.
    pub(super) fn of(&self, user: &Named<'_>, possible: Possible) -> Vec<CredentialDescriptor> {
        let [high, low, ..] = self.derive(user, [0, DRAW]);
        let counts = COUNTS.iter().take(possible.max_credentials);
        let more = draw([high, low], counts.copied());
        (0..=more)
            .zip(1..)
            .map(|(_, number)| self.credential(user, number, possible))
            .collect()
    }

    fn credential(&self, user: &Named<'_>, number: u8, possible: Possible) -> CredentialDescriptor {
        let kinds = || KINDS.iter().filter(|kind| kind.fits(possible));
        let [high, low, ..] = self.derive(user, [number, DRAW]);
        let kind = draw([high, low], kinds().map(|kind| kind.share));
        let kind = kinds().nth(kind).unwrap_or(&KINDS[0]);
        let mut id = vec![0; kind.bytes];
        let (seed, seal) = id.split_at_mut(kind.bytes - seal_bytes(kind.bytes));
        for (block, part) in (0..DRAW).zip(seed.chunks_mut(32)) {
            part.copy_from_slice(&self.derive(user, [number, block])[..part.len()]);
        }
        if kind.bytes == ANDROID_KEY_ID_BYTES {
            seed[0] = 1;
        }
        seal.copy_from_slice(&self.mac(SEAL, [0, 0], seed)[..seal.len()]);
        CredentialDescriptor::new(CredentialId::from_valid(id), kind.transports.to_vec())
    }

    /// Returns whether the ID is a decoy's: it ends with the MAC of its beginning.
    pub(super) fn made(&self, id: &CredentialId) -> bool {
        let id = id.as_bytes();
        let (seed, seal) = id.split_at(id.len() - seal_bytes(id.len()));
        // Not constant-time: an ID with a forged MAC is only treated as known.
        KINDS.iter().any(|kind| kind.bytes == id.len())
            && self.mac(SEAL, [0, 0], seed)[..seal.len()] == *seal
    }

    /// Returns a credential to verify a response against if no passkey has its ID, so that the
    /// response takes as long as for a passkey of that kind.
    pub(super) fn stand_in(&self, id: &[u8]) -> Credential {
        // Windows Hello creates keys of either algorithm.
        let coin = self.mac(STAND_IN, [0, 0], id)[0];
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

    /// Derives a block of pseudorandom bytes for a decoy of the user. Number 0 is for all of them.
    fn derive(&self, user: &Named<'_>, number_and_block: [u8; 2]) -> [u8; 32] {
        match user {
            Named::Id(id) => self.mac(OF_ID, number_and_block, id.as_bytes()),
            Named::Name(name) => self.mac(OF_NAME, number_and_block, name.as_bytes()),
        }
    }

    fn mac(&self, space: u8, [one, other]: [u8; 2], data: &[u8]) -> [u8; 32] {
        let mut mac = self.keyed.clone();
        mac.update(&[space, one, other]);
        mac.update(data);
        mac.finalize().into_bytes().into()
    }
}

impl Kind {
    fn fits(&self, possible: Possible) -> bool {
        let attachment = possible.attachment;
        attachment.is_none_or(|it| self.attachments.contains(&it))
            && (possible.synchronised || !self.synchronised)
    }
}

/// Returns the length of the MAC in a decoy's ID of this length.
fn seal_bytes(id: usize) -> usize {
    (id / 2).min(MAX_SEAL_BYTES)
}

/// Draws one of several by their shares. Returns its index.
fn draw(random: [u8; 2], shares: impl Iterator<Item = u32> + Clone) -> usize {
    let all: u32 = shares.clone().sum();
    let mut at = (u32::from(u16::from_be_bytes(random)) * all) >> 16;
    for (index, share) in shares.enumerate() {
        match at.checked_sub(share) {
            None => return index,
            Some(rest) => at = rest,
        }
    }
    0
}
