//! Chromium, driven by `ChromeDriver`.

use std::path::Path;

use serde_json::{Value, json};

use super::{
    engine::Engine,
    reach::{Certificate, Reach},
};

/// The screen of a small phone, in pixels of CSS.
const PHONE: (u32, u32) = (360, 640);

/// Returns the line of `ChromeDriver`'s output that has its port.
pub(super) fn port(line: &str) -> Option<u16> {
    let port = line.split_once("started successfully on port ")?.1;
    port.trim_end_matches('.').parse().ok()
}

pub(super) fn capabilities(engine: Engine, program: &Path, profile: &Path, reach: &Reach) -> Value {
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
    arguments.extend(reach_arguments(reach));
    let mut options = json!({ "binary": program, "args": arguments });
    if engine == Engine::Phone {
        let (width, height) = PHONE;
        options["mobileEmulation"] = json!({
            "deviceMetrics": { "width": width, "height": height, "pixelRatio": 2, "touch": true, "mobile": true },
        });
    }
    json!({
        "webauthn:virtualAuthenticators": true,
        "goog:chromeOptions": options,
    })
}

fn reach_arguments(reach: &Reach) -> Vec<String> {
    let mut rules: Vec<String> = reach
        .hosts
        .iter()
        .map(|(host, address)| format!("MAP {host} {address}"))
        .collect();
    let mut arguments = Vec::new();
    if let Some(Certificate { key_hash, .. }) = &reach.certificate {
        rules.push("MAP * ~NOTFOUND".to_owned());
        arguments.push(format!("--ignore-certificate-errors-spki-list={key_hash}"));
    }
    if !rules.is_empty() {
        arguments.push(format!("--host-resolver-rules={}", rules.join(", ")));
    }
    if let Some(directory) = &reach.extension {
        arguments.push(format!("--load-extension={}", directory.display()));
        arguments.push("--disable-features=DisableLoadExtensionCommandLineSwitch".to_owned());
    }
    arguments
}
