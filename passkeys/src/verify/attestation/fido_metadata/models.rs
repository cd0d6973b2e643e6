//! The content of the metadata: serial number, date and models.

use std::collections::HashMap;

use fido_mds::{
    FidoMds,
    mds::{AuthenticatorStatus, FidoDevice, FidoMds as Entries},
};
use serde::Deserialize;
use serde_json::value::RawValue;
use time::{Date, Month};
use tracing::{Dispatch, dispatcher};

use super::ModelStatus;
use crate::{Aaguid, verify::attestation::trust_anchors::Authority};

/// Runs a function of the crate without logging, since it logs each entry that it does not like.
fn silently<T>(read: impl FnOnce() -> T) -> T {
    dispatcher::with_default(&Dispatch::none(), read)
}

/// Content of the metadata.
pub(super) struct Payload {
    pub(super) number: u32,
    pub(super) next_update: Date,
    pub(super) models: Vec<Model>,
}

/// Authenticator model with an AAGUID.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) aaguid: Aaguid,
    /// Statuses for which models are not trusted, of any time.
    pub(super) statuses: Vec<ModelStatus>,
    pub(super) authorities: Vec<Authority>,
}

/// Form of the content, without members that have no use here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    no: u32,
    next_update: String,
    /// Read one by one, so that one of a form that is not known yet does not make all others useless.
    #[serde(borrow)]
    entries: Vec<&'a RawValue>,
}

pub(super) fn parse(payload: &[u8]) -> Option<Payload> {
    let content: Content<'_> = serde_json::from_slice(payload).ok()?;
    let all = content.entries.len();
    let entries: Vec<FidoDevice> = content
        .entries
        .into_iter()
        .filter_map(|entry| serde_json::from_str(entry.get()).ok())
        .collect();
    if entries.len() < all {
        tracing::warn!(
            entries = all - entries.len(),
            "some entries of the FIDO metadata cannot be read, so their models are not trusted"
        );
    }
    Some(Payload {
        number: content.no,
        next_update: date(&content.next_update)?,
        models: models(Entries {
            entries,
            legal_header: String::new(),
            next_update: content.next_update,
            no: content.no,
        }),
    })
}

fn models(entries: Entries) -> Vec<Model> {
    // From the entries themselves, because the crate may merge several reports of one day.
    let mut reported: HashMap<[u8; 16], Vec<ModelStatus>> = HashMap::new();
    for entry in &entries.entries {
        if let Some(aaguid) = entry.aaguid {
            let statuses = entry.status_reports.iter();
            let statuses = statuses.filter_map(|report| bad(&report.status));
            reported
                .entry(aaguid.into_bytes())
                .or_default()
                .extend(statuses);
        }
    }
    let metadata = silently(|| FidoMds::from(entries));
    let model = |model: &fido_mds::FIDO2| {
        let aaguid = model.aaguid.into_bytes();
        let mut statuses = reported.get(&aaguid).cloned().unwrap_or_default();
        // The crate adds reports of its own that are not in the metadata.
        let reports = model.status_reports.iter();
        statuses.extend(BAD.iter().filter_map(|(status, meaning)| {
            let mut reports = reports.clone();
            reports.any(|report| report == status).then_some(*meaning)
        }));
        Some(Model {
            aaguid: Aaguid::new(aaguid)?,
            statuses,
            authorities: model
                .attestation_root_certificates
                .iter()
                .filter_map(|der| Authority::from_der(der.as_slice()).ok())
                .collect(),
        })
    };
    metadata
        .fido2
        .iter()
        .map(AsRef::as_ref)
        .filter_map(model)
        .collect()
}

const BAD: [(AuthenticatorStatus, ModelStatus); 5] = [
    (AuthenticatorStatus::Revoked, ModelStatus::Revoked),
    (
        AuthenticatorStatus::AttestationKeyCompromise,
        ModelStatus::AttestationKeyCompromise,
    ),
    (
        AuthenticatorStatus::UserKeyRemoteCompromise,
        ModelStatus::UserKeyRemoteCompromise,
    ),
    (
        AuthenticatorStatus::UserKeyPhysicalCompromise,
        ModelStatus::UserKeyPhysicalCompromise,
    ),
    (
        AuthenticatorStatus::UserVerificationBypass,
        ModelStatus::UserVerificationBypass,
    ),
];

fn bad(status: &AuthenticatorStatus) -> Option<ModelStatus> {
    let mut bad = BAD.iter();
    bad.find(|(found, _)| found == status)
        .map(|(_, meaning)| *meaning)
}

/// Parses a date of ISO 8601: year, month and day.
fn date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let year = parts.next()?.parse().ok()?;
    let month: u8 = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
}
