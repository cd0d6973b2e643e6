use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};

#[derive(Clone)]
struct App;

#[passkeys(
    rp_id = "example.com",
    origins = ["https://example.com"],
    user_verification = "requird",
    profiles(
        security_key(hints = ["phone"], user_verification = "preferred"),
        this_device(timeout = 60, hints = ["hybrid", "hybrid"]),
        Other(origins = ["https://example.org"]),
    ),
)]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn main() {}
