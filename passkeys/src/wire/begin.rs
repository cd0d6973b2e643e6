//! The bodies of `authenticate/begin` and `step-up/begin`.

use serde::Deserialize;
use serde_json::value::RawValue;

/// The body of `authenticate/begin`: the user who signs in, if the page knows.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BeginAuthentication {
    #[serde(default)]
    pub(crate) user_id: Option<String>,
    #[serde(default)]
    pub(crate) username: Option<String>,
}

/// The request that the page is about to send.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::BeginStepUp))]
pub(crate) struct BeginStepUp {
    /// Its method, in upper case.
    pub(crate) method: String,
    /// Its path and query, as the server receives them.
    pub(crate) path: String,
    /// The value of its member `body`, byte for byte; `null` is the same as none.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
    pub(crate) body: Box<RawValue>,
}
