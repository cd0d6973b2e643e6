use axum::{Json, extract::State};
use passkeys::{
    AuthenticationResult, CredentialRemoval, PasskeyUser, RegistrationResult, passkeys,
    store::MemoryRepository,
};

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: Json<AuthenticationResult>) {}

    async fn on_registered(&self, _: Option<RegistrationResult>) {}

    async fn on_removed(&self, _: State<CredentialRemoval>) {}

    async fn find_user(&self, _: Option<String>) -> Option<PasskeyUser> {
        None
    }
}

fn main() {}
