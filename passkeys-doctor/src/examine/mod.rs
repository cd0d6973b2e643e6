//! The examination, part by part: each sends its requests and adds to the report.

mod address;
mod certificate;
mod client_module;
mod cookies;
mod cors;
mod csp;
mod headers;
mod routes;
mod rp_id;
mod well_known;

use std::collections::BTreeSet;

use url::Url;

use crate::{
    Options, Report,
    fetch::{Answer, Ask, Client, FetchError},
    options::is_local,
};

/// Error returned if the page cannot be reached, so that nothing can be examined.
#[derive(Debug, thiserror::Error)]
#[error("{page} cannot be reached: {cause}; {fix}")]
pub struct Unreachable {
    page: String,
    cause: String,
    fix: &'static str,
}

/// Examines a site.
///
/// # Errors
///
/// [`Unreachable`] if the page cannot be reached. Everything else is in the report.
pub async fn examine(options: &Options) -> Result<Report, Unreachable> {
    let mut examination = Examination {
        options,
        client: Client::new(options),
        report: Report::new(options.page.as_str()),
        seen: BTreeSet::new(),
    };
    let page = examination.page().await?;
    let routes = examination.routes(&page).await;
    examination.headers(&page, routes.as_ref());
    if let Some(routes) = &routes {
        examination.client_module(&page, routes).await;
        examination.cors(&page, routes).await;
    }
    let rp_id = examination.rp_id(&page, routes.as_ref());
    examination.well_known(&page, &rp_id).await;
    examination.report.rp_id = rp_id.text;
    Ok(examination.report)
}

/// State of an examination.
struct Examination<'a> {
    options: &'a Options,
    client: Client<'a>,
    report: Report,
    /// Hosts whose certificate has been examined.
    seen: BTreeSet<String>,
}

impl Examination<'_> {
    /// Sends a request, and examines the certificate of a host that is met for the first time.
    async fn ask(&mut self, ask: Ask) -> Result<Answer, FetchError> {
        let answer = self.client.send(ask).await?;
        if let Some(presented) = &answer.presented
            && self.seen.insert(origin(&answer.url))
        {
            certificate::examine(&mut self.report, &origin(&answer.url), presented);
        }
        Ok(answer)
    }

    async fn get(&mut self, url: &Url) -> Result<Answer, FetchError> {
        self.ask(Ask::get(url)).await
    }
}

/// The page on which people sign in, after redirects.
struct Page {
    url: Url,
    answer: Answer,
}

impl Page {
    fn origin(&self) -> String {
        origin(&self.url)
    }

    /// Returns whether the page is on this computer, where much of what is examined does not matter.
    fn is_local(&self) -> bool {
        is_local(&self.url)
    }
}

/// Returns the origin of a URL as browsers write it.
fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// Returns the registrable domain of a host, or the host itself where it has none.
fn site(host: &str) -> &str {
    psl::domain_str(host).unwrap_or(host)
}
