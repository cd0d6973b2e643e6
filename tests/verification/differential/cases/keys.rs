//! Deterministic keys of every algorithm, so that failures are reproducible.

use ed25519_dalek::{Signer as _, Verifier as _};
use ml_dsa::{MlDsa44, MlDsa65, MlDsa87, MlDsaParams};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng as _};
use rsa::{
    BoxedUint, pkcs1::EncodeRsaPrivateKey as _, signature::SignatureEncoding as _,
    traits::PublicKeyParts as _,
};
use serde_cbor_2::Value as Cbor;
use sha2::Sha256;

use super::cbor::{self, Map};

pub(crate) enum Key {
    Es256(p256::ecdsa::SigningKey),
    Es384(p384::ecdsa::SigningKey),
    Rs256(Box<RsaKey>),
    Ed25519(ed25519_dalek::SigningKey),
    Es512(p521::ecdsa::SigningKey),
    MlDsa44(Box<ml_dsa::SigningKey<MlDsa44>>),
    MlDsa65(Box<ml_dsa::SigningKey<MlDsa65>>),
    MlDsa87(Box<ml_dsa::SigningKey<MlDsa87>>),
}

pub(crate) struct RsaKey {
    private: rsa::RsaPrivateKey,
    /// Signs in a tenth of the time that the `rsa` crate takes, which would be most of a long run.
    /// Keys of other sizes are refused.
    pair: Option<aws_lc_rs::rsa::KeyPair>,
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
        let private = rsa::RsaPrivateKey::new_with_exp(&mut random, bits, exponent).unwrap();
        let pair =
            aws_lc_rs::rsa::KeyPair::from_der(private.to_pkcs1_der().unwrap().as_bytes()).ok();
        Self::Rs256(Box::new(RsaKey { private, pair }))
    }

    pub(crate) fn ed25519(seed: u8) -> Self {
        Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&[seed; 32]))
    }

    pub(crate) fn es512(seed: u8) -> Self {
        let mut scalar = [seed; 66];
        scalar[0] = 0;
        Self::Es512(p521::ecdsa::SigningKey::from_slice(&scalar).unwrap())
    }

    pub(crate) fn ml_dsa_44(seed: u8) -> Self {
        Self::MlDsa44(Box::new(ml_dsa::SigningKey::from_seed(&[seed; 32].into())))
    }

    pub(crate) fn ml_dsa_65(seed: u8) -> Self {
        Self::MlDsa65(Box::new(ml_dsa::SigningKey::from_seed(&[seed; 32].into())))
    }

    pub(crate) fn ml_dsa_87(seed: u8) -> Self {
        Self::MlDsa87(Box::new(ml_dsa::SigningKey::from_seed(&[seed; 32].into())))
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
            Self::Rs256(key) => key.sign(message),
            Self::Ed25519(key) => key.sign(message).to_vec(),
            Self::Es512(key) => {
                let signature: p521::ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            Self::MlDsa44(key) => key.sign(message).encode().to_vec(),
            Self::MlDsa65(key) => key.sign(message).encode().to_vec(),
            Self::MlDsa87(key) => key.sign(message).encode().to_vec(),
        }
    }

    /// Verifies a signature of ES512 or ML-DSA.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        fn ml_dsa<P: MlDsaParams>(
            key: &ml_dsa::SigningKey<P>,
            message: &[u8],
            signature: &[u8],
        ) -> bool {
            let key = key.expanded_key().verifying_key();
            let signature = ml_dsa::Signature::try_from(signature);
            signature.is_ok_and(|signature| key.verify(message, &signature).is_ok())
        }
        match self {
            Self::Es512(key) => {
                let signature = p521::ecdsa::Signature::from_der(signature);
                let key = key.verifying_key();
                signature.is_ok_and(|signature| key.verify(message, &signature).is_ok())
            }
            Self::MlDsa44(key) => ml_dsa(key, message, signature),
            Self::MlDsa65(key) => ml_dsa(key, message, signature),
            Self::MlDsa87(key) => ml_dsa(key, message, signature),
            _ => panic!("a key of another algorithm"),
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
                let key = &key.private;
                let mut e = key.e_bytes().to_vec();
                // Three bytes at least, as Windows Hello writes it.
                while e.len() < 3 {
                    e.insert(0, 0);
                }
                let n = key.n_bytes();
                (3, -257, vec![cbor::bytes(&n), cbor::bytes(&e)])
            }
            Self::Ed25519(key) => {
                let x = cbor::bytes(key.verifying_key().as_bytes());
                (1, -8, vec![cbor::integer(6), x])
            }
            Self::Es512(key) => {
                let [x, y] = point(key.verifying_key().to_sec1_point(false).as_bytes());
                (2, -36, vec![cbor::integer(3), x, y])
            }
            Self::MlDsa44(key) => (7, -48, vec![public_ml_dsa(key)]),
            Self::MlDsa65(key) => (7, -49, vec![public_ml_dsa(key)]),
            Self::MlDsa87(key) => (7, -50, vec![public_ml_dsa(key)]),
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
                let key = &key.private;
                key.n().to_be_bytes().to_vec()
            }
            Self::Es512(_) => hex(concat!(
                "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
            )),
            // A signature has no such numbers.
            Self::MlDsa44(_) | Self::MlDsa65(_) | Self::MlDsa87(_) => Vec::new(),
            Self::Ed25519(_) => hex(concat!(
                "1000000000000000000000000000000",
                "014def9dea2f79cd65812631a5cf5d3ed",
            )),
        }
    }
}

impl RsaKey {
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let size = self.private.size();
        if let Some(pair) = &self.pair {
            let mut signature = vec![0; size];
            let random = aws_lc_rs::rand::SystemRandom::new();
            let padding = &aws_lc_rs::signature::RSA_PKCS1_SHA256;
            pair.sign(padding, &random, message, &mut signature)
                .unwrap();
            return signature;
        }
        let key = rsa::pkcs1v15::SigningKey::<Sha256>::new(self.private.clone());
        let signature = key.sign(message).to_vec();
        // The crate writes multiples of eight bytes.
        signature[signature.len() - size..].to_vec()
    }
}

fn public_ml_dsa<P: MlDsaParams>(key: &ml_dsa::SigningKey<P>) -> Vec<u8> {
    cbor::bytes(&key.expanded_key().verifying_key().encode())
}

/// Decodes hexadecimal digits.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

/// Verifies a signature of a default algorithm with crates of RustCrypto.
pub(crate) fn verifies(cose: &[u8], signed: &[u8], signature: &[u8]) -> bool {
    verify(cose, signed, signature).is_some()
}

fn verify(cose: &[u8], signed: &[u8], signature: &[u8]) -> Option<()> {
    let Ok(Cbor::Map(members)) = serde_cbor_2::from_slice(cose) else {
        return None;
    };
    let integer = |label| match members.get(&Cbor::Integer(label)) {
        Some(Cbor::Integer(integer)) => Some(*integer),
        _ => None,
    };
    let bytes = |label| match members.get(&Cbor::Integer(label)) {
        Some(Cbor::Bytes(bytes)) => Some(bytes.as_slice()),
        _ => None,
    };
    let point = || Some([&[4], bytes(-2)?, bytes(-3)?].concat());
    match integer(3)? {
        -7 => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point()?).ok()?;
            let signature = p256::ecdsa::Signature::from_der(signature).ok()?;
            key.verify(signed, &signature).ok()
        }
        -35 => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(&point()?).ok()?;
            let signature = p384::ecdsa::Signature::from_der(signature).ok()?;
            key.verify(signed, &signature).ok()
        }
        -8 => {
            let key = ed25519_dalek::VerifyingKey::from_bytes(bytes(-2)?.try_into().ok()?).ok()?;
            let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
            key.verify_strict(signed, &signature).ok()
        }
        -257 => {
            let [n, e] = [bytes(-1)?, bytes(-2)?].map(|number| {
                // The crate expects signatures as long as the modulus is written.
                let zeros = number.iter().take_while(|byte| **byte == 0).count();
                BoxedUint::from_be_slice_vartime(&number[zeros..])
            });
            let key = rsa::RsaPublicKey::new_with_max_size(n, e, 8192).ok()?;
            let signature = rsa::pkcs1v15::Signature::try_from(signature).ok()?;
            let key = rsa::pkcs1v15::VerifyingKey::<Sha256>::new(key);
            key.verify(signed, &signature).ok()
        }
        _ => None,
    }
}
