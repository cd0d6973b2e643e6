//! Valid sign-ins, taken apart into fields that a test can change.

use sha2::{Digest as _, Sha256};

use super::{
    super::{RP_ID, base64url, cbor::Map, client_data::ClientData, keys::Key},
    Ceremony,
};

#[derive(Clone)]
pub(crate) struct Parts {
    /// Form of the signature: `true` without its leading zeros.
    pub(crate) without_leading_zeros: bool,
    pub(crate) challenge: Vec<u8>,
    pub(crate) credential_id: Vec<u8>,
    pub(crate) public_key: Map,
    pub(crate) after_public_key: Vec<u8>,
    pub(crate) backup_eligible: bool,
    pub(crate) id: String,
    pub(crate) raw_id: Vec<u8>,
    pub(crate) kind: &'static str,
    pub(crate) client_data: ClientData,
    pub(crate) rp_id: &'static str,
    pub(crate) flags: u8,
    pub(crate) sign_count: u32,
    pub(crate) attested: Vec<u8>,
    pub(crate) extensions: Vec<u8>,
}

/// A valid sign-in.
pub(crate) struct Base {
    pub(crate) key: Key,
    pub(crate) parts: Parts,
    pub(crate) signature: Vec<u8>,
}

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const EXTENDED: u8 = 1 << 7;

impl Base {
    /// Returns a valid sign-in that is determined by the number, including its optional parts.
    pub(crate) fn new(key: Key, number: u8) -> Self {
        let of = |kinds: u8| number % kinds;
        let challenge = vec![number; 32];
        let mut flags = PRESENT | VERIFIED;
        flags |= [0, ELIGIBLE, ELIGIBLE | BACKED_UP][usize::from(of(3))];
        let mut extensions = Vec::new();
        if of(5) == 0 {
            flags |= EXTENDED;
            extensions = b"\xa1\x6bhmac-secret\x43abc".into();
        }
        let credential_id = vec![number; 16];
        let parts = Parts {
            without_leading_zeros: false,
            public_key: key.cose(),
            after_public_key: Vec::new(),
            backup_eligible: flags & ELIGIBLE != 0,
            id: base64url(&credential_id),
            raw_id: credential_id.clone(),
            credential_id,
            client_data: ClientData::new("webauthn.get", &challenge, number),
            challenge,
            kind: "public-key",
            rp_id: RP_ID,
            flags,
            sign_count: number.into(),
            attested: Vec::new(),
            extensions,
        };
        Self {
            signature: key.sign(&parts.assemble().signed_data()),
            key,
            parts,
        }
    }
}

/// Valid sign-ins with every algorithm that both implementations support, and one with an RSA key of
/// another size; most are cheap to verify.
pub(crate) fn bases() -> Vec<Base> {
    let es256 = (0..12).map(|number| Key::es256(1 + number % 4));
    let es384 = (0..4).map(|number| Key::es384(1 + number % 2));
    let rs256 = (0..5).map(|number| Key::rs256(number % 2, 65_537));
    es256
        .chain(es384)
        .chain(rs256)
        .chain([Key::rsa(3072, 3)])
        .zip(0..)
        .map(|(key, number)| Base::new(key, number))
        .collect()
}

impl Parts {
    /// Returns a signature as it is written.
    pub(crate) fn written<'a>(&self, signature: &'a [u8]) -> &'a [u8] {
        let zeros = signature.iter().take_while(|byte| **byte == 0).count();
        let zeros = if self.without_leading_zeros { zeros } else { 0 };
        &signature[zeros..]
    }

    /// Assembles the sign-in, without a signature.
    pub(crate) fn assemble(&self) -> Ceremony {
        let authenticator_data = [
            &Sha256::digest(self.rp_id)[..],
            &[self.flags],
            &self.sign_count.to_be_bytes(),
            &self.attested,
            &self.extensions,
        ]
        .concat();
        Ceremony {
            verified: true,
            challenge: self.challenge.clone(),
            credential_id: self.credential_id.clone(),
            public_key: [self.public_key.encode(), self.after_public_key.clone()].concat(),
            backup_eligible: self.backup_eligible,
            id: self.id.clone(),
            raw_id: self.raw_id.clone(),
            kind: self.kind.into(),
            client_data: self.client_data.encode(),
            authenticator_data,
            signature: Vec::new(),
        }
    }
}
