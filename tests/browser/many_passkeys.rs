//! Users with more passkeys than Chromium takes in a list, which is 64.

use axum::{
    Json, Router,
    response::Html,
    routing::{get, post},
};
use passkeys::{
    Config, Credential, CredentialId, Passkeys, Verified,
    store::{CredentialRepository as _, MemoryRepository, Owner},
};
use passkeys_test_support::{App, imported};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::support::{Authenticator, Kind, SecureSite, Visit, in_browser_at};

const HOST: &str = "example.com";

/// The application for tests, with `count` passkeys of Ada's that were last used a year ago.
async fn site(repository: MemoryRepository) -> SecureSite {
    let config = Config::builder(HOST, [format!("https://{HOST}")]);
    let config = config.max_credentials(64).build().unwrap();
    let passkeys = Passkeys::with_config(App, repository, config);
    let transfer = async |Verified { body, .. }: Verified<App, Value>| Json(body);
    let router = Router::new()
        .route("/", get(Html("<!doctype html><title>Page</title>")))
        .route("/transfer", post(transfer))
        .with_state(passkeys.clone())
        .nest("/auth/passkeys", passkeys.router());
    SecureSite::start(&[HOST], router).await
}

/// Stores passkeys of another device for Ada.
async fn import(repository: &MemoryRepository, count: u8) {
    let [own]: [Credential; 1] = repository
        .list(Owner::everywhere("ada"))
        .await
        .unwrap()
        .try_into()
        .unwrap();
    for number in 0..count {
        let id = CredentialId::new([number; 32]).unwrap();
        let long_ago = OffsetDateTime::now_utc() - Duration::days(365);
        let mut another = own.clone();
        (another.id, another.created_at, another.last_used_at) = (id, long_ago, None);
        assert!(imported(repository, &another).await);
    }
}

/// Runs the body of an async function with a client for Ada.
async fn as_ada(visit: &Visit<SecureSite>, body: &str) -> Value {
    let script = format!(
        "const {{ PasskeyClient }} = await import('/auth/passkeys/client.js');
         const asAda = (url, init) => fetch(url, {{ ...init, headers: {{ ...init.headers, 'x-user': 'ada' }} }});
         const client = new PasskeyClient({{ base: '/auth/passkeys', fetch: asAda }});
         const outcome = (promise) => promise.catch((error) => [error.reason, error.code]);
         {body}"
    );
    visit.script_async(&script).await
}

#[test]
fn user_with_70_passkeys_signs_in_by_name_and_steps_up_in_chromium() {
    let repository = MemoryRepository::default();
    in_browser_at(
        async |_| site(repository.clone()).await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.go_to(&format!("https://{HOST}")).await;
            assert_eq!(
                as_ada(visit, "return client.register();").await["status"],
                "ok"
            );
            import(&repository, 69).await;
            let outcomes = as_ada(
                visit,
                "return [
                   (await client.list()).length,
                   (await outcome(client.authenticate({ userId: 'ada' }))).userId,
                   await outcome(client.stepUp('/transfer', { body: { amount: 5 } })),
                   await outcome(client.register()),
                 ];",
            )
            .await;
            let enough = ["server", "too_many_credentials"];
            assert_eq!(outcomes, json!([70, "ada", { "amount": 5 }, enough]));
        },
    );
}

/// With 63 passkeys a user may register one more, and the list of those to exclude has 63.
#[test]
fn user_with_63_passkeys_registers_another_one_in_chromium() {
    let repository = MemoryRepository::default();
    in_browser_at(
        async |_| site(repository.clone()).await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            let mut key = Authenticator::new(Kind::SecurityKey);
            laptop.plug_in(&visit.browser).await;
            visit.go_to(&format!("https://{HOST}")).await;
            assert_eq!(
                as_ada(visit, "return client.register();").await["status"],
                "ok"
            );
            import(&repository, 62).await;
            let held = json!(["already-registered", ""]);
            assert_eq!(
                as_ada(visit, "return outcome(client.register());").await,
                held
            );
            laptop.unplug(&visit.browser).await;
            key.plug_in(&visit.browser).await;
            let outcomes = as_ada(
                visit,
                "return [(await client.register()).status, (await client.list()).length];",
            )
            .await;
            assert_eq!(outcomes, json!(["ok", 64]));
        },
    );
}
