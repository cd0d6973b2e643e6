//! Properties of the rules for arbitrary input.

use std::time::Duration;

use passkeys_rules::wording::{nearest, quote};
use passkeys_rules::{Draft, Origin, RpId, Rule, Violation, format_duration, parse_duration};
use proptest::prelude::*;

use crate::{ANDROID, valid};

/// Generates arbitrary strings, and strings of the characters that the rules distinguish.
fn anything() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "(https?|android)?:?/?/?[a-z0-9.:@/?#\\\\*\\-_\\[\\]= ÄäßＡ\u{202e}]{0,40}",
        "(chrome-extension://|Chrome-)?[a-q]{0,4}[a-p]{30}[A-P/:]{0,2}",
        "https?://\\[?[0-9a-f:.]{2,40}\\]?(:[0-9]{1,5})?/?",
        "(android:apk-key-hash:)?[A-Za-z0-9+/=_:-]{40,100}",
        "[0-9. a-zµ]{0,24}",
    ]
}

/// Generates registrable domains and their subdomains, as browsers spell them.
fn domains() -> impl Strategy<Value = String> {
    "([a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?\\.){0,4}[a-z]([a-wyz0-9-]{0,20}[a-z0-9])?\\.(com|org|co\\.uk|github\\.io|internal|localhost)"
        .prop_filter("a public suffix, or what only looks like punycode", |domain| {
            psl::domain_str(domain).is_some() && !domain.contains("xn--")
        })
}

/// Returns the violation of this page.
fn page(value: &str) -> Vec<Violation> {
    let draft = Draft {
        enroll_url: Some(value),
        ..valid()
    };
    draft.check().err().unwrap_or_default()
}

/// Returns the violation of this top origin.
fn top_origin(value: &str) -> Vec<Violation> {
    let draft = Draft {
        top_origins: Some(vec![value]),
        ..valid()
    };
    draft.check().err().unwrap_or_default()
}

/// Returns the violation of this Android app.
fn app(value: &str) -> Vec<Violation> {
    let draft = Draft {
        origins: Some(vec![ANDROID]),
        android_apps: Some(vec![value]),
        ..valid()
    };
    draft.check().err().unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn arbitrary_input_does_not_panic_and_has_messages(one in anything(), other in anything()) {
        let draft = Draft::read(|_| Some(&one), |_| Some(vec![&one, &other]));
        for violation in draft.check().unwrap_err() {
            let message = violation.to_string();
            prop_assert!(message.contains("; "), "no fix: {}", message);
            prop_assert!(!message.contains(char::is_control), "unescaped: {:?}", message);
        }
        nearest(&one, [&*other]);
    }

    #[test]
    fn suggestion_is_valid_and_differs_from_the_value(value in anything()) {
        if let Err(error) = RpId::parse(&value)
            && let Some(suggestion) = error.suggestion
        {
            prop_assert!(RpId::parse(&suggestion).is_ok());
            prop_assert_ne!(suggestion, value.clone());
        }
        if let Err(error) = Origin::parse(&value)
            && let Some(suggestion) = error.suggestion
        {
            prop_assert!(Origin::parse(&suggestion).is_ok());
            prop_assert_ne!(suggestion, value.clone());
        }
        for violation in top_origin(&value) {
            if let Rule::Origin(error) = violation.rule
                && let Some(suggestion) = error.suggestion
            {
                // An Android app is rejected by a rule of its own.
                let is_origin = |rule: &Rule| matches!(rule, Rule::Origin(_));
                let again = top_origin(&suggestion);
                prop_assert!(!again.iter().any(|it| is_origin(&it.rule)), "{}", suggestion);
                prop_assert_ne!(&suggestion, &value);
            }
        }
    }

    /// Every origin of a page can be that of a page with frames.
    #[test]
    fn origin_of_a_page_is_a_top_origin(value in anything()) {
        if let Ok(origin) = Origin::parse(&value) {
            prop_assert_eq!(top_origin(&value).is_empty(), !origin.is_android());
        }
    }

    #[test]
    fn suggested_page_or_app_is_valid_and_differs_from_the_value(
        value in prop_oneof![
            anything(),
            "(HTTPS?|https?)?(://)?(me@)?(app\\.)?[Ee]xample\\.com(:[0-9a]{0,5})?[/\\\\?#][a-z/%é0-9\\\\ ]{0,20}",
            "(https://store/\\?(id|a)=)?[a-z]{1,3}\\.[a-z1_-]{1,3}[ &]?",
        ],
    ) {
        for violation in page(&value).into_iter().chain(app(&value)) {
            let (suggestion, again) = match violation.rule {
                Rule::Page(error) => (error.suggestion, page as fn(&str) -> Vec<Violation>),
                Rule::AndroidApp(error) => (error.suggestion, app as fn(&str) -> Vec<Violation>),
                rule => return Err(TestCaseError::fail(rule.to_string())),
            };
            if let Some(suggestion) = suggestion {
                prop_assert!(again(&suggestion).is_empty(), "{}", suggestion);
                prop_assert_ne!(&suggestion, &value);
            }
        }
    }

    #[test]
    fn domain_and_its_subdomains_are_in_the_scope_of_the_domain(
        rp_id in domains(),
        below in "([a-z]{1,10}\\.){0,2}",
        port in prop::option::of(1024..u16::MAX),
    ) {
        // A public suffix between them would put the host out of scope.
        prop_assume!(psl::suffix_str(&format!("{below}{rp_id}")) == psl::suffix_str(&rp_id));
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let origin = format!("https://{below}{rp_id}{port}");
        let draft = Draft { rp_id: Some(&rp_id), origins: Some(vec![&origin]), ..Draft::default() };
        let policy = draft.check().map_err(|violations| TestCaseError::fail(violations[0].to_string()))?;
        prop_assert_eq!(policy.rp_id.as_str(), &rp_id);
        prop_assert_eq!(policy.origins[0].as_str(), origin);
    }

    #[test]
    fn other_domains_are_never_in_scope(rp_id in domains(), host in domains()) {
        prop_assume!(!format!(".{host}").ends_with(&format!(".{rp_id}")));
        let origin = format!("https://{host}");
        let draft = Draft { rp_id: Some(&rp_id), origins: Some(vec![&origin]), ..Draft::default() };
        prop_assert_eq!(draft.check().unwrap_err().len(), 1);
        // An origin out of scope can be a related origin.
        let own = format!("https://{rp_id}");
        let draft = Draft { origins: Some(vec![&own]), related_origins: Some(vec![&origin]), ..draft };
        prop_assert!(draft.check().is_ok());
    }

    #[test]
    fn duration_parses_as_it_is_formatted(millis in any::<u64>()) {
        let duration = Duration::from_millis(millis);
        prop_assert_eq!(parse_duration(&format_duration(duration)), Ok(duration));
    }

    #[test]
    fn timeout_is_never_longer_than_challenge_ttl(timeout in 1..700_u64, ttl in 1..4000_u64) {
        let (timeout, ttl) = (format!("{timeout}s"), format!("{ttl}s"));
        let draft = Draft { timeout: Some(&timeout), challenge_ttl: Some(&ttl), ..valid() };
        if let Ok(policy) = draft.check() {
            prop_assert!(policy.timeout <= policy.challenge_ttl);
            prop_assert!(passkeys_rules::TIMEOUT.contains(&policy.timeout));
            prop_assert!(passkeys_rules::CHALLENGE_TTL.contains(&policy.challenge_ttl));
        }
    }

    #[test]
    fn quoted_values_are_printable(value in any::<String>()) {
        let quoted = quote(&value).to_string();
        prop_assert!(quoted.starts_with('`') && !quoted.contains(char::is_control));
        let invisible = ['\u{202e}', '\u{2066}', '\u{200b}'];
        prop_assert!(!quoted.contains(invisible));
    }
}
