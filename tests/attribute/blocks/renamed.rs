//! The library by another path.

use passkeys as auth;

mod facade {
    pub(crate) use ::passkeys as identity;
}

use auth::{AuthenticationResult, PasskeyUser, store::MemoryRepository};

#[derive(Clone)]
struct App;

#[auth::passkeys(
    crate = crate::blocks::renamed::facade::identity,
    rp_id = "example.com",
    origins = ["https://example.com"],
)]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[test]
fn compiles() {
    let _ = auth::Passkeys::new(App, MemoryRepository::default());
}
