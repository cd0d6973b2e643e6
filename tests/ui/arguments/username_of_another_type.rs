use axum::http::HeaderMap;
use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};

#[derive(Clone)]
struct App;

struct Email(String);

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}

    async fn find_user(&self, _: HeaderMap, email: Email) -> Option<PasskeyUser> {
        (email.0 == "ada").then(|| PasskeyUser::new("1", "ada", "Ada"))
    }
}

fn main() {}
