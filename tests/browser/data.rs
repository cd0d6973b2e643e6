//! `data`: what the page says with the finish of a ceremony, as the hooks read it.

use axum::{Json, Router, response::Html, routing::get};
use passkeys::{
    AuthenticationResult, Data, PasskeyUser, Passkeys, RegistrationResult, passkeys,
    store::MemoryRepository,
};
use serde_json::{Value, json};

use crate::support::{Authenticator, Kind, SecureSite, Visit, in_browser_at};

/// Application of one user, which responds with the data that it was sent.
#[derive(Clone)]
struct App;

#[derive(serde::Deserialize)]
struct Wishes {
    remember: bool,
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    fn on_authenticated(
        &self,
        Data(wishes): Data<Option<Wishes>>,
        _: AuthenticationResult,
    ) -> Json<Option<bool>> {
        Json(wishes.map(|it| it.remember))
    }

    fn on_registered(&self, Data(data): Data<Value>, _: RegistrationResult) -> Json<Value> {
        Json(data)
    }
}

/// Runs a test on a page of the application with a box to tick.
fn at_the_site(test: impl AsyncFnOnce(&mut Visit<SecureSite>, &mut Authenticator)) {
    in_browser_at(
        async |_| {
            let passkeys = Passkeys::new(App, MemoryRepository::default());
            let page = "<!doctype html><title>Page</title><input type=checkbox id=remember>";
            let router = Router::new()
                .route("/", get(Html(page)))
                .nest("/auth/passkeys", passkeys.router());
            SecureSite::start(&["example.com"], router).await
        },
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.go_to("https://example.com").await;
            test(visit, &mut laptop).await;
        },
    );
}

/// Runs the body of an async function with the module's exports in scope.
async fn with_client(visit: &Visit<SecureSite>, body: &str) -> Value {
    let script = format!(
        "const {{ passkeys }} = await import('/auth/passkeys/client.js');
         const outcome = (promise) => promise.catch((error) => [error.reason, error.code]);
         {body}"
    );
    visit.script_async(&script).await
}

#[test]
fn hooks_read_the_data_of_the_page() {
    at_the_site(async |visit, _| {
        let outcomes = with_client(
            visit,
            "return [
               await passkeys.register({ data: { captcha: ['x', 1] } }),
               await passkeys.authenticate({ data: { remember: true } }),
               await passkeys.authenticate(),
             ];",
        )
        .await;
        assert_eq!(outcomes, json!([{ "captcha": ["x", 1] }, true, null]));
    });
}

/// The box is ticked while the passkeys are offered.
#[test]
fn data_of_autofill_is_read_when_a_passkey_was_picked() {
    at_the_site(async |visit, _| {
        with_client(visit, "await passkeys.register();").await;
        visit.offer_in_fields().await;
        visit.go_to("https://example.com").await;
        let signed_in = with_client(
            visit,
            "const box = document.getElementById('remember');
             const get = navigator.credentials.get.bind(navigator.credentials);
             navigator.credentials.get = (options) => {
               box.checked = options.mediation === 'conditional';
               return get(options);
             };
             return passkeys.autofill({ data: () => ({ remember: box.checked }) });",
        )
        .await;
        assert_eq!(signed_in, true);
    });
}

#[test]
fn data_that_does_not_fit_is_rejected_and_nothing_is_counted() {
    at_the_site(async |visit, _| {
        let outcomes = with_client(
            visit,
            "await passkeys.register();
             const refused = await outcome(passkeys.authenticate({ data: { remember: 'yes' } }));
             const [{ lastUsedAt }] = await passkeys.list();
             return [refused, lastUsedAt];",
        )
        .await;
        assert_eq!(outcomes, json!([["server", "invalid_request"], null]));
    });
}
