//! Key description of Android, in an extension of the certificate
//! ([Key and ID attestation](https://source.android.com/docs/security/features/keystore/attestation#schema)).
//!
//! Its outer form is the same in every version (1, 2, 3, 4, 100, 200, 300, 400), and so are the fields that
//! matter here; later versions have added others.

use x509_cert::der::{
    self, AnyRef, Class, Decode as _, Reader as _, SliceReader, Tag, asn1::OctetStringRef,
    oid::ObjectIdentifier,
};

/// Identifier of the extension.
pub(super) const OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11129.2.1.17");

/// Origin of a key that was made where it is (`KM_ORIGIN_GENERATED`).
pub(super) const GENERATED: i128 = 0;

/// Purpose of a key that signs (`KM_PURPOSE_SIGN`).
pub(super) const SIGN: i128 = 2;

/// Purpose of a key that verifies signatures (`KM_PURPOSE_VERIFY`), which the public key does anyway.
pub(super) const VERIFY: i128 = 3;

// Fields of an authorization list.
const PURPOSE: u32 = 1;
const ALL_APPLICATIONS: u32 = 600;
const ORIGIN: u32 = 702;

/// Parsed key description.
pub(super) struct KeyDescription<'a> {
    /// Security level of the attestation: software (0), trusted execution environment (1) or `StrongBox`
    /// (2).
    pub(super) security_level: i128,
    pub(super) challenge: &'a [u8],
    /// What software enforces, and what hardware.
    pub(super) enforced: [AuthorizationList; 2],
}

/// Fields of an authorization list that matter to attestation.
#[derive(Debug, Default)]
pub(super) struct AuthorizationList {
    pub(super) purposes: Vec<i128>,
    pub(super) all_applications: bool,
    pub(super) origin: Option<i128>,
}

impl<'a> KeyDescription<'a> {
    pub(super) fn parse(der: &'a [u8]) -> Option<Self> {
        let mut reader = SliceReader::new(der).ok()?;
        let description = reader
            .sequence(|reader| {
                let _version = AnyRef::decode(reader)?;
                let security_level = integer(AnyRef::decode(reader)?)?;
                let _keymaster_version = AnyRef::decode(reader)?;
                let _keymaster_level = AnyRef::decode(reader)?;
                let challenge = <&OctetStringRef>::decode(reader)?.as_bytes();
                let _unique_id = <&OctetStringRef>::decode(reader)?;
                let software = AuthorizationList::decode(reader)?;
                let hardware = AuthorizationList::decode(reader)?;
                // A later version may have more.
                while !reader.is_finished() {
                    AnyRef::decode(reader)?;
                }
                Ok::<_, der::Error>(Self {
                    security_level,
                    challenge,
                    enforced: [software, hardware],
                })
            })
            .ok()?;
        reader.finish().ok()?;
        Some(description)
    }
}

impl AuthorizationList {
    fn decode(reader: &mut SliceReader<'_>) -> der::Result<Self> {
        reader.sequence(|reader| {
            let mut list = Self::default();
            while !reader.is_finished() {
                let field = AnyRef::decode(reader)?;
                let tag = field.header().tag();
                if tag.class() != Class::ContextSpecific {
                    return Err(tag.unexpected_error(None).into());
                }
                match tag.number().value() {
                    PURPOSE => {
                        let mut reader = SliceReader::new(field.value())?;
                        let purposes = AnyRef::decode(&mut reader)?;
                        purposes.header().tag().assert_eq(Tag::Set)?;
                        reader.finish()?;
                        let mut reader = SliceReader::new(purposes.value())?;
                        while !reader.is_finished() {
                            list.purposes.push(integer(AnyRef::decode(&mut reader)?)?);
                        }
                    }
                    ALL_APPLICATIONS => list.all_applications = true,
                    ORIGIN => list.origin = Some(integer(AnyRef::from_der(field.value())?)?),
                    _ => {}
                }
            }
            Ok(list)
        })
    }
}

/// Returns a small integer, or an enumerated value.
fn integer(value: AnyRef<'_>) -> der::Result<i128> {
    let tag = value.header().tag();
    match (tag, value.value()) {
        (Tag::Integer | Tag::Enumerated, [byte]) if *byte < 0x80 => Ok((*byte).into()),
        // Of any other value it only matters that it is another.
        (Tag::Integer | Tag::Enumerated, [_, ..]) => Ok(i128::MAX),
        _ => Err(tag.unexpected_error(Some(Tag::Integer)).into()),
    }
}
