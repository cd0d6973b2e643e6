use axum::Router;
use passkeys::{
    AuthenticationResult, Config, PasskeyUser, Passkeys, passkeys,
    store::{MemoryChallenges, MemoryRepository},
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
    let passkeys = Passkeys::new(App, MemoryChallenges::default());
    let _ = passkeys.challenges(MemoryRepository::default());

    let config = Config::from_env();
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    let _ = passkeys.audit(|event| println!("{event:?}"));

    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let _: Router = Router::new().nest("/auth/passkeys", passkeys);
}
