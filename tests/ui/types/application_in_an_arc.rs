use std::sync::Arc;

use axum::Router;
use passkeys::{
    AuthenticationResult, Config, PasskeyUser, Passkeys, passkeys, store::MemoryRepository,
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

fn main() {
    let passkeys = Passkeys::new(Arc::new(App), MemoryRepository::default());
    let _: Router = Router::new()
        .nest("/auth/passkeys", passkeys.router())
        .with_state(passkeys);

    let config = Config::from_env().unwrap();
    let passkeys = Passkeys::with_config(Arc::new(App), MemoryRepository::default(), config);
    let _: Router = passkeys.router();
}
