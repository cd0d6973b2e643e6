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

#[derive(serde::Deserialize)]
struct NewToken {
    _name: String,
}

async fn create(_: Verified<NewToken>) {}

fn main() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let _: Router = Router::new()
        .route("/tokens", post(create))
        .with_state(passkeys);
}
