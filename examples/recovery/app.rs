//! The application: its hooks and its routes. The ways back are in `recovery.rs`.

mod accounts;
mod codes;
mod error;
mod links;
mod mail;
mod page;
mod recovery;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use accounts::{Account, Accounts};
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use codes::Codes;
use error::AppError;
use links::Links;
pub use mail::Mailer;
use passkeys::{
    AuthenticationResult, Clock, CredentialId, PasskeyUser, Passkeys, RegistrationResult, Verified,
    passkeys,
    store::{CredentialRepository as _, Owner, SqliteRepository},
};
use serde::{Deserialize, Serialize};
use sqlx::SqlitePool;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};
use uuid::Uuid;

/// State of the application.
#[derive(Clone)]
pub struct App {
    accounts: Accounts,
    codes: Codes,
    links: Links,
    passkeys: SqliteRepository,
    mailer: Mailer,
    clock: Arc<dyn Clock>,
}

impl App {
    /// Opens the application with its tables in this database.
    pub async fn open(
        pool: SqlitePool,
        passkeys: SqliteRepository,
        origin: &str,
        mailer: Mailer,
        clock: impl Clock,
    ) -> sqlx::Result<Self> {
        Ok(Self {
            accounts: Accounts::open(pool.clone()).await?,
            codes: Codes::open(pool.clone()).await?,
            links: Links::open(pool, origin).await?,
            passkeys,
            mailer,
            clock: Arc::new(clock),
        })
    }
}

#[passkeys(rp_id = "localhost", rp_name = "Recovery", origins = ["http://localhost:3000"])]
impl App {
    type Repository = SqliteRepository;

    /// Identifies the signed-in user by the passkey that the session was started with. A session ends
    /// when its passkey is deleted, so a recovery ends every session of a lost device.
    async fn get_user(&self, session: Session) -> Result<PasskeyUser, AppError> {
        let id: CredentialId = session.get(PASSKEY).await?.ok_or(AppError::SignedOut)?;
        let passkey = self.passkeys.find(&id).await?;
        let passkey = passkey.ok_or(AppError::SignedOut)?;
        let account = self.accounts.get(&passkey.user_id).await?;
        let user = account.ok_or(AppError::SignedOut)?.user();
        Ok(user.signed_in_with(id).keeps_last_passkey(true))
    }

    /// Begins the sign-up of the owner of an address, who has opened the link in a mail to it.
    async fn sign_up(
        &self,
        session: Session,
        Json(new): Json<SignUp>,
    ) -> Result<PasskeyUser, AppError> {
        let email = recovery::confirmed_address(self, &session).await?;
        let name = accounts::usable(&new.name).ok_or(AppError::NameUnusable)?;
        Ok(PasskeyUser::new(Uuid::new_v4(), email, name))
    }

    /// Creates the account of a sign-up, and returns its recovery codes: the only time they are shown.
    async fn on_registered(
        &self,
        session: Session,
        registered: RegistrationResult,
    ) -> Result<Json<SignedIn>, AppError> {
        let account = Account::of(registered.user());
        let mut codes = None;
        let passkey = &registered.credential().id;
        if registered.signed_up() {
            sign_in(&session, passkey).await?;
            // The library deletes the passkey of a sign-up for which this hook returns an error.
            if !self.accounts.create(&account).await? {
                return Err(AppError::AddressTaken);
            }
            codes = Some(self.codes.replace(&account.id).await?);
        } else if let Err(signed_out) = self.get_user(session).await {
            // A recovery has ended the session since the registration was verified.
            self.passkeys
                .delete(Owner::everywhere(&account.id), passkey)
                .await?;
            return Err(signed_out);
        }
        Ok(Json(SignedIn { account, codes }))
    }

    async fn on_authenticated(
        &self,
        session: Session,
        login: AuthenticationResult,
    ) -> Result<Json<SignedIn>, AppError> {
        let account = self.accounts.get(login.user_id()).await?;
        let account = account.ok_or(AppError::NoAccount)?;
        sign_in(&session, &login.credential().id).await?;
        let codes = None;
        Ok(Json(SignedIn { account, codes }))
    }
}

#[derive(Deserialize)]
struct SignUp {
    name: String,
}

#[derive(Serialize)]
struct SignedIn {
    account: Account,
    /// New recovery codes, which replace all earlier ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    codes: Option<Vec<String>>,
}

const PASSKEY: &str = "passkey";

async fn sign_in(session: &Session, passkey: &CredentialId) -> Result<(), AppError> {
    // A new session, without what the old one was allowed. Its new ID prevents session fixation.
    session.flush().await?;
    session.insert(PASSKEY, passkey).await?;
    Ok(())
}

async fn account(
    State(app): State<App>,
    user: PasskeyUser,
) -> Result<Json<serde_json::Value>, AppError> {
    let codes = app.codes.left(user.id()).await?;
    let account = Account::of(&user);
    Ok(Json(
        serde_json::json!({ "account": account, "codesLeft": codes }),
    ))
}

/// Makes new recovery codes, with consent by passkey: a session alone must not open a way back.
async fn new_codes(
    State(app): State<App>,
    Verified { user, .. }: Verified<App>,
) -> Result<Json<Vec<String>>, AppError> {
    Ok(Json(app.codes.replace(user.id()).await?))
}

async fn sign_out(session: Session) -> Result<StatusCode, AppError> {
    session.flush().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Returns the routes of the application.
pub fn router(passkeys: Passkeys<App>) -> Router {
    // Sessions are in memory and end with the process. Without `Secure`, because this is plain HTTP.
    let sessions = SessionManagerLayer::new(MemoryStore::default()).with_secure(false);
    Router::new()
        .route("/account", get(account))
        .route("/codes", post(new_codes))
        .route("/sign-out", post(sign_out))
        .nest("/recovery", recovery::routes())
        .nest("/auth/passkeys", passkeys.router())
        .layer(sessions)
        .merge(page::routes())
        .with_state(passkeys)
}
