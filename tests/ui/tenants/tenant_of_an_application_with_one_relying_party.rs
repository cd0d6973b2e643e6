use passkeys::{AuthenticationResult, PasskeyUser, RelyingPartyConfig, passkeys, store::MemoryRepository};

#[derive(Clone)]
struct App {
    tenant: RelyingPartyConfig,
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn tenant() -> RelyingPartyConfig {
    RelyingPartyConfig::of::<App>("a.example", ["https://a.example"]).unwrap()
}

fn main() {}
