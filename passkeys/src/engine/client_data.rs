//! The client data that browsers collect
//! ([Level 3, §5.8.1](https://www.w3.org/TR/webauthn-3/#dictionary-client-data)).

use std::borrow::Cow;

use serde::Deserialize;

use crate::{audit::Reason, base64url};

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
}

impl<'a> ClientData<'a> {
    pub(super) fn parse(json: &'a [u8]) -> Result<Self, Reason> {
        serde_json::from_slice(json).map_err(|_| Reason::Malformed)
    }

    /// Every member to the letter: an origin is a string that browsers serialise in one way, so
    /// nothing is normalised before it is compared.
    pub(super) fn check(
        &self,
        kind: &str,
        challenge: &[u8],
        origins: &[String],
    ) -> Result<(), Reason> {
        if self.kind != kind {
            Err(Reason::ClientDataType)
        } else if base64url::decode(&self.challenge).as_deref() != Some(challenge) {
            Err(Reason::Challenge)
        } else if !origins.iter().any(|origin| *origin == self.origin) {
            Err(Reason::Origin)
        } else if self.cross_origin == Some(true) || self.top_origin.is_some() {
            // Nobody can configure that their page is shown in other sites' frames.
            Err(Reason::CrossOrigin)
        } else {
            Ok(())
        }
    }
}
