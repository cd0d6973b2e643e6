use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};

#[derive(Clone)]
struct App<'a>(&'a str);

#[derive(Clone)]
struct Holder<T>(T);

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App<'_> {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl Holder<&str> {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn main() {}
