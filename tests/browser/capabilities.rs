//! `capabilities()`: what the browser supports, in three values.

use serde_json::json;

use super::client::with_client;
use crate::support::{Authenticator, Kind, in_browser};

#[test]
fn capabilities_are_those_that_chromium_tells() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.offer_in_fields().await;
        visit.open().await;
        let able = with_client(
            visit,
            "const told = await PublicKeyCredential.getClientCapabilities();
             const able = await capabilities();
             const differs = Object.keys(told).filter(
               (name) => able[name] !== (told[name] ? 'supported' : 'unsupported'));
             return [able, differs, Object.keys(told).length];",
        )
        .await;
        let said = &able[0];
        for name in [
            "passkeys",
            "conditionalCreate",
            "conditionalGet",
            "immediateGet",
            "relatedOrigins",
            "signalAllAcceptedCredentials",
            "signalCurrentUserDetails",
            "signalUnknownCredential",
            "userVerifyingPlatformAuthenticator",
            "extension:prf",
        ] {
            assert_eq!(said[name], "supported", "{name}: {said}");
        }
        // The virtual authenticator is one that `getClientCapabilities()` may not count.
        let differs = able[1].as_array().unwrap();
        assert!(
            differs.is_empty() || differs == &[json!("userVerifyingPlatformAuthenticator")],
            "{differs:?}"
        );
        assert!(able[2].as_u64().unwrap() > 10, "{able}");
    });
}

#[test]
fn capabilities_are_unknown_where_the_browser_cannot_be_asked() {
    in_browser(async |visit| {
        visit
            .before_scripts(
                "self.inFields = true;
                 delete PublicKeyCredential.getClientCapabilities;
                 delete PublicKeyCredential.signalCurrentUserDetails;
                 PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable = async () => false;",
            )
            .await;
        visit.open().await;
        let able = with_client(visit, "return capabilities();").await;
        assert_eq!(
            able,
            json!({
                "passkeys": "supported",
                "conditionalCreate": "unknown",
                "conditionalGet": "supported",
                "hybridTransport": "unknown",
                "immediateGet": "unknown",
                "passkeyPlatformAuthenticator": "unknown",
                "relatedOrigins": "unknown",
                "signalAllAcceptedCredentials": "supported",
                "signalCurrentUserDetails": "unsupported",
                "signalUnknownCredential": "supported",
                "userVerifyingPlatformAuthenticator": "unsupported",
            })
        );
    });
}

/// Safari may tell nothing at all; a query may fail; password managers replace single methods.
#[test]
fn capabilities_survive_queries_that_fail_and_answers_that_differ() {
    in_browser(async |visit| {
        visit.open().await;
        let able = with_client(
            visit,
            "const api = PublicKeyCredential;
             const names = ['conditionalGet', 'userVerifyingPlatformAuthenticator', 'signalUnknownCredential'];
             const all = async () => {
               const able = await capabilities();
               return names.map((name) => able[name]);
             };
             const fail = async () => { throw new DOMException('no', 'UnknownError'); };
             api.isConditionalMediationAvailable = fail;
             api.isUserVerifyingPlatformAuthenticatorAvailable = () => { throw new TypeError('no'); };
             api.getClientCapabilities = fail;
             const failing = await all();
             // What the browser tells, where the older query fails.
             api.getClientCapabilities = async () => ({
               conditionalGet: true, userVerifyingPlatformAuthenticator: false, signalUnknownCredential: false,
             });
             const told = await all();
             // A password manager that can do what the browser cannot.
             api.isUserVerifyingPlatformAuthenticatorAvailable = async () => true;
             api.getClientCapabilities = async () => ({ userVerifyingPlatformAuthenticator: false });
             const replaced = await all();
             api.getClientCapabilities = async () => undefined;
             return [failing, told, replaced, (await capabilities()).relatedOrigins];",
        )
        .await;
        // A signal that can be sent is supported; a query that fails says nothing.
        assert_eq!(able[0], json!(["unknown", "unknown", "supported"]));
        assert_eq!(able[1], json!(["supported", "unsupported", "unsupported"]));
        assert_eq!(able[2], json!(["unknown", "supported", "supported"]));
        assert_eq!(able[3], "unknown");
    });
}

#[test]
fn browser_without_passkeys_supports_nothing() {
    in_browser(async |visit| {
        visit
            .before_scripts("delete self.PublicKeyCredential")
            .await;
        visit.open().await;
        let outcomes = with_client(
            visit,
            "return [
               [...new Set(Object.values(await capabilities()))],
               await passkeys.autofill(),
               await passkeys.immediate(),
               await passkeys.upgrade(),
               await passkeys.shouldOffer(),
               await outcome(passkeys.authenticate()),
               await outcome(passkeys.register()),
               await outcome(passkeys.stepUp('/transfer')),
             ];",
        )
        .await;
        let not_supported = json!(["not-supported", ""]);
        assert_eq!(
            outcomes,
            json!([
                ["unsupported"],
                null,
                null,
                null,
                false,
                not_supported,
                not_supported,
                not_supported,
            ])
        );
    });
}

/// The calls that disturb nobody ask the browser, and do nothing where it does not say yes.
#[test]
fn calls_that_nobody_asked_for_send_nothing_where_a_capability_is_not_supported() {
    in_browser(async |visit| {
        visit.open().await;
        let sent = with_client(
            visit,
            "const sent = [];
             const record = (url, init) => (sent.push(url), fetch(url, init));
             const client = new PasskeyClient({ base: '/auth/passkeys', fetch: record });
             const api = PublicKeyCredential;
             const fail = async () => { throw new DOMException('no', 'UnknownError'); };
             const outcomes = [];
             for (const told of [fail, async () => ({}), async () => ({
               conditionalCreate: false, conditionalGet: false, immediateGet: false,
             })]) {
               api.getClientCapabilities = told;
               for (const query of [fail, async () => false]) {
                 api.isConditionalMediationAvailable = query;
                 api.isUserVerifyingPlatformAuthenticatorAvailable = query;
                 outcomes.push(
                   await client.autofill(), await client.immediate(), await client.upgrade(),
                   await client.shouldOffer(),
                 );
               }
             }
             return [[...new Set(outcomes)], sent];",
        )
        .await;
        assert_eq!(sent, json!([[null, false], []]));
    });
}
