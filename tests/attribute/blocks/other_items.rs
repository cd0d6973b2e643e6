//! Items of a block that are not hooks, and `Self::Repository` in them.

use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};

use super::hidden::RelyingParty;

#[derive(Clone, Default)]
struct App {
    repository: std::sync::Arc<MemoryRepository>,
}

struct Buffer<const N: usize>;

macro_rules! helper {
    ($name:ident) => {
        fn $name(&self) -> &'static str {
            stringify!($name)
        }
    };
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    const GREETING: &'static str = {
        let greeting = "hello";
        greeting
    };

    const fn size() -> usize {
        Self::GREETING.len()
    }

    fn buffer() -> Buffer<{ 2 * Self::size() }> {
        Buffer
    }

    fn repository(&self) -> &Self::Repository {
        &self.repository
    }

    helper!(named);

    async fn get_user(&self) -> PasskeyUser {
        struct Other;

        trait Stored {
            type Repository;
        }

        impl Stored for Other {
            type Repository = u8;
        }

        impl Other {
            fn repository() -> <Self as Stored>::Repository {
                1
            }
        }

        let mine: Self::Repository = Self::Repository::default();
        let _ = (mine, vec![Self::Repository::default()], self.repository());
        PasskeyUser::new(
            Other::repository().to_string(),
            self.named(),
            Self::GREETING,
        )
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[tokio::test]
async fn other_items_of_a_block_and_self_repository_keep_their_meaning() {
    let mut parts = axum::http::Request::new(()).into_parts().0;

    let user = RelyingParty::call_get_user(&App::default(), &mut parts).await;

    assert_eq!(user.unwrap(), PasskeyUser::new("1", "named", "hello"));
    let Buffer::<10> = App::buffer();
}
