//! Structures of TPMs
//! ([TPM 2.0 Library, Part 2](https://trustedcomputinggroup.org/resource/tpm-library-specification/)).

use x509_cert::der::{Encode as _, asn1::UintRef};

use crate::verify::crypto::{Hash, Scheme};

// Algorithm identifiers (TPM_ALG_ID).
const RSA: u16 = 0x0001;
const NULL: u16 = 0x0010;
const RSASSA: u16 = 0x0014;
const RSAES: u16 = 0x0015;
const ECDSA: u16 = 0x0018;
const ECDAA: u16 = 0x001a;
const ECC: u16 = 0x0023;

/// Magic number of what a TPM has made itself (`TPM_GENERATED_VALUE`).
const GENERATED: u32 = 0xff54_4347;

/// Type of the certification of a key (`TPM_ST_ATTEST_CERTIFY`).
const ATTEST_CERTIFY: u16 = 0x8017;

/// Public area of a key (`TPMT_PUBLIC`).
pub(super) struct Public<'a> {
    /// Hash function of its name.
    pub(super) name_hash: Hash,
    pub(super) parameters: Parameters<'a>,
}

/// Parameters and public key.
pub(super) enum Parameters<'a> {
    Rsa {
        modulus: &'a [u8],
        exponent: u32,
    },
    Ecc {
        curve: Curve,
        x: &'a [u8],
        y: &'a [u8],
    },
}

/// Curve (`TPM_ECC_CURVE`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

/// Certification of a key (`TPMS_ATTEST` with `TPMS_CERTIFY_INFO`), without the state of the TPM.
pub(super) struct Attest<'a> {
    pub(super) extra_data: &'a [u8],
    /// Name of the certified key.
    pub(super) name: &'a [u8],
}

impl<'a> Public<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let kind = reader.u16()?;
        let name_hash = hash(reader.u16()?)?;
        let _attributes = reader.u32()?;
        let _policy = reader.sized()?;
        let parameters = match kind {
            RSA => {
                reader.symmetric()?;
                reader.scheme()?;
                let _bits = reader.u16()?;
                let exponent = match reader.u32()? {
                    0 => 65537,
                    exponent => exponent,
                };
                let modulus = reader.sized()?;
                Parameters::Rsa { modulus, exponent }
            }
            ECC => {
                reader.symmetric()?;
                reader.scheme()?;
                let curve = match reader.u16()? {
                    0x0003 => Curve::P256,
                    0x0004 => Curve::P384,
                    0x0005 => Curve::P521,
                    _ => return None,
                };
                reader.scheme()?;
                let x = reader.sized()?;
                let y = reader.sized()?;
                Parameters::Ecc { curve, x, y }
            }
            _ => return None,
        };
        reader.end(Self {
            name_hash,
            parameters,
        })
    }
}

impl<'a> Attest<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        (reader.u32()? == GENERATED).then_some(())?;
        (reader.u16()? == ATTEST_CERTIFY).then_some(())?;
        let _signer = reader.sized()?;
        let extra_data = reader.sized()?;
        // Clock, resets, restarts, whether the clock is safe; and the version of the firmware.
        let _state = reader.take(17 + 8)?;
        let name = reader.sized()?;
        let _qualified_name = reader.sized()?;
        reader.end(Self { extra_data, name })
    }
}

/// Returns the signature in a `TPMT_SIGNATURE` of this scheme, in the encoding of other formats. Most TPMs'
/// statements have the signature itself, of which this is `None`.
pub(super) fn unwrap_signature(bytes: &[u8], scheme: Scheme) -> Option<Vec<u8>> {
    let mut reader = Reader(bytes);
    let kind = reader.u16()?;
    let hash = hash(reader.u16()?)?;
    (Some(hash) == scheme.hash()).then_some(())?;
    let signature = match (kind, scheme) {
        (RSASSA, Scheme::Rsa(_)) => reader.sized()?.to_vec(),
        (ECDSA, Scheme::Ecdsa(_)) => {
            let (r, s) = (reader.sized()?, reader.sized()?);
            let integer = |bytes| UintRef::new(bytes).ok()?.to_der().ok();
            let integers = [integer(r)?, integer(s)?].concat();
            let length = integers.len();
            // At most 139 bytes, of P-521.
            let length: &[u8] = match u8::try_from(length).ok()? {
                short @ 0..0x80 => &[short],
                long => &[0x81, long],
            };
            [&[0x30], length, &integers].concat()
        }
        _ => return None,
    };
    reader.end(signature)
}

/// Returns the identifier of a hash function.
pub(super) fn number(hash: Hash) -> u16 {
    match hash {
        Hash::Sha1 => 0x0004,
        Hash::Sha256 => 0x000b,
        Hash::Sha384 => 0x000c,
        Hash::Sha512 => 0x000d,
    }
}

fn hash(number: u16) -> Option<Hash> {
    Some(match number {
        0x0004 => Hash::Sha1,
        0x000b => Hash::Sha256,
        0x000c => Hash::Sha384,
        0x000d => Hash::Sha512,
        _ => return None,
    })
}

/// Reader of big-endian structures.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// Reads bytes with their length (TPM2B).
    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.take(length.into())
    }

    /// Reads a symmetric algorithm (`TPMT_SYM_DEF_OBJECT`): none, or its key size and mode.
    fn symmetric(&mut self) -> Option<()> {
        if self.u16()? != NULL {
            self.take(4)?;
        }
        Some(())
    }

    /// Reads a signature, encryption or key derivation scheme, with its hash function.
    fn scheme(&mut self) -> Option<()> {
        let details = match self.u16()? {
            NULL | RSAES => 0,
            // With a counter.
            ECDAA => 4,
            _ => 2,
        };
        self.take(details)?;
        Some(())
    }

    /// Returns the value if nothing follows.
    fn end<T>(self, value: T) -> Option<T> {
        self.0.is_empty().then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::{Attest, Hash, Public, Scheme, unwrap_signature};

    /// The public area of a key on P-256: type, name's hash, attributes, no policy, no symmetric
    /// algorithm, no scheme, curve, no key derivation, and a point.
    const ECC: &str = "0023000b00060472000000100010000300100002aabb0002ccdd";

    fn bytes(hex: &str) -> Vec<u8> {
        let digits = hex.as_bytes().chunks(2);
        digits
            .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    #[test]
    fn tpm_public_area_with_a_missing_or_an_extra_byte_is_rejected() {
        let whole = bytes(ECC);
        assert!(Public::parse(&whole).is_some());
        for length in 0..whole.len() {
            assert!(Public::parse(&whole[..length]).is_none(), "{length}");
        }
        assert!(Public::parse(&[whole, vec![0]].concat()).is_none());
    }

    #[test]
    fn tpm_public_area_may_name_its_schemes() {
        // AES of 128 bits in CFB mode, ECDSA and a key derivation, each with SHA-256.
        let named = "0023000b00060472000000060080004300180 00b00030022000b0002aabb0002ccdd";
        assert!(Public::parse(&bytes(&named.replace(' ', ""))).is_some());
        // ECDAA has a counter.
        let ecdaa = "0023000b0006047200000010001a000b0000000300100002aabb0002ccdd";
        assert!(Public::parse(&bytes(ecdaa)).is_some());
        // RSAES has no hash function.
        let rsaes = "0001000b0006047200000010001508000000000000 02aabb";
        assert!(Public::parse(&bytes(&rsaes.replace(' ', ""))).is_some());
    }

    #[test]
    fn tpm_certification_with_a_missing_or_an_extra_byte_is_rejected() {
        let state = "00".repeat(25);
        let whole = bytes(&format!("ff5443478017{}0001aa{state}0001bb0000", "0000"));
        let attest = Attest::parse(&whole).unwrap();
        assert_eq!((attest.extra_data, attest.name), (&[0xaa][..], &[0xbb][..]));
        for length in 0..whole.len() {
            assert!(Attest::parse(&whole[..length]).is_none(), "{length}");
        }
        assert!(Attest::parse(&[whole, vec![0]].concat()).is_none());
    }

    #[test]
    fn tpm_signature_structure_is_unwrapped_for_its_own_scheme_only() {
        let rsa = bytes("0014000b0002aabb");
        let of = |bytes: &[u8], scheme| unwrap_signature(bytes, scheme);
        assert_eq!(of(&rsa, Scheme::Rsa(Hash::Sha256)), Some(vec![0xaa, 0xbb]));
        assert_eq!(of(&rsa, Scheme::Rsa(Hash::Sha1)), None);
        assert_eq!(of(&rsa, Scheme::Ecdsa(Hash::Sha256)), None);
        let ecdsa = bytes("0018000b0001010001ff");
        let expected = bytes("3007020101020200ff");
        assert_eq!(of(&ecdsa, Scheme::Ecdsa(Hash::Sha256)), Some(expected));
        assert_eq!(
            of(&[ecdsa, vec![0]].concat(), Scheme::Ecdsa(Hash::Sha256)),
            None
        );
    }
}
