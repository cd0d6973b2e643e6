use axum::{Router, routing::get};
use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};

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

/// Holds the passkeys, and does not say so by `PasskeysState`.
#[derive(Clone)]
struct WebState {
    passkeys: Passkeys<App>,
}

#[axum::debug_handler(state = WebState)]
async fn greet(user: PasskeyUser) -> String {
    user.display_name().to_owned()
}

fn main() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let _: Router = Router::new()
        .route("/", get(greet))
        .with_state(WebState { passkeys });
}
