//! A single-page application whose sign-in returns a short-lived bearer token (JWT). The page keeps
//! it in memory and sends it as `Authorization: Bearer`: no cookies, no sessions.
//!
//! ```sh
//! cargo run -p jwt_spa     # then open http://localhost:3000
//! cargo test -p jwt_spa
//! ```
//!
//! Environment variables: `PORT` (default 3000) and `TOKEN_SECONDS` (default 300). Accounts, passkeys
//! and the signing key are in memory and end with the process; several instances would have to share
//! them.

mod error;
mod page;
#[cfg(test)]
mod tests;
mod token;

use std::{
    collections::BTreeMap,
    env,
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Json, Router, routing::get};
use error::AppError;
use passkeys::{
    AuthenticationResult, Config, ConfigError, PasskeyUser, Passkeys, RegistrationResult, passkeys,
    store::MemoryRepository,
};
use serde::{Deserialize, Serialize};
use token::{Bearer, SignedIn, Tokens};
use tokio::net::TcpListener;
use uuid::Uuid;

#[derive(Clone)]
struct App {
    tokens: Tokens,
    /// Names by user ID.
    accounts: Arc<Mutex<BTreeMap<String, String>>>,
}

#[passkeys(rp_id = "localhost", rp_name = "JWT example", origins = ["http://localhost:3000"])]
impl App {
    type Repository = MemoryRepository;

    /// Returns the user of the token. The extractor `Bearer` rejects requests without a valid one.
    fn get_user(&self, Bearer(claims): Bearer) -> PasskeyUser {
        PasskeyUser::new(claims.sub, &claims.name, &claims.name)
    }

    /// Begins a sign-up. The account is created when the passkey has been stored.
    fn sign_up(&self, Json(new): Json<Account>) -> Result<PasskeyUser, AppError> {
        let name = new.name.trim();
        if name.is_empty() || name.len() > 64 || name.contains(char::is_control) {
            return Err(AppError::NameUnusable);
        }
        Ok(PasskeyUser::new(Uuid::new_v4(), name, name))
    }

    /// Runs when a passkey has been stored. Creates the account after a sign-up; issues a token.
    fn on_registered(&self, registered: RegistrationResult) -> Result<Json<SignedIn>, AppError> {
        let user = registered.user();
        let signed_in = self.tokens.issue(user.id(), user.name())?;
        // The account comes last: after an error, the library deletes the passkey of a sign-up.
        if registered.signed_up() {
            let mut accounts = self.accounts.lock().expect("no hook panics");
            accounts.insert(user.id().to_owned(), user.name().to_owned());
        }
        Ok(Json(signed_in))
    }

    /// Runs when a passkey has been verified. Issues a token.
    fn on_authenticated(&self, login: AuthenticationResult) -> Result<Json<SignedIn>, AppError> {
        let accounts = self.accounts.lock().expect("no hook panics");
        let name = accounts.get(login.user_id()).ok_or(AppError::NoAccount)?;
        Ok(Json(self.tokens.issue(login.user_id(), name)?))
    }
}

#[derive(Deserialize, Serialize)]
struct Account {
    name: String,
}

/// Returns the account of the token. The handler could also take `PasskeyUser`.
async fn me(Bearer(claims): Bearer) -> Json<Account> {
    Json(Account { name: claims.name })
}

fn app(origin: &str, tokens: Tokens) -> Result<Router, ConfigError> {
    let app = App {
        tokens,
        accounts: Arc::default(),
    };
    let config = Config::builder("localhost", [origin])
        .rp_name("JWT example")
        .build()?;
    let passkeys = Passkeys::with_config(app, MemoryRepository::default(), config);
    Ok(Router::new()
        .route("/api/me", get(me))
        .nest("/auth/passkeys", passkeys.router())
        .merge(page::routes())
        .with_state(passkeys))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let variable = |name, default| env::var(name).map_or(Ok(default), |value| value.parse());
    let port = u16::try_from(variable("PORT", 3000)?)?;
    let lifetime = Duration::from_secs(variable("TOKEN_SECONDS", 300)?);

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let origin = format!("http://localhost:{}", listener.local_addr()?.port());
    let router = app(&origin, Tokens::with_random_key(lifetime)?)?;
    println!("Open {origin}");
    axum::serve(listener, router).await?;
    Ok(())
}
