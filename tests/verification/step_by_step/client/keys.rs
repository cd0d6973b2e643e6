use std::sync::LazyLock;

use ml_dsa::{MlDsa44, MlDsa65, MlDsa87, MlDsaParams};
use p256::ecdsa::signature::Signer as _;
use rsa::{
    BoxedUint, RsaPrivateKey,
    pkcs1v15::{Signature, SigningKey},
    signature::SignatureEncoding as _,
    traits::PublicKeyParts as _,
};
use sha1::Sha1;
use sha2::Sha256;

use super::{Der, Map};

/// Algorithms that the library can offer at registration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Algorithm {
    Es256,
    Es384,
    Rs256,
    /// EdDSA
    Ed25519,
    Es512,
    MlDsa44,
    MlDsa65,
    MlDsa87,
}

/// Returns `SubjectPublicKeyInfo` of an RSA key.
pub(crate) fn rsa_public_key_info(modulus: &[u8], exponent: &[u8]) -> Der {
    let algorithm = Der::sequence(&[Der::oid(&[1, 2, 840, 113_549, 1, 1, 1]), Der::null()]);
    let key = Der::sequence(&[Der::integer(modulus), Der::integer(exponent)]);
    Der::sequence(&[algorithm, Der::bits(&key.encode())])
}

/// A key pair.
#[derive(Clone, Debug)]
pub(crate) enum Key {
    Es256(p256::ecdsa::SigningKey),
    Es384(p384::ecdsa::SigningKey),
    Rs256(&'static SigningKey<Sha256>),
    Ed25519(ed25519_dalek::SigningKey),
    Es512(p521::ecdsa::SigningKey),
    MlDsa(Algorithm, [u8; 32]),
}

impl Algorithm {
    /// Algorithms that are offered by default.
    pub(crate) const DEFAULT: [Self; 4] = [Self::Es256, Self::Ed25519, Self::Es384, Self::Rs256];

    /// Returns a key that is determined by the number. There is only one for RSA.
    pub(crate) fn key(self, number: u8) -> Key {
        match self {
            Self::Es256 => Key::Es256(p256::ecdsa::SigningKey::from_slice(&[number; 32]).unwrap()),
            Self::Es384 => Key::Es384(p384::ecdsa::SigningKey::from_slice(&[number; 48]).unwrap()),
            Self::Rs256 => Key::Rs256(&RSA_2048),
            Self::Ed25519 => Key::Ed25519(ed25519_dalek::SigningKey::from_bytes(&[number; 32])),
            Self::Es512 => {
                let mut scalar = [number; 66];
                scalar[0] = 0;
                Key::Es512(p521::ecdsa::SigningKey::from_slice(&scalar).unwrap())
            }
            Self::MlDsa44 | Self::MlDsa65 | Self::MlDsa87 => Key::MlDsa(self, [number; 32]),
        }
    }

    /// Returns the value of the configuration key `algorithms`.
    pub(crate) fn configured(self) -> passkeys::Algorithm {
        match self {
            Self::Es256 => passkeys::Algorithm::Es256,
            Self::Es384 => passkeys::Algorithm::Es384,
            Self::Rs256 => passkeys::Algorithm::Rs256,
            Self::Ed25519 => passkeys::Algorithm::EdDsa,
            Self::Es512 => passkeys::Algorithm::Es512,
            Self::MlDsa44 => passkeys::Algorithm::MlDsa44,
            Self::MlDsa65 => passkeys::Algorithm::MlDsa65,
            Self::MlDsa87 => passkeys::Algorithm::MlDsa87,
        }
    }
}

impl Key {
    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Es256(_) => Algorithm::Es256,
            Self::Es384(_) => Algorithm::Es384,
            Self::Rs256(_) => Algorithm::Rs256,
            Self::Ed25519(_) => Algorithm::Ed25519,
            Self::Es512(_) => Algorithm::Es512,
            Self::MlDsa(parameters, _) => *parameters,
        }
    }

    /// The algorithm's number in COSE.
    pub(crate) fn cose_algorithm(&self) -> i64 {
        match self.algorithm() {
            Algorithm::Es256 => -7,
            Algorithm::Ed25519 => -8,
            Algorithm::Es384 => -35,
            Algorithm::Es512 => -36,
            Algorithm::MlDsa44 => -48,
            Algorithm::MlDsa65 => -49,
            Algorithm::MlDsa87 => -50,
            Algorithm::Rs256 => -257,
        }
    }

    pub(crate) fn sign(&self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Es256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(data);
                signature.to_der().as_bytes().to_vec()
            }
            Self::Es384(key) => {
                let signature: p384::ecdsa::Signature = key.sign(data);
                signature.to_der().as_bytes().to_vec()
            }
            Self::Rs256(key) => {
                let signature: Signature = key.sign(data);
                signature.to_vec()
            }
            Self::Ed25519(key) => key.sign(data).to_bytes().to_vec(),
            Self::Es512(key) => {
                let signature: p521::ecdsa::Signature = key.sign(data);
                signature.to_der().as_bytes().to_vec()
            }
            Self::MlDsa(Algorithm::MlDsa44, seed) => sign_ml_dsa::<MlDsa44>(seed, data),
            Self::MlDsa(Algorithm::MlDsa65, seed) => sign_ml_dsa::<MlDsa65>(seed, data),
            Self::MlDsa(_, seed) => sign_ml_dsa::<MlDsa87>(seed, data),
        }
    }

    /// Signs with RSA and SHA-1.
    pub(crate) fn sign_with_sha1(&self, data: &[u8]) -> Vec<u8> {
        let Self::Rs256(key) = self else {
            panic!("only a key of RSA signs with SHA-1");
        };
        let key: &RsaPrivateKey = (*key).as_ref();
        let signature: Signature = SigningKey::<Sha1>::new(key.clone()).sign(data);
        signature.to_vec()
    }

    /// The public key as a `COSE_Key`.
    pub(crate) fn cose(&self) -> Map {
        let kty = match self {
            Self::Ed25519(_) => 1,
            Self::Es256(_) | Self::Es384(_) | Self::Es512(_) => 2,
            Self::Rs256(_) => 3,
            Self::MlDsa(..) => 7,
        };
        let key = Map::default().with(1, kty).with(3, self.cose_algorithm());
        if let Self::MlDsa(parameters, seed) = self {
            return key.with(
                -1,
                match parameters {
                    Algorithm::MlDsa44 => public_ml_dsa::<MlDsa44>(seed),
                    Algorithm::MlDsa65 => public_ml_dsa::<MlDsa65>(seed),
                    _ => public_ml_dsa::<MlDsa87>(seed),
                },
            );
        }
        if let Self::Rs256(rsa) = self {
            let public: &RsaPrivateKey = rsa.as_ref();
            return key
                .with(-1, public.n_bytes().into_vec())
                .with(-2, vec![1, 0, 1]);
        }
        if let Self::Ed25519(ed25519) = self {
            let x = ed25519.verifying_key().to_bytes();
            return key.with(-1, 6).with(-2, x.to_vec());
        }
        let point = self.point();
        let (x, y) = point[1..].split_at(point.len() / 2);
        let curve = match self.algorithm() {
            Algorithm::Es256 => 1,
            Algorithm::Es384 => 2,
            _ => 3,
        };
        key.with(-1, curve)
            .with(-2, x.to_vec())
            .with(-3, y.to_vec())
    }

    /// The public key as in certificates.
    pub(crate) fn subject_public_key_info(&self) -> Der {
        let ec = Der::oid(&[1, 2, 840, 10045, 2, 1]);
        let (algorithm, parameters, key) = match self {
            Self::Es256(_) => {
                let p256 = Der::oid(&[1, 2, 840, 10045, 3, 1, 7]);
                (ec, p256, self.point())
            }
            Self::Es384(_) => (ec, Der::oid(&[1, 3, 132, 0, 34]), self.point()),
            Self::Rs256(rsa) => {
                let public: &RsaPrivateKey = rsa.as_ref();
                return rsa_public_key_info(&public.n_bytes(), &[1, 0, 1]);
            }
            Self::Es512(_) => (ec, Der::oid(&[1, 3, 132, 0, 35]), self.point()),
            Self::Ed25519(key) => {
                let algorithm = Der::sequence(&[Der::oid(&[1, 3, 101, 112])]);
                let key = key.verifying_key().to_bytes();
                return Der::sequence(&[algorithm, Der::bits(&key)]);
            }
            Self::MlDsa(parameters, seed) => {
                let (last, key) = match parameters {
                    Algorithm::MlDsa44 => (17, public_ml_dsa::<MlDsa44>(seed)),
                    Algorithm::MlDsa65 => (18, public_ml_dsa::<MlDsa65>(seed)),
                    _ => (19, public_ml_dsa::<MlDsa87>(seed)),
                };
                let algorithm = Der::oid(&[2, 16, 840, 1, 101, 3, 4, 3, last]);
                return Der::sequence(&[Der::sequence(&[algorithm]), Der::bits(&key)]);
            }
        };
        Der::sequence(&[Der::sequence(&[algorithm, parameters]), Der::bits(&key)])
    }

    /// The signature algorithm identifier of certificates.
    pub(crate) fn signature_algorithm(&self) -> Der {
        match self {
            Self::Es256(_) => Der::sequence(&[Der::oid(&[1, 2, 840, 10045, 4, 3, 2])]),
            Self::Es384(_) => Der::sequence(&[Der::oid(&[1, 2, 840, 10045, 4, 3, 3])]),
            Self::Rs256(_) => {
                let rsa = Der::oid(&[1, 2, 840, 113_549, 1, 1, 11]);
                Der::sequence(&[rsa, Der::null()])
            }
            Self::Es512(_) => Der::sequence(&[Der::oid(&[1, 2, 840, 10045, 4, 3, 4])]),
            Self::Ed25519(_) => Der::sequence(&[Der::oid(&[1, 3, 101, 112])]),
            Self::MlDsa(parameters, _) => {
                let last = match parameters {
                    Algorithm::MlDsa44 => 17,
                    Algorithm::MlDsa65 => 18,
                    _ => 19,
                };
                Der::sequence(&[Der::oid(&[2, 16, 840, 1, 101, 3, 4, 3, last])])
            }
        }
    }

    /// 4, x and y.
    fn point(&self) -> Vec<u8> {
        match self {
            Self::Es256(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::Es384(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::Es512(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::Rs256(_) | Self::MlDsa(..) => panic!("the key is no point"),
            Self::Ed25519(_) => panic!("a key of EdDSA has no y"),
        }
    }
}

fn sign_ml_dsa<P: MlDsaParams>(seed: &[u8; 32], data: &[u8]) -> Vec<u8> {
    let key = ml_dsa::SigningKey::<P>::from_seed(&(*seed).into());
    key.sign(data).encode().to_vec()
}

fn public_ml_dsa<P: MlDsaParams>(seed: &[u8; 32]) -> Vec<u8> {
    let key = ml_dsa::SigningKey::<P>::from_seed(&(*seed).into());
    key.expanded_key().verifying_key().encode().to_vec()
}

/// RSA key of two fixed primes, since it takes long to find any.
static RSA_2048: LazyLock<SigningKey<Sha256>> = LazyLock::new(|| {
    let prime = |hex| BoxedUint::from_be_hex(hex, 1024).unwrap();
    let key = RsaPrivateKey::from_p_q(prime(P), prime(Q), BoxedUint::from(65_537_u64)).unwrap();
    SigningKey::new(key)
});

const P: &str = "\
    e4861b539cd1ac315cffd345e1ce9265caa12ce5b6c34f010aec9da28e4a5fe9\
    98d422e50bdfc9a50c2f72a7e26a3f624070f324118f565a915b3641227f5869\
    8399a055e0baeb5259941fb26113cc218be40f2b7e208037e867f2b93b9f8bab\
    d6abfd8a853255c3a638d67c2dede69383520179fcf022b5326f6c653ae26681";

const Q: &str = "\
    d73069bd7d5c624ae4e634b41225f95221c042d98a169dbcfb2fd08520f17183\
    e600461f8674cbddaf2c50726cf7c58f5e120c32a3c28e921adf86672b05c756\
    2550076ed01cc529c973c1e7c8be3bfdaa5d9a4a50231e966c60d6199c771cf6\
    29b3a6c6552442337ebe74c4056344b357d7a275c77a6e1498154085883223c7";
