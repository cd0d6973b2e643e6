//! Credentials and challenges in tables of your own: `store.rs` implements both store traits.
//!
//! ```sh
//! cargo run -p own_storage    # registers a passkey and signs in, within the process
//! ```

mod store;

use axum::{Json, Router};
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, passkeys,
    store::{CredentialRepository as _, Owner},
    testing::Browser,
};
use sqlx::SqlitePool;
use store::Documents;

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = Documents;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada@example.com", "Ada Lovelace")
    }

    fn on_authenticated(&self, login: AuthenticationResult) -> Json<String> {
        Json(login.user_id().to_owned())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pool = SqlitePool::connect("sqlite::memory:").await?;
    let store = Documents::create(pool, 100_000).await?;
    let passkeys = Passkeys::new(App, store.clone()).challenges(store.clone());
    let router = Router::new().nest("/auth/passkeys", passkeys.router());

    let mut browser = Browser::new(router, "https://example.com");
    browser.register().await.assert_ok();
    println!("signed in: {}", browser.sign_in().await.assert_ok().text());
    println!(
        "passkeys in the database: {}",
        store.list(Owner::everywhere("1")).await?.len()
    );
    Ok(())
}
