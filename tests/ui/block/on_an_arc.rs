use std::sync::Arc;

use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};

struct AppState;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl Arc<AppState> {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada@example.com", "Ada")
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn main() {}
