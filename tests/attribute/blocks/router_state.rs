//! Router states from which a block's application and `PasskeyUser` can be extracted.

use std::{marker::PhantomData, sync::Arc};

use axum::{
    Router,
    extract::{FromRef, FromRequestParts, OptionalFromRequestParts, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, PasskeysState, Verified, passkeys,
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
    let user = <PasskeyUser as FromRequestParts<S>>::from_request_parts(&mut parts, state).await;
    user.unwrap().id().to_owned()
}

#[tokio::test]
async fn passkey_user_is_extracted_from_the_application_passkeys_and_a_custom_router_state() {
    let passkeys = passkeys_of_app();
    assert_eq!(user_id(&App).await, "1");
    assert_eq!(user_id(&passkeys).await, "1");
    assert_eq!(user_id(&Arc::new(passkeys.clone())).await, "1");
    let state = WebState { passkeys };
    assert_eq!(user_id(&state).await, "1");
    assert_eq!(user_id(&Arc::new(state)).await, "1");
    assert_eq!(user_id(&Arc::new(App)).await, "1");
}

#[test]
fn handlers_extract_the_user_and_their_consent_from_a_router_state_in_an_arc() {
    async fn handler(_: Option<PasskeyUser>, _: PasskeyUser, _: Verified<App, u32>) {}

    let passkeys = passkeys_of_app();
    let state = WebState {
        passkeys: passkeys.clone(),
    };
    let _: Router = Router::new()
        .route("/", post(handler))
        .with_state(Arc::new(state));
    let _: Router = Router::new()
        .route("/", post(handler))
        .with_state(Arc::new(passkeys));
}

#[tokio::test]
async fn passkey_user_is_extracted_from_the_passkeys_of_a_generic_application() {
    let passkeys = passkeys_of_generic();
    assert_eq!(user_id(passkeys.app()).await, "2");
    assert_eq!(user_id(&passkeys).await, "2");
}

#[test]
fn handlers_extract_the_application_and_the_user_from_every_router_state() {
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

/// Returns the rejection that a request asks for in its header `status`.
#[derive(Clone)]
struct Rejecting;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl Rejecting {
    type Repository = MemoryRepository;

    async fn get_user(&self, headers: HeaderMap) -> Result<PasskeyUser, StatusCode> {
        match headers.get("status") {
            None => Ok(PasskeyUser::new("3", "eve", "Eve")),
            Some(status) => Err(StatusCode::from_bytes(status.as_bytes()).unwrap()),
        }
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

/// Extracts `Option<PasskeyUser>` from a request that `get_user` rejects with this status.
async fn optional_user(rejection: Option<u16>) -> Result<Option<String>, StatusCode> {
    let mut request = axum::http::Request::builder();
    if let Some(status) = rejection {
        request = request.header("status", status);
    }
    let mut parts = request.body(()).unwrap().into_parts().0;
    let state = &Rejecting;
    let user =
        <PasskeyUser as OptionalFromRequestParts<_>>::from_request_parts(&mut parts, state).await;
    match user {
        Ok(user) => Ok(user.map(|user| user.id().to_owned())),
        Err(response) => Err(response.status()),
    }
}

#[tokio::test]
async fn optional_passkey_user_is_none_only_where_get_user_responds_401() {
    assert_eq!(optional_user(None).await, Ok(Some("3".to_owned())));
    assert_eq!(optional_user(Some(401)).await, Ok(None));
    for status in [403, 404, 503] {
        let status = StatusCode::from_u16(status).unwrap();
        let rejected = optional_user(Some(status.as_u16())).await;
        assert_eq!(rejected, Err(status));
    }
}

impl FromRef<WebState> for Passkeys<App> {
    fn from_ref(state: &WebState) -> Self {
        state.passkeys.clone()
    }
}

#[test]
fn verified_is_extracted_from_passkeys_and_from_a_router_state_that_contains_them() {
    async fn transfer(_: State<App>, _: Option<PasskeyUser>, _: Verified<App, Vec<u32>>) {}
    async fn generic(_: Verified<Generic<MemoryRepository>>) {}

    let passkeys = passkeys_of_app();
    let _: Router = Router::new()
        .route("/", post(transfer))
        .with_state(passkeys.clone());
    let _: Router = Router::new()
        .route("/", post(transfer))
        .with_state(WebState { passkeys });
    let _: Router = Router::new()
        .route("/", post(generic))
        .with_state(passkeys_of_generic());
}
