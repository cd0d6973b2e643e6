use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, Verified, passkeys, store::MemoryRepository,
};

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

/// Holds the passkeys, and neither `PasskeysState` nor `FromRef` says so.
struct AppState {
    passkeys: Passkeys<App>,
}

async fn greet(user: PasskeyUser) -> String {
    user.display_name().to_owned()
}

async fn close(_: Verified<App>) {}

async fn read(_: State<App>) {}

fn main() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let _: Router = Router::new().route("/", get(greet));
    let _: Router = Router::new()
        .route("/", get(greet))
        .route("/close", post(close))
        .route("/read", get(read))
        .with_state(Arc::new(AppState { passkeys }));
}
