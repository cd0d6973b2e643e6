//! What a browser of the tests lacks, and the tests that are left out for that.
//!
//! A test is left out by its name, for a reason that [`each_browser_lacks_what_is_said_of_it`] holds true: as soon
//! as a browser has what it lacked, that test fails, and those that were left out have to run.

use std::{collections::BTreeSet, env, path::Path, process::Command};

use axum::{Router, response::Html, routing::get};
use serde_json::json;

use crate::support::{
    Authenticator, Browser, Engine, Kind, SecureSite, Site as _, Visit, in_browser_at,
};

/// Something that an engine, its driver or its screen lacks.
pub(crate) struct Lack {
    engine: Engine,
    /// Printed for each test that is left out.
    pub(crate) reason: &'static str,
    probe: Probe,
    tests: &'static [&'static str],
}

/// How to find out whether it is lacking.
enum Probe {
    /// The body of an async function in a page, with this authenticator. It returns `true` where it is lacking.
    Script(Kind, &'static str),
    /// The same, while the user of a laptop does not respond.
    Waiting(&'static str),
    /// That a laptop creates passkeys on pages of [`SUFFIX`], a public suffix, with this RP ID.
    PublicSuffix,
    /// That an authenticator is used which is plugged in while a request waits.
    PluggedInLater,
    /// That of two authenticators the one is used that has a passkey.
    TwoAtOnce,
    /// Commands of the `DevTools` protocol.
    DevTools,
}

/// Returns what a test needs and the engine lacks.
pub(crate) fn of(engine: Engine, test: &str) -> Option<&'static Lack> {
    let mut lacks = LACKS.iter().filter(|lack| lack.engine == engine);
    lacks.find(|lack| lack.tests.contains(&test))
}

const LACKS: &[Lack] = &[
    Lack {
        engine: Engine::Firefox,
        reason: "Firefox has no signals: `PublicKeyCredential.signalUnknownCredential` and its kin",
        probe: Probe::Script(
            Kind::Laptop,
            "return !['signalUnknownCredential', 'signalAllAcceptedCredentials', 'signalCurrentUserDetails']
               .some((name) => name in PublicKeyCredential);",
        ),
        tests: &[
            "capabilities::capabilities_are_unknown_where_the_browser_cannot_be_asked",
            "capabilities::capabilities_survive_queries_that_fail_and_answers_that_differ",
            "client::changed_user_name_is_signalled_and_shown_with_the_passkey",
            "client::deleted_passkey_is_signalled_also_if_it_was_the_last_with_its_user_handle",
            "client::deleted_passkey_is_signalled_and_no_longer_offered",
            "client::passkey_is_dropped_only_when_the_server_signals_it_as_unknown",
            "client::passkey_of_a_registration_that_the_server_cannot_read_is_dropped",
            "client::passkey_of_a_sign_up_that_was_rolled_back_is_dropped",
            "consent::passkey_is_deleted_with_consent_after_an_older_sign_in",
            "managers::passkey_is_dropped_if_a_function_of_the_page_fails",
            "passwords_and_passkeys::password_example_closes_the_account_and_the_browser_drops_the_passkey",
            "profiles::passkey_that_a_profile_does_not_accept_is_dropped",
            "upgrade::passkey_without_user_presence_does_not_register_without_conditional_mediation",
        ],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "Firefox creates no passkeys without asking (conditional creation)",
        probe: Probe::Script(
            Kind::Laptop,
            "return (await PublicKeyCredential.getClientCapabilities()).conditionalCreate === false;",
        ),
        tests: &[
            "capabilities::capabilities_are_those_that_chromium_tells",
            "consent::upgrade_after_an_older_sign_in_asks_for_no_consent",
            "elements::behaviour::offer_creates_a_passkey_by_conditional_creation_where_the_page_wishes",
            "passwords_and_passkeys::password_example_asks_for_consent_where_the_sign_in_is_old",
            "passwords_and_passkeys::password_example_asks_for_the_passkey_after_the_password",
            "passwords_and_passkeys::password_example_upgrades_a_sign_in_by_password",
            "prompt_outcomes::conditional_creation_that_the_browser_declines_is_reported_with_its_mediation",
            "upgrade::upgrade_creates_a_passkey_without_user_presence_and_verification_in_a_willing_browser",
            "upgrade::upgrade_gives_way_to_ceremonies_that_the_user_is_asked_for",
            "upgrade::upgrade_rejects_at_an_application_without_conditional_create",
            "upgrade::upgrade_rejects_only_for_responses_that_the_developer_has_to_repair",
            "upgrade::upgrade_resolves_to_null_for_every_refusal_of_the_browser_but_a_wrong_origin",
            "upgrade::upgrade_resolves_to_null_in_chromium_without_a_password_manager",
            "upgrade::upgrade_resolves_to_null_when_the_browser_does_not_answer",
        ],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "Firefox on Linux has no platform authenticator, not even a virtual one, where the options demand it",
        probe: Probe::Script(
            Kind::Laptop,
            "const publicKey = {
               challenge: new Uint8Array(32), rp: { name: 'Example' },
               user: { id: new Uint8Array(1), name: 'ada', displayName: 'Ada' },
               pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
               authenticatorSelection: { authenticatorAttachment: 'platform' },
             };
             return navigator.credentials.create({ publicKey }).then(() => false, () => true);",
        ),
        tests: &[
            "passwords_and_passkeys::password_example_offers_a_passkey_of_this_device_and_adds_one_of_any",
            "profiles::profile_chooses_where_the_passkey_is_created",
            "profiles::sign_in_reports_the_profile_that_it_was_begun_with",
        ],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "Firefox has no immediate mediation",
        probe: Probe::Script(
            Kind::Laptop,
            "return !(await PublicKeyCredential.getClientCapabilities()).immediateGet;",
        ),
        tests: &[
            "immediate::immediate_ends_pending_autofill_and_gives_way_to_a_button",
            "immediate::immediate_rejects_for_a_passkey_that_the_server_does_not_know",
            "immediate::immediate_resolves_to_null_where_no_passkey_is_at_hand",
            "immediate::immediate_resolves_to_null_while_the_user_is_asked_for_a_passkey",
            "immediate::immediate_resolves_to_null_without_a_click_and_when_the_page_aborts",
            "immediate::immediate_signs_in_with_a_passkey_that_is_at_hand",
            "prompt_outcomes::immediate_mediation_without_a_passkey_is_reported_as_no_passkey",
        ],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "Firefox takes at most 20 credentials in a sign-in",
        probe: Probe::Script(
            Kind::Laptop,
            "const allowCredentials = Array.from({ length: 21 }, (_, it) => ({ type: 'public-key', id: new Uint8Array([it]) }));
             const publicKey = { challenge: new Uint8Array(32), allowCredentials };
             return navigator.credentials.get({ publicKey }).catch(({ name }) => name === 'SecurityError');",
        ),
        tests: &[
            "failures::lists_that_are_too_long_for_chromium_are_invalid_options",
            "many_passkeys::user_with_70_passkeys_signs_in_by_name_and_steps_up_in_chromium",
        ],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "Firefox keeps offering passkeys in fields where there is none",
        probe: Probe::Script(
            Kind::Laptop,
            "const publicKey = { challenge: new Uint8Array(32) };
             const offer = navigator.credentials.get({ mediation: 'conditional', publicKey }).catch(() => false);
             const later = new Promise((done) => setTimeout(() => done(true), 8000));
             return Promise.race([offer, later]);",
        ),
        tests: &[
            "autofill_without_a_passkey_reports_no_failure",
            "client::autofill_that_the_user_dismisses_resolves_to_null",
        ],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "Firefox ends a request that waits when another one begins, where Chromium is busy",
        probe: Probe::Waiting(
            "const { signal } = self.ending = new AbortController();
             const ask = () => navigator.credentials.get({ publicKey: { challenge: new Uint8Array(32) }, signal })
               .catch(({ name }) => name);
             const [first, second] = [ask(), ask()];
             const later = new Promise((done) => setTimeout(() => done('waiting'), 5000));
             const outcome = await Promise.race([second, later]);
             self.ending.abort();
             await Promise.all([first, second]);
             return outcome !== 'OperationError';",
        ),
        tests: &["failures::request_while_chromium_is_still_asking_for_another_script_is_busy"],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "requests of Firefox that wait do not use virtual authenticators that are plugged in later",
        probe: Probe::PluggedInLater,
        tests: &["client::sign_in_button_replaces_pending_conditional_mediation"],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "requests of Firefox fail where one of two virtual authenticators has no passkey",
        probe: Probe::TwoAtOnce,
        tests: &[
            "offer::cancelled_prompt_leaves_the_offer_to_the_user",
            "offer::declined_offer_is_repeated_after_growing_pauses",
            "offer::offer_has_a_name_and_a_description_for_screen_readers",
            "offer::offer_pictures_fit_every_screen",
            "offer::sign_in_with_another_devices_passkey_is_followed_by_an_offer",
            "offer::user_who_deleted_a_passkey_is_not_offered_one",
        ],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "Firefox asks which of two passkeys is meant, and nobody selects one",
        probe: Probe::Script(
            Kind::Laptop,
            "for (const user of [1, 2]) {
               const publicKey = {
                 challenge: new Uint8Array(32), rp: { name: 'Example' },
                 user: { id: new Uint8Array([user]), name: 'ada', displayName: 'Ada' },
                 pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
                 authenticatorSelection: { residentKey: 'required' },
               };
               await navigator.credentials.create({ publicKey });
             }
             const controller = new AbortController();
             setTimeout(() => controller.abort(), 8000);
             const publicKey = { challenge: new Uint8Array(32) };
             return navigator.credentials.get({ publicKey, signal: controller.signal }).then(() => false, () => true);",
        ),
        tests: &["second_factor::ordinary_sign_in_is_no_second_factor"],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "virtual authenticators of Firefox fail for lists with a credential that they do not have",
        probe: Probe::Script(
            Kind::SecurityKey,
            "const creation = {
               challenge: new Uint8Array(32), rp: { name: 'Example' },
               user: { id: new Uint8Array(1), name: 'ada', displayName: 'Ada' },
               pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
             };
             const { rawId } = await navigator.credentials.create({ publicKey: creation });
             const allowCredentials = [rawId, new Uint8Array(32)].map((id) => ({ type: 'public-key', id }));
             const publicKey = { challenge: new Uint8Array(32), allowCredentials };
             return navigator.credentials.get({ publicKey }).then(() => false, () => true);",
        ),
        tests: &["consent::consent_to_delete_one_passkey_deletes_no_other"],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "passkeys of Firefox's virtual authenticators are not synced",
        probe: Probe::Script(
            Kind::Laptop,
            "const publicKey = {
               challenge: new Uint8Array(32), rp: { name: 'Example' },
               user: { id: new Uint8Array(1), name: 'ada', displayName: 'Ada' },
               pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
             };
             const { response } = await navigator.credentials.create({ publicKey });
             // Backup eligibility, WebAuthn section 6.1.
             return !(new Uint8Array(response.getAuthenticatorData())[32] & 8);",
        ),
        tests: &["list_shows_the_provider_and_the_passkey_of_the_current_session"],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "virtual authenticators of Firefox without user verification say that they have verified the user",
        probe: Probe::Script(
            Kind::PlainKey,
            "const verified = (userVerification) => {
               const publicKey = {
                 challenge: new Uint8Array(32), rp: { name: 'Example' },
                 user: { id: new Uint8Array(1), name: 'ada', displayName: 'Ada' },
                 pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
                 authenticatorSelection: { residentKey: 'discouraged', userVerification },
               };
               // User verified, WebAuthn section 6.1.
               const flag = ({ response }) => !!(new Uint8Array(response.getAuthenticatorData())[32] & 4);
               return navigator.credentials.create({ publicKey }).then(flag, () => false);
             };
             return await verified('required') && await verified('discouraged');",
        ),
        tests: &[
            "inspector::inspector_explains_a_missing_user_verification",
            "profiles::profile_is_enforced_when_the_page_changes_the_options",
        ],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "Firefox has no large blobs",
        probe: Probe::Script(
            Kind::Laptop,
            "return (await PublicKeyCredential.getClientCapabilities())['extension:largeBlob'] !== true;",
        ),
        tests: &[
            "extensions::large_blob_is_written_and_read_and_is_never_sent",
            "extensions::passkey_is_created_with_the_extensions_of_the_configuration_only",
            "extensions::passkey_without_large_blobs_is_not_created_where_they_are_required",
        ],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "every virtual authenticator of Firefox has the extension `prf`",
        probe: Probe::Script(
            Kind::Laptop,
            "const publicKey = {
               challenge: new Uint8Array(32), rp: { name: 'Example' },
               user: { id: new Uint8Array(1), name: 'ada', displayName: 'Ada' },
               pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
               authenticatorSelection: { residentKey: 'required' },
               extensions: { prf: {} },
             };
             const created = await navigator.credentials.create({ publicKey });
             return created.getClientExtensionResults().prf.enabled === true;",
        ),
        tests: &[
            "encrypted_notes::encrypted_notes_example_creates_nothing_for_a_passkey_without_prf",
            "extensions::passkey_without_prf_signs_in_without_results",
        ],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "Firefox does not flag the extension data in sign-ins with the `prf` of a virtual authenticator",
        probe: Probe::Script(
            Kind::Laptop,
            "const creation = {
               challenge: new Uint8Array(32), rp: { name: 'Example' },
               user: { id: new Uint8Array(1), name: 'ada', displayName: 'Ada' },
               pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
               authenticatorSelection: { residentKey: 'required' },
               extensions: { prf: {} },
             };
             await navigator.credentials.create({ publicKey: creation });
             const extensions = { prf: { eval: { first: new Uint8Array(32) } } };
             const publicKey = { challenge: new Uint8Array(32), extensions };
             const { response } = await navigator.credentials.get({ publicKey });
             const data = new Uint8Array(response.authenticatorData);
             // Extension data included, WebAuthn section 6.1.
             return data.length > 37 && !(data[32] & 128);",
        ),
        tests: &[
            "encrypted_notes::encrypted_notes_example_opens_the_notes_with_a_second_passkey",
            "encrypted_notes::encrypted_notes_example_opens_the_notes_with_the_passkey_and_sends_no_secret",
            "extensions::derived_keys_encrypt_and_decrypt_and_differ_by_purpose",
            "extensions::inputs_of_single_passkeys_apply_where_the_server_lists_passkeys",
            "extensions::inputs_that_are_missing_or_contradict_are_type_errors_and_results_do_not_outlive_a_failure",
            "extensions::secrets_of_a_password_managers_imitation_of_a_credential_are_not_sent",
            "extensions::secrets_of_prf_are_the_same_for_one_input_and_are_never_sent",
        ],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "Firefox does not say that a permissions policy forbids passkeys, and knows none of headers",
        probe: Probe::Script(
            Kind::Laptop,
            "const frame = document.createElement('iframe');
             frame.allow = `publickey-credentials-get 'none'`;
             document.body.append(frame);
             const { credentials } = frame.contentWindow.navigator;
             const publicKey = { challenge: new Uint8Array(32) };
             const message = await credentials.get({ publicKey }).catch(({ message }) => message);
             frame.remove();
             return !/Permissions Policy/.test(message);",
        ),
        tests: &[
            "failures::frame_without_allow_has_the_reason_of_permissions_policies",
            "failures::permissions_policy_that_forbids_passkeys_has_a_reason_of_its_own",
        ],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "Firefox accepts no public suffix as RP ID, not even on its own pages",
        probe: Probe::PublicSuffix,
        tests: &[
            "hosts::passkey_signs_in_where_the_rp_id_is_a_public_suffix",
            "hosts::rules_accept_a_public_suffix_on_its_own_pages_as_chromium_does",
        ],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "Firefox has no extensions of Chromium",
        probe: Probe::Script(
            Kind::Laptop,
            "return new URL('chrome-extension://id/').origin === 'null';",
        ),
        tests: &[
            "hosts::extension_registers_and_signs_in_with_the_rp_id_of_a_site",
            "hosts::rules_accept_the_rp_ids_that_extensions_can_claim_in_chromium",
        ],
    },
    Lack {
        engine: Engine::Firefox,
        reason: "Firefox has no DevTools protocol, for the accessibility tree and for requests that fail",
        probe: Probe::DevTools,
        tests: &[
            "elements::accessibility::screen_reader_reads_names_descriptions_and_messages",
            "managers::parts_of_client_js_that_do_not_load_are_unreachable",
            "prompt_outcomes::report_that_fails_changes_nothing_for_the_page",
        ],
    },
];

/// A public suffix, with pages in the test of the lacks.
const SUFFIX: &str = "github.io";

#[test]
fn each_browser_lacks_what_is_said_of_it() {
    let engine = Engine::of_this_run();
    let page = get(Html("<!doctype html><title>Page</title>"));
    let router = Router::new().route("/", page);
    let site = async |_: &Path| SecureSite::start(&["example.com", SUFFIX], router).await;
    in_browser_at(site, async |visit| {
        visit.go_to(visit.server.origin()).await;
        for lack in LACKS {
            let lacking = match lack.probe {
                Probe::DevTools => !has_devtools(&visit.browser).await,
                Probe::Script(kind, script) => {
                    let mut authenticator = Authenticator::new(kind);
                    authenticator.plug_in(&visit.browser).await;
                    let lacking = visit.script_async(script).await;
                    authenticator.unplug(&visit.browser).await;
                    assert!(lacking.is_boolean(), "{}: {lacking}", lack.reason);
                    lacking == true
                }
                Probe::TwoAtOnce => !uses_the_one_of_two_that_has_a_passkey(visit).await,
                Probe::PublicSuffix => !creates_passkeys_for_a_public_suffix(visit).await,
                Probe::PluggedInLater => !uses_what_is_plugged_in_later(visit).await,
                Probe::Waiting(script) => {
                    let mut laptop = Authenticator::new(Kind::Laptop);
                    laptop.plug_in_unattended(&visit.browser).await;
                    let lacking = visit.script_async(script).await;
                    laptop.unplug(&visit.browser).await;
                    assert!(lacking.is_boolean(), "{}: {lacking}", lack.reason);
                    lacking == true
                }
            };
            // The other browsers of the tests have it, or the probe would prove nothing.
            assert_eq!(lacking, lack.engine == engine, "{}", lack.reason);
        }
    });
}

/// Declares options for a discoverable credential.
const CREATION: &str = "const publicKey = {
      challenge: new Uint8Array(32), rp: { name: 'Example' },
      user: { id: new Uint8Array(1), name: 'ada', displayName: 'Ada' },
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    };";

/// The body of an async function that creates such a credential.
fn create() -> String {
    format!(
        "{CREATION} return navigator.credentials.create({{ publicKey }}).then(() => true, () => false);"
    )
}

async fn creates_passkeys_for_a_public_suffix(visit: &Visit<SecureSite>) -> bool {
    let mut laptop = Authenticator::new(Kind::Laptop);
    laptop.plug_in(&visit.browser).await;
    visit.go_to(&format!("https://{SUFFIX}")).await;
    let created = visit.script_async(&create()).await;
    visit.go_to(visit.server.origin()).await;
    laptop.unplug(&visit.browser).await;
    created == true
}

async fn uses_the_one_of_two_that_has_a_passkey(visit: &Visit<SecureSite>) -> bool {
    let mut key = Authenticator::new(Kind::SecurityKey);
    let mut laptop = Authenticator::new(Kind::Laptop);
    key.plug_in(&visit.browser).await;
    assert_eq!(visit.script_async(&create()).await, true);
    let get = "const publicKey = { challenge: new Uint8Array(32), userVerification: 'required' };
        return navigator.credentials.get({ publicKey }).then(() => true, () => false);";
    let mut used = true;
    // In Firefox it is a matter of which of them is asked first, by chance whenever one is plugged in.
    for _ in 0..24 {
        laptop.plug_in(&visit.browser).await;
        used = visit.script_async(get).await == true;
        laptop.unplug(&visit.browser).await;
        if !used {
            break;
        }
        key.unplug(&visit.browser).await;
        key.plug_in(&visit.browser).await;
    }
    key.unplug(&visit.browser).await;
    used
}

async fn uses_what_is_plugged_in_later(visit: &Visit<SecureSite>) -> bool {
    let mut laptop = Authenticator::new(Kind::Laptop);
    laptop.plug_in_unattended(&visit.browser).await;
    let create = format!(
        "{CREATION}
         const {{ signal }} = self.ending = new AbortController();
         self.created = navigator.credentials.create({{ publicKey, signal }}).then(() => true, () => false);"
    );
    visit.script(&create).await;
    laptop.unplug(&visit.browser).await;
    laptop.plug_in(&visit.browser).await;
    let outcome = "setTimeout(() => self.ending.abort(), 8000); return self.created;";
    let created = visit.script_async(outcome).await;
    laptop.unplug(&visit.browser).await;
    created == true
}

async fn has_devtools(browser: &Browser) -> bool {
    let command = json!({ "cmd": "Browser.getVersion", "params": {} });
    let answer = browser.try_command("POST", "goog/cdp/execute", Some(command));
    answer.await.is_ok()
}

/// A test that has another name now would run in vain, or be left out for ever.
#[test]
fn tests_that_are_left_out_exist_and_have_one_reason() {
    let mut list = Command::new(env::current_exe().unwrap());
    let listed = list.args(["--list", "--format=terse"]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let all: BTreeSet<_> = listed
        .lines()
        .filter_map(|it| it.strip_suffix(": test"))
        .collect();
    assert!(all.contains("lacks::each_browser_lacks_what_is_said_of_it"));
    for engine in [Engine::Chromium, Engine::Phone, Engine::Firefox] {
        let mut left_out = BTreeSet::new();
        for lack in LACKS.iter().filter(|it| it.engine == engine) {
            println!("left out in {engine:?}: {}", lack.reason);
            for test in lack.tests {
                println!("    {test}");
                assert!(all.contains(test), "there is no test {test}");
                assert!(left_out.insert(test), "{test} has two reasons");
                assert!(!test.starts_with("lacks::"), "{test}");
            }
        }
    }
}
