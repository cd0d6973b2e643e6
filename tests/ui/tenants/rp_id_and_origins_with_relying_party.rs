use passkeys::{AuthenticationResult, PasskeyUser, RelyingPartyConfig, passkeys, store::MemoryRepository};

#[derive(Clone)]
struct App {
    tenant: RelyingPartyConfig,
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"], max_credentials = 5)]
impl App {
    type Repository = MemoryRepository;

    fn relying_party(&self) -> RelyingPartyConfig {
        self.tenant.clone()
    }

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn main() {}
