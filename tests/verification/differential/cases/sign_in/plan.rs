//! Plans: a valid sign-in, and the changes to it before and after signing.

use proptest::{collection::vec, prelude::*, sample::Index};

use super::{
    super::{
        base64url, bytes,
        cbor::{Form, Frame, forms, frames},
        client_data, members, signatures,
        unusual::{CBOR, EXTENSIONS, IDS, KINDS},
    },
    Ceremony,
    parts::{Base, Parts},
};

#[derive(Clone, Debug)]
pub(crate) struct Plan {
    base: Index,
    verified: bool,
    parts: Vec<PartChange>,
    /// Whether the changes so far are signed by the key, or keep the signature of the original.
    signed: bool,
    signature: Option<signatures::Change>,
    bytes: Vec<(Field, bytes::Change)>,
    spliced: Vec<(Field, Index)>,
}

/// Change to one part of a ceremony.
#[derive(Clone, Debug)]
enum PartChange {
    ClientData(client_data::Change),
    Flags(u8),
    Flag(u8),
    RpId,
    SignCount(u32),
    Attested(Vec<u8>, Vec<u8>),
    Extensions(Vec<u8>),
    AfterAuthenticatorData(u8),
    Key(members::Change),
    KeyFrame(Frame),
    KeyForm(Index, Form),
    AfterKey(u8),
    Challenge(u8),
    BackupEligible,
    Id(usize),
    RawId(u8),
    Kind(usize),
}

#[derive(Clone, Copy, Debug)]
enum Field {
    ClientData,
    AuthenticatorData,
    Signature,
    PublicKey,
    Challenge,
    CredentialId,
    RawId,
}

const FLAGS: &[u8] = &[
    0x00, 0x01, 0x04, 0x05, 0x07, 0x0d, 0x15, 0x1d, 0x25, 0x45, 0x85, 0xc5, 0xff,
];
pub(crate) fn plans() -> impl Strategy<Value = Plan> {
    let parts = prop_oneof![
        2 => vec(part_changes(), 0),
        8 => vec(part_changes(), 1),
        2 => vec(part_changes(), 2..4),
    ];
    let bytes = prop_oneof![
        6 => vec((fields(), bytes::changes()), 0),
        3 => vec((fields(), bytes::changes()), 1),
        1 => vec((fields(), bytes::changes()), 2..4),
    ];
    let spliced = prop_oneof![
        8 => vec((fields(), any::<Index>()), 0),
        1 => vec((fields(), any::<Index>()), 1..4),
    ];
    let signature = prop::option::weighted(0.15, signatures::changes());
    (
        any::<Index>(),
        any::<bool>(),
        parts,
        prop::bool::weighted(0.3),
        signature,
        bytes,
        spliced,
    )
        .prop_map(
            |(base, verified, parts, signed, signature, bytes, spliced)| Plan {
                base,
                verified,
                parts,
                signed,
                signature,
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
        1 => (vec(any::<u8>(), 0..30), cbor.clone()).prop_map(|(id, key)| Attested(id, key)),
        3 => extensions.prop_map(Extensions),
        1 => byte.prop_map(AfterAuthenticatorData),
        8 => members::changes(cbor.clone(), cbor).prop_map(Key),
        2 => frames().prop_map(KeyFrame),
        4 => (any::<Index>(), forms()).prop_map(|(at, form)| KeyForm(at, form)),
        1 => byte.prop_map(AfterKey),
        1 => byte.prop_map(Challenge),
        1 => Just(BackupEligible),
        1 => (0..IDS.len()).prop_map(Id),
        1 => byte.prop_map(RawId),
        1 => (0..KINDS.len()).prop_map(Kind),
    ]
}

fn fields() -> impl Strategy<Value = Field> {
    use Field::*;

    prop_oneof![
        3 => Just(ClientData),
        3 => Just(AuthenticatorData),
        2 => Just(Signature),
        3 => Just(PublicKey),
        1 => Just(Challenge),
        1 => Just(CredentialId),
        1 => Just(RawId),
    ]
}

impl Plan {
    pub(crate) fn carry_out(&self, bases: &[Base]) -> Ceremony {
        let base = self.base.get(bases);
        let mut parts = base.parts.clone();
        self.parts
            .iter()
            .for_each(|change| change.apply(&mut parts));
        let mut ceremony = parts.assemble();
        ceremony.verified = self.verified;
        ceremony.signature = if self.signed && !self.parts.is_empty() {
            base.key.sign(&ceremony.signed_data())
        } else {
            base.signature.clone()
        };
        if let Some(change) = &self.signature
            && let Some(changed) = change.apply(&base.key, &ceremony.signature)
        {
            ceremony.signature = changed;
        }
        for (field, change) in &self.bytes {
            change.apply(field.of(&mut ceremony));
        }
        for (field, other) in &self.spliced {
            let other = other.get(bases);
            let mut whole = other.parts.assemble();
            whole.signature.clone_from(&other.signature);
            std::mem::swap(field.of(&mut ceremony), field.of(&mut whole));
        }
        ceremony
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
            Self::Attested(id, key) => {
                let length = u16::try_from(id.len()).unwrap().to_be_bytes();
                parts.flags |= 1 << 6;
                parts.attested = [&[7; 16], &length[..], id, key].concat();
            }
            Self::Extensions(extensions) => {
                parts.flags |= 1 << 7;
                parts.extensions.clone_from(extensions);
            }
            Self::AfterAuthenticatorData(byte) => parts.extensions.push(*byte),
            Self::Key(change) => change.apply(&mut parts.public_key.members),
            Self::KeyFrame(frame) => parts.public_key.frame = *frame,
            Self::KeyForm(at, form) => form.apply_to_one(*at, &mut parts.public_key.members),
            Self::AfterKey(byte) => parts.after_public_key.push(*byte),
            Self::Challenge(byte) => parts.challenge.push(*byte),
            Self::BackupEligible => parts.backup_eligible ^= true,
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
            Self::AuthenticatorData => &mut ceremony.authenticator_data,
            Self::Signature => &mut ceremony.signature,
            Self::PublicKey => &mut ceremony.public_key,
            Self::Challenge => &mut ceremony.challenge,
            Self::CredentialId => &mut ceremony.credential_id,
            Self::RawId => &mut ceremony.raw_id,
        }
    }
}
