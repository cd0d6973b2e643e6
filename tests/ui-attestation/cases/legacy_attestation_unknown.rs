use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};

#[derive(Clone)]
struct App;

#[passkeys(
    rp_id = "example.com",
    origins = ["https://example.com"],
    attestation = "direct",
    legacy_attestation = ["tpm_sha1", "tpm-sha1", "tpm-sha1"],
)]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn main() {}
