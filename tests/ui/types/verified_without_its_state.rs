use axum::{Router, routing::post};
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

/// Holds the passkeys, and does not say so by `FromRef`.
#[derive(Clone)]
struct WebState {
    passkeys: Passkeys<App>,
}

#[axum::debug_handler(state = WebState)]
async fn transfer(consent: Verified<App>) -> String {
    consent.user.name().to_owned()
}

fn main() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let _: Router = Router::new()
        .route("/", post(transfer))
        .with_state(WebState { passkeys });
}
