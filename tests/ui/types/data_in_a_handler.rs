use axum::{Router, routing::post};
use passkeys::{AuthenticationResult, Data, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};

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

#[axum::debug_handler(state = Passkeys<App>)]
async fn remember(_: Data<bool>) {}

fn main() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let _: Router = Router::new().route("/", post(remember)).with_state(passkeys);
}
