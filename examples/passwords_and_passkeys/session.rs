//! Values in the session beside the user, whom `axum-login` keeps there.

use axum::{extract::Request, middleware::Next, response::Response};
use axum_login::{AuthUser as _, tower_sessions::cookie::time::Duration};
use passkeys::{CredentialId, time::OffsetDateTime};
use serde::{Deserialize, Serialize};
use tower_sessions::{Expiry, Session};

use crate::{
    error::AppError,
    users::{AuthSession, User},
};

/// Key of the user's wish to stay signed in when the browser is closed.
const KEEP: &str = "keep";

/// How long users stay signed in who want to, since their last visit.
const KEPT: Expiry = Expiry::OnInactivity(Duration::days(30));

const SIGN_IN: &str = "sign-in";

/// When and how the session was signed in to.
#[derive(Default, Deserialize, Serialize)]
pub(crate) struct SignIn {
    pub(crate) at: Option<OffsetDateTime>,
    pub(crate) passkey: Option<CredentialId>,
}

impl SignIn {
    /// Returns that of a session. Sessions that were started before passkeys were added have none.
    pub(crate) async fn of(session: &Session) -> Result<Self, AppError> {
        Ok(session.get(SIGN_IN).await?.unwrap_or_default())
    }
}

/// Signs in a user who has proved to be that user, with a password or this passkey.
pub(crate) async fn sign_in(
    auth: &mut AuthSession,
    user: &User,
    keep: bool,
    passkey: Option<CredentialId>,
) -> Result<(), AppError> {
    // `login` does this only if nobody is signed in. A new session ID prevents session fixation.
    auth.session.cycle_id().await?;
    auth.login(user).await?;
    auth.session.insert(KEEP, keep).await?;
    auth.session.remove::<FirstFactor>(FIRST_FACTOR).await?;
    auth.session.insert(UPGRADE, passkey.is_none()).await?;
    let at = Some(OffsetDateTime::now_utc());
    auth.session.insert(SIGN_IN, SignIn { at, passkey }).await?;
    auth.session.set_expiry(keep.then_some(KEPT));
    Ok(())
}

/// Gives the session the expiry that its user wants, which `tower-sessions` keeps for one request only.
pub(crate) async fn keep_signed_in(
    session: Session,
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    if session.get::<bool>(KEEP).await? == Some(true) {
        session.set_expiry(Some(KEPT));
    }
    Ok(next.run(request).await)
}

const FIRST_FACTOR: &str = "first-factor";

/// A user who has entered the password and is not signed in yet.
#[derive(Deserialize, Serialize)]
pub(crate) struct FirstFactor {
    pub(crate) user_id: i64,
    pub(crate) keep: bool,
    at: OffsetDateTime,
}

/// Remembers that the user has entered the password. Signs out whoever is signed in.
pub(crate) async fn pass_first_factor(
    auth: &mut AuthSession,
    user: &User,
    keep: bool,
) -> Result<(), AppError> {
    auth.logout().await?;
    let (user_id, at) = (user.id(), OffsetDateTime::now_utc());
    let first = FirstFactor { user_id, keep, at };
    auth.session.insert(FIRST_FACTOR, first).await?;
    Ok(())
}

/// Returns the user who has entered the password in the last five minutes.
pub(crate) async fn first_factor(session: &Session) -> Result<Option<FirstFactor>, AppError> {
    let first: Option<FirstFactor> = session.get(FIRST_FACTOR).await?;
    let recent = |first: &FirstFactor| OffsetDateTime::now_utc() - first.at < Duration::minutes(5);
    Ok(first.filter(recent))
}

const UPGRADE: &str = "upgrade";

/// Returns once after each sign-in by password that a passkey can be created without asking.
pub(crate) async fn upgrade(session: &Session) -> Result<bool, AppError> {
    Ok(session.remove(UPGRADE).await?.unwrap_or_default())
}
