//! Applications with type and const parameters.

use axum::extract::{FromRef, State};
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, passkeys,
    store::{CredentialRepository, MemoryRepository},
};

use super::hidden::RelyingParty;
use std::marker::PhantomData;

trait Database {
    fn name(&self) -> String;
}

#[derive(Clone)]
struct Names;

impl Database for Names {
    fn name(&self) -> String {
        "ada".to_owned()
    }
}

#[derive(Clone)]
struct App<D, R, const LENGTH: usize> {
    database: D,
    repository: PhantomData<fn() -> R>,
}

impl<D, R, const LENGTH: usize> FromRef<App<D, R, LENGTH>> for String {
    fn from_ref(_: &App<D, R, LENGTH>) -> Self {
        "state".to_owned()
    }
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl<D: Database, R, const LENGTH: usize> App<D, R, LENGTH>
where
    R: CredentialRepository,
{
    type Repository = R;

    async fn get_user(&self, State(state): State<String>) -> PasskeyUser
    where
        Self: Sized,
    {
        PasskeyUser::new(LENGTH.to_string(), self.database.name(), state)
    }

    async fn on_authenticated(&self, _: State<Self>, _: AuthenticationResult) {}
}

#[derive(Clone)]
struct Plain<D> {
    database: D,
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl<D> Plain<D> {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        let _ = &self.database;
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[tokio::test]
async fn type_and_const_parameters_of_a_block_reach_its_hooks() {
    let app = App::<_, MemoryRepository, 3> {
        database: Names,
        repository: PhantomData,
    };
    let mut parts = axum::http::Request::new(()).into_parts().0;

    let user = RelyingParty::call_get_user(&app, &mut parts).await;

    assert_eq!(user.unwrap(), PasskeyUser::new("3", "ada", "state"));
    let _ = Passkeys::new(app, MemoryRepository::default());
    let _ = Passkeys::new(Plain { database: () }, MemoryRepository::default());
}
