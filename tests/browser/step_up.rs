//! The example `step_up`: a transfer needs the user's consent to exactly this transfer.

use std::process::Command;

use serde_json::{Value, json};

use super::{SIGN_OUT, pictures::pictures};
use crate::support::{Authenticator, Kind, Program, Visit, in_browser_at};

const OPEN: &str = "Open an account";
const SEND: &str = "Send with your passkey";

/// Runs a test as a signed-in user of the example, with a passkey and 1,000 euros.
fn with_an_account(test: impl AsyncFnOnce(&mut Visit<Program>, &mut Authenticator)) {
    in_browser_at(
        async |_| Program::start(Command::new(env!("CARGO_BIN_EXE_example-step_up"))),
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.open().await;
            visit.fill("Your name", "Ada").await;
            visit.press(OPEN).await;
            visit.sees("Ada’s account").await;
            visit.sees("€1,000").await;
            test(visit, &mut laptop).await;
        },
    );
}

async fn fill_in(visit: &Visit<Program>, to: &str, amount: &str) {
    visit.fill("To", to).await;
    visit.fill("Amount in €", amount).await;
}

/// Returns the account as the server has it: the balance and the transfers.
async fn account(visit: &Visit<Program>) -> Value {
    let script = "const { balance, sent } = await (await fetch('/account')).json();
                  return [balance, sent];";
    visit.script_async(script).await
}

#[test]
fn step_up_example_makes_a_transfer_with_consent() {
    with_an_account(async |visit, _| {
        visit.focus_is_on("balance").await;
        for (to, amount) in [("Bob", "250"), ("<i>Eve</i>", "50")] {
            fill_in(visit, to, amount).await;
            visit.press(SEND).await;
            visit.hears(&format!("€{amount} sent to {to}.")).await;
        }
        visit.sees("€700").await;
        assert_eq!(visit.listed().await, json!(["<i>Eve</i>", "Bob"]));
        let sent = json!([{ "to": "Bob", "amount": 250 }, { "to": "<i>Eve</i>", "amount": 50 }]);
        assert_eq!(account(visit).await, json!([700, sent]));
    });
}

#[test]
fn step_up_example_makes_no_transfer_when_cancelled() {
    with_an_account(async |visit, laptop| {
        laptop.recognise(&visit.browser, false).await;
        fill_in(visit, "Bob", "250").await;
        visit.press(SEND).await;
        visit
            .is_warned("Nothing was sent: you cancelled, or it took too long.")
            .await;
        assert_eq!(account(visit).await, json!([1000, []]));
        // The form keeps its input.
        laptop.recognise(&visit.browser, true).await;
        visit.press(SEND).await;
        visit.hears("€250 sent to Bob.").await;
    });
}

#[test]
fn step_up_example_rejects_a_session_or_sign_in_as_consent() {
    with_an_account(async |visit, _| {
        let statuses = visit
            .script_async(
                "const { PasskeyClient } = await import('/auth/passkeys/client.js');
                 const send = (body) => fetch('/transfer', {
                   method: 'POST',
                   headers: { 'content-type': 'application/json' },
                   body: JSON.stringify(body),
                 });
                 const body = { to: 'Eve', amount: 5 };
                 const answers = [await send(body), await send({ body, state: '', credential: {} })];
                 // A fresh sign-in is not consent either.
                 let signedIn;
                 const keep = async (url, init) => {
                   if (!url.endsWith('/finish')) return fetch(url, init);
                   signedIn = JSON.parse(init.body);
                   return Response.json({});
                 };
                 await new PasskeyClient({ fetch: keep, base: '/auth/passkeys' }).authenticate();
                 answers.push(await send({ body, ...signedIn }));
                 return answers.map((answer) => answer.status);",
            )
            .await;
        assert_eq!(statuses, json!([403, 400, 400]));
        assert_eq!(account(visit).await, json!([1000, []]));
    });
}

/// Changes in transit, between the page and the server.
#[test]
fn step_up_example_rejects_a_changed_or_replayed_transfer() {
    with_an_account(async |visit, _| {
        let outcomes = visit
            .script_async(
                "const { PasskeyClient } = await import('/auth/passkeys/client.js');
                 const through = async (fetch) => {
                   const client = new PasskeyClient({ fetch, base: '/auth/passkeys' });
                   const body = { to: 'Bob', amount: 5 };
                   const sent = client.stepUp('/transfer?note=lunch#top', { body });
                   // The page may change its own object meanwhile.
                   body.amount = 500;
                   return sent.then((account) => account.balance, (error) => error.code);
                 };
                 const change = (edit) => through((url, init) => {
                   if (!url.includes('/transfer')) return fetch(url, init);
                   const request = JSON.parse(init.body);
                   const { at = url } = edit(request) ?? {};
                   return fetch(at, { ...init, body: JSON.stringify(request) });
                 });
                 let last;
                 return [
                   await change((request) => { request.body.amount = 50; }),
                   await change((request) => { request.body.to = 'Eve'; }),
                   await change(() => ({ at: '/transfer?note=rent' })),
                   await change(() => ({ at: '/transfer' })),
                   await change(() => {}),
                   await through((url, init) => { last = [url, init]; return fetch(url, init); }),
                   (await fetch(...last)).status,
                 ];",
            )
            .await;
        let refused = "challenge_not_found";
        let expected = json!([refused, refused, refused, refused, 995, 990, 400]);
        assert_eq!(outcomes, expected);
        let five = json!({ "to": "Bob", "amount": 5 });
        assert_eq!(account(visit).await, json!([990, [five, five]]));
    });
}

#[test]
fn step_up_example_rejects_another_users_passkey_on_the_same_device() {
    with_an_account(async |visit, laptop| {
        let adas = laptop.passkeys(&visit.browser).await[0]["credentialId"].clone();
        visit.press(SIGN_OUT).await;
        visit.hears("You are signed out.").await;
        visit.fill("Your name", "Bob").await;
        visit.press(OPEN).await;
        visit.sees("Bob’s account").await;
        let outcome = visit
            .script_async(&format!(
                "const {{ PasskeyClient }} = await import('/auth/passkeys/client.js');
                 const withAdas = async (url, init) => {{
                   const answer = await fetch(url, init);
                   if (!url.endsWith('/begin')) return answer;
                   const begun = await answer.json();
                   begun.publicKey.allowCredentials = [{{ type: 'public-key', id: {adas} }}];
                   return Response.json(begun);
                 }};
                 const client = new PasskeyClient({{ fetch: withAdas, base: '/auth/passkeys' }});
                 const sent = client.stepUp('/transfer', {{ body: {{ to: 'Eve', amount: 5 }} }});
                 return sent.catch((error) => [error.reason, error.code]);"
            ))
            .await;
        assert_eq!(outcome, json!(["server", "authentication_failed"]));
        assert_eq!(account(visit).await, json!([1000, []]));
    });
}

#[test]
fn step_up_example_rejects_a_transfer_above_the_balance() {
    with_an_account(async |visit, _| {
        fill_in(visit, "Bob", "1001").await;
        visit.press(SEND).await;
        // The form is invalid in the browser, before a ceremony begins.
        let script = "return document.getElementById('amount').validity.rangeOverflow";
        assert_eq!(visit.script(script).await, true);
        let outcome = visit
            .script_async(
                "const { passkeys } = await import('/auth/passkeys/client.js');
                 const sent = passkeys.stepUp('/transfer', { body: { to: 'Bob', amount: 1001 } });
                 return sent.catch((error) => [error.reason, error.code]);",
            )
            .await;
        assert_eq!(outcome, json!(["server", "amount_unusable"]));
        assert_eq!(account(visit).await, json!([1000, []]));
    });
}

#[test]
fn step_up_failures_reject_with_a_reason_and_a_code() {
    with_an_account(async |visit, laptop| {
        let attempt = async || {
            let script = "const { passkeys } = await import('/auth/passkeys/client.js');
                          const { signal } = self.controller = new AbortController();
                          const options = { body: { to: 'Bob', amount: 5 }, signal };
                          const sent = passkeys.stepUp('/transfer', options);
                          if (self.impatient) {
                            setTimeout(() => self.controller.abort(), 100);
                          }
                          return sent.catch((error) => [error.reason, error.code]);";
            visit.script_async(script).await
        };
        laptop.recognise(&visit.browser, false).await;
        assert_eq!(attempt().await, json!(["cancelled", ""]));
        laptop.unplug(&visit.browser).await;
        laptop.plug_in_unattended(&visit.browser).await;
        visit.script("self.impatient = true").await;
        assert_eq!(attempt().await, json!(["aborted", ""]));
        visit.press(SIGN_OUT).await;
        visit.hears("You are signed out.").await;
        assert_eq!(attempt().await, json!(["server", "signed_out"]));
        visit
            .before_scripts("delete self.PublicKeyCredential")
            .await;
        visit.open().await;
        assert_eq!(attempt().await, json!(["not-supported", ""]));
    });
}

#[test]
fn step_up_example_pictures_fit_every_screen() {
    with_an_account(async |visit, laptop| {
        fill_in(visit, "Bob", "250").await;
        pictures(visit, "step-up-2-filled-in").await;

        laptop.recognise(&visit.browser, false).await;
        visit.press(SEND).await;
        visit.is_warned("Nothing was sent").await;
        pictures(visit, "step-up-3-cancelled").await;

        laptop.recognise(&visit.browser, true).await;
        visit.press(SEND).await;
        visit.hears("€250 sent to Bob.").await;
        fill_in(visit, "Grace Brewster Murray Hopper", "12").await;
        visit.press(SEND).await;
        visit.hears("€12 sent").await;
        pictures(visit, "step-up-4-sent").await;

        visit.press(SIGN_OUT).await;
        visit.hears("You are signed out.").await;
        visit.open().await;
        pictures(visit, "step-up-1-welcome").await;
    });
}
