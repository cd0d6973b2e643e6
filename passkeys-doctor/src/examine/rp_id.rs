//! The RP ID, by the rules that the library applies to its configuration.

use passkeys_rules::{Draft, RpId, Rule, wording::quote};

use super::{Examination, Page, origin, routes::Routes};

/// The RP ID that is examined.
pub(super) struct Scope {
    pub(super) text: String,
    /// Origins that are outside of its scope, so that only related origins let them use the passkeys.
    pub(super) outside: Vec<Outside>,
}

/// Origin outside of the scope of the RP ID.
pub(super) struct Outside {
    pub(super) origin: String,
    pub(super) what: String,
    pub(super) fix: String,
}

impl Examination<'_> {
    /// Examines the RP ID with the origins of the page and of front ends elsewhere.
    pub(super) fn rp_id(&mut self, page: &Page, routes: Option<&Routes>) -> Scope {
        let sent = routes.and_then(|routes| routes.rp_id.clone());
        let expected = self.options.rp_id.clone();
        if let (Some(expected), Some(sent), Some(routes)) = (&expected, &sent, routes)
            && expected != sent
            // Otherwise the argument is the mistake, and is reported below.
            && RpId::parse(expected).is_ok()
        {
            let what = format!(
                "the routes have the RP ID {}, and not {}",
                quote(sent),
                quote(expected)
            );
            let fix = format!(
                "write `rp_id = \"{}\"` in the attribute, or set `PASSKEYS_RP_ID`; if an application calls \
                 `with_config`, check that the deployment does, too",
                expected.escape_debug()
            );
            let at = routes.route("authenticate/begin");
            self.report.error("rp_id_differs", at, what, fix);
        }
        let host = page.url.host_str().unwrap_or_default().to_owned();
        let text = expected.or(sent).unwrap_or(host);
        let origins: Vec<String> = std::iter::once(page.origin())
            .chain(self.options.origins.iter().map(origin))
            .collect();
        let outside = match RpId::parse(&text) {
            Ok(rp_id) => self.scope(&rp_id, &origins),
            Err(error) => {
                let what = error.to_string();
                let (what, fix) = what.rsplit_once("; ").unwrap_or((&what, ""));
                self.report.error("rp_id_invalid", "RP ID", what, fix);
                Vec::new()
            }
        };
        Scope { text, outside }
    }

    /// Reports what makes the RP ID invalid for these origins, and returns those outside of its scope.
    fn scope(&mut self, rp_id: &RpId, origins: &[String]) -> Vec<Outside> {
        let mut outside = Vec::new();
        let mut fine = true;
        for origin in origins {
            let draft = Draft {
                rp_id: Some(rp_id.as_str()),
                origins: Some(vec![origin.as_str()]),
                ..Draft::default()
            };
            for violation in draft.check().err().unwrap_or_default() {
                fine = false;
                let text = violation.to_string();
                let (what, fix) = text.rsplit_once("; ").unwrap_or((&text, ""));
                match violation.rule {
                    // The address has been reported already.
                    Rule::Origin(_) => {}
                    Rule::Scope(_) => outside.push(Outside {
                        origin: origin.clone(),
                        what: what.to_owned(),
                        fix: fix.to_owned(),
                    }),
                    _ => self.report.error("rp_id_invalid", origin, what, fix),
                }
            }
        }
        if fine {
            let what = format!(
                "pages on {} may use the RP ID `{rp_id}`",
                origins.join(", ")
            );
            self.report.ok("rp_id", "RP ID", what);
        }
        outside
    }
}
