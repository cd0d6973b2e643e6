//! Responses that are not what `client.js` asked for: pages, redirects, nothing, and errors in the
//! application's own form.

use serde_json::{Value, json};

use super::client::{ada_has_a_passkey, with_client};
use crate::support::{Authenticator, Kind, Visit, in_browser};

/// Calls the client where requests whose path contains `part` get another response: the value of an
/// expression. Returns the outcomes.
async fn with_response(visit: &Visit, part: &str, response: &str, calls: &str) -> Value {
    let body = format!(
        "const answer = async (url, init) => url.includes('{part}') ? {response} : fetch(url, init);
         const client = new PasskeyClient({{ base: '/auth/passkeys', fetch: answer }});
         const told = ({{ reason, code, status, body, text }}) => ({{ reason, code, status, body, text }});
         const caught = (promise) => promise.then((value) => ({{ value }}), told);
         const outcomes = [];
         for (const call of [{calls}]) outcomes.push(await caught(call()));
         return outcomes;"
    );
    with_client(visit, &body).await
}

/// Returns the reasons, or the values of what has resolved.
fn reasons(outcomes: &Value) -> Vec<Value> {
    let outcomes = outcomes.as_array().unwrap().iter();
    outcomes
        .map(|it| it.get("reason").unwrap_or(&it["value"]).clone())
        .collect()
}

const PAGE: &str =
    "new Response('<!doctype html>', { headers: { 'content-type': 'text/html; charset=utf-8' } })";

#[test]
fn begins_and_lists_that_are_no_json_of_the_routes_are_unexpected_responses() {
    in_browser(async |visit| {
        visit.offer_in_fields().await;
        visit.open().await;
        let calls = "() => client.authenticate(), () => client.autofill(), () => client.register(),
             () => client.register({ signUp: { name: 'Ada' } }), () => client.stepUp('/transfer'),
             () => client.list()";
        for response in [
            PAGE,
            "new Response('<!doctype html>', { headers: { 'content-type': 'application/json' } })",
            "new Response(null, { status: 200 })",
            "new Response(null, { status: 204 })",
            "new Response('Welcome')",
            "Response.json(null)",
            "Response.json({ message: 'ok' })",
            "Response.json({ publicKey: {} })",
            "Response.json('begun')",
            // The browser has followed a redirect to the sign-in page of a proxy.
            "fetch('/')",
        ] {
            let outcomes = with_response(visit, "/auth/passkeys/", response, calls).await;
            assert_eq!(
                reasons(&outcomes),
                vec![json!("unexpected-response"); 6],
                "{response}"
            );
        }
    });
}

/// A redirect that the page's `fetch` does not follow has no status and no body.
#[test]
fn redirect_that_is_not_followed_is_an_unexpected_response() {
    in_browser(async |visit| {
        visit.open().await;
        let response =
            "Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' })";
        let calls = "() => client.authenticate(), () => client.rename('a', 'b')";
        let outcomes = with_response(visit, "/auth/passkeys/", response, calls).await;
        assert_eq!(reasons(&outcomes), ["unexpected-response"; 2]);
        assert_eq!(outcomes[0]["status"], 0);
    });
}

/// A single-page application responds with its page to every path that it does not know.
#[test]
fn base_that_leads_to_a_fallback_page_is_an_unexpected_response() {
    in_browser(async |visit| {
        visit.open().await;
        let outcomes = with_response(
            visit,
            "/elsewhere/",
            PAGE,
            "() => new PasskeyClient({ base: '/elsewhere', fetch: answer }).authenticate(),
             () => new PasskeyClient({ base: '/elsewhere', fetch: answer }).list(),
             () => new PasskeyClient({ base: '/elsewhere', fetch: answer }).rename('a', 'b'),
             () => new PasskeyClient({ base: '/elsewhere', fetch: answer }).remove('a'),
             () => new PasskeyClient({ base: '/elsewhere', fetch: answer }).signal(),
             () => new PasskeyClient({ base: '/elsewhere', fetch: answer }).shouldOffer()",
        )
        .await;
        let mut expected = vec![json!("unexpected-response"); 4];
        // These two never fail.
        expected.extend([json!(false), json!(false)]);
        assert_eq!(reasons(&outcomes), expected);
        let page = json!({
            "reason": "unexpected-response", "code": "", "status": 200, "body": null,
            "text": "<!doctype html>",
        });
        assert_eq!(outcomes[0], page);
    });
}

/// Hooks may respond with whatever is a response. A page cannot be told from that of a proxy.
#[test]
fn finish_resolves_to_json_text_or_nothing_and_never_to_a_page() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        ada_has_a_passkey(visit, &mut laptop).await;
        let of = |kind: &str, body: &str| {
            format!("new Response('{body}', {{ headers: {{ 'content-type': '{kind}' }} }})")
        };
        for (response, outcome) in [
            (of("application/json", "{\"a\":1}"), json!({ "a": 1 })),
            (
                of("application/problem+json; charset=utf-8", "[]"),
                json!([]),
            ),
            (of("APPLICATION/JSON", "null"), json!(null)),
            (of("text/plain; charset=utf-8", "Welcome"), json!("Welcome")),
            (of("text/plain", "{}"), json!("{}")),
            (
                "new Response(null, { status: 204 })".to_owned(),
                json!(null),
            ),
            (
                "new Response(null, { status: 200 })".to_owned(),
                json!(null),
            ),
            ("new Response('')".to_owned(), json!(null)),
            (PAGE.to_owned(), json!("unexpected-response")),
            (of("text/html", "{}"), json!("unexpected-response")),
            (of("application/json", "{"), json!("unexpected-response")),
            (
                of("application/octet-stream", "{}"),
                json!("unexpected-response"),
            ),
            (of("", "{}"), json!("unexpected-response")),
            ("fetch('/')".to_owned(), json!("unexpected-response")),
        ] {
            let calls = "() => client.authenticate()";
            let outcomes = with_response(visit, "/finish", &response, calls).await;
            // What resolves to `undefined` has no value in JSON.
            let got = reasons(&outcomes)[0].clone();
            assert_eq!(got, outcome, "{response}");
        }
    });
}

/// The sign-up may have succeeded behind the proxy, so the passkey stays.
#[test]
fn passkey_of_a_registration_that_a_page_responds_to_is_kept() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        let calls = "() => client.register({ signUp: { name: 'Ada' } })";
        let outcomes = with_response(visit, "/finish", PAGE, calls).await;
        assert_eq!(reasons(&outcomes), ["unexpected-response"]);
        assert_eq!(laptop.passkeys(&visit.browser).await.len(), 1);
    });
}

#[test]
fn error_of_the_application_reaches_the_page_with_its_body_and_text() {
    in_browser(async |visit| {
        visit.open().await;
        let calls = "() => client.register({ signUp: { name: 'Ada' } })";
        let problem = "new Response('{\"title\":\"Name taken\"}', {
            status: 409, headers: { 'content-type': 'application/problem+json' } })";
        let outcomes = with_response(visit, "/sign-up/begin", problem, calls).await;
        assert_eq!(
            outcomes[0],
            json!({
                "reason": "server", "code": "", "status": 409,
                "body": { "title": "Name taken" }, "text": "{\"title\":\"Name taken\"}",
            })
        );
        for (response, body, text) in [
            (
                "new Response('Go away', { status: 403 })",
                json!(null),
                "Go away",
            ),
            (
                "new Response('<h1>502</h1>', { status: 502 })",
                json!(null),
                "<h1>502</h1>",
            ),
            ("new Response(null, { status: 500 })", json!(null), ""),
            (
                "Response.json('no', { status: 400 })",
                json!("no"),
                "\"no\"",
            ),
            (
                "Response.json({ error: 'no' }, { status: 400 })",
                json!({ "error": "no" }),
                "{\"error\":\"no\"}",
            ),
            (
                "Response.json({ error: null }, { status: 400 })",
                json!({ "error": null }),
                "{\"error\":null}",
            ),
        ] {
            let outcomes = with_response(visit, "/sign-up/begin", response, calls).await;
            let error = &outcomes[0];
            assert_eq!(error["reason"], "server", "{response}");
            assert_eq!(
                (&error["body"], &error["text"]),
                (&body, &json!(text)),
                "{response}"
            );
        }
        // The library's own form still has its code and message.
        let own = "return passkeys.remove('nobodys').catch(({ body, code, message }) => [body.error, code, message]);";
        let own = with_client(visit, own).await;
        assert_eq!(own[0], json!({ "code": own[1], "message": own[2] }));
    });
}
