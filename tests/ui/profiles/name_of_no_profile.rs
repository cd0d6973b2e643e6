use passkeys::{AuthenticationResult, PasskeyUser, passkeys, profile, store::MemoryRepository};

#[derive(Clone)]
struct App;

#[passkeys(
    rp_id = "example.com",
    origins = ["https://example.com"],
    profiles(security_key(hints = ["security-key"]), phone(hints = ["hybrid"])),
)]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[derive(Clone)]
struct Plain;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl Plain {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn main() {
    let _ = profile!(App, security_key);
    let _ = profile!(App, securty_key);
    let _ = profile!(App, strict);
    let _ = profile!(Plain, strict);
}
