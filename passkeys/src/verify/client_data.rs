//! Client data, as collected by browsers
//! ([Level 3, §5.8.1](https://www.w3.org/TR/webauthn-3/#dictionary-client-data)).

use std::borrow::Cow;

use serde::{Deserialize, de::IgnoredAny};

use super::refusal::{Refusal, RefusalKind, ensure, ensure_or};
use crate::domain::{base64url, detail::shown};

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
    /// Unknown members, and `tokenBinding` of earlier levels: ignored, but parsed. Without this
    /// field, invalid JSON in their values would be accepted.
    #[serde(flatten)]
    _others: IgnoredAny,
}

/// Decodes UTF-8 as the [WHATWG Encoding Standard](https://encoding.spec.whatwg.org/#utf-8-decode)
/// does: without a byte order mark, and with invalid sequences replaced.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Several times as fast for what is valid.
    match str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

impl<'a> ClientData<'a> {
    pub(super) fn parse(json: &'a str) -> Result<Self, Refusal> {
        serde_json::from_str(json).map_err(|_| RefusalKind::Malformed.into())
    }

    pub(super) fn check_type(&self, kind: &str) -> Result<(), Refusal> {
        ensure_or(self.kind == kind, || {
            RefusalKind::ClientDataType.because(format_args!(
                "the client data's `type` is {}, and must be `{kind}`: the page sent the result of \
                 `navigator.credentials.{}()` to the finish of the other ceremony, or the client is modified",
                shown(&self.kind),
                if kind == "webauthn.get" { "create" } else { "get" },
            ))
        })
    }

    pub(super) fn check_challenge(&self, challenge: &[u8]) -> Result<(), Refusal> {
        let expected = base64url::encode(challenge);
        ensure(self.challenge == expected, RefusalKind::Challenge)
    }

    /// Checks that the origin is one of `origins`, by string comparison. Browsers serialize an
    /// origin in exactly one way, so nothing is normalized.
    pub(super) fn check_origin(&self, origins: &[String]) -> Result<(), Refusal> {
        let expected = origins.iter().any(|origin| *origin == self.origin);
        ensure(expected, RefusalKind::Origin)
    }

    /// Checks `crossOrigin`: whether the page was in a frame of another origin. Such pages are
    /// expected if the configuration names pages around them; where there is `topOrigin`,
    /// [`check_top_origin`](Self::check_top_origin) decides.
    pub(super) fn check_cross_origin(&self, top_origins: &[String]) -> Result<(), Refusal> {
        let framed = self.cross_origin == Some(true);
        let expected = self.top_origin.is_some() || !top_origins.is_empty();
        ensure(!framed || expected, RefusalKind::CrossOrigin)
    }

    /// Checks `topOrigin`: the page around the frame, which may be one of the relying party itself or
    /// one that the configuration names.
    pub(super) fn check_top_origin(
        &self,
        origins: &[String],
        top_origins: &[String],
    ) -> Result<(), Refusal> {
        let expected = self.top_origin.as_ref().is_none_or(|top| {
            origins
                .iter()
                .chain(top_origins)
                .any(|origin| origin == top)
        });
        ensure(expected, RefusalKind::CrossOrigin)
    }
}
