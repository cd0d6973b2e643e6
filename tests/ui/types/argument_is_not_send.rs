use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};
use std::convert::Infallible;
use std::rc::Rc;

struct Session(Rc<str>);

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self("1".into()))
    }
}

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self, session: Session) -> PasskeyUser {
        PasskeyUser::new(&*session.0, "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn main() {}
