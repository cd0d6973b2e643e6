use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};
use std::cell::Cell;

#[derive(Clone)]
struct App {
    visits: Cell<u32>,
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn main() {}
