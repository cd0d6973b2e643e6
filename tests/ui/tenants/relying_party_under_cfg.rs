use passkeys::{AuthenticationResult, PasskeyUser, RelyingPartyConfig, passkeys, store::MemoryRepository};

#[derive(Clone)]
struct App {
    tenant: RelyingPartyConfig,
}

#[passkeys]
impl App {
    type Repository = MemoryRepository;

    #[cfg(unix)]
    fn relying_party(&self) -> RelyingPartyConfig {
        self.tenant.clone()
    }

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn main() {}
