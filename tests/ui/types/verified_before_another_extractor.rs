use axum::Json;
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

#[axum::debug_handler(state = Passkeys<App>)]
async fn transfer(_: Verified<App>, _: Json<u64>) {}

fn main() {}
