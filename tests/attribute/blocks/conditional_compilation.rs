//! Conditional compilation: blocks and hooks chosen by `cfg` and `cfg_attr`.

use axum::extract::State;
use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};

use super::hidden::{InAttribute, RelyingParty};

#[derive(Clone)]
struct App;

#[cfg_attr(
    debug_assertions,
    passkeys(rp_id = "localhost", origins = ["http://localhost:3000"])
)]
#[cfg_attr(
    not(debug_assertions),
    passkeys(rp_id = "example.com", origins = ["https://example.com"])
)]
impl App {
    #[cfg(not(target_os = "none"))]
    type Repository = MemoryRepository;

    #[cfg(any())]
    type Repository = NowhereToBeFound;

    #[cfg(any())]
    async fn get_user(&self, _: NowhereToBeFound) -> PasskeyUser {
        nowhere_to_be_found()
    }

    #[cfg(not(target_os = "none"))]
    #[cfg(not(any()))]
    async fn get_user(&self, _: State<Self>) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}

    #[cfg(any())]
    async fn find_user(&self, name: String) -> Option<PasskeyUser> {
        nowhere_to_be_found(name)
    }
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
#[cfg(any())]
impl NowhereToBeFound {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[test]
fn cfg_attr_selects_one_configuration_and_cfg_one_set_of_hooks() {
    let config = format!("{:?}", App::config());

    assert_eq!(config.contains("localhost"), cfg!(debug_assertions));
    assert!(!App::FIND_USER);
}
