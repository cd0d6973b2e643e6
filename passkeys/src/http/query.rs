//! Query parameters of the routes that begin a ceremony.

use axum::http::Uri;
use passkeys_rules::wording::{nearest, quote};

use crate::{Config, Error};

/// The parameters of the routes that begin a ceremony.
const PARAMETERS: [&str; 2] = ["mediation", "profile"];

/// Returns the name in `?profile=`.
pub(super) fn profile<'a>(uri: &'a Uri, config: &Config) -> Result<Option<&'a str>, Error> {
    parameter(uri, config, "profile")
}

/// Returns whether the query has `mediation=conditional`. Rejects any other value of `mediation`.
pub(super) fn is_conditional(uri: &Uri, config: &Config) -> Result<bool, Error> {
    match parameter(uri, config, "mediation")? {
        None => Ok(false),
        Some("conditional") => Ok(true),
        Some(_) => Err(Error::InvalidRequest(
            "`mediation` must be `conditional`, or left out.".into(),
        )),
    }
}

/// Returns the value of a parameter, as it is written. Rejects a parameter that appears twice, and one that is
/// misspelt, with a value that the parameter can have: without effect, the ceremony would be another one than
/// was asked for. Any other parameter may be one that the application's hooks read.
///
/// No valid value has a character that clients encode.
fn parameter<'a>(uri: &'a Uri, config: &Config, name: &str) -> Result<Option<&'a str>, Error> {
    let Some(query) = uri.query() else {
        return Ok(None);
    };
    let parameters = query
        .split('&')
        .map(|it| it.split_once('=').unwrap_or((it, "")));
    for (found, value) in parameters.clone() {
        if PARAMETERS.contains(&found) {
            continue;
        }
        let possible = PARAMETERS
            .into_iter()
            .filter(|it| can_be(it, value, config));
        if let Some(meant) = nearest(found, possible) {
            return Err(misspelt(found, meant));
        }
    }
    let mut values = parameters.filter_map(|(found, value)| (found == name).then_some(value));
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        (_, Some(_)) => Err(Error::InvalidRequest(
            format!("`{name}` appears twice.").into(),
        )),
    }
}

/// Returns whether the parameter can have this value.
fn can_be(parameter: &str, value: &str, config: &Config) -> bool {
    match parameter {
        "mediation" => value == "conditional",
        _ => config.profile(value).is_some(),
    }
}

#[cold]
fn misspelt(found: &str, meant: &str) -> Error {
    let found = quote(found);
    Error::InvalidRequest(
        format!("There is no query parameter {found}. Did you mean `{meant}`?").into(),
    )
}
