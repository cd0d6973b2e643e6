//! An application that runs as any number of instances: accounts, sessions and passkeys in
//! PostgreSQL, pending ceremonies in Redis, no state in the process.
//!
//! ```sh
//! DATABASE_URL=postgres://localhost/app REDIS_URL=redis://localhost PORT=3000 \
//!     DECOY_SECRET=$(openssl rand -base64 32) cargo run -p scale_out
//! ```
//!
//! `DECOY_SECRET` must be the same on all instances and must not change: decoy credentials for unknown
//! names are derived from it, and decoys that differ between instances would allow user enumeration.

use std::{env, net::Ipv4Addr, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
    routing::{get, post},
};
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, RegistrationResult, passkeys,
    store::{PostgresRepository, RedisChallenges},
};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool, postgres::PgPoolOptions};
use tokio::net::TcpListener;
use uuid::Uuid;

/// The application. Sessions are rows of the database, so that every instance knows them.
#[derive(Clone)]
struct App {
    pool: PgPool,
}

#[passkeys(rp_id = "localhost", rp_name = "Scale-out", origins = ["http://localhost:3000"])]
impl App {
    type Repository = PostgresRepository;

    async fn get_user(&self, headers: HeaderMap) -> Result<PasskeyUser, AppError> {
        let token = session_token(&headers).ok_or(AppError::SignedOut)?;
        let account = "SELECT id::text, name FROM accounts JOIN sessions ON id = account
             WHERE token = $1 AND expires_at > now()";
        let account: Option<(String, String)> = sqlx::query_as(account)
            .bind(token)
            .fetch_optional(&self.pool)
            .await?;
        let (id, name) = account.ok_or(AppError::SignedOut)?;
        Ok(PasskeyUser::new(id, &name, &name))
    }

    fn sign_up(&self, Json(new): Json<Account>) -> PasskeyUser {
        PasskeyUser::new(Uuid::new_v4(), &new.name, &new.name)
    }

    async fn on_registered(&self, registered: RegistrationResult) -> Result<SignedIn, AppError> {
        let user = registered.user();
        // If this fails, the library deletes the passkey of a sign-up, and the account must not stay.
        let mut transaction = self.pool.begin().await?;
        if registered.signed_up() {
            sqlx::query("INSERT INTO accounts (id, name) VALUES ($1::uuid, $2)")
                .bind(user.id())
                .bind(user.name())
                .execute(&mut *transaction)
                .await?;
        }
        let signed_in = start_session(&mut transaction, user.id()).await?;
        transaction.commit().await?;
        Ok(signed_in)
    }

    async fn on_authenticated(&self, login: AuthenticationResult) -> Result<SignedIn, AppError> {
        let mut connection = self.pool.acquire().await?;
        start_session(&mut connection, login.user_id()).await
    }
}

/// Tells the balancer whether this instance can serve: the databases are there, and so are their tables.
async fn ready(State(passkeys): State<Passkeys<App>>) -> StatusCode {
    match passkeys.check().await {
        Ok(()) => StatusCode::OK,
        Err(error) => {
            tracing::error!(%error, "not ready");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

async fn start_session(database: &mut PgConnection, account: &str) -> Result<SignedIn, AppError> {
    // Those of everybody, so that the table does not grow.
    sqlx::query("DELETE FROM sessions WHERE expires_at <= now()")
        .execute(&mut *database)
        .await?;
    let token = Uuid::new_v4();
    let session = "INSERT INTO sessions (token, account, expires_at)
         VALUES ($1, $2::uuid, now() + make_interval(secs => $3))";
    sqlx::query(session)
        .bind(token)
        .bind(account)
        .bind(f64::from(SESSION_SECONDS))
        .execute(&mut *database)
        .await?;
    Ok(set_cookie(&token.to_string(), SESSION_SECONDS))
}

/// Lifetime of a session: 12 hours from the sign-in.
const SESSION_SECONDS: u32 = 12 * 60 * 60;

#[derive(Deserialize, Serialize)]
struct Account {
    name: String,
}

type SignedIn = AppendHeaders<[(HeaderName, String); 1]>;
type SignedOut = (StatusCode, SignedIn);

async fn me(user: PasskeyUser) -> Json<Account> {
    let name = user.name().to_owned();
    Json(Account { name })
}

/// Ends the session on every instance.
async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<SignedOut, AppError> {
    if let Some(token) = session_token(&headers) {
        sqlx::query("DELETE FROM sessions WHERE token = $1")
            .bind(token)
            .execute(&app.pool)
            .await?;
    }
    Ok((StatusCode::NO_CONTENT, set_cookie("", 0)))
}

/// On a server with TLS, add `Secure`.
fn set_cookie(token: &str, seconds: u32) -> SignedIn {
    let cookie = format!("session={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax");
    AppendHeaders([(header::SET_COOKIE, cookie)])
}

fn session_token(headers: &HeaderMap) -> Option<Uuid> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    cookies
        .split("; ")
        .find_map(|cookie| cookie.strip_prefix("session=")?.parse().ok())
}

#[derive(Debug, thiserror::Error)]
enum AppError {
    #[error("nobody is signed in")]
    SignedOut,
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        match self {
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::Database(error) => {
                tracing::error!(%error, "the database failed");
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
        .into_response()
    }
}

const SCHEMA: &str = "
    SELECT pg_advisory_xact_lock(1);
    CREATE TABLE IF NOT EXISTS accounts (id uuid PRIMARY KEY, name text NOT NULL);
    CREATE TABLE IF NOT EXISTS sessions (
        token uuid PRIMARY KEY,
        account uuid NOT NULL REFERENCES accounts,
        expires_at timestamptz NOT NULL
    );
    CREATE INDEX IF NOT EXISTS sessions_expires_at ON sessions (expires_at);
";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();

    let pool = PgPoolOptions::new()
        // A request that waits longer for a connection fails with 503.
        .acquire_timeout(Duration::from_secs(3))
        .connect(&env::var("DATABASE_URL")?)
        .await?;
    sqlx::raw_sql(SCHEMA).execute(&pool).await?;
    let repository = PostgresRepository::new(pool.clone());
    repository.migrate().await?;
    let challenges = RedisChallenges::connect(&env::var("REDIS_URL")?).await?;

    let passkeys = Passkeys::new(App { pool }, repository)
        .challenges(challenges)
        .decoy_secret(env::var("DECOY_SECRET")?)?;
    passkeys.check().await?;
    let router = Router::new()
        // For the balancer only: keep it from the public.
        .route("/ready", get(ready))
        .route("/me", get(me))
        .route("/sign-out", post(sign_out))
        .nest("/auth/passkeys", passkeys.router())
        .with_state(passkeys.clone());

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("Listening on {}", listener.local_addr()?);
    axum::serve(listener, router)
        .with_graceful_shutdown(stopped())
        .await?;
    // Ceremonies that were being finished, also those whose client is gone.
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
