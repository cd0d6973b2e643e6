use sha2::{Digest as _, Sha256};

use super::{
    Algorithm, Cbor, Certificate, Der, Issuer, Key, Map, Passkey, as_it_is, oid,
    safety_net::SafetyNet, tpm::Tpm,
};

/// Attestation format and type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Method {
    /// §8.7
    None,
    /// §8.2, signed with the credential's own key
    PackedSelf,
    /// §8.2, signed with the key of a certificate, which is of this algorithm
    Packed(Algorithm),
    /// §8.6
    FidoU2f,
    /// §8.4
    AndroidKey,
    /// §8.8
    Apple,
    /// §8.3, with an attestation key of this algorithm
    Tpm(Algorithm),
    /// §8.5
    SafetyNet,
    /// §8.9
    Compound,
}

/// An attestation statement before it is encoded.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    method: Method,
    pub(crate) format: String,
    /// The algorithm in the statement.
    pub(crate) algorithm: i64,
    /// The key that signs.
    pub(crate) signer: Key,
    /// And its certificate.
    pub(crate) certificate: Certificate,
    /// The certificates that it leads to.
    pub(crate) authorities: Vec<Certificate>,
    /// Object identifier of the extension with the key description or the nonce.
    pub(crate) extension: &'static [u32],
    pub(crate) key_description: KeyDescription,
    pub(crate) tpm: Tpm,
    pub(crate) safety_net: SafetyNet,
    /// The statements of a compound one.
    pub(crate) components: Vec<Statement>,
    /// Data to sign, or to hash for the nonce, instead of the right data.
    pub(crate) signed: fn(Vec<u8>) -> Vec<u8>,
    /// The last change to the signature.
    pub(crate) signature: fn(Vec<u8>) -> Vec<u8>,
    /// The last change to the statement.
    pub(crate) edit: fn(&mut Map),
}

/// The key description in the certificate of an Android key.
#[derive(Clone, Debug)]
pub(crate) struct KeyDescription {
    /// Security level: software (0), trusted execution environment (1) or `StrongBox` (2).
    pub(crate) level: u8,
    pub(crate) challenge: fn(Vec<u8>) -> Vec<u8>,
    pub(crate) software: AuthorizationList,
    pub(crate) hardware: AuthorizationList,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct AuthorizationList {
    pub(crate) purpose: Vec<u8>,
    pub(crate) all_applications: bool,
    pub(crate) origin: Option<u8>,
}

impl Statement {
    pub(crate) fn new(method: Method, key: &Key) -> Self {
        let (format, signer) = match method {
            Method::None => ("none", key.clone()),
            Method::PackedSelf => ("packed", key.clone()),
            Method::Packed(algorithm) => ("packed", algorithm.key(4)),
            Method::FidoU2f => ("fido-u2f", Algorithm::Es256.key(4)),
            Method::AndroidKey => ("android-key", key.clone()),
            Method::Apple => ("apple", key.clone()),
            Method::Tpm(algorithm) => ("tpm", algorithm.key(4)),
            Method::SafetyNet => ("android-safetynet", Algorithm::Rs256.key(4)),
            Method::Compound => ("compound", key.clone()),
        };
        let certificate = Certificate::of(&signer);
        Self {
            method,
            format: format.into(),
            algorithm: signer.cose_algorithm(),
            certificate: match method {
                Method::Tpm(_) => certificate.of_tpm(),
                Method::SafetyNet => certificate.of_host("attest.android.com"),
                _ => certificate,
            },
            // Security keys of U2F sent one certificate.
            authorities: match method {
                Method::FidoU2f => Vec::new(),
                _ => vec![Issuer::usual().certificate()],
            },
            signer,
            extension: if method == Method::Apple {
                oid::APPLE_NONCE
            } else {
                oid::ANDROID_KEY
            },
            key_description: KeyDescription {
                level: 1,
                challenge: as_it_is,
                software: AuthorizationList::default(),
                hardware: AuthorizationList {
                    purpose: vec![2],
                    all_applications: false,
                    origin: Some(0),
                },
            },
            tpm: Tpm::default(),
            safety_net: SafetyNet::default(),
            components: match method {
                Method::Compound => vec![
                    Self::new(Method::Packed(Algorithm::Es256), key),
                    Self::new(Method::Tpm(Algorithm::Rs256), key),
                ],
                _ => Vec::new(),
            },
            signed: as_it_is,
            signature: as_it_is,
            edit: |_| {},
        }
    }

    /// Makes a TPM that signs with SHA-1, with a key of RSA.
    pub(crate) fn sign_with_sha1(&mut self) {
        *self = Self::new(Method::Tpm(Algorithm::Rs256), &self.signer);
        self.tpm.sha1 = true;
        self.algorithm = -65535;
    }

    /// Signs with the passkey's key, instead of the certificate's.
    pub(crate) fn attest_itself(&mut self, passkey: &Passkey) {
        *self = Self::new(Method::PackedSelf, &passkey.key);
    }

    /// Returns the statement: a map, of a compound one an array.
    pub(crate) fn make(&mut self, passkey: &Passkey, data: &[u8], client_hash: &[u8]) -> Cbor {
        if self.method == Method::Compound && self.format == "compound" {
            let components = self.components.iter_mut().map(|component| {
                let statement = component.make(passkey, data, client_hash);
                let component = Map::default()
                    .with("fmt", component.format.as_str())
                    .with("attStmt", statement);
                Cbor::Map(component)
            });
            return Cbor::Array(components.collect());
        }
        let signed = match self.method {
            Method::FidoU2f => u2f_message(passkey, data, client_hash),
            _ => [data, client_hash].concat(),
        };
        let signed = (self.signed)(signed);
        let mut map = Map::default();
        if matches!(
            self.method,
            Method::PackedSelf | Method::Packed(_) | Method::AndroidKey | Method::Tpm(_)
        ) {
            map.add("alg", self.algorithm);
        }
        if matches!(
            self.method,
            Method::PackedSelf | Method::Packed(_) | Method::AndroidKey | Method::FidoU2f
        ) {
            map.add("sig", (self.signature)(self.signer.sign(&signed)));
        }
        match self.method {
            Method::None | Method::PackedSelf | Method::Compound => {}
            Method::Tpm(_) => {
                let public_area = self.tpm.public_area(&passkey.key);
                let certified = self.tpm.certify(&self.signer, &signed, &public_area);
                let signature = if self.tpm.sha1 {
                    self.signer.sign_with_sha1(&certified)
                } else {
                    self.signer.sign(&certified)
                };
                let signature = self.tpm.wrap(&self.signer, signature);
                map.add("ver", "2.0");
                map.add("sig", (self.signature)(signature));
                map.add("certInfo", certified);
                map.add("pubArea", public_area);
                map.add("x5c", self.chain());
            }
            Method::SafetyNet => {
                let mut certificates = vec![self.certificate.encode()];
                certificates.extend(self.authorities.iter().map(Certificate::encode));
                let answer = &self.safety_net;
                let answer = answer.answer(&signed, &certificates, &self.signer, self.signature);
                map.add("ver", "14366018");
                map.add("response", answer.into_bytes());
            }
            Method::Packed(_) | Method::FidoU2f => map.add("x5c", self.chain()),
            Method::AndroidKey => {
                let description = self.key_description.encode(client_hash);
                self.certificate
                    .add_extension(self.extension, false, description);
                map.add("x5c", self.chain());
            }
            Method::Apple => {
                let nonce = Der::octets(&Sha256::digest(&signed));
                let nonce = Der::sequence(&[Der::explicit(1, &nonce)]);
                self.certificate.add_extension(self.extension, false, nonce);
                map.add("x5c", self.chain());
            }
        }
        (self.edit)(&mut map);
        Cbor::Map(map)
    }

    /// Returns the certificate and its chain.
    fn chain(&self) -> Vec<Cbor> {
        let mut chain = vec![self.certificate.encode().into()];
        chain.extend(
            self.authorities
                .iter()
                .map(|authority| authority.encode().into()),
        );
        chain
    }
}

impl KeyDescription {
    fn encode(&self, client_hash: &[u8]) -> Der {
        let challenge = (self.challenge)(client_hash.to_vec());
        Der::sequence(&[
            Der::integer(&[4]),
            Der::enumerated(self.level),
            Der::integer(&[41]),
            Der::enumerated(self.level),
            Der::octets(&challenge),
            Der::octets(&[]),
            self.software.encode(),
            self.hardware.encode(),
        ])
    }
}

impl AuthorizationList {
    fn encode(&self) -> Der {
        let mut items = Vec::new();
        if !self.purpose.is_empty() {
            let purposes = self.purpose.iter().map(|purpose| Der::integer(&[*purpose]));
            let purposes: Vec<Der> = purposes.collect();
            items.push(Der::explicit(1, &Der::set(&purposes)));
        }
        if self.all_applications {
            items.push(Der::explicit(600, &Der::null()));
        }
        if let Some(origin) = self.origin {
            items.push(Der::explicit(702, &Der::integer(&[origin])));
        }
        Der::sequence(&items)
    }
}

/// Returns the message that U2F security keys sign.
fn u2f_message(passkey: &Passkey, data: &[u8], client_hash: &[u8]) -> Vec<u8> {
    let cose = passkey.key.cose();
    let [Cbor::Bytes(x), Cbor::Bytes(y)] = [cose.get(-2), cose.get(-3)] else {
        panic!("security keys have keys on P-256");
    };
    let rp_id_hash = data.get(..32).unwrap_or(data);
    [&[0], rp_id_hash, client_hash, &passkey.id, &[4], x, y].concat()
}
