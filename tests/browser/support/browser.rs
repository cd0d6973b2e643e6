use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use fantoccini::{Client, ClientBuilder, error::CmdError, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{
    chromium,
    engine::Engine,
    firefox::{self, BiDi},
    process::{PATIENCE, Process},
    reach::{Certificate, Reach},
};

/// Paths of a browser and its WebDriver server.
pub(crate) struct Programs {
    engine: Engine,
    browser: PathBuf,
    driver: PathBuf,
}

impl Programs {
    /// Finds the programs of an engine, if they are installed.
    pub(crate) fn find(engine: Engine) -> Option<Self> {
        let [browser, driver] = engine.programs();
        Some(Self {
            engine,
            browser: find(browser)?,
            driver: find(driver)?,
        })
    }
}

fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|directory| directory.join(program))
        .find(|path| path.is_file())
}

/// A script with the rights of Firefox, which selects the first passkey in the autofill of a field.
const PICK: &str = "
    const service = Cc['@mozilla.org/webauthn/service;1'].getService(Ci.nsIWebAuthnService);
    const window = Services.wm.getMostRecentWindow('navigator:browser');
    window.setInterval(() => {
      const { browsingContext, contentPrincipal } = window.gBrowser.selectedBrowser;
      const pending = service.hasPendingConditionalGet(browsingContext.id, contentPrincipal.origin);
      if (!pending) return;
      service.getAutoFillEntries(pending, {
        resolve(entries) {
          if (entries[0]) service.selectAutoFillEntry(pending, entries[0].credentialId);
        },
        reject() {},
      });
    }, 50);";

/// A fresh browser.
pub(crate) struct Browser {
    pub(crate) engine: Engine,
    client: Client,
    /// Of Firefox.
    bidi: Option<BiDi>,
    /// Ends with the browser.
    _driver: Process,
}

impl Browser {
    pub(crate) async fn start(programs: &Programs, profile: &Path, reach: &Reach) -> Self {
        let Programs {
            engine,
            browser,
            driver,
        } = programs;
        let mut command = Command::new(driver);
        let (driver, port, capabilities) = match engine {
            Engine::Chromium | Engine::Phone => {
                command.arg("--port=0");
                let capabilities = chromium::capabilities(*engine, browser, profile, reach);
                let (driver, port) = Process::start_on_a_port(command, chromium::port);
                (driver, port, capabilities)
            }
            Engine::Firefox => {
                std::fs::create_dir_all(profile).unwrap();
                command.args(firefox::arguments(profile));
                // Its console has every error of every page.
                command.stderr(Stdio::null());
                let (driver, port) = Process::start_on_a_port(command, firefox::port);
                let capabilities = firefox::capabilities(browser, reach.proxy().await);
                (driver, port, capabilities)
            }
        };
        let Value::Object(capabilities) = capabilities else {
            unreachable!("both are written as objects")
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("the driver starts the browser");
        let url = client.capabilities().and_then(|it| it.get("webSocketUrl"));
        let bidi = match url.and_then(Value::as_str) {
            Some(url) => Some(BiDi::connect(url).await),
            None => None,
        };
        let browser = Self {
            engine: *engine,
            client,
            bidi,
            _driver: driver,
        };
        if let (Engine::Firefox, Some(Certificate { authority, .. })) = (engine, &reach.certificate)
        {
            let trust = format!(
                "Cc['@mozilla.org/security/x509certdb;1'].getService(Ci.nsIX509CertDB)
                   .addCertFromBase64('{authority}', 'CT,,')"
            );
            browser.setting(&trust).await;
        }
        browser
    }

    /// Ends the browser, which would otherwise outlive its driver.
    pub(crate) async fn close(&self) {
        let _ = self.client.clone().close().await;
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// A WebDriver command that fantoccini has no method for, below the session's address.
    pub(crate) async fn command(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        self.try_command(method, path, body).await.unwrap()
    }

    /// As [`Self::command`], with its failure.
    pub(crate) async fn try_command(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, CmdError> {
        let command = Raw {
            method: method.parse().expect("a method"),
            path: path.to_owned(),
            body,
        };
        self.client.issue_cmd(command).await
    }

    /// A command of the `DevTools` protocol, which Chromium has, and its result.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.command("POST", "goog/cdp/execute", Some(body)).await
    }

    /// Runs a script before any script of the pages that are opened from now on.
    pub(crate) async fn before_scripts(&self, script: &str) {
        if let Some(bidi) = &self.bidi {
            let function = format!("() => {{ {script} }}");
            let parameters = json!({ "functionDeclaration": function });
            bidi.command("script.addPreloadScript", parameters).await;
        } else {
            let parameters = json!({ "source": script });
            self.devtools("Page.addScriptToEvaluateOnNewDocument", parameters)
                .await;
        }
    }

    /// Runs the body of an async function in the realm of the page, and returns its result or error. `None` where
    /// WebDriver's own command does so: in Chromium.
    ///
    /// Firefox runs scripts of WebDriver in a sandbox, where `import()` loads modules of its own. As in a result of
    /// WebDriver, what is `undefined` is `null`.
    pub(super) async fn in_page(&self, body: &str) -> Option<Value> {
        let bidi = self.bidi.as_ref()?;
        let context = String::from(self.client.window().await.unwrap());
        let expression = format!(
            "(async () => {{ {body} }})().catch(String).then((it) => JSON.stringify(it, (_, it) => it ?? null))"
        );
        let parameters = json!({
            "expression": expression,
            "target": { "context": context },
            "awaitPromise": true,
        });
        let evaluated = bidi.command("script.evaluate", parameters);
        let evaluated = timeout(PATIENCE, evaluated)
            .await
            .expect("a result in time");
        let json = evaluated["result"]["value"].as_str();
        let json = json.unwrap_or_else(|| panic!("{evaluated}"));
        Some(serde_json::from_str(json).unwrap())
    }

    /// Emulates a screen, its colour scheme, and a user who wants less motion.
    pub(crate) async fn screen(&self, width: u32, height: u32, dark: bool) {
        if let Some(bidi) = &self.bidi {
            let context = String::from(self.client.window().await.unwrap());
            let viewport = json!({
                "context": context,
                "viewport": { "width": width, "height": height },
                "devicePixelRatio": 2,
            });
            bidi.command("browsingContext.setViewport", viewport).await;
            // Less motion is what Firefox is started with.
            let scheme = format!(
                "Services.prefs.setIntPref('layout.css.prefers-color-scheme.content-override', {})",
                u8::from(!dark)
            );
            self.setting(&scheme).await;
            return;
        }
        let touch = self.engine == Engine::Phone || width < 500;
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": touch });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await;
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            // Waits for the transition of colours to end.
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await;
    }

    /// Emulates forced colours.
    pub(crate) async fn force_colours(&self) {
        if self.engine == Engine::Firefox {
            self.setting("Services.prefs.setIntPref('browser.display.document_color_use', 2)")
                .await;
        } else {
            let features = json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
            self.devtools("Emulation.setEmulatedMedia", features).await;
        }
    }

    /// Sets whether ceremonies wait for the user of an authenticator that does not consent.
    ///
    /// In Chromium they do. In Firefox virtual authenticators without consent fail at once, so ceremonies
    /// get real authenticators: they wait until somebody plugs one in.
    pub(super) async fn waits_for_users(&self, waits: bool) {
        if self.engine == Engine::Firefox {
            let pref = "security.webauth.webauthn_enable_usbtoken";
            self.setting(&format!("Services.prefs.setBoolPref('{pref}', {waits})"))
                .await;
        }
    }

    /// Picks the first passkey from now on, whenever a page offers some in its fields.
    ///
    /// Virtual authenticators of Chromium do so by themselves. In Firefox nothing in WebDriver does, so this is
    /// what its menu does when an entry is selected.
    pub(super) async fn pick_in_fields(&self) {
        if self.engine == Engine::Firefox {
            self.setting(PICK).await;
        }
    }

    /// Changes a setting of Firefox, by a script with the rights of the browser.
    async fn setting(&self, script: &str) {
        for (context, run) in [("chrome", Some(script)), ("content", None)] {
            let body = json!({ "context": context });
            self.command("POST", "moz/context", Some(body)).await;
            if let Some(script) = run {
                self.client.execute(script, vec![]).await.unwrap();
            }
        }
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
