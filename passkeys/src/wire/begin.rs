//! Bodies of `authenticate/begin` and `step-up/begin`.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use super::{
    json::{self, FromJson, from_json},
    shape::ObjectOrNothing,
};
use crate::Error;

/// Body of `authenticate/begin`: the user who signs in, if named, or that it is a second factor.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(crate) struct BeginAuthentication {
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    second_factor: Option<bool>,
    #[serde(default)]
    profile: Option<IgnoredAny>,
}

/// Checks that a body has no `profile`, which would be without effect there.
fn check_profile(profile: Option<&IgnoredAny>) -> Result<(), Error> {
    match profile {
        None => Ok(()),
        Some(_) => Err(Error::InvalidRequest(
            "`profile` must be in the query, as in `?profile=name`, and not in the body.".into(),
        )),
    }
}

impl BeginAuthentication {
    /// Checks that what belongs in the query is not in the body.
    pub(crate) fn check(&self) -> Result<(), Error> {
        check_profile(self.profile.as_ref())
    }

    /// Returns whether it is the second factor of a user who has passed the first one.
    pub(crate) fn is_second_factor(&self) -> bool {
        self.second_factor.unwrap_or_default()
    }

    /// Returns the user ID and the username. An empty one counts as missing: pages send it for an empty
    /// field, and `fastapi-passkeys` begins a sign-in without a named user then, too.
    pub(crate) fn named(self) -> (Option<String>, Option<String>) {
        let given = |name: &String| !name.is_empty();
        (self.user_id.filter(given), self.username.filter(given))
    }
}

impl FromJson for BeginAuthentication {
    /// Parses the body, which may be `null` or `[]` where no user is named.
    fn from_json(json: &str, part: &str) -> Result<Self, Error> {
        json::parse(json, part).map(|ObjectOrNothing(begin)| begin)
    }
}

from_json!(BeginStepUp);

/// Body of `step-up/begin`: the request that the client is about to send.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::BeginStepUp))]
pub(crate) struct BeginStepUp {
    /// Method. `DELETE`, `GET`, `HEAD`, `OPTIONS`, `POST` and `PUT` in any case.
    pub(crate) method: String,
    /// Host, with the port unless it is the default, if it is another one than that of this request.
    #[serde(default)]
    pub(crate) host: Option<String>,
    /// Path and query, as the client sends them.
    pub(crate) path: String,
    /// Value of its member `body`, byte for byte. `null` is the same as no value.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
    pub(crate) body: Box<RawValue>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    profile: Option<IgnoredAny>,
}

impl BeginStepUp {
    /// Checks that what belongs in the query is not in the body.
    pub(crate) fn check(&self) -> Result<(), Error> {
        check_profile(self.profile.as_ref())
    }
}
