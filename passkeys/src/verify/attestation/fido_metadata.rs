//! Trust anchors from the FIDO Metadata Service
//! ([FIDO Metadata Service 3.1](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.1-rd-20250521.html)).

use std::collections::HashSet;

use fido_mds::{
    FidoMds,
    mds::{AuthenticatorStatus, FidoMds as Signed},
};

use super::{
    trust_anchors::{Authority, TrustAnchors},
    webauthn_rs::silently,
};
use crate::Aaguid;

impl TrustAnchors {
    /// Creates trust anchors from the FIDO Metadata Service: every listed manufacturer, each for its
    /// own models.
    ///
    /// Models are left out if any status report says that they are revoked or that user keys,
    /// attestation keys or user verification are compromised, whether or not that was fixed later.
    ///
    /// `blob` is the content of <https://mds3.fidoalliance.org/>. Fetch it at start-up and every few
    /// days, and create [`Passkeys`](crate::Passkeys) anew with it. The crate `fido-mds` verifies its
    /// signature up to the FIDO Alliance's certificate authority; parsing takes about a second.
    ///
    /// Only models with an AAGUID are included, so no security keys from before FIDO2, and a
    /// registration is only accepted if its
    /// [attestation proves the model](Authority::only_models).
    ///
    /// # Errors
    ///
    /// [`InvalidMetadata`] if `blob` cannot be parsed or is not signed by the FIDO Alliance.
    pub fn from_fido_metadata(blob: &str) -> Result<Self, InvalidMetadata> {
        let signed: Signed = silently(|| blob.trim_ascii().parse()).map_err(|_| InvalidMetadata)?;
        Ok(Self::from_verified(signed))
    }

    fn from_verified(signed: Signed) -> Self {
        // From the entries themselves, because the crate may merge several reports of one day.
        let compromised: HashSet<_> = signed
            .entries
            .iter()
            .filter(|entry| {
                entry
                    .status_reports
                    .iter()
                    .any(|it| BAD.contains(&it.status))
            })
            .filter_map(|entry| entry.aaguid)
            .collect();
        let metadata = silently(|| FidoMds::from(signed));
        let models = metadata.fido2.iter().filter(|model| {
            !compromised.contains(&model.aaguid)
                // The crate adds reports of its own that are not in the metadata.
                && !model.status_reports.iter().any(|it| BAD.iter().any(|bad| it == bad))
        });
        Self::new(models.flat_map(|model| {
            let aaguid = Aaguid::new(model.aaguid.into_bytes());
            model
                .attestation_root_certificates
                .iter()
                .filter_map(|der| Authority::from_der(der.as_slice()).ok())
                .map(move |authority| authority.only_models(aaguid))
        }))
    }
}

/// Statuses of models that are not trusted.
const BAD: [AuthenticatorStatus; 5] = [
    AuthenticatorStatus::Revoked,
    AuthenticatorStatus::AttestationKeyCompromise,
    AuthenticatorStatus::UserKeyRemoteCompromise,
    AuthenticatorStatus::UserKeyPhysicalCompromise,
    AuthenticatorStatus::UserVerificationBypass,
];

/// Error returned for metadata that cannot be parsed or is not signed by the FIDO Alliance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not metadata that the FIDO Alliance has signed")]
#[non_exhaustive]
pub struct InvalidMetadata;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::TrustAnchors;

    const GOOD: &str = "ee882879-721c-4913-9775-3dfcce97072a";
    const OTHER: &str = "19083c3d-8383-4b18-bc03-8f1c9ab2fd1b";

    /// Yubico's root of 2014.
    const ROOT: &str = "MIIDHjCCAgagAwIBAgIEG0BT9zANBgkqhkiG9w0BAQsFADAuMSwwKgYDVQQDEyNZdWJpY28gVTJGIFJvb3QgQ0EgU2VyaWFsIDQ1NzIwMDYzMTAgFw0xNDA4MDEwMDAwMDBaGA8yMDUwMDkwNDAwMDAwMFowLjEsMCoGA1UEAxMjWXViaWNvIFUyRiBSb290IENBIFNlcmlhbCA0NTcyMDA2MzEwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQC/jwYuhBVlqaiYWEMsrWFisgJ+PtM91eSrpI4TK7U53mwCIawSDHy8vUmk5N2KAj9abvT9NP5SMS1hQi3usxoYGonXQgfO6ZXyUA9a+KAkqdFnBnlyugSeCOep8EdZFfsaRFtMjkwz5Gcz2Py4vIYvCdMHPtwaz0bVuzneueIEz6TnQjE63Rdt2zbwnebwTG5ZybeWSwbzy+BJ34ZHcUhPAY89yJQXuE0IzMZFcEBbPNRbWECRKgjq//qT9nmDOFVlSRCt2wiqPSzluwn+v+suQEBsUjTGMEd25tKXXTkNW21wIWbxeSyUoTXwLvGS6xlwQSgNpk2qXYwf8iXg7VWZAgMBAAGjQjBAMB0GA1UdDgQWBBQgIvz0bNGJhjgpToksyKpP9xv9oDAPBgNVHRMECDAGAQH/AgEAMA4GA1UdDwEB/wQEAwIBBjANBgkqhkiG9w0BAQsFAAOCAQEAjvjuOMDSa+JXFCLyBKsycXtBVZsJ4Ue3LbaEsPY4MYN/hIQ5ZM5p7EjfcnMG4CtYkNsfNHc0AhBLdq45rnT87q/6O3vUEtNMafbhU6kthX7Y+9XFN9NpmYxr+ekVY5xOxi8h9JDIgoMP4VB1uS0aunL1IGqrNooL9mmFnL2kLVVee6/VR6C5+KSTCMCWppMuJIZII2v9o4dkoZ8Y7QRjQlLfYzd3qGtKbw7xaF1UsG/5xUb/Btwb2X2g4InpiB/yt/3CpQXpiWX/K4mBvUKiGn05ZsqeY1gx4g0xLBqcU9psmyPzK+Vsgw2jeRQ5JlKDyqE0hebfC1tvFu0CCrJFcw==";

    fn model(aaguid: &str, statuses: &[&str]) -> Value {
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
                "attestationRootCertificates": [ROOT],
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

    /// Returns the AAGUIDs of the trusted models among these entries.
    fn trusted(entries: &[Value]) -> Vec<String> {
        let metadata =
            json!({ "legalHeader": "", "nextUpdate": "2026-02-01", "no": 1, "entries": entries });
        let anchors = TrustAnchors::from_verified(serde_json::from_value(metadata).unwrap());
        let authorities = anchors.authorities().iter();
        authorities
            .flat_map(|authority| authority.models.clone().unwrap())
            .map(|model| model.to_string())
            .collect()
    }

    #[test]
    fn revoked_or_compromised_models_in_fido_metadata_are_not_trusted() {
        let good = model(GOOD, &["FIDO_CERTIFIED_L1"]);
        assert_eq!(trusted(std::slice::from_ref(&good)), [GOOD]);
        for bad in [
            "REVOKED",
            "ATTESTATION_KEY_COMPROMISE",
            "USER_KEY_REMOTE_COMPROMISE",
            "USER_KEY_PHYSICAL_COMPROMISE",
            "USER_VERIFICATION_BYPASS",
        ] {
            // Also before and after a good report of the same day.
            for statuses in [
                &[bad][..],
                &[bad, "FIDO_CERTIFIED"],
                &["FIDO_CERTIFIED", bad],
            ] {
                let entries = [good.clone(), model(OTHER, statuses)];
                assert_eq!(trusted(&entries), [GOOD], "{statuses:?}");
            }
        }
    }

    #[test]
    fn revoked_model_that_only_the_crate_lists_is_not_trusted() {
        let known = model("2cd2f727-f6ca-44da-8f48-5c2e5da000a2", &["FIDO_CERTIFIED"]);
        assert_eq!(trusted(&[model(GOOD, &[]), known]), [GOOD]);
    }

    #[test]
    fn fido_metadata_with_another_signer_is_rejected() {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        // The header names an authority other than the FIDO Alliance's.
        let header = json!({ "alg": "RS256", "typ": "JWT", "x5c": [ROOT, ROOT] });
        let metadata = json!({ "legalHeader": "", "nextUpdate": "2026-02-01", "no": 1, "entries": [model(GOOD, &[])] });
        let [header, metadata] =
            [header, metadata].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let signature = URL_SAFE_NO_PAD.encode([1; 256]);
        for blob in ["", "a.b.c", &format!("{header}.{metadata}.{signature}")] {
            assert!(TrustAnchors::from_fido_metadata(blob).is_err(), "{blob}");
        }
    }
}
