//! Names of profiles in routes of the application.

use passkeys::{AuthenticationResult, PasskeyUser, passkeys, profile, store::MemoryRepository};

#[derive(Clone)]
struct App;

#[passkeys(
    rp_id = "example.com",
    origins = ["https://example.com"],
    profiles(strict(user_verification = "required")),
)]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[test]
fn name_of_a_profile_compiles_where_unexpected_cfgs_are_forbidden() {
    assert_eq!(profile!(App, strict), "strict");
}
