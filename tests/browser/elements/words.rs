//! The words for failures.

use serde_json::{Value, json};

use super::site::{ALL, on_a_page};

/// Reasons that the module has no words for: nothing is shown.
const SILENT: &str = "aborted";

/// Returns what each element tells the user about an error of its client, by the element's name.
fn words(errors: &Value) -> String {
    format!(
        "const {{ PasskeyError }} = await import('/auth/passkeys/client.js');
         const words = [];
         for (const [reason, code, status] of {errors}) {{
           const error = new PasskeyError(reason, 'for the log', {{ code, status }});
           const fail = async () => {{ throw error; }};
           const client = {{ authenticate: fail, register: fail, list: async () => [], shouldOffer: async () => false,
             declineOffer() {{}}, remove: fail, rename: fail, signal: async () => true }};
           const said = [];
           for (const [name, act] of [['sign-in', 'signIn'], ['sign-up', 'signUp'], ['list', 'add'], ['list', 'renamePasskey']]) {{
             const element = document.createElement(`passkey-${{name}}`);
             element.client = client;
             document.body.append(element);
             const field = element.shadowRoot.getElementById('name');
             if (field) field.value = 'Ada';
             await element[act]('id', 'name');
             said.push(deep('[role=alert]', element.shadowRoot).map((it) => it.textContent).join(''));
             element.remove();
           }}
           words.push(said);
         }}
         return words;"
    )
}

#[test]
fn every_reason_has_words_for_the_user() {
    on_a_page("", async |visit, _| {
        let reasons = [
            "not-supported",
            "cancelled",
            "already-registered",
            "wrong-origin",
            "not-allowed-here",
            "busy",
            "unreadable",
            "invalid-options",
            "failed",
            "server",
            "unexpected-response",
            "unreachable",
        ];
        let errors: Vec<_> = reasons.iter().map(|it| json!([it, "", 0])).collect();
        let said = visit.script_async(&words(&json!(errors))).await;
        let mut all = Vec::new();
        for (reason, said) in reasons.iter().zip(said.as_array().unwrap()) {
            for words in said.as_array().unwrap() {
                let words = words.as_str().unwrap();
                assert!(words.len() > 20, "{reason}: {words:?}");
                assert!(!words.contains("for the log"), "{reason}: {words:?}");
            }
            all.push(said[0].clone());
        }
        all.sort_by_key(ToString::to_string);
        all.dedup();
        assert_eq!(all.len(), reasons.len(), "each has words of its own");
    });
}

#[test]
fn ceremony_that_the_page_has_aborted_is_no_failure() {
    on_a_page("", async |visit, _| {
        let script = words(&json!([[SILENT, "", 0]]));
        assert_eq!(visit.script_async(&script).await, json!([["", "", "", ""]]));
    });
}

#[test]
fn every_code_of_the_library_has_words_and_not_the_servers_message() {
    on_a_page("", async |visit, _| {
        let document = include_str!("../../../examples/quickstart/openapi.json");
        let document: Value = serde_json::from_str(document).unwrap();
        let codes = codes(&document);
        assert!(codes.contains(&"last_credential".to_owned()), "{codes:?}");
        let errors: Vec<_> = codes
            .iter()
            .map(|code| match code.as_str() {
                // `client.js` has a reason of its own for it.
                "credential_already_exists" => json!(["already-registered", code, 409]),
                _ => json!(["server", code, 409]),
            })
            .collect();
        let said = visit.script_async(&words(&json!(errors))).await;
        for (code, said) in codes.iter().zip(said.as_array().unwrap()) {
            for words in said.as_array().unwrap() {
                let words = words.as_str().unwrap();
                assert!(
                    words.len() > 20 && !words.contains("for the log"),
                    "{code}: {words:?}"
                );
            }
        }
    });
}

/// Returns the error codes of an OpenAPI document.
fn codes(document: &Value) -> Vec<String> {
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let codes = schemas
        .keys()
        .filter_map(|it| it.strip_prefix("Passkeys.Error."));
    codes.map(str::to_owned).collect()
}

#[test]
fn message_of_the_application_is_shown_to_its_user() {
    on_a_page("", async |visit, _| {
        let script = words(&json!([
            ["server", "of_the_application", 409],
            ["server", "of_the_application", 500]
        ]));
        let said = visit.script_async(&script).await;
        // Of the sign-up it is at the field, which the page's own code would be about.
        assert_eq!(said[0][0], "for the log");
        assert_eq!(said[0][1], "");
        assert_eq!(
            said[1][0],
            "Something went wrong on the server. Please try again."
        );
    });
}

/// The code of an application, or a reason, can be the name of a member that every object has.
#[test]
fn codes_that_are_names_of_members_of_objects_have_no_words() {
    on_a_page("", async |visit, _| {
        let names = ["constructor", "toString", "__proto__", "hasOwnProperty"];
        let errors: Vec<_> = names
            .iter()
            .map(|name| json!(["server", name, 409]))
            .collect();
        let said = visit.script_async(&words(&json!(errors))).await;
        for (name, said) in names.iter().zip(said.as_array().unwrap()) {
            // The application's own message.
            assert_eq!(said[0], "for the log", "{name}");
        }
        let errors: Vec<_> = names.iter().map(|name| json!([name, "", 0])).collect();
        let said = visit.script_async(&words(&json!(errors))).await;
        for (name, said) in names.iter().zip(said.as_array().unwrap()) {
            assert_eq!(
                said[0], "Something went wrong. Please reload the page.",
                "{name}"
            );
        }
    });
}

#[test]
fn session_that_has_ended_is_said_and_announced_to_the_page() {
    on_a_page(ALL, async |visit, _| {
        super::site::record(visit).await;
        visit
            .sees("You were signed out. Sign in again to go on.")
            .await;
        visit.script("deep('passkey-list')[0].renew()").await;
        visit
            .until("the event", async || {
                let events = super::site::events(visit).await;
                events
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|it| it[0] == "signed-out")
            })
            .await;
    });
}
