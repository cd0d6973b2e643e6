//! Blocks without a configuration, which is made at run time.

use axum::Json;
use passkeys::{
    AuthenticationResult, Config, PasskeyUser, Passkeys, passkeys, store::MemoryRepository,
};

macro_rules! application {
    ($app:ident, $($attribute:tt)*) => {
        #[derive(Clone)]
        struct $app;

        #[$($attribute)*]
        impl $app {
            type Repository = MemoryRepository;

            fn get_user(&self) -> PasskeyUser {
                PasskeyUser::new("1", "ada", "Ada")
            }

            fn on_authenticated(&self, login: AuthenticationResult) -> Json<String> {
                Json(login.user_id().to_owned())
            }
        }
    };
}

application!(Bare, passkeys);
application!(Empty, passkeys());
application!(
    WithResponse,
    passkeys(response = String, crate = ::passkeys)
);

#[derive(Clone)]
struct Generic<T>(T);

#[passkeys]
impl<T> Generic<T> {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[test]
fn application_without_keys_takes_its_configuration_at_run_time() {
    let config = || Config::new("example.com", ["https://example.com"]).unwrap();
    let repository = MemoryRepository::default;
    let bare = Passkeys::with_config(Bare, repository(), config());
    let _ = Passkeys::with_config(Empty, repository(), config());
    let _ = Passkeys::with_config(WithResponse, repository(), config());
    let _ = Passkeys::with_config(Generic(1), repository(), config());
    assert_eq!(bare.config().rp_id(), "example.com");
}
