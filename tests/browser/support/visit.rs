use std::{
    fs,
    io::{self, Write as _},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
    thread,
};

use fantoccini::{
    actions::{InputSource as _, KeyAction, KeyActions},
    elements::{Element, ElementRef},
    error::CmdError,
};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{
    browser::{Browser, Programs},
    engine::Engine,
    process::PATIENCE,
    reach::Reach,
    server::{Scratch, Server},
};
use crate::lacks;

/// Functions of every script: `deep` finds elements also in shadow trees, as users do, `here` is where
/// the focus is, and `said` is the name of a button.
const FUNCTIONS: &str = "
    const deep = (selector, root = document) => [...root.querySelectorAll('*')].flatMap((it) =>
        [...(it.matches(selector) ? [it] : []), ...(it.shadowRoot ? deep(selector, it.shadowRoot) : [])]);
    const here = (root = document) =>
        root.activeElement?.shadowRoot?.activeElement ? here(root.activeElement.shadowRoot) : root.activeElement;
    const said = (it) => it.ariaLabel ?? it.textContent.trim().replace(/\\s+/g, ' ');
";

/// The member of a JSON object that refers to an element (WebDriver, §12).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A site that a browser visits.
pub(crate) trait Site {
    /// Origin of its pages.
    fn origin(&self) -> &str;

    /// How a browser reaches it. By default the browser connects to its origin.
    fn reach(&self) -> Reach {
        Reach::default()
    }

    /// Its log.
    fn log(&self) -> String {
        String::new()
    }
}

/// Runs a test in a browser of its own, against a quickstart of its own.
pub(crate) fn in_browser(test: impl AsyncFnOnce(&mut Visit)) {
    in_browser_at(async |directory| Server::start(directory), test);
}

/// Runs a test in a browser of its own, against another site.
pub(crate) fn in_browser_at<S: Site>(
    site: impl AsyncFnOnce(&Path) -> S,
    test: impl AsyncFnOnce(&mut Visit<S>),
) {
    let engine = Engine::of_this_run();
    let Some(programs) = Programs::find(engine) else {
        return passkeys_tests::left_out(&engine.programs().join(" with "));
    };
    let name = thread::current().name().unwrap_or("browser").to_owned();
    if let Some(lack) = lacks::of(engine, &name) {
        // Not `eprintln!`, which the test runner captures for tests that pass.
        let _ = writeln!(io::stderr(), "LEFT OUT {name}: {}", lack.reason);
        return;
    }
    let name = name.replace("::", "-");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut visit = runtime.block_on(Visit::start(&programs, name, site));
    let outcome = catch_unwind(AssertUnwindSafe(|| runtime.block_on(test(&mut visit))));
    runtime.block_on(visit.end(outcome.is_err()));
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

/// A user in front of the page.
pub(crate) struct Visit<S = Server> {
    pub(crate) browser: Browser,
    pub(crate) server: S,
    name: String,
    // Last, so that it is dropped after its users.
    _scratch: Scratch,
}

impl<S: Site> Visit<S> {
    async fn start(programs: &Programs, name: String, site: impl AsyncFnOnce(&Path) -> S) -> Self {
        let scratch = Scratch::new(&name);
        let server = site(&scratch.0).await;
        let profile = scratch.0.join("profile");
        let browser = Browser::start(programs, &profile, &server.reach()).await;
        let visit = Self {
            browser,
            server,
            name,
            _scratch: scratch,
        };
        // The virtual authenticator selects a passkey by itself as soon as conditional mediation
        // begins, so it is reported as unsupported by default.
        visit
            .before_scripts(
                "const offers = self.PublicKeyCredential?.isConditionalMediationAvailable;
                 if (offers) PublicKeyCredential.isConditionalMediationAvailable =
                   async () => !!self.inFields && offers.call(PublicKeyCredential);",
            )
            .await;
        visit
    }

    /// Enables conditional mediation from the next page on; the first passkey is selected.
    pub(crate) async fn offer_in_fields(&self) {
        self.before_scripts("self.inFields = true").await;
        self.browser.pick_in_fields().await;
    }

    /// Enables it on the page that is open.
    pub(crate) async fn offer_in_fields_of_this_page(&self) {
        self.script("self.inFields = true").await;
        self.browser.pick_in_fields().await;
    }

    async fn end(&self, failed: bool) {
        if failed {
            self.picture(&format!("{}-failed", self.name)).await;
            eprintln!("the server said:\n{}", self.server.log());
        }
        self.browser.close().await;
    }

    /// Opens the page, and waits until it has loaded the session.
    pub(crate) async fn open(&self) {
        self.go_to(self.server.origin()).await;
        self.until("the page to be ready", async || {
            self.script("return !!document.querySelector('section:not([hidden])')")
                .await
                == true
        })
        .await;
    }

    /// Opens a page.
    pub(crate) async fn go_to(&self, url: &str) {
        self.browser.client().goto(url).await.unwrap();
    }

    /// Runs this before any script of the pages that are opened from now on.
    pub(crate) async fn before_scripts(&self, script: &str) {
        self.browser.before_scripts(script).await;
    }

    /// Presses the button with this accessible name: with the mouse, or with a finger on a phone.
    pub(crate) async fn press(&self, button: &str) {
        let button = self.button(button).await;
        self.hit(button).await;
    }

    async fn hit(&self, element: Element) {
        if self.browser.engine != Engine::Phone {
            return element.click().await.unwrap();
        }
        // Commands do not scroll to what a finger touches.
        let scroll = "arguments[0].scrollIntoView({ block: 'nearest', behavior: 'instant' })";
        let element = json!({ ELEMENT: &*element.element_id() });
        let client = self.browser.client();
        client.execute(scroll, vec![element.clone()]).await.unwrap();
        let finger = json!({
            "type": "pointer",
            "id": "finger",
            "parameters": { "pointerType": "touch" },
            "actions": [
                { "type": "pointerMove", "duration": 0, "x": 0, "y": 0, "origin": element },
                { "type": "pointerDown", "button": 0 },
                { "type": "pointerUp", "button": 0 },
            ],
        });
        let body = json!({ "actions": [finger] });
        self.browser.command("POST", "actions", Some(body)).await;
    }

    /// Replaces the text in the field with this label.
    pub(crate) async fn fill(&self, label: &str, text: &str) {
        let label = json!(label);
        let fields = format!(
            "return deep('label').filter((it) => it.innerText.trim() === {label}).map((it) => it.control)"
        );
        let field = self
            .find(&fields, &format!("a field labelled {label}"))
            .await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses a key, wherever the focus is.
    pub(crate) async fn key(&self, key: char) {
        let actions = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key });
        let pressed = self.browser.client().perform_actions(actions).await;
        pressed.unwrap();
    }

    /// Follows the link with this text.
    pub(crate) async fn press_link(&self, text: &str) {
        let text = json!(text);
        let links = format!("return deep('a').filter((it) => said(it) === {text})");
        let link = self.find(&links, &format!("a link {text}")).await;
        self.hit(link).await;
    }

    async fn button(&self, name: &str) -> Element {
        let name = json!(name);
        let buttons = format!("return deep('button').filter((it) => said(it) === {name})");
        self.find(&buttons, &format!("a button {name}")).await
    }

    /// Waits for a visible element among those that the script returns.
    async fn find(&self, script: &str, what: &str) -> Element {
        let mut found = None;
        self.until(what, async || {
            let elements = self.script(script).await;
            for element in elements.as_array().into_iter().flatten() {
                let id = element[ELEMENT].as_str().expect("an element").to_owned();
                let client = self.browser.client().clone();
                let element = Element::from_element_id(client, ElementRef::from(id));
                if element.is_displayed().await.unwrap_or(false) {
                    found = Some(element);
                    return true;
                }
            }
            false
        })
        .await;
        found.expect("found above")
    }

    /// Waits until the page shows this text.
    pub(crate) async fn sees(&self, text: &str) {
        self.until(&format!("“{text}”"), async || self.shows(text).await)
            .await;
    }

    /// Whether the page shows this text now.
    pub(crate) async fn shows(&self, text: &str) -> bool {
        self.text().await.contains(text)
    }

    /// Waits until this was announced to screen readers, as a success.
    pub(crate) async fn hears(&self, text: &str) {
        self.announced("status", text).await;
    }

    /// Waits until this was announced to screen readers, as a failure.
    pub(crate) async fn is_warned(&self, text: &str) {
        self.announced("alert", text).await;
    }

    async fn announced(&self, role: &str, text: &str) {
        // Firefox leaves the isolates of names out of `innerText`.
        let script = format!(
            "return deep('[role={role}]').filter((it) => it.checkVisibility()).map((it) => it.textContent).join('\\n')"
        );
        self.until(&format!("“{text}” as {role}"), async || {
            let words = self.script(&script).await;
            words.as_str().is_some_and(|words| words.contains(text))
        })
        .await;
    }

    /// Waits until the element with this ID has this text, visible or not.
    pub(crate) async fn hears_in(&self, id: &str, text: &str) {
        let script = format!("return document.getElementById('{id}').textContent");
        self.until(&format!("“{text}” in {id}"), async || {
            self.script(&script).await == text
        })
        .await;
    }

    /// Waits until the element with this id or label has the focus.
    pub(crate) async fn focus_is_on(&self, name: &str) {
        let script = "const it = here(); return [it.id, it.ariaLabel, it.innerText]";
        self.until(&format!("the focus on “{name}”"), async || {
            let names = self.script(script).await;
            names
                .as_array()
                .is_some_and(|names| names.contains(&json!(name)))
        })
        .await;
    }

    /// The names of the passkeys in the list.
    pub(crate) async fn listed(&self) -> Value {
        self.script("return deep('#list h3').map((it) => it.innerText)")
            .await
    }

    /// The names of the passkeys marked as that of the current session.
    pub(crate) async fn signed_in_now(&self) -> Value {
        let script = "const rows = deep('#list li');
                      const now = rows.filter((it) => it.innerText.includes('Signed in now'));
                      return now.map((it) => it.querySelector('h3').innerText)";
        self.script(script).await
    }

    /// The visible text of the page, including dialogs and shadow trees.
    async fn text(&self) -> String {
        let parts = "const parts = deep(':not(slot)').filter((it) => it.getRootNode() !== document
                       && it.parentNode === it.getRootNode() && it.checkVisibility());
                     return [document.body, ...parts].map((it) => it.innerText).join('\\n')";
        let text = self.script(parts).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    pub(crate) async fn script(&self, script: &str) -> Value {
        let script = format!("{FUNCTIONS}{script}");
        let client = self.browser.client();
        client.execute(&script, vec![]).await.unwrap()
    }

    /// Runs the body of an async function, and returns its result.
    pub(crate) async fn script_async(&self, body: &str) -> Value {
        let in_a_frame = self.script("return self !== top").await == true;
        if !in_a_frame {
            let body = format!("{FUNCTIONS}{body}");
            if let Some(value) = self.browser.in_page(&body).await {
                return value;
            }
        }
        let script = format!(
            "{FUNCTIONS}const done = arguments[0]; (async () => {{ {body} }})().then(done, (error) => done(String(error)))"
        );
        self.browser
            .client()
            .execute_async(&script, vec![])
            .await
            .unwrap()
    }

    /// Polls until the condition holds; panics with the text of the page if it does not in time.
    pub(crate) async fn until(&self, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so().await {
            if Instant::now() > deadline {
                let text = self.text().await;
                panic!("waited in vain for {what}; the page shows:\n{text}");
            }
            sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Writes a screenshot to `target/tmp/pictures`.
    pub(crate) async fn picture(&self, name: &str) {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
        fs::create_dir_all(&directory).unwrap();
        let file = match self.browser.engine {
            Engine::Chromium => format!("{name}.png"),
            engine => format!("{name}-{engine:?}.png").to_lowercase(),
        };
        let taken: Result<Vec<u8>, CmdError> = self.browser.client().screenshot().await;
        if let Ok(png) = taken {
            fs::write(directory.join(file), png).unwrap();
        }
    }

    /// Emulates a screen: width, height and dark colour scheme.
    pub(crate) async fn screen(&self, width: u32, height: u32, dark: bool) {
        self.browser.screen(width, height, dark).await;
    }
}
