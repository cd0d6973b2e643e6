//! Answers of Android SafetyNet: JSON Web Signatures.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Certificate, Der, Key, as_it_is, base64url, oid};

/// Answer of the service, before it is encoded.
#[derive(Clone, Debug)]
pub(crate) struct SafetyNet {
    pub(crate) nonce: fn(Vec<u8>) -> Vec<u8>,
    pub(crate) certified: bool,
    pub(crate) algorithm: &'static str,
    /// Member of the header that must be understood.
    pub(crate) critical: bool,
}

impl Default for SafetyNet {
    fn default() -> Self {
        Self {
            nonce: as_it_is,
            certified: true,
            algorithm: "RS256",
            critical: false,
        }
    }
}

impl Certificate {
    /// Makes it the certificate of a web server.
    pub(crate) fn of_host(mut self, host: &str) -> Self {
        self.remove_extension(oid::SUBJECT_ALT_NAME);
        let names = Der::sequence(&[Der::new(0x82, host.as_bytes())]);
        self.add_extension(oid::SUBJECT_ALT_NAME, false, names);
        self
    }
}

impl SafetyNet {
    /// Returns an answer to this nonce's preimage, signed by a key of RSA.
    pub(crate) fn answer(
        &self,
        signed: &[u8],
        certificates: &[Vec<u8>],
        key: &Key,
        signature: fn(Vec<u8>) -> Vec<u8>,
    ) -> String {
        let x5c: Vec<String> = certificates.iter().map(|it| STANDARD.encode(it)).collect();
        let mut header = json!({ "alg": self.algorithm, "x5c": x5c });
        if self.critical {
            header["crit"] = json!(["exp"]);
        }
        let nonce = (self.nonce)(Sha256::digest(signed).to_vec());
        let payload = json!({
            "nonce": STANDARD.encode(nonce),
            "timestampMs": 1_600_000_000_000_u64,
            "ctsProfileMatch": self.certified,
            "basicIntegrity": true,
        });
        let signed = [header, payload].map(|part| base64url(part.to_string().as_bytes()));
        let signed = signed.join(".");
        let signature = signature(key.sign(signed.as_bytes()));
        format!("{signed}.{}", base64url(&signature))
    }
}
