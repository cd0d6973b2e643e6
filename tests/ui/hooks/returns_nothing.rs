use passkeys::{AuthenticationResult, passkeys, store::MemoryRepository};

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self) {}

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn main() {}
