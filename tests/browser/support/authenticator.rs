use serde_json::{Value, json};

use super::browser::Browser;

/// Kind of authenticator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Platform authenticator with synced passkeys.
    Laptop,
    /// A security key for the USB port.
    SecurityKey,
    /// A security key that cannot verify its user.
    PlainKey,
}

/// A virtual authenticator, as the WebDriver extension of
/// [WebAuthn Level 3, §11](https://www.w3.org/TR/webauthn-3/#sctn-automation) defines it. It keeps
/// its passkeys while it is unplugged.
pub(crate) struct Authenticator {
    kind: Kind,
    /// Its identifier in the browser, while it is plugged in.
    id: Option<String>,
    passkeys: Vec<Value>,
    /// Extensions that it has: `prf`, `largeBlob`. Their secrets are lost when it is unplugged.
    extensions: &'static [&'static str],
}

impl Authenticator {
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            id: None,
            passkeys: Vec::new(),
            extensions: &[],
        }
    }

    pub(crate) fn with_extensions(kind: Kind, extensions: &'static [&'static str]) -> Self {
        Self {
            extensions,
            ..Self::new(kind)
        }
    }

    /// Returns a copy of an authenticator that is not plugged in: with the same keys and counters.
    pub(crate) fn cloned(&self) -> Self {
        assert!(self.id.is_none(), "it is not plugged in");
        Self {
            kind: self.kind,
            id: None,
            passkeys: self.passkeys.clone(),
            extensions: self.extensions,
        }
    }

    pub(crate) async fn plug_in(&mut self, browser: &Browser) {
        self.plug_in_with(browser, true).await;
    }

    /// Plugs it in so that its prompt stays unanswered.
    pub(crate) async fn plug_in_unattended(&mut self, browser: &Browser) {
        self.plug_in_with(browser, false).await;
    }

    async fn plug_in_with(&mut self, browser: &Browser, consenting: bool) {
        browser.waits_for_users(!consenting).await;
        let laptop = self.kind == Kind::Laptop;
        let settings = json!({
            "protocol": if self.extensions.is_empty() { "ctap2" } else { "ctap2_1" },
            "extensions": self.extensions,
            "transport": if laptop { "internal" } else { "usb" },
            "hasResidentKey": true,
            "hasUserVerification": self.kind != Kind::PlainKey,
            "isUserVerified": true,
            "isUserConsenting": consenting,
            "defaultBackupEligibility": laptop,
            "defaultBackupState": laptop,
        });
        let id = browser
            .command("POST", "webauthn/authenticator", Some(settings))
            .await;
        let id = id.as_str().expect("an identifier").to_owned();
        for passkey in self.passkeys.drain(..) {
            let path = format!("webauthn/authenticator/{id}/credential");
            browser.command("POST", &path, Some(passkey)).await;
        }
        self.id = Some(id);
    }

    pub(crate) async fn unplug(&mut self, browser: &Browser) {
        self.passkeys = self.passkeys(browser).await;
        let path = format!("webauthn/authenticator/{}", self.id());
        browser.command("DELETE", &path, None).await;
        self.id = None;
    }

    /// Sets whether user verification succeeds.
    pub(crate) async fn recognise(&self, browser: &Browser, recognised: bool) {
        let path = format!("webauthn/authenticator/{}/uv", self.id());
        let body = json!({ "isUserVerified": recognised });
        browser.command("POST", &path, Some(body)).await;
    }

    /// The passkeys on it.
    pub(crate) async fn passkeys(&self, browser: &Browser) -> Vec<Value> {
        let path = format!("webauthn/authenticator/{}/credentials", self.id());
        let passkeys = browser.command("GET", &path, None).await;
        passkeys.as_array().expect("a list").clone()
    }

    fn id(&self) -> &str {
        self.id.as_deref().expect("it is plugged in")
    }
}
