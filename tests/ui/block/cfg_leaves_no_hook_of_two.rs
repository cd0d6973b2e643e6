use passkeys::{AuthenticationResult, passkeys, store::MemoryRepository};

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    #[cfg(not(all()))]
    async fn get_user(&self) -> passkeys::PasskeyUser {
        passkeys::PasskeyUser::new("1", "ada", "Ada")
    }

    #[cfg(any())]
    #[cfg(all())]
    async fn get_user(&self) -> passkeys::PasskeyUser {
        passkeys::PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn main() {}
