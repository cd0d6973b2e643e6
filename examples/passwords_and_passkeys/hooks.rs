//! The passkeys of the application.

use axum::http::StatusCode;
use axum_login::{AuthUser as _, AuthnBackend as _};
use passkeys::{
    AuthenticationResult, CredentialRemoval, Data, PasskeyUser, RegistrationResult, passkeys,
    store::SqliteRepository,
};
use serde::Deserialize;
use tower_sessions::Session;

use crate::{
    App,
    error::AppError,
    session::{self, SignIn},
    users::{AuthSession, User},
};

#[passkeys(
    rp_id = "localhost",
    rp_name = "Passwords and passkeys",
    origins = ["http://localhost:3000"],
    // After a sign-in by password, browsers may create a passkey without asking.
    conditional_create = true,
    // A session that somebody has left open cannot change the passkeys.
    fresh = "10m",
    // The offer is about the device that the user has before them, and no other one is proposed.
    profiles(this_device(authenticator_attachment = "platform", hints = ["client-device"])),
)]
impl App {
    type Repository = SqliteRepository;

    /// Returns the user whom `axum-login` has found in the session.
    async fn get_user(&self, auth: AuthSession) -> Result<PasskeyUser, AppError> {
        let user = auth.user.ok_or(AppError::SignedOut)?;
        let sign_in = SignIn::of(&auth.session).await?;
        Ok(passkey_user(&user)
            // The password is a way in, unless a passkey is asked for after it.
            .keeps_last_passkey(user.second_factor)
            .signed_in_with(sign_in.passkey)
            .authenticated_at(sign_in.at))
    }

    /// Returns the user who has entered the password and is asked for a passkey now.
    async fn second_factor_user(&self, session: Session) -> Result<PasskeyUser, AppError> {
        let first = session::first_factor(&session).await?;
        let first = first.ok_or(AppError::SignedOut)?;
        let user = self.users.get_user(&first.user_id).await?;
        Ok(passkey_user(&user.ok_or(AppError::SignedOut)?))
    }

    /// Signs in the user of a passkey that has been verified: with it alone, or after the password.
    async fn on_authenticated(
        &self,
        mut auth: AuthSession,
        Data(options): Data<Option<Options>>,
        login: AuthenticationResult,
    ) -> Result<StatusCode, AppError> {
        let id = login.user_id_as().or(Err(AppError::NoAccount))?;
        let user = self.users.get_user(&id).await?;
        let user = user.ok_or(AppError::NoAccount)?;
        let mut keep = options.is_some_and(|options| options.keep);
        if login.is_second_factor() {
            let first = session::first_factor(&auth.session).await?;
            keep = first.is_some_and(|first| first.keep);
        } else if user.second_factor {
            return Err(AppError::PasswordFirst);
        }
        let passkey = Some(login.credential().id.clone());
        session::sign_in(&mut auth, &user, keep, passkey).await?;
        Ok(StatusCode::NO_CONTENT)
    }

    fn on_registered(&self, registered: RegistrationResult) {
        let to = registered.user().name();
        let text =
            "A passkey was added to your account. If this was not you, sign in and delete it.";
        self.mailer.send(to, text);
    }

    fn on_removed(&self, removal: CredentialRemoval) {
        if let Some(user) = removal.user() {
            let created = removal.credential().created_at.date();
            let text = format!("Your passkey of {created} was deleted from your account.");
            self.mailer.send(user.name(), &text);
        }
    }
}

/// Data that the page adds to a sign-in by passkey.
#[derive(Deserialize)]
struct Options {
    keep: bool,
}

/// Describes a user to the library.
pub(crate) fn passkey_user(user: &User) -> PasskeyUser {
    PasskeyUser::new(user.id().to_string(), &user.email, &user.email)
}
