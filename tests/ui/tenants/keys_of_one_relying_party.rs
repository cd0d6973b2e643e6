use passkeys::{AuthenticationResult, PasskeyUser, RelyingPartyConfig, passkeys, store::MemoryRepository};

#[derive(Clone)]
struct App {
    tenant: RelyingPartyConfig,
}

#[passkeys(
    rp_name = "Example",
    related_origins = ["https://example.org"],
    enroll_url = "https://example.com/new",
    android_apps = ["com.example.app"],
)]
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
