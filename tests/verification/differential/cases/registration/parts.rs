//! Valid registrations, taken apart into fields that a test can change.

use sha2::{Digest as _, Sha256};

use super::{
    super::{
        RP_ID, base64url,
        cbor::{self, Frame, Map},
        client_data::ClientData,
        keys::Key,
    },
    Ceremony,
};

/// Format of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    None,
    /// `packed`, signed with the credential's own key.
    Own,
    /// A statement that nobody has asked for and that would not verify.
    Other(&'static str),
}

#[derive(Clone)]
pub(crate) struct Parts {
    /// Form of the signature: `true` without its leading zeros.
    pub(crate) without_leading_zeros: bool,
    pub(crate) challenge: Vec<u8>,
    pub(crate) id: String,
    pub(crate) raw_id: Vec<u8>,
    pub(crate) kind: &'static str,
    pub(crate) client_data: ClientData,
    // The authenticator data.
    pub(crate) rp_id: &'static str,
    pub(crate) flags: u8,
    pub(crate) sign_count: u32,
    pub(crate) aaguid: [u8; 16],
    /// Declared length of the credential ID, if it differs from the actual one.
    pub(crate) id_length: Option<u16>,
    pub(crate) credential_id: Vec<u8>,
    pub(crate) public_key: Map,
    pub(crate) extensions: Vec<u8>,
    // The attestation object.
    pub(crate) format: Format,
    pub(crate) format_as_bytes: bool,
    /// Labels the format by its number among the members.
    pub(crate) format_by_number: bool,
    /// Statement in CBOR, if it is not the one of the format.
    pub(crate) other_statement: Option<Vec<u8>>,
    /// Other members.
    pub(crate) object: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) frame: Frame,
    pub(crate) after_object: Vec<u8>,
}

/// A valid registration.
pub(crate) struct Base {
    pub(crate) key: Key,
    pub(crate) parts: Parts,
    /// Signature of a self attestation.
    pub(crate) signature: Vec<u8>,
}

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;
const EXTENDED: u8 = 1 << 7;

const OTHERS: [&str; 6] = [
    "tpm",
    "android-safetynet",
    "fido-u2f",
    "android-key",
    "apple",
    "something-new",
];

impl Base {
    /// Returns a valid registration that is determined by the number, including its optional parts.
    pub(crate) fn new(key: Key, number: u8) -> Self {
        let format = match number % 4 {
            0 => Format::None,
            1 | 2 => Format::Own,
            _ => Format::Other(OTHERS[usize::from(number / 4 % 6)]),
        };
        Self::attested(key, number, format)
    }

    pub(crate) fn attested(key: Key, number: u8, format: Format) -> Self {
        let challenge = vec![number; 32];
        let mut flags = PRESENT | VERIFIED | ATTESTED;
        flags |= [0, ELIGIBLE, ELIGIBLE | BACKED_UP][usize::from(number % 3)];
        let mut extensions = Vec::new();
        if number.is_multiple_of(5) {
            flags |= EXTENDED;
            extensions = b"\xa1\x6bcredProtect\x02".into();
        }
        let credential_id = vec![number; 16];
        let parts = Parts {
            without_leading_zeros: false,
            id: base64url(&credential_id),
            raw_id: credential_id.clone(),
            kind: "public-key",
            client_data: ClientData::new("webauthn.create", &challenge, number),
            challenge,
            rp_id: RP_ID,
            flags,
            sign_count: number.into(),
            aaguid: [number; 16],
            id_length: None,
            credential_id,
            public_key: key.cose(),
            extensions,
            format,
            format_as_bytes: false,
            format_by_number: false,
            other_statement: None,
            object: Vec::new(),
            frame: Frame::Definite,
            after_object: Vec::new(),
        };
        Self {
            signature: key.sign(&parts.signed_data()),
            key,
            parts,
        }
    }

    /// Returns the registration as it is.
    pub(crate) fn whole(&self) -> Ceremony {
        self.parts.assemble(&self.signature)
    }
}

/// Valid registrations with every default algorithm, and one with an RSA key of another size; most
/// are cheap to verify.
pub(crate) fn bases() -> Vec<Base> {
    let es256 = (0..12).map(|number| Key::es256(1 + number % 4));
    let es384 = (0..4).map(|number| Key::es384(1 + number % 2));
    let rs256 = (0..4).map(|number| Key::rs256(number % 2, 65_537));
    let ed25519 = (0..4).map(Key::ed25519);
    es256
        .chain(es384)
        .chain(rs256)
        .chain(ed25519)
        .chain([Key::rsa(3072, 3), Key::rsa(3072, 65_537), Key::rsa(3072, 3)])
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

    pub(crate) fn authenticator_data(&self) -> Vec<u8> {
        let actual = u16::try_from(self.credential_id.len()).unwrap();
        [
            &Sha256::digest(self.rp_id)[..],
            &[self.flags],
            &self.sign_count.to_be_bytes(),
            &self.aaguid,
            &self.id_length.unwrap_or(actual).to_be_bytes(),
            &self.credential_id,
            &self.public_key.encode(),
            &self.extensions,
        ]
        .concat()
    }

    /// Returns the data that a self attestation is over.
    pub(crate) fn signed_data(&self) -> Vec<u8> {
        let hash = Sha256::digest(self.client_data.encode());
        [self.authenticator_data(), hash.to_vec()].concat()
    }

    /// Returns the algorithm of the key in CBOR.
    fn algorithm(&self) -> Vec<u8> {
        let mut members = self.public_key.members.iter();
        let algorithm = members.find(|(label, _)| *label == cbor::integer(3));
        algorithm.map_or_else(|| cbor::integer(-7), |(_, value)| value.clone())
    }

    /// Returns the statement, with this signature if it is a self attestation.
    pub(crate) fn statement(&self, signature: &[u8]) -> Map {
        let member = |name, value| (cbor::text(name), value);
        Map::new(match self.format {
            Format::None => Vec::new(),
            Format::Own => vec![
                member("alg", self.algorithm()),
                member("sig", cbor::bytes(signature)),
            ],
            Format::Other(_) => vec![
                member("ver", cbor::text("1")),
                member("sig", cbor::bytes(&[7; 70])),
            ],
        })
    }

    /// Assembles the registration, with this signature if it is a self attestation.
    pub(crate) fn assemble(&self, signature: &[u8]) -> Ceremony {
        let statement = self.other_statement.clone();
        let statement = statement.unwrap_or_else(|| self.statement(signature).encode());
        self.assemble_object(self.members(&statement))
    }

    /// Returns the members of the attestation object, with this statement in CBOR.
    pub(crate) fn members(&self, statement: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let format = match self.format {
            Format::None => "none",
            Format::Own => "packed",
            Format::Other(format) => format,
        };
        let written = |format: &str| {
            if self.format_as_bytes {
                cbor::bytes(format.as_bytes())
            } else {
                cbor::text(format)
            }
        };
        let label = if self.format_by_number {
            cbor::integer(0)
        } else {
            cbor::text("fmt")
        };
        let data = cbor::bytes(&self.authenticator_data());
        let mut members = vec![
            (label, written(format)),
            (cbor::text("attStmt"), statement.into()),
            (cbor::text("authData"), data),
        ];
        members.extend(self.object.iter().cloned());
        members
    }

    /// Assembles the registration, with these members of the attestation object.
    pub(crate) fn assemble_object(&self, members: Vec<(Vec<u8>, Vec<u8>)>) -> Ceremony {
        let object = Map {
            members,
            frame: self.frame,
        };
        Ceremony {
            verified: true,
            challenge: self.challenge.clone(),
            id: self.id.clone(),
            raw_id: self.raw_id.clone(),
            kind: self.kind.into(),
            client_data: self.client_data.encode(),
            attestation_object: [object.encode(), self.after_object.clone()].concat(),
        }
    }
}
