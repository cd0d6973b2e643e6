//! The rules through their public interface: accepted values, and the messages for others.

use passkeys_rules::{Draft, Violation};

mod android_origin;
mod apps;
mod draft;
mod duration;
mod extensions;
mod features;
mod keys;
mod oracles;
mod origin;
mod pages;
mod profiles;
mod properties;
mod related;
mod rp_id;
mod scope;
mod top_origins;
mod words;

/// The origin of an Android app.
const ANDROID: &str = "android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vA";

/// Returns a valid draft with the required keys only.
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

/// Returns every violation as `place: message`.
#[track_caller]
fn messages(draft: &Draft<'_>) -> Vec<String> {
    let violations = draft.check().expect_err("a mistake");
    violations
        .iter()
        .map(|violation| format!("{}: {violation}", violation.path()))
        .collect()
}
