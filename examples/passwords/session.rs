//! Values in the session beside the user, whom `axum-login` keeps there.

use axum::{extract::Request, middleware::Next, response::Response};
use axum_login::tower_sessions::cookie::time::Duration;
use tower_sessions::{Expiry, Session};

use crate::{
    error::AppError,
    users::{AuthSession, User},
};

/// Key of the user's wish to stay signed in when the browser is closed.
const KEEP: &str = "keep";

/// How long users stay signed in who want to, since their last visit.
const KEPT: Expiry = Expiry::OnInactivity(Duration::days(30));

/// Signs in a user who has proved to be that user.
pub(crate) async fn sign_in(
    auth: &mut AuthSession,
    user: &User,
    keep: bool,
) -> Result<(), AppError> {
    // `login` does this only if nobody is signed in. A new session ID prevents session fixation.
    auth.session.cycle_id().await?;
    auth.login(user).await?;
    auth.session.insert(KEEP, keep).await?;
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
