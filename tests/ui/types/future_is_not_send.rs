use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};
use std::rc::Rc;

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        let id = Rc::new("1");
        std::future::ready(()).await;
        PasskeyUser::new(*id, "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn main() {}
