//! Query parameters of the routes that begin a ceremony.

use axum::http::Uri;
use passkeys_rules::wording::{nearest, quote};

use crate::Error;

/// The parameters of the routes that begin a ceremony.
const PARAMETERS: [&str; 2] = ["mediation", "profile"];

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

/// Returns the value of a parameter, as it is written. Rejects a parameter that appears twice, and one whose
/// name is a misspelling: without effect, the ceremony would be another one than was asked for. Any other
/// parameter may be one that the application's hooks read.
///
/// No valid value has a character that clients encode.
fn parameter<'a>(uri: &'a Uri, name: &str) -> Result<Option<&'a str>, Error> {
    let parameters = uri.query().unwrap_or_default().split('&');
    let parameters = parameters.map(|it| it.split_once('=').unwrap_or((it, "")));
    for (found, _) in parameters.clone() {
        if !PARAMETERS.contains(&found)
            && let Some(meant) = nearest(found, PARAMETERS)
        {
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

#[cold]
fn misspelt(found: &str, meant: &str) -> Error {
    let found = quote(found);
    Error::InvalidRequest(
        format!("There is no query parameter {found}. Did you mean `{meant}`?").into(),
    )
}
