use sha2::{Digest as _, Sha256};

use super::{Cbor, Key, Map, RP_ID, as_it_is};

/// The flags of authenticator data.
pub(crate) mod flag {
    pub(crate) const UP: u8 = 1;
    pub(crate) const RESERVED_1: u8 = 1 << 1;
    pub(crate) const UV: u8 = 1 << 2;
    pub(crate) const BE: u8 = 1 << 3;
    pub(crate) const BS: u8 = 1 << 4;
    pub(crate) const RESERVED_2: u8 = 1 << 5;
    pub(crate) const AT: u8 = 1 << 6;
    pub(crate) const ED: u8 = 1 << 7;
}

/// Authenticator data. Its flags are written as they are, even if they do not match its contents.
#[derive(Clone, Debug)]
pub(crate) struct AuthenticatorData {
    pub(crate) rp_id_hash: Vec<u8>,
    pub(crate) flags: u8,
    pub(crate) sign_count: u32,
    pub(crate) attested: Option<Attested>,
    pub(crate) extensions: Option<Cbor>,
    /// The last change, to the bytes.
    pub(crate) written: fn(Vec<u8>) -> Vec<u8>,
}

#[derive(Clone, Debug)]
pub(crate) struct Attested {
    pub(crate) aaguid: [u8; 16],
    /// Declared length of the credential ID, if it differs from the actual one.
    pub(crate) id_length: Option<u16>,
    pub(crate) id: Vec<u8>,
    pub(crate) key: Map,
    /// The last change to the key's bytes.
    pub(crate) key_written: fn(Vec<u8>) -> Vec<u8>,
}

impl AuthenticatorData {
    /// User present and verified.
    pub(crate) fn new(sign_count: u32) -> Self {
        Self {
            rp_id_hash: Sha256::digest(RP_ID).to_vec(),
            flags: flag::UP | flag::UV,
            sign_count,
            attested: None,
            extensions: None,
            written: as_it_is,
        }
    }

    pub(crate) fn attest(&mut self, id: &[u8], key: &Key) {
        self.flags |= flag::AT;
        self.attested = Some(Attested {
            aaguid: *b"a model of these",
            id_length: None,
            id: id.to_vec(),
            key: key.cose(),
            key_written: as_it_is,
        });
    }

    /// The attested credential data, which only registrations have.
    pub(crate) fn attested(&mut self) -> &mut Attested {
        self.attested.as_mut().expect("this is a registration")
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = self.rp_id_hash.clone();
        bytes.push(self.flags);
        bytes.extend(self.sign_count.to_be_bytes());
        if let Some(attested) = &self.attested {
            let length = attested.id_length.unwrap_or(attested.id.len() as u16);
            bytes.extend(attested.aaguid);
            bytes.extend(length.to_be_bytes());
            bytes.extend(&attested.id);
            let key = Cbor::Map(attested.key.clone()).encode();
            bytes.extend((attested.key_written)(key));
        }
        bytes.extend(self.extensions.iter().flat_map(Cbor::encode));
        (self.written)(bytes)
    }
}
