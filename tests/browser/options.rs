//! The options of ceremonies, as `client.js` sends them.

use serde_json::json;

use super::client::{ada_has_a_passkey, with_client};
use crate::support::{Authenticator, Kind, in_browser};

#[test]
fn ceremony_options_are_sent_in_queries_and_in_finish_bodies() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        ada_has_a_passkey(visit, &mut laptop).await;
        visit.offer_in_fields_of_this_page().await;
        let sent = with_client(
            visit,
            "let sent = [];
             let remember = false;
             const record = async (url, init) => {
               const { data, secondFactor, username } = JSON.parse(init.body ?? '{}');
               sent.push([url.slice('/auth/passkeys'.length), data ?? secondFactor ?? username ?? null]);
               // When the person responds, the page is not as it was at the begin.
               if (url.includes('begin')) remember = true;
               if (url.includes('finish')) return new Response('{}');
               // The quickstart knows neither profiles nor second factors.
               init.body = '{}';
               return fetch(url.split('?')[0], init);
             };
             const client = new PasskeyClient({ base: '/auth/passkeys', fetch: record });
             const all = [];
             for (const ceremony of [
               () => client.authenticate({ profile: 'this_device', secondFactor: true, data: 5 }),
               () => client.authenticate({ profile: 'a b&c', username: 'ada', data: [null, false] }),
               () => client.autofill({ profile: 'p', data: async () => ({ remember }) }),
               () => client.authenticate({ data: () => remember }),
               () => client.authenticate(),
             ]) {
               remember = false;
               await ceremony();
               all.push(sent);
               sent = [];
             }
             return all;",
        )
        .await;
        let (begin, finish) = ("/authenticate/begin", "/authenticate/finish");
        assert_eq!(
            sent,
            json!([
                [[format!("{begin}?profile=this_device"), true], [finish, 5]],
                [
                    [format!("{begin}?profile=a+b%26c"), "ada"],
                    [finish, [null, false]]
                ],
                [
                    [format!("{begin}?profile=p"), null],
                    [finish, { "remember": true }]
                ],
                [[begin, null], [finish, true]],
                [[begin, null], [finish, null]],
            ])
        );
    });
}

#[test]
fn registration_options_are_sent_in_queries_and_in_finish_bodies() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        let sent = with_client(
            visit,
            "let sent = [];
             const record = async (url, init) => {
               const { data, deviceName } = JSON.parse(init.body ?? '{}') ?? {};
               sent.push([url.slice('/auth/passkeys'.length), init.body !== undefined, data, deviceName]);
               if (url.includes('finish')) return new Response('{}');
               // The quickstart knows no profiles.
               init.body = JSON.stringify({ name: 'Ada' });
               init.headers = { 'content-type': 'application/json' };
               return fetch('/auth/passkeys/sign-up/begin', init);
             };
             const client = new PasskeyClient({ base: '/auth/passkeys', fetch: record });
             const all = [];
             for (const options of [
               { profile: 'security_key', data: { captcha: 'x' } },
               { signUp: { name: 'Ada' }, profile: 'p', data: () => 7, deviceName: () => 'Laptop' },
               { signUp: null },
             ]) {
               await client.register(options);
               all.push(sent);
               sent = [];
             }
             return all;",
        )
        .await;
        let finish = "/register/finish";
        assert_eq!(
            sent,
            json!([
                [
                    ["/register/begin?profile=security_key", false, null, null],
                    [finish, true, { "captcha": "x" }, null]
                ],
                [
                    ["/sign-up/begin?profile=p", true, null, null],
                    [finish, true, 7, "Laptop"]
                ],
                [
                    ["/sign-up/begin", true, null, null],
                    [finish, true, null, null]
                ],
            ])
        );
    });
}
