//! Profiles: `register({ profile })` and `authenticate({ profile })` at an application that has some.

use axum::{Json, Router, response::Html, routing::get};
use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
use serde_json::{Value, json};

use crate::support::{Authenticator, Kind, SecureSite, Visit, in_browser_at};

/// Application of one user, who chooses where a passkey is created.
#[derive(Clone)]
struct App;

#[passkeys(
    rp_id = "example.com",
    origins = ["https://example.com"],
    user_verification = "preferred",
    resident_key = "preferred",
    profiles(
        security_key(
            authenticator_attachment = "cross-platform",
            hints = ["security-key"],
            user_verification = "required",
        ),
        this_device(authenticator_attachment = "platform"),
    ),
)]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    fn on_authenticated(&self, login: AuthenticationResult) -> Json<Value> {
        Json(json!([login.profile(), login.user_verified()]))
    }
}

/// Runs a test on a page of the application, with a laptop and a security key that is plugged in.
fn with_both(
    test: impl AsyncFnOnce(&mut Visit<SecureSite>, &mut Authenticator, &mut Authenticator),
) {
    in_browser_at(
        async |_| {
            let passkeys = Passkeys::new(App, MemoryRepository::default());
            let router = Router::new()
                .route("/", get(Html("<!doctype html><title>Page</title>")))
                .nest("/auth/passkeys", passkeys.router());
            SecureSite::start(&["example.com"], router).await
        },
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            let mut key = Authenticator::new(Kind::SecurityKey);
            laptop.plug_in(&visit.browser).await;
            key.plug_in(&visit.browser).await;
            visit.go_to("https://example.com").await;
            test(visit, &mut laptop, &mut key).await;
        },
    );
}

/// Runs the body of an async function with the module's exports in scope.
async fn with_client(visit: &Visit<SecureSite>, body: &str) -> Value {
    let script = format!(
        "const {{ PasskeyClient, passkeys }} = await import('/auth/passkeys/client.js');
         const outcome = (promise) => promise.catch((error) => [error.reason, error.code]);
         {body}"
    );
    visit.script_async(&script).await
}

#[test]
fn profile_chooses_where_the_passkey_is_created() {
    with_both(async |visit, laptop, key| {
        for (profile, in_laptop, in_key) in [("security_key", 0, 1), ("this_device", 1, 1)] {
            let register = format!("return passkeys.register({{ profile: '{profile}' }});");
            assert_eq!(with_client(visit, &register).await["status"], "ok");
            let stored = (
                laptop.passkeys(&visit.browser).await.len(),
                key.passkeys(&visit.browser).await.len(),
            );
            assert_eq!(stored, (in_laptop, in_key), "{profile}");
        }
    });
}

#[test]
fn sign_in_reports_the_profile_that_it_was_begun_with() {
    with_both(async |visit, _, key| {
        // Chromium would ask the key, too, which has no passkey.
        key.unplug(&visit.browser).await;
        let outcomes = with_client(
            visit,
            "await passkeys.register({ profile: 'this_device' });
             return [
               await passkeys.authenticate(),
               await passkeys.authenticate({ profile: 'this_device' }),
             ];",
        )
        .await;
        assert_eq!(outcomes, json!([[null, true], ["this_device", true]]));
    });
}

/// Runs a test with a security key that cannot verify its user, on a page whose `client` does not ask it to.
fn with_changed_options(test: impl AsyncFnOnce(&mut Visit<SecureSite>, &mut Authenticator)) {
    with_both(async |visit, laptop, key| {
        laptop.unplug(&visit.browser).await;
        key.unplug(&visit.browser).await;
        let mut plain = Authenticator::new(Kind::PlainKey);
        plain.plug_in(&visit.browser).await;
        with_client(
            visit,
            "const fetch = async (url, init) => {
               const answer = await self.fetch(url, init);
               if (!url.includes('begin')) return answer;
               const begun = await answer.json();
               // Chromium verifies the user for passkeys that are discoverable.
               begun.publicKey.authenticatorSelection = {
                 residentKey: 'discouraged', userVerification: 'discouraged',
               };
               return Response.json(begun);
             };
             self.client = new PasskeyClient({ base: '/auth/passkeys', fetch });",
        )
        .await;
        test(visit, &mut plain).await;
    });
}

/// The server remembers the profile: a page cannot weaken what it enforces.
#[test]
fn profile_is_enforced_when_the_page_changes_the_options() {
    with_changed_options(async |visit, _| {
        let outcomes = with_client(
            visit,
            "const refused = await outcome(client.register({ profile: 'security_key' }));
             const none = await client.list();
             const { status } = await client.register();
             return [refused, none, status];",
        )
        .await;
        let refused = ["server", "attestation_verification_failed"];
        assert_eq!(outcomes, json!([refused, [], "ok"]));
    });
}

#[test]
fn passkey_that_a_profile_does_not_accept_is_dropped() {
    with_changed_options(async |visit, plain| {
        let register = "return outcome(client.register({ profile: 'security_key' }));";
        let refused = json!(["server", "attestation_verification_failed"]);
        assert_eq!(with_client(visit, register).await, refused);
        // The browser is told that it is of no use.
        visit
            .until("the passkey to go", async || {
                plain.passkeys(&visit.browser).await.is_empty()
            })
            .await;
    });
}

#[test]
fn unknown_profile_is_rejected_in_every_call() {
    with_both(async |visit, _, _| {
        let outcomes = with_client(
            visit,
            "const options = { profile: 'securitykey' };
             return [
               await outcome(passkeys.register(options)),
               await outcome(passkeys.authenticate(options)),
               await outcome(passkeys.stepUp('/', options)),
             ];",
        )
        .await;
        let refused = ["server", "invalid_request"];
        assert_eq!(outcomes, json!([refused, refused, refused]));
    });
}
