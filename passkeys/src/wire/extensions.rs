//! Client extension results
//! ([Level 3, §9](https://www.w3.org/TR/webauthn-3/#sctn-extensions)): hints, since they are unsigned.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Client extension results that are read. They are of any shape once pages ask for extensions of their
/// own: what cannot be read counts as absent. Secrets are not kept.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ExtensionResults {
    /// Whether the credential is discoverable (`credProps.rk`).
    pub(crate) discoverable: Option<bool>,
    /// Whether the authenticator has a pseudo-random function for the credential (`prf.enabled`).
    pub(crate) prf_enabled: Option<bool>,
    /// Whether there are results of the pseudo-random function (`prf.results`), which are secrets of
    /// the page.
    pub(crate) has_prf_results: bool,
    /// Whether the authenticator stores large blobs for the credential (`largeBlob.supported`).
    pub(crate) large_blob_supported: Option<bool>,
}

impl<'de> Deserialize<'de> for ExtensionResults {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let results = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self::read(&results))
    }
}

impl ExtensionResults {
    fn read(results: &RawValue) -> Self {
        let results: Results<'_> = read(Some(results)).unwrap_or_default();
        let properties: CredentialProperties = read(results.cred_props).unwrap_or_default();
        let prf: Prf<'_> = read(results.prf).unwrap_or_default();
        let large_blob: LargeBlob = read(results.large_blob).unwrap_or_default();
        Self {
            discoverable: properties.rk,
            prf_enabled: read(prf.enabled),
            has_prf_results: prf.results.is_some(),
            large_blob_supported: large_blob.supported,
        }
    }
}

/// Returns a result; `None` if it is absent or of another shape.
fn read<'a, T: Deserialize<'a>>(result: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(result?.get()).ok()
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Results<'a> {
    #[serde(borrow, default)]
    cred_props: Option<&'a RawValue>,
    #[serde(borrow, default)]
    prf: Option<&'a RawValue>,
    #[serde(borrow, default)]
    large_blob: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Prf<'a> {
    #[serde(borrow, default)]
    enabled: Option<&'a RawValue>,
    #[serde(borrow, default)]
    results: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::CredentialProperties))]
struct CredentialProperties {
    #[serde(default)]
    rk: Option<bool>,
}

#[derive(Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::LargeBlobOutputs))]
struct LargeBlob {
    #[serde(default)]
    supported: Option<bool>,
}

/// Client extension results of a registration.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[schema(as = Passkeys::RegistrationExtensions)]
#[expect(dead_code, reason = "describes the members of `ExtensionResults`")]
pub(super) struct RegistrationExtensions {
    #[schema(rename = "credProps")]
    cred_props: Option<CredentialProperties>,
    prf: Option<PrfOutputs>,
    #[schema(rename = "largeBlob")]
    large_blob: Option<LargeBlob>,
}

/// Results of the extension `prf`, without `results`: these are secrets of the page, and are rejected.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[schema(as = Passkeys::PrfOutputs)]
#[expect(dead_code, reason = "describes the members of `ExtensionResults`")]
struct PrfOutputs {
    enabled: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::ExtensionResults;

    fn read(json: &str) -> ExtensionResults {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn results_are_read_each_by_itself() {
        let results = read(
            r#"{"credProps":{"rk":true},"prf":{"enabled":true},"largeBlob":{"supported":false},"x":1}"#,
        );
        assert_eq!(results.discoverable, Some(true));
        assert_eq!(results.prf_enabled, Some(true));
        assert_eq!(results.large_blob_supported, Some(false));
        assert!(!results.has_prf_results);

        let results = read(r#"{"credProps":5,"prf":[],"largeBlob":{"supported":true}}"#);
        assert_eq!(results.discoverable, None);
        assert_eq!(results.prf_enabled, None);
        assert_eq!(results.large_blob_supported, Some(true));
    }

    #[test]
    fn results_of_another_shape_count_as_absent() {
        for json in [
            "{}",
            "null",
            "[]",
            "7",
            r#""prf""#,
            r#"{"prf":null}"#,
            r#"{"prf":{"results":null,"enabled":"yes"}}"#,
            r#"{"prf":{"enabled":{}},"credProps":{"rk":"true"}}"#,
        ] {
            let results = read(json);
            assert!(!results.has_prf_results, "{json}");
            assert_eq!(results.prf_enabled, None, "{json}");
            assert_eq!(results.discoverable, None, "{json}");
        }
    }

    #[test]
    fn results_of_the_pseudo_random_function_are_noticed_whatever_their_shape() {
        for json in [
            r#"{"prf":{"results":{"first":"AAAA"}}}"#,
            r#"{"prf":{"enabled":"yes","results":{"first":"AAAA","second":"AAAA"}},"credProps":5}"#,
            r#"{"prf":{"results":{}}}"#,
            r#"{"prf":{"results":"AAAA"}}"#,
            r#"{"p\u0072f":{"result\u0073":[1,2]}}"#,
        ] {
            assert!(read(json).has_prf_results, "{json}");
        }
    }
}
