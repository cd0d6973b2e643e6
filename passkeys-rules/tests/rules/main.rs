//! The rules as their users see them: what is accepted, and what is said about the rest.

use passkeys_rules::{Draft, Violation};

mod android_origin;
mod apps;
mod draft;
mod duration;
mod keys;
mod oracles;
mod origin;
mod pages;
mod properties;
mod related;
mod rp_id;
mod scope;
mod words;

/// The origin of an Android app.
const ANDROID: &str = "android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vA";

/// The least that is valid.
fn valid() -> Draft<'static> {
    Draft {
        rp_id: Some("example.com"),
        origins: Some(vec!["https://example.com"]),
        ..Draft::default()
    }
}

#[track_caller]
fn only_violation(draft: &Draft<'_>) -> Violation {
    let mut violations = draft.check().expect_err("a mistake");
    assert_eq!(violations.len(), 1, "{violations:#?}");
    violations.remove(0)
}

/// Every mistake as `place: message`.
#[track_caller]
fn messages(draft: &Draft<'_>) -> Vec<String> {
    let violations = draft.check().expect_err("a mistake");
    violations
        .iter()
        .map(|violation| format!("{}: {violation}", violation.place))
        .collect()
}
