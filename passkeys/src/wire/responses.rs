//! Authenticator responses, in the JSON form of `PublicKeyCredential.toJSON()`
//! ([Level 3, §5.1](https://www.w3.org/TR/webauthn-3/#iface-pkcredential)).
//!
//! Unknown members are ignored, as the specification requires: also those that browsers add for pages
//! without a parser of CBOR (`publicKey`, `publicKeyAlgorithm`, `authenticatorData` in a
//! registration), which are not signed.

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{extensions::ExtensionResults, json::from_json, shape};
#[cfg(feature = "openapi")]
use super::{extensions::RegistrationExtensions, schemas};
use crate::{AuthenticatorAttachment, Transport, domain::base64url};

from_json!(RegistrationResponse, AuthenticationResponse);

/// `RegistrationResponseJSON`: the result of `navigator.credentials.create()`.
#[derive(Clone, Deserialize)]
#[serde(expecting = "an object")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::RegistrationResponse))]
pub(crate) struct RegistrationResponse {
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    pub(crate) id: String,
    #[serde(rename = "rawId", with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    pub(crate) raw_id: Vec<u8>,
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::public_key))]
    pub(crate) kind: String,
    #[serde(deserialize_with = "shape::object")]
    pub(crate) response: AttestationResponse,
    // Unparsed, as below.
    #[serde(rename = "authenticatorAttachment", default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    authenticator_attachment: Option<Box<RawValue>>,
    #[serde(rename = "clientExtensionResults", default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<RegistrationExtensions>))]
    pub(crate) extensions: ExtensionResults,
}

/// `AuthenticatorAttestationResponseJSON`.
#[derive(Clone, Deserialize)]
#[serde(expecting = "an object")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::AttestationResponse))]
pub(crate) struct AttestationResponse {
    #[serde(rename = "clientDataJSON", with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    pub(crate) client_data_json: Vec<u8>,
    #[serde(rename = "attestationObject", with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    pub(crate) attestation_object: Vec<u8>,
    #[serde(default)]
    transports: Option<Vec<String>>,
}

/// `AuthenticationResponseJSON`: the result of `navigator.credentials.get()`.
#[derive(Clone, Deserialize)]
#[serde(expecting = "an object")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::AuthenticationResponse))]
pub(crate) struct AuthenticationResponse {
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    pub(crate) id: String,
    #[serde(rename = "rawId", with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    pub(crate) raw_id: Vec<u8>,
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::public_key))]
    pub(crate) kind: String,
    #[serde(deserialize_with = "shape::object")]
    pub(crate) response: AssertionResponse,
    #[serde(rename = "clientExtensionResults", default)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub(crate) extensions: ExtensionResults,
}

/// `AuthenticatorAssertionResponseJSON`.
#[derive(Clone, Deserialize)]
#[serde(expecting = "an object")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::AssertionResponse))]
pub(crate) struct AssertionResponse {
    #[serde(rename = "clientDataJSON", with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    pub(crate) client_data_json: Vec<u8>,
    #[serde(rename = "authenticatorData", with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    pub(crate) authenticator_data: Vec<u8>,
    #[serde(with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    pub(crate) signature: Vec<u8>,
    #[serde(rename = "userHandle", default)]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::optional_base64url))]
    pub(crate) user_handle: Option<UserHandle>,
}

#[derive(Clone, Deserialize)]
pub(crate) struct UserHandle(#[serde(with = "base64url")] pub(crate) Vec<u8>);

impl fmt::Debug for RegistrationResponse {
    /// Shows the credential ID only: the signed data must not end up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistrationResponse")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl RegistrationResponse {
    /// Returns the known transports. Unknown ones are left out, as the specification requires.
    pub(crate) fn transports(&self) -> Vec<Transport> {
        let mut known = Vec::new();
        for transport in self
            .response
            .transports
            .iter()
            .flatten()
            .filter_map(|word| Transport::from_word(word))
        {
            if !known.contains(&transport) {
                known.push(transport);
            }
        }
        known
    }

    /// Returns the kind of authenticator that the client reports. Values that are not known report
    /// nothing.
    pub(crate) fn authenticator_attachment(&self) -> Option<AuthenticatorAttachment> {
        let reported = self.authenticator_attachment.as_ref()?.get();
        let reported: String = serde_json::from_str(reported).ok()?;
        reported.parse().ok()
    }
}

impl fmt::Debug for AuthenticationResponse {
    /// Shows the credential ID only: the signed data must not end up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticationResponse")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
