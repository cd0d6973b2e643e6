//! An application whose repository is chosen at run time.

use axum::Router;
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, passkeys,
    store::{
        BoxedRepository, CredentialRepository as _, MemoryRepository, Owner, SqliteRepository,
    },
    testing::Browser,
};

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "localhost", origins = ["http://localhost:3000"])]
impl App {
    type Repository = BoxedRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    fn on_authenticated(&self, login: AuthenticationResult) -> String {
        login.user_id().to_owned()
    }
}

fn browser(repository: BoxedRepository) -> Browser {
    let passkeys = Passkeys::new(App, repository);
    let router = Router::new().nest("/auth/passkeys", passkeys.router());
    Browser::new(router, "http://localhost:3000")
}

#[tokio::test]
async fn one_application_serves_any_boxed_repository() {
    let directory = tempfile::tempdir().unwrap();
    let sqlite = SqliteRepository::open(directory.path().join("passkeys.db"))
        .await
        .unwrap();
    sqlite.migrate().await.unwrap();
    let repositories = [
        BoxedRepository::new(MemoryRepository::default()),
        BoxedRepository::new(sqlite),
        BoxedRepository::new(BoxedRepository::new(MemoryRepository::default())),
    ];
    for repository in repositories {
        let mut browser = browser(repository.clone());
        browser.register().await.assert_ok();
        browser.sign_in().await.assert_ok();
        let stored = repository.list(Owner::everywhere("1")).await.unwrap();
        assert!(matches!(&stored[..], [one] if one.last_used_at.is_some()));
    }
}

#[tokio::test]
async fn failures_of_a_boxed_repository_are_those_of_the_repository_within() {
    let full = BoxedRepository::new(MemoryRepository::with_capacity(0));
    let mut browser = browser(full);
    browser.register().await.assert_error("storage_unavailable");
}
