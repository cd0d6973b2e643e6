//! The two pages of `docs/elements.md`, as they are written there.

use serde_json::json;

use super::site::{ORIGIN, at_pages};
use crate::support::this_device;

const DOCS: &str = include_str!("../../../docs/elements.md");

/// Returns the HTML pages of the documentation.
fn pages() -> [(&'static str, String); 2] {
    let mut blocks = DOCS.split("```html\n").skip(1);
    ["/", "/account"].map(|path| {
        let block = blocks.next().expect("a page");
        (path, block.split("```").next().unwrap().to_owned())
    })
}

#[test]
fn pages_of_the_documentation_have_at_most_ten_lines() {
    for (path, page) in pages() {
        assert!(page.lines().count() <= 10, "{path}: {page}");
    }
}

#[test]
fn pages_of_the_documentation_are_a_whole_account() {
    at_pages(&pages(), async |visit, laptop| {
        visit.fill("Your name", "Ada").await;
        visit.press("Create an account").await;
        visit.sees("Your passkeys").await;
        visit.sees("Created today · Not used yet").await;
        let path = "return location.pathname";
        assert_eq!(visit.script(path).await, "/account");
        visit.press(&format!("Rename {}", this_device())).await;
        visit.fill("Name", "Laptop").await;
        visit.press("Save").await;
        visit.hears("Renamed to “Laptop”.").await;
        assert_eq!(visit.listed().await, json!(["Laptop"]));
        visit.press("Add a passkey").await;
        visit.is_warned("This device already has a passkey").await;

        // Who is not signed in is sent to the other page, which signs in.
        visit.server.sign_out();
        visit.go_to(&format!("{ORIGIN}/account")).await;
        visit
            .until("the start page", async || visit.script(path).await == "/")
            .await;
        visit.press("Sign in with a passkey").await;
        visit.sees("Last used today").await;
        assert_eq!(visit.script(path).await, "/account");
        assert_eq!(laptop.passkeys(&visit.browser).await.len(), 1);
        assert_eq!(visit.server.violations(), [] as [serde_json::Value; 0]);
    });
}
