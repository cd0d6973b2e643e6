use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};
use std::{future::{Future, ready}, pin::Pin};

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self) -> Pin<Box<dyn Future<Output = PasskeyUser>>> {
        Box::pin(ready(PasskeyUser::new("1", "ada", "Ada")))
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn main() {}
