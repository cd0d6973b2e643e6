//! Body of `POST /outcomes`.

use serde::{Deserialize, Serialize};

use super::json::from_json;
#[cfg(feature = "openapi")]
use super::schemas;
use crate::domain::prompt::{Mediation, PromptCeremony, PromptOutcome};

from_json!(PromptReport);

/// The body of `POST /outcomes`: how a prompt has ended without a passkey.
///
/// It has no identifier, of a user, a passkey or a ceremony. Deserialises with `serde_json`, for
/// example by `axum::Json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::PromptReport, description = "How a prompt has ended without a passkey."))]
#[non_exhaustive]
pub struct PromptReport {
    /// The ceremony, as `begin` has it in the member `reportAs`.
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::prompt_ceremony))]
    pub ceremony: PromptCeremony,
    /// The mediation, if the user has not asked for the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::mediation))]
    pub mediation: Option<Mediation>,
    /// The outcome.
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::prompt_outcome))]
    pub outcome: PromptOutcome,
}

impl PromptReport {
    /// Creates a report on a prompt that the user has asked for.
    #[must_use]
    pub fn new(ceremony: PromptCeremony, outcome: PromptOutcome) -> Self {
        Self {
            ceremony,
            mediation: None,
            outcome,
        }
    }

    /// Sets the mediation of the prompt.
    #[must_use]
    pub fn with_mediation(self, mediation: Mediation) -> Self {
        Self {
            mediation: Some(mediation),
            ..self
        }
    }
}
