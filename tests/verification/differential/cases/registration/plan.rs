//! Plans: a valid registration, and the changes to it before and after signing.

use proptest::{collection::vec, prelude::*, sample::Index};

use super::{
    super::{
        base64url, bytes,
        cbor::{self, Form, Frame, forms, frames},
        client_data, members, signatures,
        unusual::{CBOR, EXTENSIONS, IDS, KINDS},
    },
    Ceremony,
    parts::{Base, Format, Parts},
};

#[derive(Clone, Debug)]
pub(crate) struct Plan {
    base: Index,
    verified: bool,
    parts: Vec<PartChange>,
    /// Whether a self attestation is over the changed data, or keeps the signature of the original.
    signed: bool,
    signature: Option<signatures::Change>,
    object: Vec<ObjectChange>,
    bytes: Vec<(Field, bytes::Change)>,
    spliced: Vec<(Field, Index)>,
}

/// Change to the data that a self attestation is over, or to the JSON around it.
#[derive(Clone, Debug)]
enum PartChange {
    ClientData(client_data::Change),
    Flags(u8),
    Flag(u8),
    RpId,
    SignCount(u32),
    Aaguid,
    IdLength(u16),
    CredentialId(usize),
    Extensions(Vec<u8>),
    AfterAuthenticatorData(u8),
    Key(members::Change),
    KeyFrame(Frame),
    KeyForm(Index, Form),
    KeyOf(Index),
    Challenge(u8),
    Id(usize),
    RawId(u8),
    Kind(usize),
}

/// Change to the attestation object, after signing.
#[derive(Clone, Debug)]
enum ObjectChange {
    Statement(members::Change),
    StatementFrame(Frame),
    StatementForm(Index, Form),
    StatementIs(Vec<u8>),
    Format(usize),
    Members(members::Change),
    MemberForm(Index, Form),
    Frame(Frame),
    After(u8),
}

#[derive(Clone, Copy, Debug)]
enum Field {
    ClientData,
    AttestationObject,
    Challenge,
    RawId,
}

const FLAGS: &[u8] = &[
    0x00, 0x01, 0x05, 0x40, 0x41, 0x44, 0x45, 0x47, 0x4d, 0x55, 0x5d, 0x65, 0xc5, 0xff,
];
const FORMATS: &[Format] = &[
    Format::None,
    Format::Own,
    Format::Other(""),
    Format::Other("None"),
    Format::Other("packed"),
    Format::Other("tpm"),
    Format::Other("compound"),
    Format::Other("with space"),
    Format::Other("\u{e9}"),
    Format::Other("fmtfmtfmtfmtfmtfmtfmtfmtfmtfmtfmtfmt"),
];

/// Names of members of attestation objects and statements.
const NAMES: &[&str] = &[
    "fmt",
    "attStmt",
    "authData",
    "epAtt",
    "alg",
    "sig",
    "x5c",
    "ecdaaKeyId",
    "new",
];

pub(crate) fn plans() -> impl Strategy<Value = Plan> {
    let parts = prop_oneof![
        3 => vec(part_changes(), 0),
        8 => vec(part_changes(), 1),
        2 => vec(part_changes(), 2..4),
    ];
    let object = prop_oneof![
        8 => vec(object_changes(), 0),
        4 => vec(object_changes(), 1),
        1 => vec(object_changes(), 2..4),
    ];
    let bytes = prop_oneof![
        8 => vec((fields(), bytes::changes()), 0),
        3 => vec((fields(), bytes::changes()), 1),
        1 => vec((fields(), bytes::changes()), 2..4),
    ];
    let spliced = prop_oneof![
        9 => vec((fields(), any::<Index>()), 0),
        1 => vec((fields(), any::<Index>()), 1..3),
    ];
    (
        any::<Index>(),
        any::<bool>(),
        parts,
        prop::bool::weighted(0.8),
        prop::option::weighted(0.15, signatures::changes()),
        object,
        bytes,
        spliced,
    )
        .prop_map(
            |(base, verified, parts, signed, signature, object, bytes, spliced)| Plan {
                base,
                verified,
                parts,
                signed,
                signature,
                object,
                bytes,
                spliced,
            },
        )
}

fn part_changes() -> impl Strategy<Value = PartChange> {
    use PartChange::*;

    let cbor = prop::sample::select(CBOR.clone()).boxed();
    let extensions = prop::sample::select(EXTENSIONS.clone());
    let byte = any::<u8>();
    prop_oneof![
        10 => client_data::changes().prop_map(ClientData),
        1 => prop::sample::select(FLAGS).prop_map(Flags),
        2 => (0..8u8).prop_map(Flag),
        1 => Just(RpId),
        1 => any::<u32>().prop_map(SignCount),
        1 => Just(Aaguid),
        1 => (0..40u16).prop_map(IdLength),
        1 => prop::sample::select(&[0, 1, 1023, 1024, 2000][..]).prop_map(CredentialId),
        3 => extensions.prop_map(Extensions),
        1 => byte.prop_map(AfterAuthenticatorData),
        8 => members::changes(cbor.clone(), cbor).prop_map(Key),
        2 => frames().prop_map(KeyFrame),
        4 => (any::<Index>(), forms()).prop_map(|(at, form)| KeyForm(at, form)),
        1 => any::<Index>().prop_map(KeyOf),
        1 => byte.prop_map(Challenge),
        1 => (0..IDS.len()).prop_map(Id),
        1 => byte.prop_map(RawId),
        1 => (0..KINDS.len()).prop_map(Kind),
    ]
}

fn object_changes() -> impl Strategy<Value = ObjectChange> {
    use ObjectChange::*;

    let cbor = prop::sample::select(CBOR.clone()).boxed();
    let names = prop::sample::select(NAMES).prop_map(cbor::text).boxed();
    let names = prop_oneof![3 => names, 1 => cbor.clone()].boxed();
    prop_oneof![
        4 => members::changes(names.clone(), cbor.clone()).prop_map(Statement),
        1 => frames().prop_map(StatementFrame),
        2 => (any::<Index>(), forms()).prop_map(|(at, form)| StatementForm(at, form)),
        2 => cbor.clone().prop_map(StatementIs),
        2 => (0..FORMATS.len()).prop_map(Format),
        4 => members::changes(names, cbor).prop_map(Members),
        1 => (any::<Index>(), forms()).prop_map(|(at, form)| MemberForm(at, form)),
        2 => frames().prop_map(Frame),
        1 => any::<u8>().prop_map(After),
    ]
}

fn fields() -> impl Strategy<Value = Field> {
    use Field::*;

    prop_oneof![
        3 => Just(ClientData),
        6 => Just(AttestationObject),
        1 => Just(Challenge),
        1 => Just(RawId),
    ]
}

impl Plan {
    pub(crate) fn carry_out(&self, bases: &[Base]) -> Ceremony {
        let base = self.base.get(bases);
        let mut parts = base.parts.clone();
        let mut key = &base.key;
        for change in &self.parts {
            change.apply(&mut parts);
            // A key of another base signs for itself.
            if let PartChange::KeyOf(other) = change {
                key = &other.get(bases).key;
                parts.public_key = key.cose();
            }
        }
        let mut signature = if self.signed && !self.parts.is_empty() {
            key.sign(&parts.signed_data())
        } else {
            base.signature.clone()
        };
        if let Some(change) = &self.signature
            && let Some(changed) = change.apply(key, &signature)
        {
            signature = changed;
        }
        let mut ceremony = self.assemble(parts, &signature);
        ceremony.verified = self.verified;
        for (field, change) in &self.bytes {
            change.apply(field.of(&mut ceremony));
        }
        for (field, other) in &self.spliced {
            let mut whole = other.get(bases).whole();
            std::mem::swap(field.of(&mut ceremony), field.of(&mut whole));
        }
        ceremony
    }

    /// Assembles the registration with the changes to the attestation object.
    fn assemble(&self, mut parts: Parts, signature: &[u8]) -> Ceremony {
        for change in &self.object {
            match change {
                ObjectChange::Format(which) => parts.format = FORMATS[*which],
                ObjectChange::Frame(frame) => parts.frame = *frame,
                ObjectChange::After(byte) => parts.after_object.push(*byte),
                _ => {}
            }
        }
        let mut statement = parts.statement(signature);
        let mut other = None;
        for change in &self.object {
            match change {
                ObjectChange::Statement(change) => change.apply(&mut statement.members),
                ObjectChange::StatementFrame(frame) => statement.frame = *frame,
                ObjectChange::StatementForm(at, form) => {
                    form.apply_to_one(*at, &mut statement.members);
                }
                ObjectChange::StatementIs(cbor) => other = Some(cbor.clone()),
                _ => {}
            }
        }
        let mut members = parts.members(&other.unwrap_or_else(|| statement.encode()));
        for change in &self.object {
            match change {
                ObjectChange::Members(change) => change.apply(&mut members),
                ObjectChange::MemberForm(at, form) => form.apply_to_one(*at, &mut members),
                _ => {}
            }
        }
        parts.assemble_object(members)
    }
}

impl PartChange {
    fn apply(&self, parts: &mut Parts) {
        match self {
            Self::ClientData(change) => change.apply(&mut parts.client_data),
            Self::Flags(flags) => parts.flags = *flags,
            Self::Flag(bit) => parts.flags ^= 1 << bit,
            Self::RpId => parts.rp_id = "example.org",
            Self::SignCount(count) => parts.sign_count = *count,
            Self::Aaguid => parts.aaguid = [0; 16],
            Self::IdLength(length) => parts.id_length = Some(*length),
            Self::CredentialId(length) => {
                parts.credential_id = vec![7; *length];
                parts.raw_id.clone_from(&parts.credential_id);
                parts.id = base64url(&parts.raw_id);
            }
            Self::Extensions(extensions) => {
                parts.flags |= 1 << 7;
                parts.extensions.clone_from(extensions);
            }
            Self::AfterAuthenticatorData(byte) => parts.extensions.push(*byte),
            Self::Key(change) => change.apply(&mut parts.public_key.members),
            Self::KeyFrame(frame) => parts.public_key.frame = *frame,
            Self::KeyForm(at, form) => form.apply_to_one(*at, &mut parts.public_key.members),
            Self::KeyOf(_) => {}
            Self::Challenge(byte) => parts.challenge.push(*byte),
            Self::Id(which) => parts.id = IDS[*which].into(),
            Self::RawId(byte) => {
                parts.raw_id.push(*byte);
                parts.id = base64url(&parts.raw_id);
            }
            Self::Kind(which) => parts.kind = KINDS[*which],
        }
    }
}

impl Field {
    fn of(self, ceremony: &mut Ceremony) -> &mut Vec<u8> {
        match self {
            Self::ClientData => &mut ceremony.client_data,
            Self::AttestationObject => &mut ceremony.attestation_object,
            Self::Challenge => &mut ceremony.challenge,
            Self::RawId => &mut ceremony.raw_id,
        }
    }
}
