//! The application: its state and its routes.

#[cfg(test)]
mod difference;
mod error;
mod hooks;
mod mail;
mod pages;
#[cfg(test)]
mod passkey_tests;
mod session;
#[cfg(test)]
mod tests;
mod users;

use axum::{
    Router,
    middleware::from_fn,
    routing::{get, post},
};
use axum_login::AuthManagerLayerBuilder;
pub use mail::Mailer;
use passkeys::Passkeys;
use sqlx::SqlitePool;
use tower_http::csrf::{ConfigError, CsrfLayer};
use tower_sessions::{Expiry, MemoryStore, SessionManagerLayer};
use users::Users;

/// State of the application.
#[derive(Clone)]
pub struct App {
    users: Users,
    mailer: Mailer,
}

impl App {
    /// Opens the application with its tables in this database.
    pub async fn open(pool: SqlitePool, mailer: Mailer) -> sqlx::Result<Self> {
        let users = Users::open(pool).await?;
        Ok(Self { users, mailer })
    }
}

/// Returns the routes of the application at this origin.
pub fn router(passkeys: Passkeys<App>, origin: &str) -> Result<Router, ConfigError> {
    // Sessions are in memory and end with the process. Without `Secure`, because this is plain HTTP.
    // The cookie is `HttpOnly` and `SameSite=Strict` by default.
    let sessions = SessionManagerLayer::new(MemoryStore::default())
        .with_secure(false)
        .with_expiry(Expiry::OnSessionEnd);
    let sign_in = AuthManagerLayerBuilder::new(passkeys.app().users.clone(), sessions).build();
    let router = Router::new()
        .route("/", get(pages::account))
        .route("/sign-up", get(pages::sign_up_form).post(pages::sign_up))
        .route("/sign-in", get(pages::sign_in_form).post(pages::sign_in))
        .route("/sign-out", post(pages::sign_out))
        .route("/close-account", post(pages::close_account))
        .route("/second-factor", get(pages::second_factor))
        .route("/account/second-factor", post(pages::set_second_factor))
        .nest("/auth/passkeys", passkeys.router())
        .layer(from_fn(session::keep_signed_in))
        .layer(sign_in)
        .merge(pages::files())
        // Pages of other origins on the same site, which `SameSite` does not stop, cannot submit forms.
        .layer(CsrfLayer::new().add_trusted_origin(origin)?)
        .layer(from_fn(pages::security_headers))
        .with_state(passkeys);
    Ok(router)
}
