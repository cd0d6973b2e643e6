//! Origins that are not configured.

use super::{Advice, Fix, Setting};
use crate::{
    Config,
    domain::origin::{List, Unexpected, host},
};

/// Returns the advice on a page of this origin, which is not configured.
pub(super) fn unexpected(origin: &str, config: &Config) -> Advice {
    let rp_id = config.rp_id();
    let origins: Vec<String> = config.origins().map(str::to_owned).collect();
    let unexpected = Unexpected::of(origin, config);
    let title = "The page's origin is not configured";
    let cause = format!(
        "The page is at {origin}, and the configuration has {}. Origins are compared as a whole: scheme, \
         host and port.",
        List(&unexpected.expected),
    );
    let mut advice = Advice::new(title, cause);
    if let Some(page) = unexpected.page() {
        advice = advice.fix(Fix::text(format!("Open the page at {page}.")));
    }
    let mut more = origins.clone();
    more.push(origin.to_owned());
    if Config::new(rp_id, &more).is_ok() {
        let setting = Setting {
            builder: Setting::identity(rp_id, &more).builder,
            ..Setting::list("origins", &more)
        };
        return advice.fix(Fix::setting(
            "If this page is yours, add its origin.",
            setting,
        ));
    }
    let mut related: Vec<String> = config.related_origins().map(str::to_owned).collect();
    related.push(origin.to_owned());
    let with_related = Config::builder(rp_id, &origins).related_origins(&related);
    if with_related.build().is_ok() {
        let setting = Setting::list("related_origins", &related);
        let advice = advice.fix(Fix::setting(
            format!(
                "It is outside the RP ID {rp_id}. If the page is yours and is to use the same passkeys, add \
                 it to the related origins, and serve `Passkeys::well_known` at https://{rp_id}."
            ),
            setting,
        ));
        return match alone(origin) {
            Some(setting) => advice.fix(Fix::setting(
                "If the page is to have passkeys of its own, this is its configuration.",
                setting,
            )),
            None => advice,
        };
    }
    if let Some(setting) = alone(origin) {
        let text = format!(
            "It is outside the RP ID {rp_id}. If the page is yours, this is its configuration."
        );
        return advice.fix(Fix::setting(text, setting));
    }
    if !advice.fixes.is_empty() {
        return advice;
    }
    let mistake = Config::new(rp_id, [origin]).err();
    let mistake = mistake.and_then(|error| error.mistakes().next());
    advice.fix(Fix::text(format!(
        "No configuration accepts this origin: {}",
        mistake.unwrap_or_default()
    )))
}

/// Returns the configuration of an application that has this origin only: its host is the RP ID.
pub(super) fn alone(origin: &str) -> Option<Setting> {
    let host = host(origin)?;
    Config::new(&host, [origin]).ok()?;
    Some(Setting::identity(&host, &[origin.to_owned()]))
}

#[cfg(test)]
mod tests {
    use super::unexpected;
    use crate::Config;

    fn fixes(rp_id: &str, configured: &str, origin: &str) -> Vec<(String, Option<String>)> {
        let config = Config::new(rp_id, [configured]).unwrap();
        let advice = unexpected(origin, &config);
        assert!(advice.cause.contains(origin) && advice.cause.contains(configured));
        let fixes = advice.fixes.into_iter();
        fixes
            .map(|fix| (fix.text, fix.setting.map(|it| it.attribute)))
            .collect()
    }

    #[test]
    fn origin_in_the_scope_of_the_rp_id_is_to_be_added_to_origins() {
        let fixes = fixes(
            "localhost",
            "http://localhost:3000",
            "http://localhost:8080",
        );
        assert_eq!(fixes[0].0, "Open the page at http://localhost:3000.");
        let line = r#"origins = ["http://localhost:3000", "http://localhost:8080"]"#;
        assert_eq!(fixes[1].1.as_deref(), Some(line));
    }

    #[test]
    fn origin_outside_the_scope_is_related_or_has_a_configuration_of_its_own() {
        let fixes = fixes("example.com", "https://example.com", "https://example.org");
        let related = r#"related_origins = ["https://example.org"]"#;
        assert_eq!(fixes[0].1.as_deref(), Some(related));
        let own = r#"rp_id = "example.org", origins = ["https://example.org"]"#;
        assert_eq!(fixes[1].1.as_deref(), Some(own));
    }

    #[test]
    fn page_at_a_loopback_address_is_to_be_opened_at_localhost() {
        for origin in ["http://127.0.0.1:3000", "http://[::1]:3000"] {
            let fixes = fixes("localhost", "http://localhost:3000", origin);
            assert!(
                fixes[0]
                    .0
                    .starts_with("Open the page at http://localhost:3000")
            );
            assert_eq!((fixes.len(), &fixes[0].1), (1, &None));
        }
    }

    #[test]
    fn page_without_tls_is_to_be_opened_with_it() {
        let fixes = fixes("example.com", "https://example.com", "http://example.com");
        assert!(
            fixes[0]
                .0
                .starts_with("Open the page at https://example.com")
        );
    }

    #[test]
    fn origin_that_no_configuration_accepts_has_the_rule() {
        for origin in ["null", "", "http://192.168.0.7:3000", "<b>", "https://"] {
            let fixes = fixes("localhost", "http://localhost:3000", origin);
            let last = &fixes.last().unwrap();
            assert!(
                last.0.starts_with("No configuration accepts"),
                "{origin}: {fixes:?}"
            );
            assert!(last.0.len() > 40 && last.1.is_none(), "{fixes:?}");
        }
    }
}
