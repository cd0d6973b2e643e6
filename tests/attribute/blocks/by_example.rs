//! Blocks that a `macro_rules!` writes, with fragments of every kind.

use axum::extract::State;
use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};

use super::hidden::RelyingParty;

macro_rules! relying_party {
    ($app:ident, $id:literal, $origin:expr, $repository:ty, $extractor:ty, $visibility:vis, $user:block) => {
        #[derive(Clone)]
        $visibility struct $app;

        #[passkeys(rp_id = $id, origins = [$origin])]
        impl $app {
            type Repository = $repository;

            $visibility async fn get_user(&self, _: $extractor) -> PasskeyUser $user

            async fn on_authenticated(&self, state: State<Self>, login: AuthenticationResult) {
                let (_, _) = (state, login);
            }
        }
    };
}

relying_party!(
    First,
    "example.com",
    "https://example.com",
    MemoryRepository,
    State<First>,
    pub(super),
    { PasskeyUser::new("1", "ada", "Ada") }
);
relying_party!(
    Second,
    "example.org",
    "https://example.org",
    MemoryRepository,
    State<Self>,
    ,
    { PasskeyUser::new("2", "bob", "Bob") }
);

macro_rules! with_hooks {
    ($app:ty, $($item:item)*) => {
        #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
        impl $app {
            $($item)*

            fn get_user(&self) -> PasskeyUser {
                Self::ada()
            }

            fn on_authenticated(&self, _: AuthenticationResult) {}
        }
    };
}

#[derive(Clone)]
struct Third;

with_hooks! {
    Third,
    const ID: &str = "3";
    fn ada() -> PasskeyUser {
        PasskeyUser::new(Self::ID, "ada", "Ada")
    }
    type Repository = MemoryRepository;
}

#[tokio::test]
async fn each_is_its_own() {
    let mut parts = axum::http::Request::new(()).into_parts().0;

    for (user, id) in [
        (
            RelyingParty::get_user(&First, &mut parts.clone()).await,
            "1",
        ),
        (
            RelyingParty::get_user(&Second, &mut parts.clone()).await,
            "2",
        ),
        (RelyingParty::get_user(&Third, &mut parts).await, "3"),
    ] {
        assert_eq!(user.unwrap().id(), id);
    }
}
