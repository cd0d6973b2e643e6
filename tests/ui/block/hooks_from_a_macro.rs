use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};

macro_rules! hooks {
    () => {
        async fn get_user(&self) -> PasskeyUser {
            PasskeyUser::new("1", "ada", "Ada")
        }
    };
}

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    hooks!();

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn main() {}
