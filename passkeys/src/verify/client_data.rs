//! Client data, as collected by browsers
//! ([Level 3, §5.8.1](https://www.w3.org/TR/webauthn-3/#dictionary-client-data)).

use std::borrow::Cow;

use serde::{Deserialize, de::IgnoredAny};

use super::refusal::{Refusal, ensure};
use crate::domain::base64url;

/// Parsed `CollectedClientData`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientData<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    challenge: Cow<'a, str>,
    #[serde(borrow)]
    origin: Cow<'a, str>,
    #[serde(default)]
    cross_origin: Option<bool>,
    #[serde(borrow, default)]
    top_origin: Option<Cow<'a, str>>,
    /// From earlier levels of the specification; type-checked, otherwise ignored.
    #[serde(borrow, default, rename = "tokenBinding")]
    _token_binding: Option<TokenBinding<'a>>,
    /// Unknown members: ignored, but parsed. Without this field, invalid JSON in their values would
    /// be accepted.
    #[serde(flatten)]
    _others: IgnoredAny,
}

#[derive(Deserialize)]
struct TokenBinding<'a> {
    #[serde(borrow, rename = "status")]
    _status: Cow<'a, str>,
    #[serde(borrow, default, rename = "id")]
    _id: Option<Cow<'a, str>>,
}

impl<'a> ClientData<'a> {
    pub(super) fn parse(json: &'a [u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(json).map_err(|_| Refusal::Malformed)
    }

    pub(super) fn check_type(&self, kind: &str) -> Result<(), Refusal> {
        ensure(self.kind == kind, Refusal::ClientDataType)
    }

    pub(super) fn check_challenge(&self, challenge: &[u8]) -> Result<(), Refusal> {
        let expected = base64url::encode(challenge);
        ensure(self.challenge == expected, Refusal::Challenge)
    }

    /// Checks that the origin is one of `origins`, by string comparison. Browsers serialize an
    /// origin in exactly one way, so nothing is normalized.
    pub(super) fn check_origin(&self, origins: &[String]) -> Result<(), Refusal> {
        let expected = origins.iter().any(|origin| *origin == self.origin);
        ensure(expected, Refusal::Origin)
    }

    /// Checks that the page was not in a frame of another site, which cannot be allowed by
    /// configuration.
    pub(super) fn check_frames(&self) -> Result<(), Refusal> {
        let framed = self.cross_origin == Some(true) || self.top_origin.is_some();
        ensure(!framed, Refusal::CrossOrigin)
    }
}
