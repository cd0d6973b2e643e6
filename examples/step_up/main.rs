//! Step-up authentication: a bank transfer needs consent to this transfer with a passkey.
//!
//! ```sh
//! cargo run -p step_up    # then open http://localhost:3000
//! ```
//!
//! On the server it is an argument of [`transfer`], in the browser `passkeys.stepUp(..)` in
//! `page/app.js`. Everything is kept in memory and ends with the process.
//!
//! Environment variables: `PORT` (default 3000), and `BEHIND_PROXY=true` where a proxy changes the path
//! or the host, as in [`proxy`].

mod accounts;
mod error;
mod page;
mod proxy;
#[cfg(test)]
mod tests;

use std::{env, net::Ipv4Addr};

use accounts::{Account, Accounts, Transfer};
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    middleware::map_request,
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

    /// Returns the signed-in user. Runs when a step-up begins, and again when it finishes.
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
        // A new session ID prevents session fixation.
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

/// Makes a transfer. The extractor `Verified` rejects the request unless the owner of the account has
/// just consented to this transfer, with this recipient and this amount, and accepts it once.
async fn transfer(
    State(app): State<App>,
    Verified { user, body, .. }: Verified<App, Transfer>,
) -> Result<Json<Account>, AppError> {
    app.accounts.transfer(user.id(), body).map(Json)
}

/// Returns the account. Being signed in is enough.
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

fn router(passkeys: Passkeys<App>, behind_proxy: bool) -> Router {
    // Without `Secure`, because this is plain HTTP.
    let sessions = SessionManagerLayer::new(MemoryStore::default()).with_secure(false);
    let router = Router::new()
        .route("/account", get(account))
        .route("/transfer", post(transfer))
        .route("/sign-out", post(sign_out))
        .nest("/auth/passkeys", passkeys.router())
        .layer(sessions)
        .merge(page::routes())
        .with_state(passkeys);
    if behind_proxy {
        router.layer(map_request(proxy::original_url))
    } else {
        router
    }
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
    let behind_proxy = env::var("BEHIND_PROXY").is_ok_and(|value| value == "true");
    let router = router(passkeys, behind_proxy);

    println!("Open {origin}");
    axum::serve(listener, router).await?;
    Ok(())
}
