//! Query parameters of the routes that begin a ceremony.

use axum::http::Uri;

use crate::Error;

/// Returns the name in `?profile=`.
pub(super) fn profile(uri: &Uri) -> Result<Option<&str>, Error> {
    parameter(uri, "profile")
}

/// Returns whether the query has `mediation=conditional`. Rejects any other value of `mediation`.
pub(super) fn is_conditional(uri: &Uri) -> Result<bool, Error> {
    match parameter(uri, "mediation")? {
        None => Ok(false),
        Some("conditional") => Ok(true),
        Some(_) => Err(Error::InvalidRequest(
            "`mediation` must be `conditional`, or left out.".into(),
        )),
    }
}

/// Returns the value of a parameter, as it is written. Rejects a parameter that appears twice.
///
/// No valid value has a character that clients encode.
fn parameter<'a>(uri: &'a Uri, name: &str) -> Result<Option<&'a str>, Error> {
    let parameters = uri.query().unwrap_or_default().split('&');
    let mut values = parameters.filter_map(|parameter| {
        let (found, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        (found == name).then_some(value)
    });
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        (_, Some(_)) => Err(Error::InvalidRequest(
            format!("`{name}` appears twice.").into(),
        )),
    }
}
