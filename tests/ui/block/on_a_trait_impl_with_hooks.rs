use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};

trait Hooks {
    async fn get_user(&self) -> PasskeyUser;
}

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl Hooks for App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn main() {}
