//! Deterministic keys of every algorithm, so that failures are reproducible.

use ed25519_dalek::Signer as _;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng as _};
use rsa::{BoxedUint, signature::SignatureEncoding as _, traits::PublicKeyParts as _};
use sha2::Sha256;

use super::cbor::{self, Map};

pub(crate) enum Key {
    Es256(p256::ecdsa::SigningKey),
    Es384(p384::ecdsa::SigningKey),
    Rs256(Box<rsa::pkcs1v15::SigningKey<Sha256>>),
    Ed25519(ed25519_dalek::SigningKey),
}

impl Key {
    pub(crate) fn es256(seed: u8) -> Self {
        Self::Es256(p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap())
    }

    pub(crate) fn es384(seed: u8) -> Self {
        Self::Es384(p384::ecdsa::SigningKey::from_slice(&[seed; 48]).unwrap())
    }

    pub(crate) fn rs256(seed: u8, exponent: u64) -> Self {
        Self::generate_rsa(seed, 2048, exponent)
    }

    /// Returns a key of RS256 with a modulus of this many bits.
    pub(crate) fn rsa(bits: usize, exponent: u64) -> Self {
        Self::generate_rsa(0, bits, exponent)
    }

    fn generate_rsa(seed: u8, bits: usize, exponent: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed.into());
        let exponent = BoxedUint::from(exponent);
        let key = rsa::RsaPrivateKey::new_with_exp(&mut random, bits, exponent).unwrap();
        Self::Rs256(Box::new(rsa::pkcs1v15::SigningKey::new(key)))
    }

    pub(crate) fn ed25519(seed: u8) -> Self {
        Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&[seed; 32]))
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Es256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            Self::Es384(key) => {
                let signature: p384::ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            Self::Rs256(key) => key.sign(message).to_vec(),
            Self::Ed25519(key) => key.sign(message).to_vec(),
        }
    }

    /// Encodes the public key as authenticators do.
    pub(crate) fn cose(&self) -> Map {
        let point = |point: &[u8]| {
            let (x, y) = point[1..].split_at(point.len() / 2);
            [cbor::bytes(x), cbor::bytes(y)]
        };
        let (kind, algorithm, parameters) = match self {
            Self::Es256(key) => {
                let [x, y] = point(key.verifying_key().to_sec1_point(false).as_bytes());
                (2, -7, vec![cbor::integer(1), x, y])
            }
            Self::Es384(key) => {
                let [x, y] = point(key.verifying_key().to_sec1_point(false).as_bytes());
                (2, -35, vec![cbor::integer(2), x, y])
            }
            Self::Rs256(key) => {
                let key: &rsa::RsaPrivateKey = (**key).as_ref();
                let e = key.e().to_be_bytes();
                let three = &e[e.len() - 3..];
                let n = key.n_bytes();
                (3, -257, vec![cbor::bytes(&n), cbor::bytes(three)])
            }
            Self::Ed25519(key) => {
                let x = cbor::bytes(key.verifying_key().as_bytes());
                (1, -8, vec![cbor::integer(6), x])
            }
        };
        let mut members = vec![
            (cbor::integer(1), cbor::integer(kind)),
            (cbor::integer(3), cbor::integer(algorithm)),
        ];
        let labels = [-1, -2, -3].map(cbor::integer);
        members.extend(labels.into_iter().zip(parameters));
        Map::new(members)
    }

    /// Returns the order of the curve, or the RSA modulus. Adding it to a number of a signature does
    /// not change its residue.
    pub(crate) fn modulus(&self) -> Vec<u8> {
        match self {
            Self::Es256(_) => {
                hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
            }
            Self::Es384(_) => hex(concat!(
                "ffffffffffffffffffffffffffffffffffffffffffffffff",
                "c7634d81f4372ddf581a0db248b0a77aecec196accc52973",
            )),
            Self::Rs256(key) => {
                let key: &rsa::RsaPrivateKey = (**key).as_ref();
                key.n().to_be_bytes().to_vec()
            }
            Self::Ed25519(_) => hex(concat!(
                "1000000000000000000000000000000",
                "014def9dea2f79cd65812631a5cf5d3ed",
            )),
        }
    }
}

fn hex(digits: &str) -> Vec<u8> {
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}
