use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};
use std::sync::MutexGuard;

struct App {
    guard: MutexGuard<'static, ()>,
}

impl Clone for App {
    fn clone(&self) -> Self {
        unimplemented!()
    }
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
