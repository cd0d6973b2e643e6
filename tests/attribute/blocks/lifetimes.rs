//! Lifetimes in the types of extractors and responses.

use std::{borrow::Cow, convert::Infallible};

use axum::{extract::FromRequestParts, http::request::Parts, response::IntoResponse};
use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};

#[derive(Clone)]
struct App {
    greeting: String,
}

struct Lent<'a>(Cow<'a, str>);

impl<S: Sync> FromRequestParts<S> for Lent<'_> {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self("1".into()))
    }
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    async fn get_user<'a>(&'a self, id: Lent<'a>, _: Lent<'static>) -> PasskeyUser {
        PasskeyUser::new(id.0, "ada", "Ada")
    }

    async fn on_authenticated<'a, 'b>(
        &'a self,
        _: Lent<'b>,
        _: Lent<'_>,
        _: AuthenticationResult,
    ) -> Result<Cow<'static, str>, impl IntoResponse + use<'a, 'b>> {
        Err(self.greeting.clone())
    }
}

#[test]
fn block_with_lifetimes_in_extractors_and_responses_compiles() {
    let app = App {
        greeting: "hello".to_owned(),
    };
    let _ = passkeys::Passkeys::new(app, MemoryRepository::default());
}
