//! Keyboard, screen readers, contrast, sizes: by axe, by the accessibility tree, and by hand.

use std::{fs, path::Path};

use fantoccini::key::Key;
use serde_json::{Value, json};

use super::site::{ALL, Elements, ORIGIN, at_pages, on_a_page, page, sign_up};
use crate::{
    pictures::pictures,
    support::{Authenticator, Kind, Visit, this_device},
};

/// Returns the rules of WCAG 2.2 A and AA and of good practice that the page breaks, with the elements.
///
/// Prints `LEFT OUT` and returns `None` without axe.
async fn axe(visit: &Visit<Elements>) -> Option<Value> {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/interop/client/node_modules/axe-core/axe.min.js"
    );
    let Ok(axe) = fs::read_to_string(Path::new(file)) else {
        passkeys_tests::left_out("axe-core (`npm ci` in tests/interop/client)");
        return None;
    };
    visit.script(&axe).await;
    let run = "const { violations } = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa',
                 'wcag22aa', 'best-practice'] });
               return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
                 [id, JSON.stringify(target), failureSummary]));";
    Some(visit.script_async(run).await)
}

async fn is_accessible(visit: &Visit<Elements>, state: &str) {
    for (dark, width) in [(false, 1120), (true, 320)] {
        visit.screen(width, 800, dark).await;
        if let Some(violations) = axe(visit).await {
            assert_eq!(
                violations,
                json!([]),
                "{state}, dark: {dark}, {width} pixels"
            );
        }
    }
}

#[test]
fn axe_finds_no_violation_in_any_state_of_the_elements() {
    let signed_out =
        "<passkey-sign-in username-field></passkey-sign-in><passkey-sign-up></passkey-sign-up>";
    let pages = [
        (
            "/",
            page("en", &format!("{signed_out}<passkey-list></passkey-list>")),
        ),
        ("/ar", page("ar", ALL)),
    ];
    at_pages(&pages, async |visit, laptop| {
        visit.sees("You were signed out.").await;
        is_accessible(visit, "signed out").await;
        visit.press("Create an account").await;
        visit.sees("Please enter a name").await;
        is_accessible(visit, "without a name").await;
        sign_up(visit, "Ada").await;
        is_accessible(visit, "a list").await;
        laptop.unplug(&visit.browser).await;
        laptop.plug_in_unattended(&visit.browser).await;
        visit.press("Sign in with a passkey").await;
        visit.sees("Waiting for your device…").await;
        is_accessible(visit, "waiting").await;
        visit.press(&format!("Rename {}", this_device())).await;
        is_accessible(visit, "renaming").await;
        visit.press("Cancel").await;
        visit.press(&format!("Delete {}", this_device())).await;
        is_accessible(visit, "a dialog").await;
        visit.press("Keep it").await;
        visit.go_to(&format!("{ORIGIN}/ar")).await;
        visit.sees("تاريخ الإنشاء").await;
        is_accessible(visit, "in Arabic").await;
    });
}

#[test]
fn axe_finds_no_violation_in_an_offer() {
    on_a_page(ALL, async |visit, _| {
        visit
            .before_scripts("const real = fetch; self.fetch = async (url, it) => String(url).endsWith('/credentials') ? Response.json([]) : real(url, it);")
            .await;
        visit.go_to(ORIGIN).await;
        visit.sees("Sign in faster next time").await;
        is_accessible(visit, "an offer").await;
        visit.press("Not now").await;
        visit.hears("You can add a passkey here").await;
        is_accessible(visit, "declined").await;
    });
}

#[test]
fn axe_finds_what_is_wrong_in_a_shadow_tree() {
    on_a_page("<passkey-sign-in></passkey-sign-in>", async |visit, _| {
        visit.sees("Sign in with a passkey").await;
        visit
            .script(
                "const button = deep('#sign-in')[0];
                 button.querySelector('span').textContent = '';
                 button.style.setProperty('--x', 1);",
            )
            .await;
        if let Some(violations) = axe(visit).await {
            assert_eq!(violations[0][0], "button-name", "{violations}");
        }
    });
}

#[test]
fn elements_work_with_the_keyboard_alone_from_sign_up_to_deletion() {
    on_a_page(ALL, async |visit, laptop| {
        visit.sees("You were signed out.").await;
        let press = async |key: Key, stop: &str| {
            visit.key(key.into()).await;
            visit.focus_is_on(stop).await;
        };
        press(Key::Tab, "sign-in").await;
        press(Key::Tab, "name").await;
        for letter in "Ada".chars() {
            visit.key(letter).await;
        }
        visit.key(Key::Enter.into()).await;
        visit.sees("Created today").await;
        let mut key = Authenticator::new(Kind::SecurityKey);
        laptop.unplug(&visit.browser).await;
        key.plug_in(&visit.browser).await;
        press(Key::Tab, "create").await;
        press(Key::Tab, "add").await;
        visit.key(Key::Enter.into()).await;
        visit.hears("Passkey added.").await;

        press(Key::Tab, &format!("Rename {}", this_device())).await;
        press(Key::Tab, &format!("Delete {}", this_device())).await;
        press(Key::Tab, "Rename Security key").await;
        // Escape leaves the name as it was.
        press(Key::Enter, "device-name").await;
        visit.key('x').await;
        press(Key::Escape, "Rename Security key").await;
        press(Key::Enter, "device-name").await;
        // The text is selected, so typing replaces it.
        for letter in "Key".chars() {
            visit.key(letter).await;
        }
        visit.key(Key::Enter.into()).await;
        visit.hears("Renamed to “Key”.").await;
        visit.focus_is_on("Rename Key").await;

        press(Key::Tab, "Delete Key").await;
        press(Key::Enter, "Keep it").await;
        // Enter again deletes nothing.
        press(Key::Enter, "Delete Key").await;
        press(Key::Enter, "Keep it").await;
        press(Key::Escape, "Delete Key").await;
        press(Key::Enter, "Keep it").await;
        press(Key::Tab, "Delete passkey").await;
        visit.key(Key::Enter.into()).await;
        visit.hears("Deleted “Key”.").await;
        visit.focus_is_on("list-title").await;
        assert_eq!(visit.listed().await, json!([this_device()]));
    });
}

/// WCAG 2.2, 2.5.8: 24 pixels; the elements have more.
#[test]
fn buttons_and_fields_are_large_enough_to_hit() {
    on_a_page(ALL, async |visit, _| {
        sign_up(visit, "Ada").await;
        visit.screen(320, 640, false).await;
        let sizes = "return deep('button, input').filter((it) => it.checkVisibility())
            .map((it) => it.getBoundingClientRect()).filter(({ width, height }) => Math.min(width, height) < 44).length";
        assert_eq!(visit.script(sizes).await, 0);
    });
}

#[test]
fn words_of_buttons_are_not_broken_on_the_narrowest_screen() {
    let pages = ["en", "ar", "de", "es", "fr"]
        .map(|language| (format!("/{language}"), page(language, ALL)));
    let pages: Vec<_> = pages
        .iter()
        .map(|(path, page)| (path.as_str(), page.clone()))
        .collect();
    at_pages(&pages, async |visit, _| {
        visit
            .before_scripts(
                "const real = fetch;
                 self.fetch = async (url, it) => String(url).endsWith('/credentials') ? Response.json([]) : real(url, it);",
            )
            .await;
        visit.screen(320, 640, false).await;
        for (path, _) in &pages {
            visit.go_to(&format!("{ORIGIN}{path}")).await;
            let ready = "return deep('#offer')[0]?.checkVisibility() ?? false";
            visit
                .until("the offer", async || visit.script(ready).await == true)
                .await;
            // The lines of a label, each by the words that begin it: a broken word has two.
            let broken = "const words = deep('button span').filter((it) => it.checkVisibility()).flatMap((it) => {
                            const text = it.firstChild;
                            return [...text.data.matchAll(/\\S+/g)].map(({ 0: word, index }) => {
                              const range = new Range();
                              range.setStart(text, index);
                              range.setEnd(text, index + word.length);
                              return [word, new Set([...range.getClientRects()].map((it) => Math.round(it.top))).size];
                            });
                          });
                          const wide = deep('button').filter((it) => it.scrollWidth > it.clientWidth).map((it) => [it.innerText, 0]);
                          return [...words.filter(([, lines]) => lines > 1), ...wide,
                            ...(document.documentElement.scrollWidth > innerWidth ? [['page', 0]] : [])]";
            assert_eq!(visit.script(broken).await, json!([]), "{path}");
        }
    });
}

#[test]
fn nothing_moves_where_the_user_wants_less_motion() {
    on_a_page(ALL, async |visit, _| {
        visit.sees("Add a passkey").await;
        // `screen` also asks for reduced motion.
        visit.screen(1120, 800, false).await;
        let moving = "return deep('*').filter((it) => it.getRootNode() !== document)
            .filter((it) => { const { animationName, transitionDuration } = getComputedStyle(it);
               return animationName !== 'none' || transitionDuration !== '0s'; }).length";
        assert_eq!(visit.script(moving).await, 0);
    });
}

#[test]
fn buttons_have_borders_in_forced_colours() {
    on_a_page(ALL, async |visit, _| {
        sign_up(visit, "Ada").await;
        visit.browser.force_colours().await;
        let borders = "return deep('button').filter((it) => it.checkVisibility())
            .every((it) => { const { borderColor, borderStyle } = getComputedStyle(it);
               return borderStyle === 'solid' && !/rgba\\(.*, 0\\)/.test(borderColor); })";
        assert_eq!(visit.script(borders).await, true);
        visit.picture("elements-forced-colours").await;
    });
}

/// Returns what a screen reader reads of the page, in its order: role, name and description.
async fn read(visit: &Visit<Elements>) -> Vec<String> {
    let tree = visit
        .browser
        .devtools("Accessibility.getFullAXTree", json!({}))
        .await;
    let nodes = tree["nodes"].as_array().unwrap();
    let find = |id: &Value| nodes.iter().find(|it| it["nodeId"] == *id).unwrap();
    let mut lines = Vec::new();
    let mut rest = vec![&nodes[0]];
    while let Some(node) = rest.pop() {
        let children = node["childIds"].as_array().unwrap();
        rest.extend(children.iter().rev().map(find));
        let role = node["role"]["value"].as_str().unwrap_or_default();
        let [name, description] =
            ["name", "description"].map(|it| node[it]["value"].as_str().unwrap_or_default());
        let is_read = [
            "heading",
            "button",
            "list",
            "listitem",
            "textbox",
            "paragraph",
            "alert",
            "status",
            "alertdialog",
            "region",
            "StaticText",
        ];
        if node["ignored"] == true || !is_read.contains(&role) {
            continue;
        }
        if role == "paragraph"
            || role == "listitem"
            || (role == "StaticText" && name.trim().is_empty())
        {
            continue;
        }
        let parts = [role, name, description]
            .into_iter()
            .filter(|it| !it.is_empty());
        lines.push(parts.collect::<Vec<_>>().join(": "));
    }
    lines
}

#[test]
fn screen_reader_reads_names_descriptions_and_messages() {
    let body = "<passkey-sign-in></passkey-sign-in><passkey-sign-up></passkey-sign-up><passkey-list keeps-last></passkey-list>";
    on_a_page(body, async |visit, _| {
        sign_up(visit, "Ada").await;
        let lines = read(visit).await;
        let page = lines.join("\n");
        for expected in [
            "button: Sign in with a passkey: Your device knows your account: no name to type.",
            "textbox: Your name",
            "button: Create an account",
            "heading: Your passkeys",
            "button: Add a passkey",
            "status",
            "list: Your passkeys",
            &format!("heading: {}", this_device()),
            &format!("button: Rename {}", this_device()),
        ] {
            assert!(
                lines.iter().any(|it| it == expected),
                "{expected} in:\n{page}"
            );
        }
        assert!(
            !page.contains("Delete Chrome"),
            "no button that cannot work:\n{page}"
        );
        visit.press("Sign in with a passkey").await;
        visit.press("Add a passkey").await;
        visit.is_warned("This device already has a passkey").await;
        let page = read(visit).await.join("\n");
        assert!(
            page.contains("alert\nStaticText: This device already has a passkey"),
            "{page}"
        );
    });
}

#[test]
fn elements_pictures_fit_every_screen() {
    on_a_page(ALL, async |visit, laptop| {
        visit.sees("You were signed out.").await;
        pictures(visit, "elements-1-signed-out").await;
        sign_up(visit, "Ada").await;
        let mut key = Authenticator::new(Kind::SecurityKey);
        laptop.unplug(&visit.browser).await;
        key.plug_in(&visit.browser).await;
        visit.press("Add a passkey").await;
        visit.hears("Passkey added.").await;
        pictures(visit, "elements-2-list").await;
        visit.press("Rename Security key").await;
        pictures(visit, "elements-3-rename").await;
        visit.press("Cancel").await;
        visit.press("Delete Security key").await;
        pictures(visit, "elements-4-delete").await;
        visit.screen(320, 640, true).await;
        visit.picture("elements-4-delete-narrowest").await;
    });
}
