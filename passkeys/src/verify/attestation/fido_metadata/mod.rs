//! The FIDO Metadata Service
//! ([FIDO Metadata Service 3.1](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.1-rd-20250521.html)).

mod models;
mod signed;

use std::time::Duration;

use time::{Date, OffsetDateTime};

use self::models::Model;
use super::trust_anchors::{Authority, TrustAnchors};

/// Metadata of the FIDO Metadata Service, with a verified signature: the manufacturers' root
/// certificates, and what is known about each authenticator model.
///
/// ```no_run
/// # fn example(blob: &str, stored: u32) -> Result<(), passkeys::attestation::InvalidMetadata> {
/// use std::time::Duration;
///
/// use passkeys::{
///     attestation::{FidoMetadata, ModelStatus},
///     time::OffsetDateTime,
/// };
///
/// // `blob` is the content of <https://mds3.fidoalliance.org/>.
/// let metadata = FidoMetadata::verify(blob, OffsetDateTime::now_utc())?
///     // What the application has stored when it last loaded metadata.
///     .not_older_than(stored)?
///     // A week to find out why there is nothing newer.
///     .accept_stale(Duration::from_hours(7 * 24))
///     // The attacker needs the authenticator, and the application has a second factor.
///     .accept_status(ModelStatus::UserKeyPhysicalCompromise);
/// let stored = metadata.number();
/// let anchors = metadata.trust_anchors()?;
/// # Ok(())
/// # }
/// ```
///
/// # Stale metadata
///
/// Metadata says when the next is published at the latest, [`next_update`](Self::next_update), about a
/// month after itself. An attacker who keeps newer metadata away from a server keeps it from learning that a
/// model is compromised. So metadata is stale when that day (in UTC) is over: it makes no trust anchors,
/// and trust anchors that were made of it before reject every registration, with the reason
/// [`StaleMetadata`](crate::audit::Reason::StaleMetadata) in the audit trail, by the
/// [clock](crate::Passkeys::clock) of `Passkeys`. Sign-ins go on.
///
/// Fetch metadata every few days, and pass it to a running application by
/// [`Passkeys::replace_trust_anchors`](crate::Passkeys::replace_trust_anchors). For the time in which
/// that fails, [`accept_stale`](Self::accept_stale) weighs new passkeys of models about which there may
/// be news against no new passkeys at all.
///
/// # Not checked
///
/// Revocation lists (CRL) and extended key usages of the certificates that sign the metadata; lists of individual authenticators that are not trusted (`rogueListURL`); and the
/// `certificate` of a status report, which limits a compromise to one batch: the whole model counts as
/// compromised.
#[derive(Clone, Debug)]
pub struct FidoMetadata {
    number: u32,
    next_update: Date,
    verified_at: OffsetDateTime,
    stale_for: Duration,
    accepted: Vec<ModelStatus>,
    models: Vec<Model>,
}

impl FidoMetadata {
    /// Verifies metadata as of `now`: its signature, that the certificates of the signer lead to
    /// GlobalSign, where the FIDO Alliance has its own from, and that the signer is
    /// `mds.fidoalliance.org`.
    ///
    /// `blob` is the content of <https://mds3.fidoalliance.org/>. Parsing it takes about a second.
    ///
    /// Entries that cannot be read are left out, with a warning in the log: their models are not trusted.
    ///
    /// # Errors
    ///
    /// - [`Malformed`](InvalidMetadata::Malformed): `blob` is no signed metadata.
    /// - [`Untrusted`](InvalidMetadata::Untrusted): it is signed by another party, or one of the
    ///   certificates is not valid at that time.
    /// - [`Signature`](InvalidMetadata::Signature): it was changed after it was signed.
    ///
    /// Stale metadata is an error of [`trust_anchors`](Self::trust_anchors).
    pub fn verify(blob: &str, now: OffsetDateTime) -> Result<Self, InvalidMetadata> {
        Self::verify_with(blob, &signed::global_sign(), now)
    }

    /// Verifies metadata that is signed by `mds.fidoalliance.org` by a certificate of these roots instead
    /// of GlobalSign's, for tests (feature `testing`).
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    #[cfg(feature = "testing")]
    pub fn verify_with_roots(
        blob: &str,
        roots: &[Authority],
        now: OffsetDateTime,
    ) -> Result<Self, InvalidMetadata> {
        Self::verify_with(blob, roots, now)
    }

    fn verify_with(
        blob: &str,
        roots: &[Authority],
        now: OffsetDateTime,
    ) -> Result<Self, InvalidMetadata> {
        let payload = signed::verify(blob, roots, now)?;
        let payload = models::parse(&payload).ok_or(InvalidMetadata::Malformed)?;
        Ok(Self {
            number: payload.number,
            next_update: payload.next_update,
            verified_at: now,
            stale_for: Duration::ZERO,
            accepted: Vec::new(),
            models: payload.models,
        })
    }

    /// Returns the serial number of the metadata (`no`). Newer metadata has a larger one.
    ///
    /// Store it, and pass it to [`not_older_than`](Self::not_older_than) after a restart.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Returns the day on which newer metadata is published at the latest (`nextUpdate`).
    #[must_use]
    pub fn next_update(&self) -> Date {
        self.next_update
    }

    /// Returns whether the metadata is [stale](Self#stale-metadata) at this time, whatever
    /// [`accept_stale`](Self::accept_stale) says.
    #[must_use]
    pub fn is_stale(&self, now: OffsetDateTime) -> bool {
        now >= self.stale_at(Duration::ZERO)
    }

    /// Checks that the metadata is not older than metadata with this serial number, which the
    /// application has used before.
    ///
    /// Old metadata is signed, too: an attacker who delivers it hides what was found out since.
    ///
    /// # Errors
    ///
    /// [`Older`](InvalidMetadata::Older) if its own number is smaller.
    pub fn not_older_than(self, number: u32) -> Result<Self, InvalidMetadata> {
        if self.number < number {
            return Err(InvalidMetadata::Older {
                number: self.number,
                known: number,
            });
        }
        Ok(self)
    }

    /// Accepts the metadata for this long after it is [stale](Self#stale-metadata). Default: zero.
    #[must_use]
    pub fn accept_stale(mut self, at_most: Duration) -> Self {
        self.stale_for = at_most;
        self
    }

    /// Trusts models in spite of this status. Default: models with a [`ModelStatus`] are not trusted,
    /// whether or not the manufacturer has fixed the weakness in a later version.
    #[must_use]
    pub fn accept_status(mut self, status: ModelStatus) -> Self {
        self.accepted.push(status);
        self
    }

    /// Creates trust anchors: every listed manufacturer, each for its own models.
    ///
    /// Only models with an AAGUID are included, so no security keys from before FIDO2, and a
    /// registration is only accepted if its [attestation proves the model](Authority::only_models).
    ///
    /// # Errors
    ///
    /// [`Stale`](InvalidMetadata::Stale) if the metadata was stale when it was verified, for longer than
    /// [`accept_stale`](Self::accept_stale) allows.
    pub fn trust_anchors(&self) -> Result<TrustAnchors, InvalidMetadata> {
        let edition = Edition {
            number: self.number,
            stale_at: self.stale_at(self.stale_for),
        };
        if self.verified_at >= edition.stale_at {
            return Err(InvalidMetadata::Stale {
                next_update: self.next_update,
            });
        }
        let trusted = self.models.iter().filter(|model| {
            let statuses = &mut model.statuses.iter();
            statuses.all(|status| self.accepted.contains(status))
        });
        let authorities = trusted.flat_map(|model| {
            let authorities = model.authorities.iter().cloned();
            authorities.map(|authority| authority.only_models([model.aaguid]))
        });
        Ok(TrustAnchors::of_edition(authorities, edition))
    }

    /// Returns the end of the day of the next update, in UTC, and this much later.
    fn stale_at(&self, grace: Duration) -> OffsetDateTime {
        let day = self.next_update.midnight().assume_utc();
        let grace = time::Duration::try_from(grace).unwrap_or(time::Duration::MAX);
        day.saturating_add(time::Duration::DAY)
            .saturating_add(grace)
    }
}

impl TrustAnchors {
    /// Creates trust anchors from the FIDO Metadata Service: every listed manufacturer, each for its
    /// own models, without models that are known to be compromised.
    ///
    /// `blob` is the content of <https://mds3.fidoalliance.org/>. This is
    /// [`FidoMetadata::verify`] with the time of the system, and [`FidoMetadata::trust_anchors`];
    /// see there for choices, and for what [stale metadata](FidoMetadata#stale-metadata) means.
    ///
    /// # Errors
    ///
    /// [`InvalidMetadata`] if `blob` cannot be parsed, is not signed by the FIDO Alliance, or is stale.
    pub fn from_fido_metadata(blob: &str) -> Result<Self, InvalidMetadata> {
        FidoMetadata::verify(blob, OffsetDateTime::now_utc())?.trust_anchors()
    }
}

/// Metadata that trust anchors were made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edition {
    /// Serial number.
    pub(super) number: u32,
    /// Time from which on the trust anchors reject registrations.
    pub(super) stale_at: OffsetDateTime,
}

/// Status of an authenticator model that is not trusted, unless
/// [`FidoMetadata::accept_status`] says otherwise
/// ([FIDO Metadata Service 3.1, §3.1.4](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.1-rd-20250521.html#authenticatorstatus-enum)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ModelStatus {
    /// `REVOKED`: the FIDO Alliance does not trust the model for any reason, such as fraud or a back
    /// door.
    Revoked,
    /// `ATTESTATION_KEY_COMPROMISE`: others can attest in the name of the model.
    AttestationKeyCompromise,
    /// `USER_KEY_REMOTE_COMPROMISE`: private keys can be found out from afar.
    UserKeyRemoteCompromise,
    /// `USER_KEY_PHYSICAL_COMPROMISE`: private keys can be extracted by an attacker who has the
    /// authenticator.
    UserKeyPhysicalCompromise,
    /// `USER_VERIFICATION_BYPASS`: the authenticator can be used without PIN or biometrics, perhaps
    /// without the user's knowledge.
    UserVerificationBypass,
}

/// Error returned for FIDO metadata that is not accepted.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidMetadata {
    /// The text is no JWS in compact form with metadata, or its algorithm is neither RS256 nor ES256.
    #[error(
        "this is not the metadata of the FIDO Alliance: it must be the content of <https://mds3.fidoalliance.org/>"
    )]
    Malformed,
    /// The certificates of the signer lead to no trusted root, are not valid at this time, or are for
    /// another name than `mds.fidoalliance.org`.
    #[error(
        "the metadata is not signed by the FIDO Alliance: its certificates must be valid now, lead to GlobalSign and be for `mds.fidoalliance.org`"
    )]
    Untrusted,
    /// The signature does not verify.
    #[error(
        "the signature of the metadata does not verify: it was changed or cut off; fetch it again"
    )]
    Signature,
    /// Newer metadata should have been published by now ([stale metadata](FidoMetadata#stale-metadata)).
    #[error(
        "the metadata is stale: the next was due on {next_update}; fetch it again, or accept stale metadata with `FidoMetadata::accept_stale`"
    )]
    Stale {
        /// The day on which newer metadata was due.
        next_update: Date,
    },
    /// Newer metadata was used before.
    #[error(
        "the metadata has the serial number {number}, and metadata with the number {known} was used before; fetch it again"
    )]
    Older {
        /// Serial number of the rejected metadata.
        number: u32,
        /// Serial number of the metadata that was used before.
        known: u32,
    },
}

passkeys_rules::debug_as_display!(InvalidMetadata);
