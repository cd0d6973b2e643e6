//! Client data, as collected by browsers
//! ([Level 3, §5.8.1](https://www.w3.org/TR/webauthn-3/#dictionary-client-data)).

use std::borrow::Cow;

use serde::{Deserialize, de::IgnoredAny};

use super::{
    refusal::{Refusal, RefusalKind, ensure},
    verifier::Verifier,
};
use crate::domain::{
    base64url,
    detail::shown,
    origin::{self, Unexpected},
};

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
        serde_json::from_str(json).map_err(|error| {
            // Only the position: the text of the error quotes the client data.
            let at = (error.line(), error.column());
            RefusalKind::Malformed.because(format_args!(
                "`clientDataJSON` is not a JSON object with the texts `type`, `challenge` and `origin` (line \
                 {}, column {}): a page or a client has built or changed it",
                at.0, at.1,
            ))
        })
    }

    /// Returns the origin of the page.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn check_type(&self, kind: &str) -> Result<(), Refusal> {
        ensure(self.kind == kind, || {
            RefusalKind::ClientDataType.because(format_args!(
                "the client data's `type` is {}, and must be `{kind}`: the page sent the result of \
                 `navigator.credentials.{}()` to the finish of the other ceremony",
                shown(&self.kind),
                if kind == "webauthn.get" {
                    "create"
                } else {
                    "get"
                },
            ))
        })
    }

    pub(super) fn check_challenge(&self, challenge: &[u8]) -> Result<(), Refusal> {
        let expected = base64url::encode(challenge);
        ensure(self.challenge == expected, || {
            self.other_challenge(&expected)
        })
    }

    /// Explains a challenge, without the challenge.
    #[cold]
    fn other_challenge(&self, expected: &str) -> Refusal {
        let unpadded = self.challenge.trim_end_matches('=');
        let url = unpadded.replace('+', "-").replace('/', "_");
        let cause = if self.challenge == base64url::encode(expected.as_bytes()) {
            "it is the text of `challenge`, encoded once more: the page passed the text in place of its \
             bytes. Decode it from base64url, as `PublicKeyCredential.parseCreationOptionsFromJSON` and \
             `parseRequestOptionsFromJSON` do"
        } else if url == expected {
            "it is the right one in another encoding: browsers write base64url without padding, so a page or \
             a client has built the client data by itself"
        } else if self.challenge.is_empty() {
            "it is empty: the page passed no `challenge` to the browser"
        } else {
            "it is the one of another ceremony, or none: the page sent `credential` and `state` of two \
             different `begin` responses, as after a second click, or a response from a cache"
        };
        RefusalKind::Challenge.because(format_args!(
            "the client data's `challenge` is not the one that this `state` was begun with: {cause}",
        ))
    }

    /// Checks that the origin is one that is accepted, by string comparison. Browsers serialize an
    /// origin in exactly one way, so nothing is normalized.
    pub(super) fn check_origin(&self, verifier: &Verifier) -> Result<(), Refusal> {
        let origins = &verifier.origins;
        let expected = origins.iter().any(|origin| *origin == self.origin);
        ensure(expected, || {
            RefusalKind::Origin.because(format_args!(
                "{}",
                Unexpected {
                    came: &self.origin,
                    expected: origins.iter().map(String::as_str).collect(),
                    rp_id: &verifier.rp_id,
                }
            ))
        })
    }

    /// Checks `crossOrigin`: whether the page was in a frame of another origin. Such pages are
    /// expected if the configuration names pages around them; where there is `topOrigin`,
    /// [`check_top_origin`](Self::check_top_origin) decides.
    pub(super) fn check_cross_origin(&self, verifier: &Verifier) -> Result<(), Refusal> {
        let framed = self.cross_origin == Some(true);
        let expected = self.top_origin.is_some() || !verifier.top_origins.is_empty();
        ensure(!framed || expected, || {
            RefusalKind::CrossOrigin.because(format_args!(
                "the page {} was in a frame of a page of another origin (`crossOrigin` is true, and the browser \
                 does not say which), and `top_origins` is empty: if that page may show yours, add its origin \
                 to `top_origins`",
                shown(&self.origin),
            ))
        })
    }

    /// Checks `topOrigin`: the page around the frame, which may be one of the relying party itself or
    /// one that the configuration names.
    pub(super) fn check_top_origin(&self, verifier: &Verifier) -> Result<(), Refusal> {
        let (origins, top_origins) = (&verifier.origins, &verifier.top_origins);
        let expected = self.top_origin.as_ref().is_none_or(|top| {
            origins
                .iter()
                .chain(top_origins)
                .any(|origin| origin == top)
        });
        ensure(expected, || {
            let top = self.top_origin.as_deref().unwrap_or_default();
            RefusalKind::CrossOrigin.because(format_args!(
                "the page {} was in a frame of {} (`topOrigin`), which is not among `top_origins` ({}): if \
                 that page may show yours, add its origin to `top_origins`",
                shown(&self.origin),
                shown(top),
                origin::List(top_origins),
            ))
        })
    }
}
