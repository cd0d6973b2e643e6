//! A single-page app that takes the modules from their npm package, built with Vite.

use std::{fs, path::Path, thread};

use passkeys_tests::npm::Project;
use serde_json::json;

use super::site::{Elements, ORIGIN, at_pages};
use crate::support::{Authenticator, Visit, this_device};

/// Runs a test on the app as Vite builds it; `/` is open.
fn at_bundle(test: impl AsyncFnOnce(&mut Visit<Elements>, &mut Authenticator)) {
    let name = thread::current().name().unwrap().replace("::", "-");
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let Some(project) = Project::create(&directory) else {
        return;
    };
    let vite = "../node_modules/vite/bin/vite.js";
    let warnings = project.node(vite, ["build", "--logLevel", "warn"]);
    assert_eq!(warnings, "");
    let built = project.directory().join("dist");
    let page = fs::read_to_string(built.join("index.html")).unwrap();
    let mut files = vec![("/".to_owned(), page)];
    for file in fs::read_dir(built.join("assets")).unwrap() {
        let file = file.unwrap();
        let path = format!("/assets/{}", file.file_name().to_str().unwrap());
        files.push((path, fs::read_to_string(file.path()).unwrap()));
    }
    let files: Vec<_> = files
        .iter()
        .map(|(path, file)| (path.as_str(), file.clone()))
        .collect();
    at_pages(&files, test);
}

/// The languages, `fallback.js` and `capabilities.js` are parts of the bundle.
#[test]
fn elements_from_npm_sign_up_with_the_modules_that_they_import() {
    at_bundle(async |visit, laptop| {
        visit
            .before_scripts(
                "delete PublicKeyCredential.parseCreationOptionsFromJSON;
                 delete PublicKeyCredential.prototype.toJSON;",
            )
            .await;
        visit.go_to(ORIGIN).await;
        let title = "return document.title";
        visit
            .until("the capabilities", async || {
                visit.script(title).await == "Passkeys are supported"
            })
            .await;
        visit.fill("Ihr Name", "Ada").await;
        visit.press("Konto erstellen").await;
        visit.sees("Ihre Passkeys").await;
        let (browser, _) = this_device().split_once(' ').unwrap();
        visit.sees(browser).await;
        assert_eq!(laptop.passkeys(&visit.browser).await.len(), 1);
        assert_eq!(visit.server.violations(), [] as [serde_json::Value; 0]);
        // No part came from the server's router.
        let loaded =
            "return performance.getEntriesByType('resource').map((it) => new URL(it.name).pathname)
                        .filter((it) => it.startsWith('/auth/') && it.endsWith('.js'))";
        assert_eq!(visit.script(loaded).await, json!([]));
    });
}

/// Signs up, out and in on a page with the hook for a framework.
async fn uses_the_hook(visit: &Visit<Elements>, laptop: &mut Authenticator, page: &str) {
    let page = format!("{ORIGIN}/?{page}");
    visit.go_to(&page).await;
    visit.hears("Welcome").await;
    laptop.recognise(&visit.browser, false).await;
    visit.press("Sign up").await;
    visit.hears("cancelled").await;
    laptop.recognise(&visit.browser, true).await;
    visit.press("Sign up").await;
    visit.hears("Hello, Ada").await;
    visit.press("Sign out").await;
    visit.hears("Welcome").await;
    visit.press("Sign in").await;
    visit.hears("Hello, Ada").await;

    // The virtual authenticator picks the passkey that is offered, once the field is there again, too.
    visit.offer_in_fields().await;
    visit.go_to(&page).await;
    visit.hears("Hello, Ada").await;
    visit.press("Sign out").await;
    visit.hears("Hello, Ada").await;
}

/// Of two ceremonies of a page with the hook for a framework, the second one is the one that is shown.
async fn changes_its_mind(visit: &Visit<Elements>, laptop: &mut Authenticator, page: &str) {
    visit
        .before_scripts(
            "const get = navigator.credentials.get.bind(navigator.credentials);
             navigator.credentials.get = (it) =>
               get(it).finally(() => (self.abandoned = it.mediation !== 'conditional'));",
        )
        .await;
    laptop.unplug(&visit.browser).await;
    laptop.plug_in_unattended(&visit.browser).await;
    visit.go_to(&format!("{ORIGIN}/?{page}")).await;
    visit.press("Sign in").await;
    visit.hears("Waiting").await;
    visit.press("Sign in").await;
    visit
        .until("the first ceremony to end", async || {
            visit.script("return self.abandoned === true").await == json!(true)
        })
        .await;
    visit.hears("Waiting").await;
}

#[test]
fn react_hook_from_npm_signs_up_and_in_and_offers_autofill() {
    at_bundle(async |visit, laptop| {
        uses_the_hook(visit, laptop, "react").await;
        changes_its_mind(visit, laptop, "react").await;
        assert_eq!(visit.server.violations(), [] as [serde_json::Value; 0]);
    });
}

#[test]
fn vue_composable_from_npm_signs_up_and_in_and_offers_autofill() {
    at_bundle(async |visit, laptop| {
        uses_the_hook(visit, laptop, "vue").await;
        changes_its_mind(visit, laptop, "vue").await;
    });
}
