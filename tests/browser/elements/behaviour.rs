//! Behaviour of the elements: events, attributes, fields of the page, the content security policy.

use serde_json::{Value, json};

use super::site::{ALL, ORIGIN, at_pages, events, on_a_page, page, record, sign_up};
use crate::support::{Authenticator, Kind, this_device};

#[test]
fn elements_tell_the_page_of_every_change_and_each_other() {
    on_a_page(ALL, async |visit, laptop| {
        visit.sees("You were signed out.").await;
        record(visit).await;
        sign_up(visit, "Ada").await;
        laptop.unplug(&visit.browser).await;
        let mut key = Authenticator::new(Kind::SecurityKey);
        key.plug_in(&visit.browser).await;
        visit.press("Add a passkey").await;
        visit.hears("Passkey added.").await;
        visit.press("Rename Security key").await;
        visit.fill("Name", "Key").await;
        visit.press("Save").await;
        visit.hears("Renamed to “Key”.").await;
        visit.press("Delete Key").await;
        visit.press("Delete passkey").await;
        visit.hears("Deleted “Key”.").await;
        let told = events(visit).await;
        let told: Vec<_> = told
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| it[0] != "listed")
            .collect();
        assert_eq!(told[0], &json!(["signed-up", { "name": "Ada" }]));
        assert_eq!(told[1][0], "added");
        assert_eq!(told[2], &json!(["renamed", "Key"]));
        assert_eq!(told[3], &json!(["deleted", null]));
        assert_eq!(told.len(), 4, "{told:?}");
    });
}

#[test]
fn prevented_error_shows_nothing() {
    on_a_page("<passkey-sign-in></passkey-sign-in>", async |visit, _| {
        visit
            .script(
                "document.addEventListener('passkey-error', (it) => {
                   it.preventDefault();
                   self.words = it.detail.words;
                 });",
            )
            .await;
        visit.press("Sign in with a passkey").await;
        visit
            .until("the event", async || {
                let words = visit.script("return self.words ?? ''").await;
                words.as_str().unwrap().starts_with("Not signed in.")
            })
            .await;
        assert!(!visit.shows("Not signed in.").await);
    });
}

#[test]
fn elements_lead_to_pages_of_this_site_only() {
    let body = "<passkey-sign-up></passkey-sign-up><passkey-sign-in href='/account?a=1#b'></passkey-sign-in>";
    let pages = [("/", page("en", body)), ("/account", page("en", "Welcome"))];
    at_pages(&pages, async |visit, _| {
        visit.fill("Your name", "Ada").await;
        visit.press("Create an account").await;
        visit
            .until("the sign-up", async || !visit.server.sign_ups().is_empty())
            .await;
        record(visit).await;
        let others = [
            "https://example.com/",
            "//example.com",
            "javascript:self.ran = true",
            "data:text/html,x",
            // Of the same origin.
            "blob:http://localhost:3000/0",
            // No addresses at all.
            "//",
            "http://[",
        ];
        for (count, other) in others.into_iter().enumerate() {
            let script = format!(
                "deep('passkey-sign-in')[0].setAttribute('href', {})",
                json!(other)
            );
            visit.script(&script).await;
            visit.press("Sign in with a passkey").await;
            visit
                .until("the sign-in", async || {
                    let events = events(visit).await;
                    let entered = events.as_array().unwrap().iter();
                    entered.filter(|it| it[0] == "signed-in").count() > count
                })
                .await;
            let place = "return [location.href, self.ran ?? null]";
            let here = json!([format!("{ORIGIN}/"), null]);
            assert_eq!(visit.script(place).await, here, "{other}");
        }
        visit.go_to(ORIGIN).await;
        visit.press("Sign in with a passkey").await;
        visit.sees("Welcome").await;
        let place = format!("{ORIGIN}/account?a=1#b");
        assert_eq!(visit.script("return location.href").await, place);
    });
}

#[test]
fn address_that_is_none_does_not_fail_the_sign_in_that_came_before() {
    on_a_page(ALL, async |visit, _| {
        sign_up(visit, "Ada").await;
        record(visit).await;
        visit
            .script("deep('passkey-sign-in')[0].setAttribute('href', '//')")
            .await;
        visit.press("Sign in with a passkey").await;
        visit
            .until("the sign-in", async || {
                events(visit).await.to_string().contains("signed-in")
            })
            .await;
        visit.sees("Sign in with a passkey").await;
        let events = events(visit).await;
        assert!(!events.to_string().contains("error"), "{events}");
    });
}

/// The page changes its language, or an attribute of the element, while the browser asks for a passkey.
#[test]
fn button_waits_for_its_ceremony_also_after_it_is_drawn_again() {
    let body = "<passkey-sign-in></passkey-sign-in><passkey-sign-up></passkey-sign-up>";
    on_a_page(body, async |visit, _| {
        visit.sees("Sign in with a passkey").await;
        visit
            .script(
                "const element = deep('passkey-sign-in')[0];
                 self.asked = 0;
                 const authenticate = () => { self.asked++; return new Promise((_, fail) => { self.fail = fail; }); };
                 element.client = { authenticate, list: async () => [] };",
            )
            .await;
        visit.press("Sign in with a passkey").await;
        visit.sees("Waiting for your device…").await;
        for (change, waiting) in [
            (
                "document.documentElement.lang = 'de'",
                "Warten auf Ihr Gerät",
            ),
            (
                "deep('passkey-sign-in')[0].setAttribute('heading-level', '3')",
                "Warten auf Ihr Gerät",
            ),
        ] {
            visit.script(change).await;
            visit.sees(waiting).await;
            let disabled = "const button = deep('#sign-in')[0];
                button.click();
                return [button.ariaDisabled ?? button.getAttribute('aria-disabled'), self.asked]";
            assert_eq!(visit.script(disabled).await, json!(["true", 1]), "{change}");
            // That of another element does not wait.
            let other = "return deep('#create')[0].getAttribute('aria-disabled')";
            assert_eq!(visit.script(other).await, json!(null), "{change}");
        }
        visit.script("self.fail(new Error())").await;
        visit.sees("Mit Passkey anmelden").await;
        let disabled = "return deep('#sign-in')[0].getAttribute('aria-disabled')";
        assert_eq!(visit.script(disabled).await, json!(null));
        // Drawn again, it is as it was.
        visit.script("document.documentElement.lang = 'en'").await;
        visit.sees("Sign in with a passkey").await;
    });
}

#[test]
fn prevented_sign_in_leads_nowhere() {
    let body = "<passkey-sign-up href='/account'></passkey-sign-up>";
    let pages = [("/", page("en", body)), ("/account", page("en", "Welcome"))];
    at_pages(&pages, async |visit, _| {
        visit
            .script("document.addEventListener('passkey-signed-up', (it) => { it.preventDefault(); self.answer = it.detail.answer; })")
            .await;
        visit.fill("Your name", "Ada").await;
        visit.press("Create an account").await;
        visit
            .until("the answer", async || {
                visit.script("return self.answer ?? null").await == json!({ "name": "Ada" })
            })
            .await;
        assert_eq!(visit.script("return location.pathname").await, "/");
    });
}

#[test]
fn sign_up_sends_the_fields_of_the_page() {
    let fields = "<passkey-sign-up>
        <label for=mail>Mail</label><input id=mail name=name type=email required autocomplete='username webauthn'>
        <label for=news>News</label><input id=news name=news type=checkbox checked>
        <label><input name=plan type=radio value=small> Small</label>
        <label><input name=plan type=radio value=large checked> Large</label>
        <label>Country <select name=country><option>AT<option selected>FR</select></label>
      </passkey-sign-up><passkey-list></passkey-list>";
    on_a_page(fields, async |visit, _| {
        visit.fill("Mail", "no address").await;
        visit.press("Create an account").await;
        // The browser's own message is at the field.
        visit.focus_is_on("mail").await;
        assert!(visit.server.sign_ups().is_empty());
        visit.fill("Mail", "ada@example.com").await;
        visit.key(fantoccini::key::Key::Enter.into()).await;
        visit.sees("Created today").await;
        let sent =
            json!({ "name": "ada@example.com", "news": true, "plan": "large", "country": "FR" });
        assert_eq!(visit.server.sign_ups(), [sent]);

        visit
            .script("deep('passkey-sign-up')[0].signUpBody = ({ name }) => ({ name: name.toUpperCase(), terms: 3 })")
            .await;
        visit.press("Create an account").await;
        visit
            .until("the sign-up", async || visit.server.sign_ups().len() == 2)
            .await;
        assert_eq!(
            visit.server.sign_ups()[1],
            json!({ "name": "ADA@EXAMPLE.COM", "terms": 3 })
        );
    });
}

#[test]
fn error_of_the_sign_up_hook_is_at_the_field() {
    on_a_page(ALL, async |visit, _| {
        sign_up(visit, "Ada").await;
        visit.fill("Your name", "Ada").await;
        visit.press("Create an account").await;
        visit.sees("This name is taken.").await;
        visit.focus_is_on("name").await;
        let field = "const it = here();
            return [it.ariaInvalid, it.getRootNode().getElementById(it.getAttribute('aria-describedby')).innerText]";
        assert_eq!(
            visit.script(field).await,
            json!(["true", "This name is taken."])
        );
    });
}

#[test]
fn user_name_that_was_typed_begins_the_sign_in() {
    let body = "<passkey-sign-in username-field></passkey-sign-in><passkey-sign-up></passkey-sign-up><passkey-list></passkey-list>";
    on_a_page(body, async |visit, _| {
        sign_up(visit, "Ada").await;
        sign_up(visit, "Bob").await;
        visit.server.sign_out();
        record(visit).await;
        // Bob's passkey is newer.
        visit.fill("User name", "Ada").await;
        visit.press("Sign in with a passkey").await;
        visit
            .until("the sign-in", async || {
                events(visit)
                    .await
                    .as_array()
                    .unwrap()
                    .contains(&json!(["signed-in", { "name": "Ada" }]))
            })
            .await;
    });
}

#[test]
fn autofill_signs_in_and_begins_again_after_a_failure() {
    let body = "<passkey-sign-in autofill></passkey-sign-in><passkey-sign-up></passkey-sign-up><passkey-list></passkey-list>";
    on_a_page(body, async |visit, laptop| {
        sign_up(visit, "Ada").await;
        visit.server.sign_out();
        visit.offer_in_fields().await;
        // The device does not answer the first request.
        laptop.unplug(&visit.browser).await;
        laptop.plug_in_unattended(&visit.browser).await;
        visit
            .before_scripts(
                "self.asked = [];
                 const get = navigator.credentials.get.bind(navigator.credentials);
                 navigator.credentials.get = (it) => { self.asked.push(it.mediation ?? 'modal'); return get(it); };",
            )
            .await;
        visit.go_to(ORIGIN).await;
        let asked = async |expected: Value| {
            visit
                .until(&format!("{expected}"), async || {
                    visit.script("return self.asked").await == expected
                })
                .await;
        };
        asked(json!(["conditional"])).await;
        // A sign-up that fails has ended it.
        visit
            .script("navigator.credentials.create = async () => { throw new DOMException('', 'NotAllowedError'); }")
            .await;
        visit.fill("Your name", "Bob").await;
        visit.press("Create an account").await;
        visit.is_warned("No account was created").await;
        asked(json!(["conditional", "conditional"])).await;
    });
}

#[test]
fn element_that_leaves_the_page_aborts_its_ceremony() {
    on_a_page(
        "<passkey-sign-in></passkey-sign-in>",
        async |visit, laptop| {
            laptop.unplug(&visit.browser).await;
            laptop.plug_in_unattended(&visit.browser).await;
            visit
                .script(
                    "const get = navigator.credentials.get.bind(navigator.credentials);
                 navigator.credentials.get = (it) => {
                   self.asked = true;
                   return get(it).catch((error) => { self.ended = error.name; throw error; });
                 };",
                )
                .await;
            visit.press("Sign in with a passkey").await;
            visit.sees("Waiting for your device…").await;
            let asked = async || visit.script("return self.asked ?? null").await == true;
            visit.until("the browser to ask", asked).await;
            visit.script("deep('passkey-sign-in')[0].remove()").await;
            visit
                .until("the end", async || {
                    visit.script("return self.ended ?? null").await == "AbortError"
                })
                .await;
        },
    );
}

#[test]
fn list_that_cannot_be_loaded_can_be_tried_again() {
    let body = "<passkey-sign-up></passkey-sign-up><passkey-list></passkey-list>";
    on_a_page(body, async |visit, _| {
        sign_up(visit, "Ada").await;
        visit
            .before_scripts("const real = fetch; self.fetch = async (...it) => { if (self.away ?? true) throw 0; return real(...it); };")
            .await;
        visit.go_to(ORIGIN).await;
        visit.is_warned("The server can’t be reached.").await;
        visit.script("self.away = false").await;
        visit.press("Try again").await;
        visit.sees("Created today").await;
        assert!(!visit.shows("Try again").await);
        assert!(!visit.shows("The server can’t be reached.").await);
    });
}

#[test]
fn name_that_is_being_typed_survives_changes_of_the_list() {
    on_a_page(ALL, async |visit, _| {
        sign_up(visit, "Ada").await;
        visit.press(&format!("Rename {}", this_device())).await;
        visit.fill("Name", "Lap").await;
        visit
            .script_async("await deep('passkey-list')[0].renew()")
            .await;
        visit.focus_is_on("device-name").await;
        assert_eq!(visit.script("return here().value").await, "Lap");
    });
}

/// The browser tells of a closed dialog later, and a quick user has opened it for another passkey by then.
#[test]
fn question_that_was_cancelled_deletes_nothing_with_the_answer_to_the_next_one() {
    on_a_page(ALL, async |visit, laptop| {
        sign_up(visit, "Ada").await;
        laptop.unplug(&visit.browser).await;
        let mut key = Authenticator::new(Kind::SecurityKey);
        key.plug_in(&visit.browser).await;
        visit.press("Add a passkey").await;
        visit.hears("Passkey added.").await;
        visit
            .script(
                "const [list] = deep('passkey-list');
                 const [first, second] = list.passkeys;
                 list.deletePasskey(first.id);
                 deep('dialog')[0].close();
                 list.deletePasskey(second.id);",
            )
            .await;
        visit.sees("Delete “Security key”?").await;
        visit.press("Delete passkey").await;
        visit.hears("Deleted “Security key”.").await;
        assert_eq!(visit.listed().await, json!([this_device()]));
    });
}

#[test]
fn offer_creates_a_passkey_by_conditional_creation_where_the_page_wishes() {
    let body = "<passkey-sign-up></passkey-sign-up><passkey-list></passkey-list>";
    let offer =
        "<passkey-offer upgrade profile=this_device></passkey-offer><passkey-list></passkey-list>";
    let pages = [("/", page("en", body)), ("/account", page("en", offer))];
    at_pages(&pages, async |visit, laptop| {
        sign_up(visit, "Ada").await;
        laptop.unplug(&visit.browser).await;
        let mut other = Authenticator::new(Kind::Laptop);
        other.plug_in(&visit.browser).await;
        visit
            .before_scripts(
                "PublicKeyCredential.getClientCapabilities = async () => ({ conditionalCreate: true });
                 const create = navigator.credentials.create.bind(navigator.credentials);
                 navigator.credentials.create = ({ mediation, ...it }) => create(it);",
            )
            .await;
        visit.go_to(&format!("{ORIGIN}/account")).await;
        visit.hears("Passkey created. Next time").await;
        assert_eq!(visit.listed().await, json!([this_device(), this_device()]));
    });
}

/// Everything that the elements do, and what the policy is there for.
#[test]
fn elements_violate_neither_a_strict_policy_nor_trusted_types() {
    on_a_page(ALL, async |visit, laptop| {
        visit.sees("You were signed out.").await;
        sign_up(visit, "<img src=x onerror=self.ran=true>").await;
        laptop.recognise(&visit.browser, false).await;
        for button in ["Sign in with a passkey", "Add a passkey"] {
            visit.press(button).await;
            visit.is_warned("cancelled").await;
        }
        visit.press(&format!("Rename {}", this_device())).await;
        visit.fill("Name", "<b style='color:red'>x</b>").await;
        visit.press("Save").await;
        visit
            .hears("Renamed to “<b style='color:red'>x</b>”.")
            .await;
        visit.script("document.documentElement.lang = 'ar'").await;
        visit.sees("إضافة مفتاح مرور").await;
        assert_eq!(visit.script("return self.ran ?? null").await, json!(null));
        assert_eq!(visit.server.violations(), [] as [Value; 0]);

        // Reports do arrive, and Trusted Types are enforced.
        let html = "try { document.body.innerHTML = '<p>'; } catch (error) { return error.name; }";
        assert_eq!(visit.script(html).await, "TypeError");
        visit
            .until("the reports", async || {
                !visit.server.violations().is_empty()
            })
            .await;
    });
}
