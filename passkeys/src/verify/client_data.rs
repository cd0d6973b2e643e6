//! The client data that browsers collect
//! ([Level 3, §5.8.1](https://www.w3.org/TR/webauthn-3/#dictionary-client-data)).

use std::borrow::Cow;

use serde::{Deserialize, de::IgnoredAny};

use super::refusal::{Refusal, ensure};
use crate::domain::base64url;

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
    /// Of earlier levels, and of no meaning any more.
    #[serde(borrow, default, rename = "tokenBinding")]
    _token_binding: Option<TokenBinding<'a>>,
    /// Ignored, but read in full: without this member, JSON that is none passes in the values of
    /// unknown ones.
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

    /// To the letter: an origin is a string that browsers serialise in one way, so nothing is
    /// normalised before it is compared.
    pub(super) fn check_origin(&self, origins: &[String]) -> Result<(), Refusal> {
        let expected = origins.iter().any(|origin| *origin == self.origin);
        ensure(expected, Refusal::Origin)
    }

    /// Nobody can configure that their page is shown in other sites' frames.
    pub(super) fn check_frames(&self) -> Result<(), Refusal> {
        let framed = self.cross_origin == Some(true) || self.top_origin.is_some();
        ensure(!framed, Refusal::CrossOrigin)
    }
}
