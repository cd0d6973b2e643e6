//! Public keys in `COSE_Key` form
//! ([RFC 9052, §7](https://www.rfc-editor.org/rfc/rfc9052#section-7)), of the algorithms that the
//! configuration key `algorithms` has.

use super::{
    algorithm,
    cbor::{self, Heads, Key, Map, Value},
    ed25519,
    refusal::{Refusal, RefusalKind, ensure, malformed},
};
use crate::Algorithm;

/// Public key of a supported algorithm, on the curve of that algorithm.
///
/// Points are not checked to be on their curve: [`curve::contains`](super::curve::contains) does that.
#[derive(Debug, PartialEq)]
pub(super) enum PublicKey<'a> {
    /// An uncompressed point of P-256.
    Es256([u8; 65]),
    /// An uncompressed point of P-384.
    Es384([u8; 97]),
    /// An uncompressed point of P-521.
    Es512(Box<[u8; 133]>),
    /// An encoded point that is [strong](ed25519::is_strong).
    Ed25519(&'a [u8; 32]),
    Rs256(RsaKey<'a>),
    MlDsa(MlDsa, &'a [u8]),
}

/// RSA public key: a modulus of 2048 to 8192 bits and an odd exponent from 3 to 2³³ - 1, both
/// big-endian without leading zeros.
#[derive(Debug, PartialEq)]
pub(super) struct RsaKey<'a> {
    pub(super) n: &'a [u8],
    pub(super) e: &'a [u8],
}

/// Parameter set of ML-DSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MlDsa {
    MlDsa44,
    MlDsa65,
    MlDsa87,
}

// Labels (RFC 9052, §7.1).
const KTY: Key<'_> = Key::Integer(1);
const ALG: Key<'_> = Key::Integer(3);

impl<'a> PublicKey<'a> {
    /// Parses the key of a stored credential. Members that the key does not need are ignored: other
    /// software may have written it.
    pub(super) fn parse(cose: &'a [u8]) -> Result<Self, Refusal> {
        let members = cbor::read_map(cose, Heads::Any)
            .ok_or_else(|| malformed("the stored public key is not a `COSE_Key`"))?;
        Members(&members).key()
    }

    /// Parses the key of a new credential, which has no members but the required ones
    /// ([Level 3, §6.5.1](https://www.w3.org/TR/webauthn-3/#sctn-encoded-credPubKey-examples)).
    pub(super) fn parse_new(cose: &'a [u8]) -> Result<Self, Refusal> {
        let members = cbor::read_map(cose, Heads::Shortest)
            .ok_or_else(|| malformed("the public key is not a canonical `COSE_Key`"))?;
        let key = Members(&members).key()?;
        // All required members are there, so there are no others if the number fits.
        let expected = match key {
            Self::Es256(_) | Self::Es384(_) | Self::Es512(_) => 5,
            Self::Ed25519(_) | Self::Rs256(_) => 4,
            Self::MlDsa(..) => 3,
        };
        ensure(members.len() == expected, || {
            malformed("the public key has members that its algorithm does not need")
        })?;
        Ok(key)
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Es256(_) => Algorithm::Es256,
            Self::Es384(_) => Algorithm::Es384,
            Self::Es512(_) => Algorithm::Es512,
            Self::Ed25519(_) => Algorithm::EdDsa,
            Self::Rs256(_) => Algorithm::Rs256,
            Self::MlDsa(MlDsa::MlDsa44, _) => Algorithm::MlDsa44,
            Self::MlDsa(MlDsa::MlDsa65, _) => Algorithm::MlDsa65,
            Self::MlDsa(MlDsa::MlDsa87, _) => Algorithm::MlDsa87,
        }
    }
}

/// Members of a `COSE_Key`.
struct Members<'m, 'a>(&'m Map<'a>);

impl<'a> Members<'_, 'a> {
    /// Returns the key, if its type, algorithm and curve belong together: for elliptic curves
    /// [RFC 9053, §2](https://www.rfc-editor.org/rfc/rfc9053#section-2), restricted by
    /// [Level 3, §5.8.5](https://www.w3.org/TR/webauthn-3/#sctn-alg-identifier); for RSA
    /// [RFC 8230, §4](https://www.rfc-editor.org/rfc/rfc8230#section-4); for ML-DSA
    /// [RFC 9964](https://www.rfc-editor.org/rfc/rfc9964).
    fn key(&self) -> Result<PublicKey<'a>, Refusal> {
        match (self.integer(KTY)?, self.integer(ALG)?) {
            (2, -7) => self.point(1).map(PublicKey::Es256),
            (2, -35) => self.point(2).map(PublicKey::Es384),
            (2, -36) => self.point(3).map(Box::new).map(PublicKey::Es512),
            (1, -8) => {
                self.curve(6)?;
                let point = self
                    .bytes(-2)?
                    .try_into()
                    .map_err(|_| malformed("the Ed25519 key does not have 32 bytes"))?;
                ensure(ed25519::is_strong(point), || {
                    malformed("the Ed25519 key is of a small order, or not canonical")
                })?;
                Ok(PublicKey::Ed25519(point))
            }
            (3, -257) => RsaKey::new(self.bytes(-1)?, self.bytes(-2)?).map(PublicKey::Rs256),
            (7, -48) => self.ml_dsa(MlDsa::MlDsa44, 1312),
            (7, -49) => self.ml_dsa(MlDsa::MlDsa65, 1952),
            (7, -50) => self.ml_dsa(MlDsa::MlDsa87, 2592),
            (kty, algorithm) => Err(algorithm::unknown(kty, algorithm)),
        }
    }

    /// Returns the uncompressed SEC 1 encoding of the point (x, y).
    fn point<const N: usize>(&self, curve: i128) -> Result<[u8; N], Refusal> {
        self.curve(curve)?;
        let mut point = [0x04; N];
        let (x, y) = point[1..].split_at_mut(N / 2);
        for (coordinate, label) in [(x, -2), (y, -3)] {
            let bytes = self.bytes(label)?;
            ensure(bytes.len() == coordinate.len(), || {
                malformed("a coordinate of the public key does not have its curve's length")
            })?;
            coordinate.copy_from_slice(bytes);
        }
        Ok(point)
    }

    fn ml_dsa(&self, parameters: MlDsa, length: usize) -> Result<PublicKey<'a>, Refusal> {
        let key = self.bytes(-1)?;
        ensure(key.len() == length, || {
            malformed("the ML-DSA key does not have its parameter set's length")
        })?;
        Ok(PublicKey::MlDsa(parameters, key))
    }

    fn curve(&self, expected: i128) -> Result<(), Refusal> {
        let curve = self.integer(Key::Integer(-1))?;
        ensure(curve == expected, || {
            RefusalKind::Algorithm.because(format_args!(
                "the key is on the COSE curve {curve}, and those of its algorithm are on {expected}",
            ))
        })
    }

    fn integer(&self, label: Key<'static>) -> Result<i128, Refusal> {
        match self.0.get(label) {
            Some(Value::Integer(integer)) => Ok(*integer),
            _ => Err(malformed(
                "the public key lacks its type, algorithm or curve",
            )),
        }
    }

    fn bytes(&self, label: i128) -> Result<&'a [u8], Refusal> {
        match self.0.get(Key::Integer(label)) {
            Some(Value::Bytes(bytes)) => Ok(bytes),
            _ => Err(malformed(
                "the public key lacks a member that its algorithm needs",
            )),
        }
    }
}

impl<'a> RsaKey<'a> {
    pub(super) fn new(n: &'a [u8], e: &'a [u8]) -> Result<Self, Refusal> {
        // RFC 8230 has no leading zeros, but Windows Hello has written them.
        let (n, e) = (without_leading_zeros(n), without_leading_zeros(e));
        let modulus = matches!(bits(n), 2048..=8192) && is_odd(n);
        let exponent = matches!(bits(e), 2..=33) && is_odd(e);
        ensure(modulus && exponent, || {
            RefusalKind::Algorithm.because(format_args!(
                "the RSA key has {} bits and an exponent of {}, and must have 2048 to 8192, and an odd \
                 exponent of 2 to 33",
                bits(n),
                bits(e),
            ))
        })?;
        Ok(Self { n, e })
    }
}

fn without_leading_zeros(integer: &[u8]) -> &[u8] {
    let zeros = integer.iter().take_while(|byte| **byte == 0).count();
    &integer[zeros..]
}

/// Returns the number of bits of an integer without leading zeros.
fn bits(integer: &[u8]) -> usize {
    let leading = integer.first().map_or(0, |byte| byte.leading_zeros());
    integer.len() * 8 - leading as usize
}

fn is_odd(integer: &[u8]) -> bool {
    integer.last().is_some_and(|byte| byte % 2 == 1)
}
