//! Two ways back into an account whose passkeys are lost: a recovery code, and a link by mail. Either
//! allows one thing only, which is to create a new passkey; the lost ones are deleted with it.
//!
//! ```sh
//! cargo run -p recovery    # then open http://localhost:3000; mail is printed to the terminal
//! ```
//!
//! What each way costs in security is on the page "Recovery" of the book (`docs/recovery.md`).
//!
//! Environment variables: `PORT` (default 3000) and `DATABASE` (file name, default `recovery.db`).

use std::{env, net::Ipv4Addr, time::Duration};

use passkeys::{Config, Passkeys, SystemClock, store::SqliteRepository};
use recovery::{App, Mailer, router};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();

    let database = env::var("DATABASE").unwrap_or_else(|_| "recovery.db".to_owned());
    let options = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePool::connect_with(options).await?;
    let repository = SqliteRepository::new(pool.clone());
    repository.migrate().await?;

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let origin = format!("http://localhost:{}", listener.local_addr()?.port());
    let config = Config::builder("localhost", [&origin])
        .rp_name("Recovery")
        .build()?;
    let mailer = Mailer::to_terminal();
    let app = App::open(pool, repository.clone(), &origin, mailer, SystemClock).await?;
    let passkeys = Passkeys::with_config(app, repository, config);

    println!("Open {origin}");
    axum::serve(listener, router(passkeys.clone()))
        .with_graceful_shutdown(stopped())
        .await?;
    // Ceremonies that were being finished, and mail that was being sent.
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
