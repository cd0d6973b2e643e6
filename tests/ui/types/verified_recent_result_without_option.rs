use passkeys::{AuthenticationResult, PasskeyUser, Verified, passkeys, policy::Recent, store::MemoryRepository};

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

fn by(verified: Verified<App, (), Recent<300>>) -> String {
    verified.result.user_id().to_owned()
}

fn main() {}
