//! An application with e-mail addresses and passwords: sign-up, sign-in with "keep me signed in",
//! sign-out, and an account that can be closed. It is built on `axum-login` and `tower-sessions`.
//!
//! ```sh
//! cargo run -p passwords_and_passkeys    # then open http://localhost:3000
//! ```
//!
//! This is the example `passwords` with passkeys: created after a sign-in by password, used instead of the
//! password or after it. The difference of the two is a page of the book (`docs/passwords-and-passkeys.md`).
//!
//! Environment variables: `PORT` (default 3000) and `DATABASE` (file name, default `passwords.db`).

use std::{env, net::Ipv4Addr, time::Duration};

use passkeys::{Config, Passkeys, store::SqliteRepository};
use passwords_and_passkeys::{App, Mailer, router};
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
    let repository = SqliteRepository::new(pool.clone());
    repository.migrate().await?;

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let origin = format!("http://localhost:{}", listener.local_addr()?.port());
    let app = App::open(pool, Mailer::to_terminal()).await?;
    let passkeys = if port == 3000 {
        Passkeys::new(app, repository)
    } else {
        // The attribute knows port 3000 only. A `Config` follows the same rules, checked at start-up.
        let config = Config::builder("localhost", [&origin])
            .rp_name("Passwords and passkeys")
            .conditional_create(true)
            .fresh(Duration::from_mins(10))
            .build()?;
        Passkeys::with_config(app, repository, config)
    };
    // Browsers drop the passkeys of a closed account once a sign-in with them has failed.
    let passkeys = passkeys.signal_unknown_credentials();

    println!("Open {origin}");
    axum::serve(listener, router(passkeys.clone(), &origin)?)
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
