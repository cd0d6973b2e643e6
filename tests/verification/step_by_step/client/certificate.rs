use super::{Algorithm, Der, Key, as_it_is};

/// The object identifiers that attestation certificates need.
pub(crate) mod oid {
    pub(crate) const COUNTRY: &[u32] = &[2, 5, 4, 6];
    pub(crate) const ORGANIZATION: &[u32] = &[2, 5, 4, 10];
    pub(crate) const ORGANIZATIONAL_UNIT: &[u32] = &[2, 5, 4, 11];
    pub(crate) const COMMON_NAME: &[u32] = &[2, 5, 4, 3];
    pub(crate) const KEY_USAGE: &[u32] = &[2, 5, 29, 15];
    pub(crate) const BASIC_CONSTRAINTS: &[u32] = &[2, 5, 29, 19];
    pub(crate) const FIDO_SERIAL_NUMBER: &[u32] = &[1, 3, 6, 1, 4, 1, 45724, 1, 1, 2];
    pub(crate) const FIDO_AAGUID: &[u32] = &[1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];
    pub(crate) const SUBJECT_ALT_NAME: &[u32] = &[2, 5, 29, 17];
    pub(crate) const NAME_CONSTRAINTS: &[u32] = &[2, 5, 29, 30];
    pub(crate) const CERTIFICATE_POLICIES: &[u32] = &[2, 5, 29, 32];
    pub(crate) const EXTENDED_KEY_USAGE: &[u32] = &[2, 5, 29, 37];
    pub(crate) const ATTESTATION_KEY: &[u32] = &[2, 23, 133, 8, 3];
    pub(crate) const ANDROID_KEY: &[u32] = &[1, 3, 6, 1, 4, 1, 11129, 2, 1, 17];
    pub(crate) const APPLE_NONCE: &[u32] = &[1, 2, 840, 113_635, 100, 8, 2];
}

type Oid = &'static [u32];

/// An X.509 certificate.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    /// Encoded version: 2 is version 3.
    pub(crate) version: u8,
    pub(crate) subject: Vec<(Oid, Der)>,
    pub(crate) key: Key,
    /// `SubjectPublicKeyInfo` of another key, which nobody has.
    pub(crate) other_key: Option<Der>,
    pub(crate) extensions: Vec<Extension>,
    /// Start and end of the validity, as `YYMMDDhhmmssZ`.
    pub(crate) valid: [&'static str; 2],
    pub(crate) issuer: Issuer,
    /// Whether its issuer, which has a key of RSA, signs with SHA-1.
    pub(crate) sha1: bool,
    /// The last change to its signature.
    pub(crate) signature: fn(Vec<u8>) -> Vec<u8>,
}

/// Issuer of a certificate.
#[derive(Clone, Debug)]
pub(crate) struct Issuer {
    pub(crate) name: &'static str,
    pub(crate) key: Key,
}

#[derive(Clone, Debug)]
pub(crate) struct Extension {
    pub(crate) oid: Oid,
    pub(crate) critical: bool,
    pub(crate) value: Der,
}

impl Issuer {
    /// The default issuer.
    pub(crate) fn usual() -> Self {
        Self {
            name: "Authority",
            key: Algorithm::Es256.key(5),
        }
    }

    /// Returns its self-signed certificate.
    pub(crate) fn certificate(&self) -> Certificate {
        let mut certificate = Certificate::of(&self.key);
        certificate.subject = vec![(oid::COMMON_NAME, Der::utf8(self.name))];
        certificate.remove_extension(oid::BASIC_CONSTRAINTS);
        let ca = Der::sequence(&[Der::boolean(true)]);
        certificate.add_extension(oid::BASIC_CONSTRAINTS, true, ca);
        // keyCertSign, the sixth bit of eight.
        let sign = Der::new(3, &[2, 4]);
        certificate.add_extension(oid::KEY_USAGE, true, sign);
        certificate.issuer = self.clone();
        certificate
    }
}

impl Certificate {
    /// Returns the certificate of an authenticator model, as packed attestation requires.
    pub(crate) fn of(key: &Key) -> Self {
        Self {
            version: 2,
            subject: vec![
                (oid::COUNTRY, Der::printable("AT")),
                (oid::ORGANIZATION, Der::utf8("Vendor")),
                (
                    oid::ORGANIZATIONAL_UNIT,
                    Der::utf8("Authenticator Attestation"),
                ),
                (oid::COMMON_NAME, Der::utf8("Model")),
            ],
            key: key.clone(),
            other_key: None,
            extensions: vec![Extension {
                oid: oid::BASIC_CONSTRAINTS,
                critical: true,
                value: Der::sequence(&[]),
            }],
            valid: ["200101000000Z", "491231235959Z"],
            issuer: Issuer::usual(),
            sha1: false,
            signature: as_it_is,
        }
    }

    /// Replaces an extension.
    pub(crate) fn set_extension(&mut self, oid: Oid, critical: bool, value: Der) {
        self.remove_extension(oid);
        self.add_extension(oid, critical, value);
    }

    /// Replaces the text of a part of the subject.
    pub(crate) fn rename(&mut self, part: Oid, value: Der) {
        let found = self.subject.iter_mut().find(|(oid, _)| *oid == part);
        found.expect("the part is there").1 = value;
    }

    pub(crate) fn remove_name(&mut self, part: Oid) {
        self.subject.retain(|(oid, _)| *oid != part);
    }

    pub(crate) fn remove_extension(&mut self, oid: Oid) {
        self.extensions.retain(|extension| extension.oid != oid);
    }

    pub(crate) fn add_extension(&mut self, oid: Oid, critical: bool, value: Der) {
        self.extensions.push(Extension {
            oid,
            critical,
            value,
        });
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let Issuer { name, key } = &self.issuer;
        let algorithm = if self.sha1 {
            let rsa = Der::oid(&[1, 2, 840, 113_549, 1, 1, 5]);
            Der::sequence(&[rsa, Der::null()])
        } else {
            key.signature_algorithm()
        };
        let mut signed = Vec::new();
        if self.version > 0 {
            signed.push(Der::explicit(0, &Der::integer(&[self.version])));
        }
        signed.extend([
            Der::integer(&[42]),
            algorithm.clone(),
            distinguished(&[(oid::COMMON_NAME, Der::utf8(name))]),
            Der::sequence(&self.valid.map(Der::utc_time)),
            distinguished(&self.subject),
            match &self.other_key {
                Some(other) => other.clone(),
                None => self.key.subject_public_key_info(),
            },
        ]);
        if !self.extensions.is_empty() {
            let extensions: Vec<Der> = self.extensions.iter().map(Extension::encode).collect();
            signed.push(Der::explicit(3, &Der::sequence(&extensions)));
        }
        let signed = Der::sequence(&signed);
        let signature = if self.sha1 {
            key.sign_with_sha1(&signed.encode())
        } else {
            key.sign(&signed.encode())
        };
        let signature = (self.signature)(signature);
        Der::sequence(&[signed, algorithm, Der::bits(&signature)]).encode()
    }
}

impl Extension {
    fn encode(&self) -> Der {
        let mut items = vec![Der::oid(self.oid)];
        if self.critical {
            items.push(Der::boolean(true));
        }
        items.push(Der::octets(&self.value.encode()));
        Der::sequence(&items)
    }
}

/// A name of these parts.
pub(crate) fn distinguished(parts: &[(Oid, Der)]) -> Der {
    let parts: Vec<Der> = parts
        .iter()
        .map(|(oid, value)| Der::set(&[Der::sequence(&[Der::oid(oid), value.clone()])]))
        .collect();
    Der::sequence(&parts)
}
