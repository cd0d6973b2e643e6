//! The ways back. Each ends in a session that is not signed in and is allowed one thing: to create a
//! passkey, by [`begin`] and [`finish`]. No other route knows of it.

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use passkeys::{
    Error, PasskeyUser, Passkeys, RegistrationResult,
    ceremony::{Begun, CreationOptions, FinishRegistration},
    time::OffsetDateTime,
};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use crate::{
    App, SignedIn,
    accounts::{self, Account},
    error::AppError,
    links::MINUTES_15,
    sign_in,
};

pub(crate) fn routes() -> Router<Passkeys<App>> {
    Router::new()
        .route("/mail", post(mail_link))
        .route("/link", post(redeem_link))
        .route("/code", post(redeem_code))
        // Like the library's routes, so that `new PasskeyClient({ base: "/recovery" })` finds them.
        .route("/register/begin", post(begin))
        .route("/register/finish", post(finish))
}

/// Key of the permission's ID in the session of somebody who is recovering an account.
const RECOVERY: &str = "recovery";

/// Key of the address in the session of somebody who is signing up.
const ADDRESS: &str = "address";

#[derive(Deserialize)]
struct Mail {
    email: String,
}

/// Sends a link to an address: to recover its account, or to sign up if it has none. Responds before it
/// knows which, so that nobody learns who has an account.
async fn mail_link(
    State(passkeys): State<Passkeys<App>>,
    Json(mail): Json<Mail>,
) -> Result<StatusCode, AppError> {
    let email = accounts::address(&mail.email).ok_or(AppError::AddressUnusable)?;
    let (email, worker) = (email.to_owned(), passkeys.clone());
    let work = async move {
        let app = worker.app();
        let Some(link) = app.links.create(&email, app.clock.now()).await? else {
            return Ok(());
        };
        let purpose = match app.accounts.with_address(&email).await? {
            Some(_) => {
                "create a new passkey for your account. It replaces your other passkeys, which are \
                 deleted, and signs you out everywhere"
            }
            None => "create an account",
        };
        let text = format!(
            "Open this link within 15 minutes to {purpose}:\n{link}\n\
             If you have not asked for it, somebody else has: do not open it."
        );
        app.mailer.send(&email, &text);
        Ok::<_, AppError>(())
    };
    // `Passkeys::shutdown` waits for it.
    tokio::spawn(async move {
        if let Err(error) = passkeys.run_to_completion(work).await {
            tracing::error!(error = &error as &dyn std::error::Error, "no link was sent");
        }
    });
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize)]
struct Link {
    token: String,
}

/// Permission that a link or a code gives.
#[derive(Serialize)]
struct Allowed {
    email: String,
    /// True for the new passkey of an account, false for the first one of a new account.
    recovery: bool,
}

/// Uses a link up.
async fn redeem_link(
    State(app): State<App>,
    session: Session,
    Json(link): Json<Link>,
) -> Result<Json<Allowed>, AppError> {
    let now = app.clock.now();
    let email = app.links.redeem(&link.token, now).await?;
    let email = email.ok_or(AppError::LinkUnusable)?;
    if let Some(account) = app.accounts.with_address(&email).await? {
        return allow_recovery(&app, &session, account).await;
    }
    session.flush().await?;
    session.insert(ADDRESS, (&email, now)).await?;
    let recovery = false;
    Ok(Json(Allowed { email, recovery }))
}

#[derive(Deserialize)]
struct Code {
    email: String,
    code: String,
}

/// Uses a recovery code up. An address without an account, a wrong code and an attempt too many get the
/// same response.
async fn redeem_code(
    State(app): State<App>,
    session: Session,
    Json(typed): Json<Code>,
) -> Result<Json<Allowed>, AppError> {
    let account = app.accounts.with_address(typed.email.trim()).await?;
    let id = account.as_ref().map(|account| &*account.id);
    let redeemed = app.codes.redeem(id, &typed.code, app.clock.now()).await?;
    let account = account.filter(|_| redeemed);
    let account = account.ok_or(AppError::RecoveryFailed)?;
    allow_recovery(&app, &session, account).await
}

async fn allow_recovery(
    app: &App,
    session: &Session,
    account: Account,
) -> Result<Json<Allowed>, AppError> {
    let now = app.clock.now();
    let recovery = app.links.allow_recovery(&account.id, now).await?;
    // A new session, which nobody is signed in to.
    session.flush().await?;
    session.insert(RECOVERY, recovery).await?;
    Ok(Json(Allowed {
        email: account.email,
        recovery: true,
    }))
}

/// Returns the address whose owner is signing up.
pub(crate) async fn confirmed_address(app: &App, session: &Session) -> Result<String, AppError> {
    let confirmed: Option<(String, OffsetDateTime)> = session.get(ADDRESS).await?;
    let (email, at) = confirmed.ok_or(AppError::LinkUnusable)?;
    let in_time = (app.clock.now() - at).whole_seconds() < MINUTES_15;
    in_time.then_some(email).ok_or(AppError::LinkUnusable)
}

/// Returns the user who may create a passkey now, and the ID of the permission.
async fn recovering(app: &App, session: &Session) -> Result<(PasskeyUser, String), AppError> {
    let id: Option<String> = session.get(RECOVERY).await?;
    let id = id.ok_or(AppError::SignedOut)?;
    let account = app.links.recovering(&id, app.clock.now()).await?;
    let account = account.ok_or(AppError::LinkUnusable)?;
    let account = app.accounts.get(&account).await?;
    Ok((account.ok_or(AppError::SignedOut)?.user(), id))
}

async fn begin(
    State(passkeys): State<Passkeys<App>>,
    session: Session,
) -> Result<Json<Begun<CreationOptions>>, AppError> {
    let (user, _) = recovering(passkeys.app(), &session).await?;
    let mut begun = passkeys.registration().begin(&user).await;
    if let Err(Error::TooManyCredentials) = begun {
        // Otherwise whoever has the lost device could add passkeys until its owner cannot.
        passkeys.management().delete_all(user.id()).await?;
        begun = passkeys.registration().begin(&user).await;
    }
    Ok(Json(begun?))
}

/// Stores the new passkey, deletes all others, and signs in.
async fn finish(
    State(passkeys): State<Passkeys<App>>,
    session: Session,
    Json(request): Json<FinishRegistration>,
) -> Result<Json<SignedIn>, AppError> {
    let worker = passkeys.clone();
    let work = async move {
        let app = worker.app();
        let mut recovery = String::new();
        // Runs after the ceremony was taken from its store, so that a failed request ends it.
        let who = async {
            let (user, id) = recovering(app, &session).await?;
            recovery = id;
            Ok::<_, AppError>(user)
        };
        let registered = worker.registration().finish(&request, who).await?;
        if !app
            .links
            .complete_recovery(&recovery, registered.user_id())
            .await?
        {
            // Another registration was faster.
            worker.registration().roll_back(&registered).await?;
            return Err(AppError::LinkUnusable);
        }
        let account = Account::of(registered.user());
        delete_others(&worker, &registered).await?;
        let codes = app.codes.replace(&account.id).await?;
        sign_in(&session, &registered.credential().id).await?;
        let text = "Your account has a new passkey, all others are deleted, and the recovery codes are \
            new. If this was not you, call us.";
        app.mailer.send(&account.email, text);
        let codes = Some(codes);
        Ok(Json(SignedIn { account, codes }))
    };
    passkeys.run_to_completion(Box::pin(work)).await
}

/// Deletes the user's other passkeys, and with them the sessions that were started with them: whoever
/// has the lost device must not stay in the account.
///
/// Looks until there is none: such a session may be adding one just now. From the second time on it is
/// signed out, and [`App::on_registered`] deletes what is stored still later.
async fn delete_others(
    passkeys: &Passkeys<App>,
    registered: &RegistrationResult,
) -> Result<(), Error> {
    let (user_id, new) = (registered.user_id(), &registered.credential().id);
    let management = passkeys.management();
    loop {
        let mut others = management.list(user_id).await?;
        others.retain(|passkey| passkey.id != *new);
        if others.is_empty() {
            return Ok(());
        }
        for passkey in others {
            match management.delete(user_id, &passkey.id).await {
                // Somebody else was faster.
                Ok(_) | Err(Error::CredentialNotFound) => (),
                Err(error) => return Err(error),
            }
        }
    }
}
