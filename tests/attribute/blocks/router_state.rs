//! Router states from which a block's application and `PasskeyUser` can be extracted.

use std::marker::PhantomData;

use axum::{
    Router,
    extract::{FromRef, FromRequestParts, State},
    routing::get,
};
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, PasskeysState, passkeys,
    store::{CredentialRepository, MemoryRepository},
};

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self, _: State<App>) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[derive(Clone)]
struct Generic<R>(PhantomData<fn() -> R>);

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl<R: CredentialRepository> Generic<R> {
    type Repository = R;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("2", "grace", "Grace")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

/// The state of an application that has more than its passkeys.
#[derive(Clone)]
struct WebState {
    passkeys: Passkeys<App>,
}

impl PasskeysState for WebState {
    type App = App;

    fn app(&self) -> &App {
        self.passkeys.app()
    }
}

impl FromRef<WebState> for App {
    fn from_ref(state: &WebState) -> Self {
        state.passkeys.app().clone()
    }
}

fn passkeys_of_app() -> Passkeys<App> {
    Passkeys::new(App, MemoryRepository::default())
}

fn passkeys_of_generic() -> Passkeys<Generic<MemoryRepository>> {
    Passkeys::new(Generic(PhantomData), MemoryRepository::default())
}

async fn user_id<S: PasskeysState + Send + Sync>(state: &S) -> String {
    let mut parts = axum::http::Request::new(()).into_parts().0;
    let user = PasskeyUser::from_request_parts(&mut parts, state).await;
    user.unwrap().id().to_owned()
}

#[tokio::test]
async fn passkey_user_is_extracted_from_the_application_from_passkeys_and_from_a_state_of_ones_own()
{
    let passkeys = passkeys_of_app();
    assert_eq!(user_id(&App).await, "1");
    assert_eq!(user_id(&passkeys).await, "1");
    assert_eq!(user_id(&WebState { passkeys }).await, "1");
}

#[tokio::test]
async fn passkey_user_is_extracted_from_the_passkeys_of_a_generic_application() {
    let passkeys = passkeys_of_generic();
    assert_eq!(user_id(passkeys.app()).await, "2");
    assert_eq!(user_id(&passkeys).await, "2");
}

#[test]
fn routers_with_these_states_take_handlers_that_extract_the_application_and_the_user() {
    async fn plain(_: State<App>, _: PasskeyUser) {}
    async fn generic(_: State<Generic<MemoryRepository>>, _: PasskeyUser) {}

    let passkeys = passkeys_of_app();
    let _: Router = Router::new().route("/", get(plain)).with_state(App);
    let _: Router = Router::new()
        .route("/", get(plain))
        .with_state(passkeys.clone());
    let _: Router = Router::new()
        .route("/", get(plain))
        .with_state(WebState { passkeys });
    let _: Router = Router::new()
        .route("/", get(generic))
        .with_state(passkeys_of_generic());
}
