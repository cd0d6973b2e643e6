//! The browsers that the tests run in, one in each run.

use std::env;

/// Environment variable: the browser of this run. Chromium without it.
const BROWSER: &str = "PASSKEYS_TEST_BROWSER";

/// A browser engine, with the screen that its pages are shown on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Chromium on a desktop.
    Chromium,
    /// Chromium with the screen of a small phone, on which buttons are touched.
    Phone,
    /// Firefox on a desktop.
    Firefox,
}

impl Engine {
    /// Returns the engine of this run.
    pub(crate) fn of_this_run() -> Self {
        match env::var(BROWSER).as_deref() {
            Err(_) | Ok("" | "chromium") => Self::Chromium,
            Ok("phone") => Self::Phone,
            Ok("firefox") => Self::Firefox,
            Ok(other) => panic!("{BROWSER} is chromium, phone or firefox, not {other}"),
        }
    }

    /// Returns what has to be installed.
    pub(super) const fn programs(self) -> [&'static str; 2] {
        match self {
            Self::Chromium | Self::Phone => ["chromium", "chromedriver"],
            Self::Firefox => ["firefox-esr", "geckodriver"],
        }
    }
}

/// The name that the modules give a passkey of a laptop in this browser.
pub(crate) fn this_device() -> &'static str {
    match Engine::of_this_run() {
        Engine::Chromium | Engine::Phone => "Chrome on Linux",
        Engine::Firefox => "Firefox on Linux",
    }
}
