use passkeys::{AuthenticationResult, PasskeyUser, passkeys};

#[derive(Clone)]
struct App;

#[passkeys(
    rp_id = "Example.com",
    origins = ["http://example.com", "https://example.org"],
    timeout = 60,
)]
impl App {
    async fn get_user(&mut self, axum::Json(_): axum::Json<String>) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_login(&self, _: AuthenticationResult) {}
}

fn main() {}
