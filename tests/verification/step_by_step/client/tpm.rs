//! Structures of TPMs (TPM 2.0 Library, Part 2).

use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384};

use super::{Algorithm, Cbor, Certificate, Der, Extension, Key, as_it_is, oid};

/// What a TPM certifies, before it is encoded.
#[derive(Clone, Debug)]
pub(crate) struct Tpm {
    /// Whether the TPM signs and hashes with SHA-1.
    pub(crate) sha1: bool,
    /// Hash of the key's name (`TPM_ALG_ID`).
    pub(crate) name_hash: u16,
    /// Another key in the public area.
    pub(crate) other_key: Option<Key>,
    /// Last change to the public area, before it is named.
    pub(crate) public_area: fn(Vec<u8>) -> Vec<u8>,
    pub(crate) magic: u32,
    pub(crate) kind: u16,
    pub(crate) extra_data: fn(Vec<u8>) -> Vec<u8>,
    pub(crate) name: fn(Vec<u8>) -> Vec<u8>,
    /// Last change to what is signed.
    pub(crate) certified: fn(Vec<u8>) -> Vec<u8>,
    /// Whether the signature is in a `TPMT_SIGNATURE`.
    pub(crate) wrapped: bool,
}

impl Default for Tpm {
    fn default() -> Self {
        Self {
            sha1: false,
            name_hash: 0x000b,
            other_key: None,
            public_area: as_it_is,
            magic: 0xff54_4347,
            kind: 0x8017,
            extra_data: as_it_is,
            name: as_it_is,
            certified: as_it_is,
            wrapped: false,
        }
    }
}

/// Subject alternative name of a TPM's certificate: manufacturer, model and version.
pub(crate) fn names(manufacturer: &str) -> Der {
    let text = |last, text: &str| {
        let oid = Der::oid(&[2, 23, 133, 2, last]);
        Der::set(&[Der::sequence(&[oid, Der::utf8(text)])])
    };
    let name = [text(3, "id:13"), text(2, "NPCT6xx"), text(1, manufacturer)];
    Der::sequence(&[Der::explicit(4, &Der::sequence(&name))])
}

impl Certificate {
    /// Makes it the certificate of a TPM's attestation key.
    pub(crate) fn of_tpm(mut self) -> Self {
        self.subject.clear();
        self.add_extension(oid::SUBJECT_ALT_NAME, true, names("id:4E544300"));
        let usage = Der::sequence(&[Der::oid(oid::ATTESTATION_KEY)]);
        self.add_extension(oid::EXTENDED_KEY_USAGE, false, usage);
        // Critical in the certificates of Windows.
        let policy = Der::sequence(&[Der::sequence(&[Der::oid(&[2, 5, 29, 32, 0])])]);
        self.extensions.push(Extension {
            oid: oid::CERTIFICATE_POLICIES,
            critical: true,
            value: policy,
        });
        self
    }
}

impl Tpm {
    /// Returns the public area of a key (`TPMT_PUBLIC`).
    pub(crate) fn public_area(&self, key: &Key) -> Vec<u8> {
        let key = self.other_key.as_ref().unwrap_or(key);
        let bytes = |key: &Key, label| match key.cose().get(label) {
            Cbor::Bytes(bytes) => bytes.clone(),
            other => panic!("{other:?} is no coordinate"),
        };
        let mut area = Vec::new();
        let is_rsa = key.algorithm() == Algorithm::Rs256;
        area.extend(u16::to_be_bytes(if is_rsa { 0x0001 } else { 0x0023 }));
        area.extend(self.name_hash.to_be_bytes());
        area.extend([0, 6, 4, 0x72]);
        area.extend(sized(b"a policy of 32 bytes, as on Windows"));
        // No symmetric algorithm, and no scheme.
        area.extend([0, 0x10, 0, 0x10]);
        if is_rsa {
            // 2048 bits, and the default exponent.
            area.extend([8, 0, 0, 0, 0, 0]);
            area.extend(sized(&bytes(key, -1)));
        } else {
            let curve = match key.algorithm() {
                Algorithm::Es256 => 3,
                Algorithm::Es384 => 4,
                _ => 5,
            };
            // No key derivation.
            area.extend([0, curve, 0, 0x10]);
            area.extend(sized(&bytes(key, -2)));
            area.extend(sized(&bytes(key, -3)));
        }
        (self.public_area)(area)
    }

    /// Returns the certification of a key (`TPMS_ATTEST`), for what an attestation key signs.
    pub(crate) fn certify(&self, key: &Key, signed: &[u8], public_area: &[u8]) -> Vec<u8> {
        let digest = self.digest(key, signed);
        let named = match self.name_hash {
            0x0004 => Sha1::digest(public_area).to_vec(),
            0x000c => Sha384::digest(public_area).to_vec(),
            _ => Sha256::digest(public_area).to_vec(),
        };
        let name = [self.name_hash.to_be_bytes().as_slice(), &named].concat();
        let (magic, kind) = (self.magic.to_be_bytes(), self.kind.to_be_bytes());
        let attest = [
            magic.as_slice(),
            &kind,
            &sized(b"the signer's name"),
            &sized(&(self.extra_data)(digest)),
            &[7; 17 + 8],
            &sized(&(self.name)(name)),
            &sized(b"qualified name"),
        ];
        (self.certified)(attest.concat())
    }

    /// Returns a signature in a `TPMT_SIGNATURE`, if it is to be.
    pub(crate) fn wrap(&self, signer: &Key, signature: Vec<u8>) -> Vec<u8> {
        if !self.wrapped {
            return signature;
        }
        let hash: u16 = match signer.algorithm() {
            _ if self.sha1 => 0x0004,
            Algorithm::Es384 => 0x000c,
            _ => 0x000b,
        };
        let hash = hash.to_be_bytes();
        if signer.algorithm() == Algorithm::Rs256 {
            return [&[0, 0x14], hash.as_slice(), &sized(&signature)].concat();
        }
        let (r, s) = integers(&signature);
        [&[0, 0x18], hash.as_slice(), &sized(r), &sized(s)].concat()
    }

    fn digest(&self, signer: &Key, data: &[u8]) -> Vec<u8> {
        match signer.algorithm() {
            _ if self.sha1 => Sha1::digest(data).to_vec(),
            Algorithm::Es384 => Sha384::digest(data).to_vec(),
            _ => Sha256::digest(data).to_vec(),
        }
    }
}

/// Bytes with their length (TPM2B).
fn sized(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_be_bytes(), bytes].concat()
}

/// Returns the integers of a short signature in ASN.1.
fn integers(signature: &[u8]) -> (&[u8], &[u8]) {
    let r = &signature[4..][..signature[3].into()];
    let s = &signature[6 + r.len()..];
    (r, s)
}
