//! Bodies of `authenticate/begin` and `step-up/begin`.

use serde::Deserialize;
use serde_json::value::RawValue;

/// Body of `authenticate/begin`: the user who signs in, if named.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BeginAuthentication {
    #[serde(default)]
    pub(crate) user_id: Option<String>,
    #[serde(default)]
    pub(crate) username: Option<String>,
}

/// Body of `step-up/begin`: the request that the client is about to send.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::BeginStepUp))]
pub(crate) struct BeginStepUp {
    /// Method, in upper case.
    pub(crate) method: String,
    /// Path and query, as the server receives them.
    pub(crate) path: String,
    /// Value of its member `body`, byte for byte. `null` is the same as no value.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
    pub(crate) body: Box<RawValue>,
}
