use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};

struct Refused;

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) -> Result<String, Refused> {
        Err(Refused)
    }
}

fn main() {}
