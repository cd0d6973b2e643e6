//! Related origins: other sites that share the passkeys of this one,
//! [WebAuthn Level 3, §5.11](https://www.w3.org/TR/webauthn-3/#sctn-related-origins).

use thiserror::Error;

use crate::origin::Origin;
use crate::rp_id::RpId;
use crate::suffix::registrable_label;
use crate::wording::alternatives;

/// How many names browsers read: the specification asks for at least five, Chromium reads no more.
const MOST_LABELS: usize = 5;

/// An origin that cannot be a related one.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum RelatedError {
    /// The RP ID serves it already.
    #[error(
        "origin `{origin}` is `{rp_id}` or below it, so it needs no relation; move it to `origins`"
    )]
    BelongsInOrigins {
        /// The origin.
        origin: Origin,
        /// The RP ID.
        rp_id: RpId,
    },
    /// An app has no page that could ask.
    #[error(
        "origin `{0}` is an Android app, and related origins are web sites; move it to `origins`"
    )]
    Android(Origin),
    /// `http://localhost`.
    #[error(
        "origin `{0}` is not encrypted, and related origins are `https` only; give development a \
         configuration of its own, with `localhost` as its RP ID"
    )]
    Insecure(Origin),
    /// No registrable domain.
    #[error(
        "origin `{0}` is a single label or a public suffix, which browsers skip among related \
         origins; write the origin of a domain of your own, such as `https://example.co.uk`"
    )]
    NoDomain(Origin),
    /// One name too many.
    #[error(
        "origin `{origin}` brings a sixth name, `{label}`, and browsers read {MOST_LABELS}, here {}, \
         each with any ending (`.com`, `.co.uk`); remove the origins of one of them",
        seen(labels)
    )]
    TooManyLabels {
        /// The first origin that browsers would not read.
        origin: Origin,
        /// Its name.
        label: String,
        /// The names before it.
        labels: Vec<String>,
    },
}

fn seen(labels: &[String]) -> String {
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    alternatives(&labels).to_string().replace(" or ", " and ")
}

/// Whether `origin` can be related to `rp_id`, if that is known.
pub(crate) fn check(origin: &Origin, rp_id: Option<&RpId>) -> Result<(), RelatedError> {
    let Some(host) = origin.host() else {
        return Err(RelatedError::Android(origin.clone()));
    };
    if let Some(rp_id) = rp_id
        && rp_id.covers(host)
    {
        return Err(RelatedError::BelongsInOrigins {
            origin: origin.clone(),
            rp_id: rp_id.clone(),
        });
    }
    if !origin.is_https() {
        return Err(RelatedError::Insecure(origin.clone()));
    }
    match registrable_label(host) {
        None => Err(RelatedError::NoDomain(origin.clone())),
        Some(_) => Ok(()),
    }
}

/// The names that browsers count: what stands left of the public suffix, so that `example.com` and
/// `www.example.co.uk` are one. The RP ID's own counts only if a related origin has it too, since
/// browsers count what is in the document and that lists related origins only.
#[derive(Default)]
pub(crate) struct Labels(Vec<String>);

impl Labels {
    /// Counts an origin that [`check`] let through.
    pub(crate) fn add(&mut self, origin: &Origin) -> Result<(), RelatedError> {
        let Some(label) = origin.host().and_then(registrable_label) else {
            return Ok(());
        };
        if self.0.iter().any(|seen| seen == label) {
            return Ok(());
        }
        self.0.push(label.to_owned());
        match self.0.len().checked_sub(1) {
            // Only the first is reported: what comes after may be fine once it is gone.
            Some(MOST_LABELS) => Err(RelatedError::TooManyLabels {
                origin: origin.clone(),
                label: label.to_owned(),
                labels: self.0[..MOST_LABELS].to_vec(),
            }),
            _ => Ok(()),
        }
    }
}
