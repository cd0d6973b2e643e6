use std::{path::PathBuf, time::Duration};

use clap::Parser;

use crate::{ConnectTo, InvalidOption, Options};

/// Examines a site that signs people in with passkeys: fetches what browsers and phones fetch, and says
/// what is wrong and how to fix it.
///
/// It looks at the certificate, redirects, the headers of the page, the routes and `client.js`, cookies,
/// CORS, and the documents under /.well-known/. It needs no account and signs nobody in.
#[derive(Clone, Debug, Parser)]
#[command(name = "passkeys-doctor", version, after_help = EXAMPLES)]
pub struct Arguments {
    /// Address of the page on which people sign in, such as `https://example.com/login`
    url: String,
    /// The RP ID that the site should have [default: what its routes say, else the host of URL]
    #[arg(long, value_name = "DOMAIN")]
    rp_id: Option<String>,
    /// Where the routes are nested: a path, or an address on another host [default: usual paths are tried]
    #[arg(long, value_name = "PATH")]
    mount: Option<String>,
    /// Origin of a front end elsewhere whose page calls the routes, such as `https://app.example.com`; may
    /// be repeated
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,
    /// File with certificates (PEM) of an authority of your own to trust; may be repeated
    #[arg(long = "root-certificate", value_name = "FILE")]
    root_certificates: Vec<PathBuf>,
    /// Address in place of a host and port, as with curl, for example before the domain leads to the
    /// server; may be repeated
    #[arg(long, value_name = "HOST:PORT:HOST:PORT")]
    connect_to: Vec<ConnectTo>,
    /// Maximum time of each request
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    timeout: u64,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

const EXAMPLES: &str = "\
Examples:
  passkeys-doctor https://example.com
  passkeys-doctor https://login.example.com --rp-id example.com --mount /auth/passkeys
  passkeys-doctor https://api.example.com --origin https://app.example.com
  passkeys-doctor http://localhost:3000

Exit status:
  0  nothing is wrong; there may be warnings
  1  something is wrong: the report has at least one error
  2  the site cannot be examined: it cannot be reached, or an argument is wrong";

/// An argument that cannot be meant, with its name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid value for '{argument}': {problem}")]
pub struct Mistake {
    argument: &'static str,
    problem: InvalidOption,
}

impl Arguments {
    /// Returns the options that the arguments say.
    ///
    /// # Errors
    ///
    /// [`Mistake`] for the first argument whose value cannot be meant.
    pub fn options(&self) -> Result<Options, Mistake> {
        let mistake = |argument| move |problem| Mistake { argument, problem };
        let mut options = Options::new(&self.url).map_err(mistake("<URL>"))?;
        options = options.timeout(Duration::from_secs(self.timeout));
        if let Some(rp_id) = &self.rp_id {
            options = options.rp_id(rp_id);
        }
        if let Some(mount) = &self.mount {
            options = options.mount(mount).map_err(mistake("--mount"))?;
        }
        for origin in &self.origins {
            options = options.origin(origin).map_err(mistake("--origin"))?;
        }
        for file in &self.root_certificates {
            options = options
                .root_certificate(file)
                .map_err(mistake("--root-certificate"))?;
        }
        for connect_to in &self.connect_to {
            options = options.connect_to(connect_to.clone());
        }
        Ok(options)
    }
}
