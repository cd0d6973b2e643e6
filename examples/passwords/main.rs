//! An application with e-mail addresses and passwords: sign-up, sign-in with "keep me signed in",
//! sign-out, and an account that can be closed. It is built on `axum-login` and `tower-sessions`.
//!
//! ```sh
//! cargo run -p passwords    # then open http://localhost:3000
//! ```
//!
//! The example `passwords_and_passkeys` is this application with passkeys.
//!
//! Environment variables: `PORT` (default 3000) and `DATABASE` (file name, default `passwords.db`).

use std::{env, net::Ipv4Addr};

use passwords::{App, Mailer, router};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();

    let database = env::var("DATABASE").unwrap_or_else(|_| "passwords.db".to_owned());
    let options = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePool::connect_with(options).await?;

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let origin = format!("http://localhost:{}", listener.local_addr()?.port());
    let app = App::open(pool, Mailer::to_terminal()).await?;

    println!("Open {origin}");
    axum::serve(listener, router(app, &origin)?)
        .with_graceful_shutdown(stopped())
        .await?;
    Ok(())
}

/// Waits for Ctrl-C.
async fn stopped() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::error!(%error, "cannot wait for Ctrl-C");
        std::future::pending::<()>().await;
    }
}
