//! Sign-up and sign-in with passkeys in one file. Users and passkeys are kept in memory.
//!
//! Run `cargo run -p minimal`, then open <http://localhost:3000>.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::{Json, Router, http::StatusCode, response::Html, routing::get};
use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, RegistrationResult};
use passkeys::{passkeys, store::MemoryRepository};
use uuid::Uuid;

/// User names by user ID.
#[derive(Clone, Default)]
struct App(Arc<Mutex<HashMap<String, String>>>);

#[passkeys(rp_id = "localhost", rp_name = "Minimal", origins = ["http://localhost:3000"])]
impl App {
    type Repository = MemoryRepository;

    /// Returns the signed-in user. Look up your session here; this example has none.
    fn get_user(&self) -> Result<PasskeyUser, StatusCode> {
        Err(StatusCode::UNAUTHORIZED)
    }

    /// Names a new user, before the browser creates the passkey.
    fn sign_up(&self, Json(name): Json<String>) -> PasskeyUser {
        PasskeyUser::new(Uuid::new_v4(), &name, &name)
    }

    /// Runs when a passkey has been stored. Insert the user into your database here.
    fn on_registered(&self, registered: RegistrationResult) {
        let (id, name) = (registered.user().id(), registered.user().name());
        self.0
            .lock()
            .unwrap()
            .insert(id.to_owned(), name.to_owned());
    }

    /// Runs when a passkey has been verified. Start your session here.
    fn on_authenticated(&self, login: AuthenticationResult) -> Result<Json<String>, StatusCode> {
        let users = self.0.lock().unwrap();
        let name = users.get(login.user_id()).ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(Json(name.clone()))
    }
}

fn router() -> Router {
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
