//! Metadata as the FIDO Alliance signs it, with a root certificate of the tests.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use passkeys::{
    attestation::{Authority, FidoMetadata, InvalidMetadata},
    time::{Duration, OffsetDateTime},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SigningKey as _,
};
use rsa::{RsaPrivateKey, pkcs8::EncodePrivateKey as _};
use serde_json::{Value, json};

pub(crate) const SIGNER: &str = "mds.fidoalliance.org";

/// A certificate authority, or one that it has certified.
pub(crate) struct Ca {
    params: CertificateParams,
    key: KeyPair,
    der: Vec<u8>,
}

/// The key that signs metadata, and its certificates.
pub(crate) struct Signer {
    pub(crate) algorithm: &'static str,
    pub(crate) chain: Vec<Vec<u8>>,
    key: KeyPair,
}

fn ca_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

/// Returns the parameters of the certificate of a signer with this name.
pub(crate) fn signer_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.is_ca = IsCa::ExplicitNoCa;
    params
}

impl Ca {
    pub(crate) fn root() -> Self {
        let params = ca_params("Root of the tests");
        let key = KeyPair::generate().unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Self { params, key, der }
    }

    fn issuer(&self) -> Issuer<'_, &KeyPair> {
        Issuer::from_params(&self.params, &self.key)
    }

    pub(crate) fn intermediate(&self) -> Self {
        let params = ca_params("Intermediate of the tests");
        let key = KeyPair::generate().unwrap();
        let der = params
            .signed_by(&key, &self.issuer())
            .unwrap()
            .der()
            .to_vec();
        Self { params, key, der }
    }

    pub(crate) fn authority(&self) -> Authority {
        Authority::from_der(self.der.clone()).unwrap()
    }

    /// Certifies a key on P-256.
    pub(crate) fn certify(&self, params: &CertificateParams) -> Signer {
        self.certify_key("ES256", params, KeyPair::generate().unwrap())
    }

    /// Certifies an RSA key, such as the FIDO Alliance has.
    pub(crate) fn certify_rsa(&self, params: &CertificateParams) -> Signer {
        let mut rng = ChaCha20Rng::from_seed([7; 32]);
        let key = RsaPrivateKey::new(&mut rng, 2048).unwrap();
        let key = key.to_pkcs8_der().unwrap();
        let key = KeyPair::try_from(key.as_bytes()).unwrap();
        self.certify_key("RS256", params, key)
    }

    fn certify_key(
        &self,
        algorithm: &'static str,
        params: &CertificateParams,
        key: KeyPair,
    ) -> Signer {
        let leaf = params.signed_by(&key, &self.issuer()).unwrap();
        Signer {
            algorithm,
            chain: vec![leaf.der().to_vec()],
            key,
        }
    }
}

impl Signer {
    /// The FIDO Alliance, certified by this authority.
    pub(crate) fn usual(root: &Ca) -> Self {
        root.certify(&signer_params(SIGNER))
    }

    /// Adds the certificate of the authority, which is not a root.
    pub(crate) fn with(mut self, ca: &Ca) -> Self {
        self.chain.push(ca.der.clone());
        self
    }

    pub(crate) fn header(&self) -> Value {
        let chain = self.chain.iter().map(|der| STANDARD.encode(der));
        json!({ "alg": self.algorithm, "typ": "JWT", "x5c": chain.collect::<Vec<_>>() })
    }

    pub(crate) fn sign(&self, payload: &Value) -> String {
        self.sign_with(&self.header(), payload)
    }

    pub(crate) fn sign_with(&self, header: &Value, payload: &Value) -> String {
        let [header, payload] =
            [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let signed = format!("{header}.{payload}");
        let signature = self.key.sign(signed.as_bytes()).unwrap();
        let signature = match self.algorithm {
            "ES256" => p256::ecdsa::DerSignature::from_bytes(&signature)
                .map(|signature| {
                    p256::ecdsa::Signature::try_from(signature)
                        .unwrap()
                        .to_bytes()
                        .to_vec()
                })
                .unwrap(),
            _ => signature,
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Returns metadata with this serial number and these entries, that is stale in a month.
pub(crate) fn payload(number: u32, now: OffsetDateTime, entries: &[Value]) -> Value {
    let next = (now + Duration::days(30)).date();
    json!({ "legalHeader": "", "nextUpdate": next.to_string(), "no": number, "entries": entries })
}

/// Returns an entry of metadata: a model with these status reports, which this certificate attests.
pub(crate) fn entry(aaguid: &str, statuses: &[&str], root: &[u8]) -> Value {
    let report = |status| json!({ "status": status, "effectiveDate": "2026-01-01", "authenticatorVersion": 1 });
    json!({
        "aaguid": aaguid,
        "metadataStatement": {
            "aaguid": aaguid,
            "friendlyNames": { "en-US": "A key" },
            "description": "A key",
            "authenticatorVersion": 1,
            "protocolFamily": "fido2",
            "schema": 3,
            "upv": [{ "major": 1, "minor": 0 }],
            "authenticationAlgorithms": ["secp256r1_ecdsa_sha256_raw"],
            "publicKeyAlgAndEncodings": ["cose"],
            "attestationTypes": ["basic_full"],
            "userVerificationDetails": [[{ "userVerificationMethod": "presence_internal" }]],
            "keyProtection": ["hardware"],
            "matcherProtection": ["on_chip"],
            "attachmentHint": ["external"],
            "tcDisplay": [],
            "attestationRootCertificates": [STANDARD.encode(root)],
            "authenticatorGetInfo": {
                "versions": ["FIDO_2_0"],
                "aaguid": aaguid.replace('-', ""),
                "pinUvAuthProtocols": [2],
                "transports": ["usb"],
                "algorithms": [{ "type": "public-key", "alg": -7 }],
            },
        },
        "statusReports": statuses.iter().map(report).collect::<Vec<_>>(),
        "timeOfLastStatusChange": "2026-01-01",
    })
}

/// Verifies metadata that the usual signer of a new root has signed.
pub(crate) fn signed(
    payload: &Value,
    now: OffsetDateTime,
) -> Result<FidoMetadata, InvalidMetadata> {
    let root = Ca::root();
    let blob = Signer::usual(&root).sign(payload);
    FidoMetadata::verify_with_roots(&blob, &[root.authority()], now)
}
