use std::sync::Arc;

use axum::extract::State;
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

#[axum::debug_handler]
async fn greet(user: PasskeyUser) -> String {
    user.display_name().to_owned()
}

#[axum::debug_handler(state = Arc<AppState>)]
async fn greet_by_state(user: Option<PasskeyUser>) -> Option<String> {
    Some(user?.display_name().to_owned())
}

#[axum::debug_handler(state = AppState)]
async fn close(_: Verified<App>) {}

#[axum::debug_handler(state = AppState)]
async fn read(_: State<App>) {}

#[axum::debug_handler(state = AppState)]
async fn begin(_: State<Passkeys<App>>) {}

fn main() {}
