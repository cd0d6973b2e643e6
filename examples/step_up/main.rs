//! Money moves only when its owner agrees to that very transfer with a passkey: step-up.
//!
//! ```sh
//! cargo run --example step_up    # then open http://localhost:3000
//! ```
//!
//! The server's part is the argument of [`transfer`], the browser's is `passkeys.stepUp(..)` in
//! `page/app.js`. `PORT` comes from the environment. All is in memory, and gone with the program.

mod accounts;
mod error;
mod page;

use std::{env, net::Ipv4Addr};

use accounts::{Account, Accounts, Transfer};
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use error::AppError;
use passkeys::{
    AuthenticationResult, Config, PasskeyUser, Passkeys, RegistrationResult, Verified, passkeys,
    store::MemoryRepository,
};
use serde::Deserialize;
use tokio::net::TcpListener;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};
use uuid::Uuid;

#[derive(Clone, Default)]
struct App {
    accounts: Accounts,
}

#[passkeys(rp_id = "localhost", rp_name = "Step-up", origins = ["http://localhost:3000"])]
impl App {
    type Repository = MemoryRepository;

    /// Whose money is it? Asked when a transfer is begun, and again when it is made.
    async fn get_user(&self, session: Session) -> Result<PasskeyUser, AppError> {
        let id: String = session.get(USER_ID).await?.ok_or(AppError::SignedOut)?;
        let account = self.accounts.of(&id).ok_or(AppError::SignedOut)?;
        Ok(PasskeyUser::new(id, &account.name, &account.name))
    }

    fn sign_up(&self, Json(new): Json<SignUp>) -> Result<PasskeyUser, AppError> {
        let name = accounts::usable(&new.name).ok_or(AppError::NameUnusable)?;
        Ok(PasskeyUser::new(Uuid::new_v4(), name, name))
    }

    async fn on_registered(
        &self,
        session: Session,
        registered: RegistrationResult,
    ) -> Result<Json<Account>, AppError> {
        let user = registered.user();
        if registered.signed_up() {
            self.accounts.open(user.id(), user.name());
        }
        self.sign_in(session, user.id()).await
    }

    async fn on_authenticated(
        &self,
        session: Session,
        login: AuthenticationResult,
    ) -> Result<Json<Account>, AppError> {
        self.sign_in(session, login.user_id()).await
    }

    async fn sign_in(&self, session: Session, user_id: &str) -> Result<Json<Account>, AppError> {
        let account = self.accounts.of(user_id).ok_or(AppError::SignedOut)?;
        // A new session id, in case somebody else knows the one from before.
        session.cycle_id().await?;
        session.insert(USER_ID, user_id).await?;
        Ok(Json(account))
    }
}

#[derive(Deserialize)]
struct SignUp {
    name: String,
}

const USER_ID: &str = "user_id";

/// Runs only if the account's owner has just agreed to this transfer: to this recipient, of this
/// amount, once. Being signed in is not enough.
async fn transfer(
    State(app): State<App>,
    Verified { user, body, .. }: Verified<App, Transfer>,
) -> Result<Json<Account>, AppError> {
    app.accounts.transfer(user.id(), body).map(Json)
}

/// Looking is free.
async fn account(State(app): State<App>, user: PasskeyUser) -> Result<Json<Account>, AppError> {
    app.accounts
        .of(user.id())
        .map(Json)
        .ok_or(AppError::SignedOut)
}

async fn sign_out(session: Session) -> Result<StatusCode, AppError> {
    session.flush().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let origin = format!("http://localhost:{}", listener.local_addr()?.port());
    let config = Config::builder("localhost", [&origin])
        .rp_name("Step-up")
        .build()?;

    let passkeys = Passkeys::with_config(App::default(), MemoryRepository::default(), config);
    // `Secure` is for https, which this is not.
    let sessions = SessionManagerLayer::new(MemoryStore::default()).with_secure(false);
    let router = Router::new()
        .route("/account", get(account))
        .route("/transfer", post(transfer))
        .route("/sign-out", post(sign_out))
        .nest("/auth/passkeys", passkeys.router())
        .layer(sessions)
        .merge(page::routes())
        .with_state(passkeys);

    println!("Open {origin}");
    axum::serve(listener, router).await?;
    Ok(())
}
