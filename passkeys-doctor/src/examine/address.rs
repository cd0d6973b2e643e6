//! The address of the page: redirects, `http` beside `https`, `www` beside the bare domain.

use passkeys_rules::wording::quote;
use url::{Host, Url};

use super::{Examination, Page, Unreachable, origin, site};
use crate::{
    fetch::{FetchError, Redirect},
    options::is_local,
};

/// Browsers follow 20; a site that needs more than a few is broken.
const MAX_REDIRECTS: usize = 8;

impl Examination<'_> {
    /// Fetches the page, following redirects one by one.
    ///
    /// # Errors
    ///
    /// [`Unreachable`] if there is no response.
    pub(super) async fn page(&mut self) -> Result<Page, Unreachable> {
        let asked = self.options.page.clone();
        let mut url = asked.clone();
        let mut redirects = 0;
        let page = loop {
            let answer = self
                .get(&url)
                .await
                .map_err(|error| unreachable(&url, &error))?;
            match answer.redirect() {
                Some(Redirect::To(to)) if redirects < MAX_REDIRECTS => {
                    self.check_downgrade(&url, &to);
                    redirects += 1;
                    url = to;
                }
                Some(redirect) => {
                    let what = match redirect {
                        Redirect::To(_) => {
                            format!("the page redirects more than {MAX_REDIRECTS} times")
                        }
                        Redirect::Nowhere(_) => {
                            format!(
                                "the page redirects to {}, which is no address",
                                redirect.shown()
                            )
                        }
                    };
                    let fix = "correct the redirects; a proxy that ends TLS and an application that \
                               redirects to `https` can go in circles: pass `X-Forwarded-Proto` on";
                    self.report
                        .error("page_redirects_endlessly", &asked, what, fix);
                    break Page { url, answer };
                }
                None => break Page { url, answer },
            }
        };
        self.check_where_it_is(&asked, &page);
        self.check_secure(&page);
        if !page.is_local() {
            self.check_plain_http(&page).await;
            self.check_www(&page).await;
        }
        Ok(page)
    }

    fn check_downgrade(&mut self, from: &Url, to: &Url) {
        if from.scheme() == "https" && to.scheme() != "https" {
            let what = format!("the page redirects from `https` to {}", quote(to.as_str()));
            let fix = "redirect to `https`: the application takes the request for `http` if the proxy \
                       in front of it does not say otherwise (`X-Forwarded-Proto`)";
            self.report.error("page_redirects_to_http", from, what, fix);
        }
    }

    /// Compares the page's origin with the one that was asked for.
    fn check_where_it_is(&mut self, asked: &Url, page: &Page) {
        let (before, after) = (origin(asked), page.origin());
        let upgraded = asked.scheme() == "http" && asked.host() == page.url.host();
        if before != after && !upgraded {
            let what = format!(
                "the page redirects to another origin: people sign in at `{after}`, not at `{before}`"
            );
            let fix = format!(
                "`origins` must have \"{after}\"; examine it with `passkeys-doctor {}`",
                page.url
            );
            self.report.warning("page_redirects", asked, what, fix);
        }
        let status = page.answer.status;
        if status.is_client_error() || status.is_server_error() {
            let what = format!("the page responds with {status}");
            let fix = "pass the address of the page on which people sign in: its headers decide whether \
                       passkeys can be used";
            self.report.note("page_status", &page.url, what, fix);
        }
    }

    /// Checks that the page is a secure context on a host that can have passkeys.
    fn check_secure(&mut self, page: &Page) {
        if matches!(page.url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_))) {
            let fix = if page.is_local() {
                let mut local = page.url.clone();
                // `localhost` is a host.
                let _ = local.set_host(Some("localhost"));
                format!(
                    "open `{local}` instead, and put `{}` into `origins`",
                    origin(&local)
                )
            } else {
                "give the server a domain name".to_owned()
            };
            let what = "the page is on an IP address, and passkeys belong to domains";
            self.report
                .error("page_on_ip_address", &page.url, what, fix);
        } else if page.url.scheme() == "http" && !page.is_local() {
            let what =
                "the page is not encrypted, and browsers offer passkeys on `https` pages only";
            let fix = "serve it with TLS, and redirect `http` there; on a phone in the local network, use \
                       a tunnel with a certificate";
            self.report.error("page_not_secure", &page.url, what, fix);
        }
    }

    /// Checks that `http` at the usual port leads to `https`.
    async fn check_plain_http(&mut self, page: &Page) {
        let mut plain = page.url.clone();
        if page.url.scheme() != "https"
            || page.url.port().is_some()
            || plain.set_scheme("http").is_err()
        {
            return;
        }
        // Where nothing listens at port 80, browsers try `https` by themselves.
        let Ok(answer) = self.get(&plain).await else {
            return;
        };
        match answer.redirect() {
            Some(Redirect::To(to))
                if to.scheme() == "https" && site_of(&to) == site_of(&page.url) =>
            {
                self.report
                    .ok("http_redirects", &plain, "`http` redirects to `https`");
            }
            Some(to) => {
                let what = format!(
                    "`http` redirects to {}, not to `https` on this site",
                    to.shown()
                );
                let fix = format!("redirect to `{}` with status 308", page.url);
                self.report
                    .warning("http_redirects_elsewhere", &plain, what, fix);
            }
            None if answer.status.is_success() => {
                let what = "the page is also served as `http`, where browsers offer no passkeys, and \
                            where everybody on the way can change it";
                let fix = format!("redirect to `{}` with status 308", page.url);
                self.report
                    .warning("http_not_redirected", &plain, what, fix);
            }
            None => {}
        }
    }

    /// Checks whether the page is also at `www.` or at the bare domain, which is another origin.
    async fn check_www(&mut self, page: &Page) {
        let host = page.url.host_str().unwrap_or_default();
        let other = match host.strip_prefix("www.") {
            Some(bare) => bare.to_owned(),
            None if site(host) == host => format!("www.{host}"),
            None => return,
        };
        let mut url = page.url.clone();
        if url.set_host(Some(&other)).is_err() {
            return;
        }
        let Ok(answer) = self.client.get(&url).await else {
            return;
        };
        // One with the certificate of the other name is seen by nobody.
        let is_valid = answer
            .presented
            .as_ref()
            .is_none_or(|it| it.verdict.is_ok());
        if answer.status.is_success() && answer.is_page() && is_valid {
            let what = format!(
                "the page is also served at `{}`, which is another origin",
                origin(&url)
            );
            let fix = format!(
                "redirect it to `{}`, or add \"{}\" to `origins`",
                page.origin(),
                origin(&url)
            );
            self.report.warning("page_at_two_origins", &url, what, fix);
        }
    }
}

fn site_of(url: &Url) -> &str {
    site(url.host_str().unwrap_or_default())
}

fn unreachable(url: &Url, error: &FetchError) -> Unreachable {
    // A page on this computer is served without TLS, as a rule.
    let fix = match error {
        FetchError::Tls(_) if is_local(url) => {
            "a server on this computer is usually without TLS: write `http://`"
        }
        _ => error.fix(),
    };
    Unreachable {
        page: quote(url.as_str()).to_string(),
        cause: error.to_string(),
        fix,
    }
}
