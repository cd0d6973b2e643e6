//! Sign-up and sign-in with passkeys in one file. Users and passkeys are kept in memory.
//!
//! Run `cargo run -p minimal`, then open <http://localhost:3000>.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::{Json, Router, http::StatusCode, response::Html, routing::get};
use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, RegistrationResult};
use passkeys::{passkeys, store::MemoryRepository};
use uuid::Uuid;

/// The users by ID.
#[derive(Clone, Default)]
struct App(Arc<Mutex<HashMap<String, PasskeyUser>>>);

#[passkeys(rp_id = "localhost", rp_name = "Minimal", origins = ["http://localhost:3000"])]
impl App {
    type Repository = MemoryRepository;

    /// Returns the signed-in user. Look up your session here; this example has none.
    fn get_user(&self) -> Result<PasskeyUser, StatusCode> {
        Err(StatusCode::UNAUTHORIZED)
    }

    /// Describes the user to be created with their first passkey.
    fn sign_up(&self, Json(name): Json<String>) -> PasskeyUser {
        PasskeyUser::new(Uuid::new_v4(), &name, &name)
    }

    /// Runs when a passkey has been stored. Insert the user into your database here.
    fn on_registered(&self, registered: RegistrationResult) {
        let user = registered.user().clone();
        self.0.lock().unwrap().insert(user.id().into(), user);
    }

    /// Runs when a passkey has been verified. Start your session here.
    fn on_authenticated(&self, login: AuthenticationResult) -> Result<Json<String>, StatusCode> {
        let users = self.0.lock().unwrap();
        let user = users.get(login.user_id()).ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(Json(user.name().to_owned()))
    }
}

pub(crate) fn router() -> Router {
    let passkeys = Passkeys::new(App::default(), MemoryRepository::default());
    Router::new()
        .route("/", get(Html(include_str!("index.html"))))
        .nest("/auth/passkeys", passkeys.router())
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("Open http://localhost:3000");
    axum::serve(listener, router()).await
}
