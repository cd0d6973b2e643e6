//! The key `crate`: the library under another path.

use passkeys as auth;

mod facade {
    pub(crate) use ::passkeys as identity;
}

use auth::{AuthenticationResult, PasskeyUser, store::MemoryRepository};

#[derive(Clone)]
struct App;

#[auth::passkeys(
    crate = crate::blocks::renamed_crate::facade::identity,
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
fn block_that_names_the_crate_by_another_path_compiles() {
    let _ = auth::Passkeys::new(App, MemoryRepository::default());
}
