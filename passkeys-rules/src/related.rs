//! Validation of related origins, which may use the passkeys of an RP ID that they are outside of:
//! [WebAuthn Level 3, §5.11](https://www.w3.org/TR/webauthn-3/#sctn-related-origins).

use thiserror::Error;

use crate::origin::Origin;
use crate::rp_id::RpId;
use crate::suffix::registrable_label;
use crate::wording::alternatives;

/// Number of different labels that browsers accept: the specification requires at least five, and
/// Chromium accepts no more.
const MOST_LABELS: usize = 5;

/// Error returned for an origin that cannot be a related origin.
#[derive(Clone, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum RelatedError {
    /// An origin in the scope of the RP ID.
    #[error(
        "origin `{origin}` is on `{rp_id}` or a subdomain, so it is not a related origin; move it to `origins`"
    )]
    BelongsInOrigins {
        /// The origin in question.
        origin: Origin,
        /// RP ID of the configuration.
        rp_id: RpId,
    },
    /// The origin of an Android app.
    #[error(
        "origin `{0}` is an Android app, and related origins are web sites; move it to `origins`"
    )]
    Android(Origin),
    /// The origin of a browser extension.
    #[error(
        "origin `{0}` is an extension, and related origins are web sites; move it to `origins`"
    )]
    Extension(Origin),
    /// An origin on `localhost`, which has no registrable domain.
    #[error(
        "origin `{0}` is on a single label, which browsers skip among related origins; give \
         development a configuration of its own, with `localhost` as its RP ID"
    )]
    Local(Origin),
    /// A host without a registrable domain.
    #[error(
        "origin `{0}` is a single label or a public suffix, which browsers skip among related \
         origins; write the origin of a domain of your own, such as `https://example.co.uk`"
    )]
    NoDomain(Origin),
    /// More different labels than browsers accept.
    #[error(
        "origin `{origin}` has a sixth label, `{label}`, and browsers accept {MOST_LABELS}, here {}, \
         each with any suffix (`.com`, `.co.uk`); remove the origins of one of them",
        seen(labels)
    )]
    TooManyLabels {
        /// The first origin that browsers would ignore.
        origin: Origin,
        /// Label of that origin.
        label: String,
        /// Labels of the origins before it.
        labels: Vec<String>,
    },
}

fn seen(labels: &[String]) -> String {
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    alternatives(&labels).to_string().replace(" or ", " and ")
}

/// Checks that `origin` can be a related origin of `rp_id`. Without an RP ID its scope is not
/// checked.
pub(crate) fn check(origin: &Origin, rp_id: Option<&RpId>) -> Result<(), RelatedError> {
    let Some(host) = origin.host() else {
        return Err(match origin.extension() {
            Some(_) => RelatedError::Extension(origin.clone()),
            None => RelatedError::Android(origin.clone()),
        });
    };
    if let Some(rp_id) = rp_id
        && rp_id.covers(host)
    {
        return Err(RelatedError::BelongsInOrigins {
            origin: origin.clone(),
            rp_id: rp_id.clone(),
        });
    }
    match registrable_label(host) {
        None if host == "localhost" => Err(RelatedError::Local(origin.clone())),
        None => Err(RelatedError::NoDomain(origin.clone())),
        Some(_) => Ok(()),
    }
}

/// Labels that browsers count: the label left of the public suffix, so that `example.com` and
/// `www.example.co.uk` count once. The RP ID's label counts only if a related origin has it, too,
/// because the document that browsers read lists related origins only.
#[derive(Default)]
pub(crate) struct Labels(Vec<String>);

impl Labels {
    /// Counts the label of an origin that [`check`] accepts.
    pub(crate) fn add(&mut self, origin: &Origin) -> Result<(), RelatedError> {
        let Some(label) = origin.host().and_then(registrable_label) else {
            return Ok(());
        };
        if self.0.iter().any(|seen| seen == label) {
            return Ok(());
        }
        self.0.push(label.to_owned());
        match self.0.len().checked_sub(1) {
            // Only the first is reported: later ones may fit once it is removed.
            Some(MOST_LABELS) => Err(RelatedError::TooManyLabels {
                origin: origin.clone(),
                label: label.to_owned(),
                labels: self.0[..MOST_LABELS].to_vec(),
            }),
            _ => Ok(()),
        }
    }
}
