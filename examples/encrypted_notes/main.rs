//! Notes that only their owner's passkeys can decrypt: the page encrypts them with a key that it derives from
//! the passkey (the WebAuthn extension `prf`), and the server stores what it cannot read.
//!
//! ```sh
//! cargo run -p encrypted_notes    # then open http://localhost:3000
//! ```
//!
//! The notes are encrypted with one random key. For each passkey of the user the server has a copy of it,
//! encrypted with the key that is derived from this passkey, so that any of them opens the notes. On the server
//! it is `extensions(prf)`, in the browser `page/app.js`. Everything is kept in memory and ends with the
//! process.
//!
//! Environment variable: `PORT` (default 3000).

mod error;
mod page;
#[cfg(test)]
mod tests;
mod vaults;

use std::{env, net::Ipv4Addr};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post, put},
};
use error::AppError;
use passkeys::{
    AuthenticationResult, Config, CredentialId, CredentialRemoval, Extension, PasskeyUser,
    Passkeys, RegistrationResult, passkeys, store::MemoryRepository,
};
use serde::Deserialize;
use tokio::net::TcpListener;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};
use uuid::Uuid;
use vaults::{Ciphertext, Vault, Vaults};

#[derive(Clone, Default)]
struct App {
    vaults: Vaults,
}

#[passkeys(
    rp_id = "localhost",
    rp_name = "Encrypted notes",
    origins = ["http://localhost:3000"],
    extensions(prf),
)]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self, session: Session) -> Result<PasskeyUser, AppError> {
        let id: String = session.get(USER_ID).await?.ok_or(AppError::SignedOut)?;
        let vault = self.vaults.of(&id).ok_or(AppError::SignedOut)?;
        // Without a passkey nobody could read the notes any more.
        Ok(PasskeyUser::new(id, &vault.name, &vault.name).keeps_last_passkey(true))
    }

    fn sign_up(&self, Json(new): Json<SignUp>) -> Result<PasskeyUser, AppError> {
        let name = vaults::usable(&new.name).ok_or(AppError::NameUnusable)?;
        Ok(PasskeyUser::new(Uuid::new_v4(), name, name))
    }

    async fn on_registered(
        &self,
        session: Session,
        registered: RegistrationResult,
    ) -> Result<Json<Vault>, AppError> {
        // An authenticator without `prf` says so, and its passkey could open no notes. Sign-ups for which
        // this hook fails are rolled back.
        if registered.signed_up() && registered.prf_enabled() != Some(true) {
            return Err(AppError::NoPrf);
        }
        let user = registered.user();
        if registered.signed_up() {
            start(&session, user.id()).await?;
            // `get_user` accepts no session without a vault, so the vault comes last.
            self.vaults.open(user.id(), user.name());
        }
        self.vault(user.id())
    }

    async fn on_authenticated(
        &self,
        session: Session,
        login: AuthenticationResult,
    ) -> Result<Json<Vault>, AppError> {
        start(&session, login.user_id()).await?;
        self.vault(login.user_id())
    }

    /// Forgets the key of a passkey that was deleted.
    fn on_removed(&self, removal: CredentialRemoval) {
        let id = &removal.credential().id;
        self.vaults.remove_key(removal.user_id(), id);
    }

    /// Returns everything that the server has of a user.
    fn vault(&self, user_id: &str) -> Result<Json<Vault>, AppError> {
        let vault = self.vaults.of(user_id).ok_or(AppError::SignedOut)?;
        Ok(Json(vault))
    }
}

async fn start(session: &Session, user_id: &str) -> Result<(), AppError> {
    // A new session ID prevents session fixation.
    session.cycle_id().await?;
    session.insert(USER_ID, user_id).await?;
    Ok(())
}

#[derive(Deserialize)]
struct SignUp {
    name: String,
}

const USER_ID: &str = "user_id";

/// Stores the key of the notes, encrypted for one passkey.
async fn put_key(
    State(app): State<App>,
    user: PasskeyUser,
    Path(passkey): Path<CredentialId>,
    Json(key): Json<Ciphertext>,
) -> Result<StatusCode, AppError> {
    app.vaults.put_key(user.id(), passkey, key)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Stores a note.
async fn add_note(
    State(app): State<App>,
    user: PasskeyUser,
    Json(note): Json<Ciphertext>,
) -> Result<StatusCode, AppError> {
    app.vaults.add_note(user.id(), note)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Returns everything that the server has of the user.
async fn vault(State(app): State<App>, user: PasskeyUser) -> Result<Json<Vault>, AppError> {
    app.vault(user.id())
}

async fn sign_out(session: Session) -> Result<StatusCode, AppError> {
    session.flush().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn router(passkeys: Passkeys<App>) -> Router {
    // Without `Secure`, because this is plain HTTP.
    let sessions = SessionManagerLayer::new(MemoryStore::default()).with_secure(false);
    Router::new()
        .route("/vault", get(vault))
        .route("/vault/keys/{passkey}", put(put_key))
        .route("/vault/notes", post(add_note))
        .route("/sign-out", post(sign_out))
        .nest("/auth/passkeys", passkeys.router())
        .layer(sessions)
        .merge(page::routes())
        .with_state(passkeys)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let origin = format!("http://localhost:{}", listener.local_addr()?.port());
    // The attribute knows port 3000 only.
    let config = Config::builder("localhost", [&origin])
        .rp_name("Encrypted notes")
        .extensions([Extension::Prf])
        .build()?;

    let passkeys = Passkeys::with_config(App::default(), MemoryRepository::default(), config);

    println!("Open {origin}");
    axum::serve(listener, router(passkeys)).await?;
    Ok(())
}
