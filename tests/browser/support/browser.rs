use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use fantoccini::{Client, ClientBuilder, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::process::Process;

/// Paths of Chromium and its WebDriver server.
pub(crate) struct Programs {
    chromium: PathBuf,
    driver: PathBuf,
}

impl Programs {
    /// Finds the programs, if they are installed.
    pub(crate) fn find() -> Option<Self> {
        Some(Self {
            chromium: find("chromium")?,
            driver: find("chromedriver")?,
        })
    }
}

fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|directory| directory.join(program))
        .find(|path| path.is_file())
}

/// A fresh Chromium.
pub(crate) struct Browser {
    client: Client,
    /// Ends with the browser.
    _driver: Process,
}

impl Browser {
    pub(crate) async fn start(programs: &Programs, profile: &Path, more: &[String]) -> Self {
        let mut command = Command::new(&programs.driver);
        command.arg("--port=0");
        let (driver, port) = Process::start(command, |line| {
            let port = line.split_once("started successfully on port ")?.1;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let mut arguments = vec![
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--lang=en".to_owned(),
            format!("--user-data-dir={}", profile.display()),
            // No connections except to the test.
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
        ];
        arguments.extend_from_slice(more);
        let capabilities = json!({
            "webauthn:virtualAuthenticators": true,
            "goog:chromeOptions": {
                "binary": programs.chromium,
                "args": arguments,
            },
        });
        let Value::Object(capabilities) = capabilities else {
            unreachable!("written as an object above")
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("ChromeDriver starts Chromium");
        Self {
            client,
            _driver: driver,
        }
    }

    /// Ends Chromium, which would otherwise outlive its driver.
    pub(crate) async fn close(&self) {
        let _ = self.client.clone().close().await;
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// A WebDriver command that fantoccini has no method for, below the session's address.
    pub(crate) async fn command(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let command = Raw {
            method: method.parse().expect("a method"),
            path: path.to_owned(),
            body,
        };
        self.client.issue_cmd(command).await.unwrap()
    }

    /// A command of the `DevTools` protocol, and its result.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.command("POST", "goog/cdp/execute", Some(body)).await
    }
}

#[derive(Debug)]
struct Raw {
    method: http::Method,
    path: String,
    body: Option<Value>,
}

impl WebDriverCompatibleCommand for Raw {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        let session = session.expect("a session");
        base.join(&format!("session/{session}/{}", self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (
            self.method.clone(),
            self.body.as_ref().map(Value::to_string),
        )
    }
}
