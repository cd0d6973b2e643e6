//! Response of a client, decoded to be shown: leniently, since it may be what cannot be verified.

use serde_json::{Map, Value, value::RawValue};

use super::{present::digest, text::bounded};
use crate::{
    Aaguid,
    domain::{base64url, provider_names},
    verify::{authenticator_data, parts},
    wire::{
        json::FromJson as _,
        responses::{AuthenticationResponse, RegistrationResponse},
    },
};

/// Decoded response of an authenticator, without its signature and its public key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Response {
    pub(crate) id: Option<String>,
    /// Member `type`.
    pub(crate) kind: Option<String>,
    /// True if `rawId` is `id`.
    pub(crate) ids_agree: bool,
    pub(crate) authenticator_attachment: Option<String>,
    pub(crate) transports: Vec<String>,
    /// Names of the extensions with results. The results may be secrets.
    pub(crate) extensions: Vec<String>,
    pub(crate) client_data: Option<ClientData>,
    pub(crate) authenticator_data: Option<AuthenticatorData>,
    pub(crate) attestation_format: Option<String>,
    pub(crate) user_handle: Option<String>,
    /// Length of the signature, in bytes.
    pub(crate) signature: Option<usize>,
    /// First part that cannot be read.
    pub(crate) unreadable: Option<Part>,
}

/// Part of a response that can be unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The JSON around it: a member is missing, or is not base64url.
    Json,
    ClientData,
    AttestationObject,
    AuthenticatorData,
}

/// Decoded `clientDataJSON`.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClientData {
    pub(crate) kind: Option<String>,
    pub(crate) challenge: Challenge,
    pub(crate) origin: Option<String>,
    pub(crate) cross_origin: Option<bool>,
    pub(crate) top_origin: Option<String>,
}

/// The challenge of a response, compared with the one that was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Challenge {
    AsSent,
    Other,
    /// It is not recorded which one was sent.
    #[default]
    Unknown,
}

/// Decoded authenticator data.
#[derive(Clone, Debug)]
pub(crate) struct AuthenticatorData {
    pub(crate) rp_id_hash: [u8; 32],
    pub(crate) flags: u8,
    pub(crate) sign_count: u32,
    /// AAGUID of a new passkey.
    pub(crate) aaguid: Option<String>,
    /// Name of the provider or the model with this AAGUID.
    pub(crate) provider: Option<&'static str>,
    pub(crate) attested_id: Option<String>,
    /// True if the attested credential ID is `rawId`.
    pub(crate) attested_id_agrees: Option<bool>,
    pub(crate) attested_id_bytes: Option<usize>,
    /// COSE algorithm of a new passkey's key.
    pub(crate) algorithm: Option<i128>,
}

impl Response {
    /// Decodes what can be read.
    pub(super) fn decode(
        credential: &RawValue,
        registration: bool,
        challenge: Option<&[u8; 16]>,
    ) -> Self {
        let credential_json = credential.get();
        let Ok(Value::Object(credential)) = serde_json::from_str(credential_json) else {
            return Self {
                unreadable: Some(Part::Json),
                ..Self::default()
            };
        };
        let empty = Map::new();
        let response = credential.get("response").and_then(Value::as_object);
        let response = response.unwrap_or(&empty);
        let raw_id = bytes(&credential, "rawId");
        let id = credential.get("id").and_then(Value::as_str);
        let client_data = bytes(response, "clientDataJSON");
        let object = bytes(response, "attestationObject");
        let object = object.as_deref().map(parts::of_attestation_object);
        let data = if registration {
            object.flatten().map(|(_, data)| data.to_vec())
        } else {
            bytes(response, "authenticatorData")
        };
        let mut decoded = Self {
            id: id.map(bounded),
            kind: text(&credential, "type"),
            ids_agree: raw_id.is_some() && id.and_then(base64url::decode) == raw_id,
            authenticator_attachment: text(&credential, "authenticatorAttachment"),
            transports: texts(response.get("transports")),
            extensions: names(credential.get("clientExtensionResults")),
            client_data: client_data
                .as_deref()
                .and_then(|json| ClientData::decode(json, challenge)),
            authenticator_data: data
                .as_deref()
                .and_then(|data| AuthenticatorData::decode(data, raw_id.as_deref())),
            attestation_format: object.flatten().map(|(format, _)| bounded(format)),
            user_handle: text(response, "userHandle"),
            signature: bytes(response, "signature").map(|it| it.len()),
            unreadable: None,
        };
        let has_members = if registration {
            RegistrationResponse::from_json(credential_json, "").is_ok()
        } else {
            AuthenticationResponse::from_json(credential_json, "").is_ok()
        };
        let client_data_is_readable = client_data.as_deref().is_some_and(parts::is_client_data);
        decoded.unreadable = if !has_members {
            Some(Part::Json)
        } else if !client_data_is_readable {
            Some(Part::ClientData)
        } else if registration && decoded.attestation_format.is_none() {
            Some(Part::AttestationObject)
        } else if decoded.authenticator_data.is_none() {
            Some(Part::AuthenticatorData)
        } else {
            None
        };
        decoded
    }
}

impl ClientData {
    fn decode(json: &[u8], sent: Option<&[u8; 16]>) -> Option<Self> {
        let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
        let json = String::from_utf8_lossy(json);
        let members: Map<String, Value> = serde_json::from_str(&json).ok()?;
        let challenge = members.get("challenge").and_then(Value::as_str);
        let challenge = challenge.and_then(base64url::decode);
        let challenge = match (sent, challenge) {
            (None, _) => Challenge::Unknown,
            (Some(sent), Some(received)) if *sent == digest(&received) => Challenge::AsSent,
            _ => Challenge::Other,
        };
        let cross_origin = members.get("crossOrigin");
        Some(Self {
            kind: text(&members, "type"),
            challenge,
            origin: text(&members, "origin"),
            cross_origin: cross_origin.and_then(Value::as_bool),
            top_origin: text(&members, "topOrigin"),
        })
    }
}

impl AuthenticatorData {
    fn decode(bytes: &[u8], raw_id: Option<&[u8]>) -> Option<Self> {
        let data = authenticator_data::AuthenticatorData::parse(bytes).ok()?;
        let attested = data.attested.as_ref();
        let id = attested.map(|it| it.credential_id);
        let aaguid = attested.and_then(|it| Aaguid::new(it.aaguid));
        let aaguid = aaguid.map(|it| it.to_string());
        Some(Self {
            rp_id_hash: *data.rp_id_hash,
            flags: data.flags,
            sign_count: data.sign_count,
            provider: aaguid.as_deref().and_then(provider_names::find),
            aaguid,
            attested_id: id.map(|id| bounded(&base64url::encode(id))),
            attested_id_agrees: id.map(|id| Some(id) == raw_id),
            attested_id_bytes: id.map(<[u8]>::len),
            algorithm: attested.and_then(|it| parts::algorithm_of_key(it.public_key)),
        })
    }

    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

fn bytes(members: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    base64url::decode(members.get(name)?.as_str()?)
}

fn text(members: &Map<String, Value>, name: &str) -> Option<String> {
    Some(bounded(members.get(name)?.as_str()?))
}

/// Returns the first few texts of an array.
fn texts(values: Option<&Value>) -> Vec<String> {
    let values = values.and_then(Value::as_array);
    let texts = values.into_iter().flatten().filter_map(Value::as_str);
    texts.take(16).map(bounded).collect()
}

/// Returns the first few names of an object's members.
fn names(object: Option<&Value>) -> Vec<String> {
    let object = object.and_then(Value::as_object);
    let names = object.into_iter().flat_map(Map::keys);
    names.take(16).map(|name| bounded(name)).collect()
}
