//! The documents under `/.well-known/` at the RP ID's host, which browsers, password managers and phones
//! fetch.

use hyper::StatusCode;
use passkeys_rules::{Draft, RelatedError, RpId, Rule, wording::quote};
use serde_json::Value;
use url::Url;

use super::{
    Examination, Page,
    rp_id::{Outside, Scope},
};
use crate::fetch::{Answer, FetchError};

/// Maximum size of Apple's document, in bytes.
const MAX_APPLE_BYTES: usize = 128 * 1024;

/// A document, as a client would take it.
enum Document {
    /// The document is not served: nobody needs it, or it is missing.
    Absent(&'static str),
    Read(Value),
    /// Mistakes are reported.
    Unusable,
}

impl Examination<'_> {
    pub(super) async fn well_known(&mut self, page: &Page, rp_id: &Scope) {
        let Some(base) = base(page, &rp_id.text) else {
            return;
        };
        let webauthn = at(&base, "webauthn");
        let response = self.get(&webauthn).await;
        if let Err(error) = &response {
            self.unreachable(&base, error, &rp_id.outside);
            return;
        }
        self.related_origins(response, &webauthn, rp_id);

        let url = at(&base, "passkey-endpoints");
        let response = self.get(&url).await;
        if let Document::Read(document) = self.read(response, &url) {
            self.endpoints(&url, &document).await;
        }
        let url = at(&base, "assetlinks.json");
        let response = self.get(&url).await;
        if let Document::Read(document) = self.read(response, &url) {
            self.android(&url, &document);
        }
        let url = at(&base, "apple-app-site-association");
        let response = self.get(&url).await;
        let size = response.as_ref().map_or(0, |answer| answer.body.len());
        if let Document::Read(document) = self.read(response, &url) {
            self.apple(&url, &document, size);
        }
    }

    /// Reports that the RP ID's host does not respond, as an error if the site needs its documents.
    fn unreachable(&mut self, base: &Url, error: &FetchError, outside: &[Outside]) {
        let fix = "let the RP ID's own host serve `Passkeys::well_known()`, over `https`";
        if outside.is_empty() {
            let what = format!(
                "the RP ID's host does not respond ({error}); it has to for related origins, password \
                 managers and native apps only"
            );
            self.report.note("well_known_unreachable", base, what, fix);
        } else {
            let what = format!("the RP ID's host does not respond: {error}");
            self.report.error("well_known_unreachable", base, what, fix);
        }
    }

    /// Reads a document as its clients do: without redirects, as JSON that is declared as such.
    fn read(&mut self, response: Result<Answer, FetchError>, url: &Url) -> Document {
        let answer = match response {
            Ok(answer) => answer,
            Err(error) => {
                self.report.error(
                    "well_known_unreachable",
                    url,
                    error.to_string(),
                    error.fix(),
                );
                return Document::Unusable;
            }
        };
        if let Some(to) = answer.redirect() {
            let what = format!(
                "the document is redirected to {}, and its clients follow no redirects",
                to.shown()
            );
            let fix = "serve it at this address itself: exempt `/.well-known/` from redirects to `www.`, to a \
                       language or to a sign-in";
            self.report.error("well_known_redirects", url, what, fix);
            return Document::Unusable;
        }
        match answer.status {
            StatusCode::OK => {}
            // 405: a router that knows the path for other methods only.
            StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::METHOD_NOT_ALLOWED => {
                return Document::Absent("is not served");
            }
            status => {
                let what = format!("the document responds with {status}");
                let fix = "exempt `/.well-known/` from layers that demand a session";
                self.report.error("well_known_fails", url, what, fix);
                return Document::Unusable;
            }
        }
        if answer.is_page() {
            let what = "a page responds in place of the document: the fallback of a single-page application";
            let fix = "merge `Passkeys::well_known()` into the outermost router, before the fallback; respond \
                       with 404 below `/.well-known/` to what is not served";
            self.report.warning("well_known_is_a_page", url, what, fix);
            return Document::Absent("is a page");
        }
        if answer.media_type().as_deref() != Some("application/json") {
            let what = format!(
                "the document is declared as {}, and its clients want `application/json`",
                answer.shown_media_type()
            );
            let fix = "send `Content-Type: application/json`, as `Passkeys::well_known()` does; for a static \
                       file without an ending, configure it by its path";
            self.report.error("well_known_content_type", url, what, fix);
            return Document::Unusable;
        }
        let Some(document) = answer.json() else {
            let what = if answer.truncated {
                "the document is larger than 1 MiB"
            } else {
                "the document is not JSON"
            };
            let fix = "serve `Passkeys::well_known()`, or check the file with a JSON parser";
            self.report.error("well_known_not_json", url, what, fix);
            return Document::Unusable;
        };
        Document::Read(document)
    }

    /// The origins outside of the RP ID's scope that may use the passkeys (Level 3, §5.11).
    fn related_origins(&mut self, response: Result<Answer, FetchError>, url: &Url, rp_id: &Scope) {
        let missing = match self.read(response, url) {
            Document::Read(document) => match origins_of(&document) {
                Some(listed) => {
                    self.listed(url, &listed, rp_id);
                    return;
                }
                None => "is not `{\"origins\": [\"https://..\"]}`",
            },
            Document::Absent(missing) => missing,
            Document::Unusable => "cannot be used",
        };
        if missing.starts_with("is not `") {
            let what = format!("the document {missing}");
            let fix = "serve `Passkeys::well_known()` with the key `related_origins`";
            self.report
                .error("related_origins_malformed", url, what, fix);
        }
        for outside in &rp_id.outside {
            let what = format!("{}, and the document {missing}", outside.what);
            self.report
                .error("outside_rp_id", &outside.origin, what, &*outside.fix);
        }
    }

    fn listed(&mut self, url: &Url, listed: &[String], rp_id: &Scope) {
        let own = format!("https://{}", rp_id.text);
        let draft = Draft {
            rp_id: Some(&rp_id.text),
            origins: Some(vec![&own]),
            related_origins: Some(listed.iter().map(String::as_str).collect()),
            ..Draft::default()
        };
        for violation in draft.check().err().unwrap_or_default() {
            let text = violation.to_string();
            let (what, fix) = text.rsplit_once("; ").unwrap_or((&text, ""));
            match violation.rule {
                Rule::Related(RelatedError::TooManyLabels { .. }) => {
                    self.report
                        .error("related_origins_too_many", url, what, fix);
                }
                Rule::Related(RelatedError::BelongsInOrigins { .. }) | Rule::Duplicate { .. } => {
                    let what = format!("the document has more than it needs: {what}");
                    self.report
                        .note("related_origins_superfluous", url, what, "");
                }
                Rule::RpId(_) | Rule::Scope(_) => {}
                _ => self
                    .report
                    .warning("related_origins_invalid", url, what, fix),
            }
        }
        let mut fine = true;
        for outside in &rp_id.outside {
            let is_listed = listed
                .iter()
                .any(|it| it.trim_end_matches('/') == outside.origin);
            if !is_listed {
                fine = false;
                let what = format!("{}, and the document does not list it", outside.what);
                self.report
                    .error("outside_rp_id", &outside.origin, what, &*outside.fix);
            }
        }
        if fine {
            let what = format!("related origins of `{}`: {}", rp_id.text, shown(listed));
            self.report.ok("related_origins", url, what);
        }
    }

    /// The pages to which password managers link (W3C, Passkey Endpoints).
    async fn endpoints(&mut self, url: &Url, document: &Value) {
        if !document.is_object() {
            let what = "the document is not an object with `enroll` and `manage`";
            let fix = "serve `Passkeys::well_known()` with the keys `enroll_url` and `manage_url`";
            self.report.error("endpoints_malformed", url, what, fix);
            return;
        }
        let mut fine = true;
        for name in ["enroll", "manage"] {
            let Some(value) = document.get(name) else {
                continue;
            };
            let target = value.as_str().and_then(|text| Url::parse(text).ok());
            let Some(target) =
                target.filter(|it| it.scheme() == "https" || it.scheme() == url.scheme())
            else {
                fine = false;
                let what = format!(
                    "`{name}` is {}, and no `https` address",
                    quote(&value.to_string())
                );
                let fix = format!("write `{name}_url = \"https://..\"`");
                self.report.error("endpoints_malformed", url, what, fix);
                continue;
            };
            // Only on the site itself: a document does not send the examination elsewhere.
            if target.host_str().map(super::site) != url.host_str().map(super::site) {
                fine = false;
                let what = format!("`{name}` leads to another site, {}", quote(target.as_str()));
                let fix = format!("write `{name}_url` with an address of this site");
                self.report.warning("endpoints_elsewhere", url, what, fix);
                continue;
            }
            if let Ok(answer) = self.get(&target).await
                && answer.status == StatusCode::NOT_FOUND
            {
                fine = false;
                let what = format!(
                    "`{name}` leads to a page that does not exist, {}",
                    quote(target.as_str())
                );
                let fix = format!("correct `{name}_url`");
                self.report.error("endpoints_dead", url, what, fix);
            }
        }
        if fine {
            let what = "password managers find the pages for passkeys";
            self.report.ok("endpoints", url, what);
        }
    }

    /// The Android apps that may use the passkeys (Digital Asset Links).
    fn android(&mut self, url: &Url, document: &Value) {
        const FIX: &str = "serve `Passkeys::well_known()` with the key `android_apps`, and the app's \
                           `android:apk-key-hash:` in `origins`";
        let Some(statements) = document.as_array() else {
            let what = "the document is not an array of statements";
            self.report.error("android_malformed", url, what, FIX);
            return;
        };
        let mut apps = Vec::new();
        for statement in statements {
            let target = &statement["target"];
            let relations = statement["relation"].as_array();
            let shares = relations.is_some_and(|relations| {
                let relation = "delegate_permission/common.get_login_creds";
                relations.iter().any(|it| it == relation)
            });
            if target["namespace"] != "android_app" || !shares {
                continue;
            }
            let name = target["package_name"].as_str().unwrap_or_default();
            let fingerprints = target["sha256_cert_fingerprints"].as_array();
            let fingerprints = fingerprints.map_or(&[][..], Vec::as_slice);
            let malformed = fingerprints
                .iter()
                .find(|it| !it.as_str().is_some_and(is_fingerprint));
            if let Some(malformed) = malformed {
                let what = format!(
                    "{} of the app {} is not the SHA-256 fingerprint of a certificate: 32 pairs of hexadecimal \
                     digits in upper case, with colons between them",
                    quote(&malformed.to_string()),
                    quote(name)
                );
                self.report.error("android_fingerprint", url, what, FIX);
            } else if name.is_empty() || fingerprints.is_empty() {
                let what = "a statement has no `package_name` or no `sha256_cert_fingerprints`";
                self.report.error("android_malformed", url, what, FIX);
            } else {
                apps.push(name.to_owned());
            }
        }
        if apps.is_empty() {
            let what = "no Android app may use the passkeys: no statement has the relation \
                        `delegate_permission/common.get_login_creds`";
            self.report.warning("android_no_app", url, what, FIX);
        } else {
            let what = format!("Android apps that may use the passkeys: {}", shown(&apps));
            self.report.ok("android", url, what);
        }
    }

    /// The apps on Apple's systems that may use the passkeys (associated domains).
    fn apple(&mut self, url: &Url, document: &Value, size: usize) {
        const FIX: &str = "serve `Passkeys::well_known()` with the key `apple_apps`";
        if size > MAX_APPLE_BYTES {
            let what = format!("the document has {size} bytes, and Apple reads 128 KiB");
            self.report
                .error("apple_too_large", url, what, "leave out what no app needs");
        }
        let Some(apps) = document["webcredentials"]["apps"].as_array() else {
            let what = "no app may use the passkeys: the document has no `webcredentials.apps`";
            self.report.warning("apple_no_app", url, what, FIX);
            return;
        };
        let mut names = Vec::new();
        for app in apps {
            let name = app.as_str().unwrap_or_default();
            let valid = name.split_once('.').is_some_and(|(team, bundle)| {
                let is_team = team.len() == 10 && team.bytes().all(|it| it.is_ascii_alphanumeric());
                is_team && !bundle.is_empty()
            });
            if valid {
                names.push(name.to_owned());
            } else {
                let what = format!(
                    "{} is not an App ID, which is the team's ID of ten characters, a dot and the bundle ID",
                    quote(&app.to_string())
                );
                self.report.error("apple_app_id", url, what, FIX);
            }
        }
        if !names.is_empty() {
            let what = format!("Apple apps that may use the passkeys: {}", shown(&names));
            self.report.ok("apple", url, what);
        }
    }
}

/// Returns the origin at which the documents of an RP ID are: that of the page, if it is on its host.
fn base(page: &Page, rp_id: &str) -> Option<Url> {
    RpId::parse(rp_id).ok()?;
    if page.url.host_str() == Some(rp_id) {
        return Url::parse(&page.origin()).ok();
    }
    Url::parse(&format!("https://{rp_id}")).ok()
}

fn at(base: &Url, name: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("/.well-known/{name}"));
    url
}

/// Returns the origins of a document of related origins, unless it has another form.
fn origins_of(document: &Value) -> Option<Vec<String>> {
    let origins = document["origins"].as_array()?;
    origins
        .iter()
        .map(|origin| origin.as_str().map(str::to_owned))
        .collect()
}

/// Returns whether this is a fingerprint as Android compares it: `12:AB:..`.
fn is_fingerprint(text: &str) -> bool {
    let pairs: Vec<&str> = text.split(':').collect();
    pairs.len() == 32
        && pairs.iter().all(|pair| {
            pair.len() == 2
                && pair
                    .bytes()
                    .all(|it| matches!(it, b'0'..=b'9' | b'A'..=b'F'))
        })
}

/// Formats the first values of a list.
fn shown(values: &[String]) -> String {
    let first: Vec<_> = values
        .iter()
        .take(10)
        .map(|it| quote(it).to_string())
        .collect();
    let first = first.join(", ");
    match values.len() {
        0 => "none".to_owned(),
        1..=10 => first,
        count => format!("{first} and {} more", count - 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_have_32_pairs_in_upper_case() {
        let good = ["AB"; 32].join(":");
        assert!(is_fingerprint(&good));
        for wrong in [
            good.to_lowercase(),
            good.replace(':', ""),
            ["AB"; 31].join(":"),
            String::new(),
        ] {
            assert!(!is_fingerprint(&wrong), "{wrong}");
        }
    }
}
