//! The example `encrypted_notes`: notes that only the passkeys of their owner open.

use std::process::Command;

use serde_json::{Value, json};

use super::SIGN_OUT;
use crate::support::{Authenticator, Kind, Program, Visit, in_browser_at};

const CREATE: &str = "Create encrypted notes";
const OPEN: &str = "Open my notes";
const SAVE: &str = "Encrypt and save";
const ADD: &str = "Add a passkey";

/// Records the bodies that the page sends.
const RECORD: &str = "const send = self.fetch;
    self.bodies = JSON.parse(sessionStorage.bodies ?? '[]');
    self.fetch = (url, init) => {
      if (init?.body) self.bodies.push(init.body);
      sessionStorage.bodies = JSON.stringify(self.bodies);
      return send(url, init);
    };";

fn at_the_notes(test: impl AsyncFnOnce(&mut Visit<Program>)) {
    in_browser_at(
        async |_| Program::start(Command::new(env!("CARGO_BIN_EXE_example-encrypted_notes"))),
        async |visit| {
            visit.before_scripts(RECORD).await;
            test(visit).await;
        },
    );
}

async fn create(visit: &Visit<Program>) {
    visit.open().await;
    visit.fill("Your name", "Ada").await;
    visit.press(CREATE).await;
    visit.sees("Ada’s notes").await;
}

async fn write(visit: &Visit<Program>, note: &str) {
    visit.fill("New note", note).await;
    visit.press(SAVE).await;
    visit.hears("Saved. The server cannot read it.").await;
}

/// Returns the texts of the notes that the page shows.
async fn notes(visit: &Visit<Program>) -> Value {
    let script = "return [...document.querySelectorAll('.text')].map((it) => it.textContent)";
    visit.script(script).await
}

#[test]
fn encrypted_notes_example_opens_the_notes_with_the_passkey_and_sends_no_secret() {
    at_the_notes(async |visit| {
        let mut laptop = Authenticator::with_extensions(Kind::Laptop, &["prf"]);
        laptop.plug_in(&visit.browser).await;
        create(visit).await;
        write(visit, "The treasure is below the <b>oak</b>").await;
        write(visit, "Buy 🧀").await;
        let all = json!(["Buy 🧀", "The treasure is below the <b>oak</b>"]);
        assert_eq!(notes(visit).await, all);

        // The session goes on, and does not open the notes.
        visit.open().await;
        assert_eq!(notes(visit).await, json!([]));
        assert!(!visit.shows("Ada’s notes").await);
        visit.press(OPEN).await;
        visit.sees("Ada’s notes").await;
        assert_eq!(notes(visit).await, all);
        visit.press(SIGN_OUT).await;
        visit
            .hears("You are signed out, and your notes are closed.")
            .await;
        assert_eq!(notes(visit).await, json!([]));

        let sent = visit.script("return self.bodies").await;
        let bodies: Vec<&str> = sent
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let finishes = bodies.iter().filter(|it| it.contains("clientDataJSON"));
        let mut count = 0;
        for finish in finishes {
            let finish: Value = serde_json::from_str(finish).unwrap();
            let results = &finish["credential"]["clientExtensionResults"];
            assert_eq!(results["prf"]["results"], Value::Null, "{results}");
            count += 1;
        }
        assert!(count >= 2, "{sent}");
        assert!(
            bodies
                .iter()
                .all(|it| !it.contains("treasure") && !it.contains("🧀"))
        );
        // Neither is it in what the server has.
        let vault = visit
            .script_async("return (await fetch('/vault')).text()")
            .await;
        assert!(vault.as_str().unwrap().contains("signed_out"));
    });
}

#[test]
fn encrypted_notes_example_opens_the_notes_with_a_second_passkey() {
    at_the_notes(async |visit| {
        let mut laptop = Authenticator::with_extensions(Kind::Laptop, &["prf"]);
        laptop.plug_in(&visit.browser).await;
        create(visit).await;
        write(visit, "For both").await;
        laptop.unplug(&visit.browser).await;
        let mut key = Authenticator::with_extensions(Kind::SecurityKey, &["prf"]);
        key.plug_in(&visit.browser).await;
        visit.press(ADD).await;
        visit.hears("Added. It opens your notes, too.").await;
        visit.press(SIGN_OUT).await;
        visit
            .hears("You are signed out, and your notes are closed.")
            .await;
        visit.press(OPEN).await;
        visit.sees("Ada’s notes").await;
        assert_eq!(notes(visit).await, json!(["For both"]));
    });
}

#[test]
fn encrypted_notes_example_creates_nothing_for_a_passkey_without_prf() {
    at_the_notes(async |visit| {
        let mut plain = Authenticator::new(Kind::Laptop);
        plain.plug_in(&visit.browser).await;
        visit.open().await;
        visit.fill("Your name", "Ada").await;
        visit.press(CREATE).await;
        visit.is_warned("This passkey cannot encrypt notes.").await;
        // The server has rolled it back, and the browser drops it.
        visit
            .until("the passkey to go", async || {
                plain.passkeys(&visit.browser).await.is_empty()
            })
            .await;
    });
}
