//! A web application in which users sign up, sign in and manage their passkeys, with cookie sessions
//! and one SQLite database for accounts and passkeys.
//!
//! ```sh
//! cargo run --example quickstart    # then open http://localhost:3000
//! ```
//!
//! A debug build also serves the inspector, at <http://localhost:3000/inspector>: the last ceremonies, with the
//! reason of each failure and the line of configuration to change.
//!
//! Environment variables: `PORT` (default 3000) and `DATABASE` (file name, default `quickstart.db`).

mod accounts;
mod error;
mod page;

use std::{env, net::Ipv4Addr, time::Duration};

use accounts::Accounts;
use axum::{
    Json, Router,
    http::StatusCode,
    routing::{get, post},
};
use error::AppError;
use passkeys::{
    AuthenticationResult, Config, Credential, CredentialId, PasskeyUser, Passkeys,
    RegistrationResult, passkeys, store::SqliteRepository,
};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};
use tokio::net::TcpListener;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

#[derive(Clone)]
struct App {
    accounts: Accounts,
}

#[passkeys(rp_id = "localhost", rp_name = "Quickstart", origins = ["http://localhost:3000"])]
impl App {
    type Repository = SqliteRepository;

    /// Identifies the signed-in user by the session cookie.
    async fn get_user(&self, session: Session) -> Result<PasskeyUser, AppError> {
        let id: String = session.get(USER_ID).await?.ok_or(AppError::SignedOut)?;
        let name = self.accounts.name(&id).await?.ok_or(AppError::SignedOut)?;
        let passkey: Option<CredentialId> = session.get(PASSKEY).await?;
        Ok(PasskeyUser::new(id, &name, &name)
            .signed_in_with(passkey)
            // There is no password to fall back on, so the last passkey cannot be deleted.
            .keeps_last_passkey(true))
    }

    /// Begins a sign-up. Nothing is stored until the passkey has been verified.
    async fn sign_up(&self, Json(new): Json<Account>) -> Result<PasskeyUser, AppError> {
        let name = accounts::usable(&new.name).ok_or(AppError::NameUnusable)?;
        if self.accounts.is_taken(name).await? {
            return Err(AppError::NameTaken);
        }
        // Authenticators store the user ID and may reveal it, so it is random.
        Ok(PasskeyUser::new(Uuid::new_v4(), name, name))
    }

    /// Creates the account of a sign-up, once its passkey has been stored, and signs the user in.
    async fn on_registered(
        &self,
        session: Session,
        registered: RegistrationResult,
    ) -> Result<Json<Account>, AppError> {
        let user = registered.user();
        if registered.signed_up() {
            // The library deletes the passkey of a sign-up for which this hook returns an error, and
            // `get_user` accepts no session without an account. So the account comes last.
            sign_in(&session, registered.credential()).await?;
            // `sign_up` checked the name; the unique column decides between concurrent sign-ups.
            if !self.accounts.create(user.id(), user.name()).await? {
                return Err(AppError::NameTaken);
            }
        }
        let name = user.name().to_owned();
        Ok(Json(Account { name }))
    }

    /// Looks up the user of a sign-in by name, which the page offers when a name is taken.
    async fn find_user(&self, name: String) -> Result<Option<PasskeyUser>, AppError> {
        let account = self.accounts.with_name(name.trim()).await?;
        Ok(account.map(|(id, name)| PasskeyUser::new(id, &name, &name)))
    }

    /// Signs in the user of a passkey that has been verified.
    async fn on_authenticated(
        &self,
        session: Session,
        login: AuthenticationResult,
    ) -> Result<Json<Account>, AppError> {
        let name = self.accounts.name(login.user_id()).await?;
        let name = name.ok_or(AppError::NoAccount)?;
        sign_in(&session, login.credential()).await?;
        Ok(Json(Account { name }))
    }
}

#[derive(Deserialize, Serialize, ToSchema)]
struct Account {
    name: String,
}

const USER_ID: &str = "user_id";
const PASSKEY: &str = "passkey";

async fn sign_in(session: &Session, passkey: &Credential) -> Result<(), AppError> {
    // A new session ID prevents session fixation.
    session.cycle_id().await?;
    session.insert(USER_ID, &passkey.user_id).await?;
    session.insert(PASSKEY, &passkey.id).await?;
    Ok(())
}

/// Signs out.
#[utoipa::path(post, path = "/sign-out", responses((status = 204, description = "Signed out.")))]
async fn sign_out(session: Session) -> Result<StatusCode, AppError> {
    session.flush().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Returns the account of the signed-in user.
#[utoipa::path(get, path = "/me", responses(
    (status = 200, description = "The account of the signed-in user.", body = Account),
    (status = "4XX", description = "Nobody is signed in."),
))]
async fn me(user: PasskeyUser) -> Json<Account> {
    // The extractor has called `get_user`.
    let name = user.name().to_owned();
    Json(Account { name })
}

#[derive(OpenApi)]
#[openapi(info(title = "Quickstart", version = "1"), paths(me, sign_out))]
struct Api;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();

    let database = env::var("DATABASE").unwrap_or_else(|_| "quickstart.db".to_owned());
    let options = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePool::connect_with(options).await?;
    let repository = SqliteRepository::new(pool.clone());
    repository.migrate().await?;
    let app = App {
        accounts: Accounts::open(pool).await?,
    };

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let origin = format!("http://localhost:{}", listener.local_addr()?.port());
    let passkeys = if port == 3000 {
        Passkeys::new(app, repository)
    } else {
        // The attribute knows port 3000 only. A `Config` follows the same rules, checked at start-up.
        let config = Config::builder("localhost", [&origin])
            .rp_name("Quickstart")
            .build()?;
        Passkeys::with_config(app, repository, config)
    };
    // Without it, a client that asks again after a restart learns which names have no account.
    let passkeys = match env::var("DECOY_SECRET") {
        Ok(secret) => passkeys.decoy_secret(secret)?,
        Err(_) => passkeys,
    };

    // Sessions are in memory and end with the process. Without `Secure`, because this is plain HTTP.
    let sessions = SessionManagerLayer::new(MemoryStore::default()).with_secure(false);
    let document = Api::openapi().nest("/auth/passkeys", passkeys.openapi());
    let router = Router::new()
        .route("/openapi.json", get(async move || Json(document)))
        .route("/me", get(me))
        .route("/sign-out", post(sign_out))
        .nest("/auth/passkeys", passkeys.router())
        .layer(sessions)
        // In debug builds: the last ceremonies, and why they failed. In release builds there are no routes.
        .nest(page::INSPECTOR, passkeys.inspector())
        .merge(page::routes())
        .with_state(passkeys.clone());

    println!("Open {origin}");
    if cfg!(debug_assertions) {
        println!(
            "What happens in each ceremony is at {origin}{}",
            page::INSPECTOR
        );
    }
    axum::serve(listener, router)
        .with_graceful_shutdown(stopped())
        .await?;
    // Ceremonies that were being finished, also those whose browser is gone.
    passkeys.shutdown(Duration::from_secs(10)).await;
    Ok(())
}

/// Waits for Ctrl-C.
async fn stopped() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::error!(%error, "cannot wait for Ctrl-C");
        std::future::pending::<()>().await;
    }
}
