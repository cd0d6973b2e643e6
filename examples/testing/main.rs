//! A small application with tests that sign up and sign in, without a browser.
//!
//! ```sh
//! cargo test -p testing
//! ```

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse},
    routing::get,
};
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, RegistrationResult, passkeys,
    store::MemoryRepository,
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use uuid::Uuid;

/// Users by session ID and by user ID. Sessions never expire here.
#[derive(Clone, Default)]
struct App {
    sessions: Arc<Mutex<BTreeMap<String, PasskeyUser>>>,
    accounts: Arc<Mutex<BTreeMap<String, PasskeyUser>>>,
}

#[passkeys(rp_id = "localhost", origins = ["http://localhost:3000"])]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self, headers: HeaderMap) -> Result<PasskeyUser, StatusCode> {
        let cookie = headers
            .get(header::COOKIE)
            .and_then(|cookie| cookie.to_str().ok());
        let session = cookie.and_then(|cookie| cookie.strip_prefix("session="));
        let sessions = self.sessions.lock().expect("no hook panics");
        session
            .and_then(|session| sessions.get(session).cloned())
            .ok_or(StatusCode::UNAUTHORIZED)
    }

    fn sign_up(&self, Json(new): Json<Account>) -> PasskeyUser {
        PasskeyUser::new(Uuid::new_v4(), &new.name, &new.name)
    }

    fn on_registered(&self, registered: RegistrationResult) -> impl IntoResponse + use<> {
        let user = registered.user().clone();
        self.accounts
            .lock()
            .expect("no hook panics")
            .insert(user.id().to_owned(), user.clone());
        self.start_session(user)
    }

    fn on_authenticated(
        &self,
        login: AuthenticationResult,
    ) -> Result<impl IntoResponse + use<>, StatusCode> {
        let accounts = self.accounts.lock().expect("no hook panics");
        let user = accounts
            .get(login.user_id())
            .ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(self.start_session(user.clone()))
    }

    fn start_session(&self, user: PasskeyUser) -> impl IntoResponse + use<> {
        let session = Uuid::new_v4().to_string();
        let cookie = format!("session={session}; HttpOnly; SameSite=Lax");
        self.sessions
            .lock()
            .expect("no hook panics")
            .insert(session, user);
        AppendHeaders([(header::SET_COOKIE, cookie)])
    }
}

#[derive(Deserialize, Serialize)]
struct Account {
    name: String,
}

async fn me(user: PasskeyUser) -> Json<Account> {
    let name = user.name().to_owned();
    Json(Account { name })
}

fn app() -> Router {
    let passkeys = Passkeys::new(App::default(), MemoryRepository::default());
    Router::new()
        .route("/me", get(me))
        .nest("/auth/passkeys", passkeys.router())
        .with_state(passkeys)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    axum::serve(TcpListener::bind("127.0.0.1:3000").await?, app()).await
}

#[cfg(test)]
mod tests {
    use passkeys::testing::{Browser, Fault};
    use serde_json::{Value, json};

    use super::*;

    #[tokio::test]
    async fn passkey_created_at_sign_up_signs_in() {
        let mut browser = Browser::new(app(), "http://localhost:3000");
        browser.sign_up(&json!({ "name": "Ada" })).await.assert_ok();
        browser.clear_cookies();
        browser.sign_in().await.assert_ok();
        assert_eq!(browser.get("/me").await.json::<Value>()["name"], "Ada");
    }

    #[tokio::test]
    async fn sign_in_from_a_phishing_origin_is_rejected() {
        let mut browser = Browser::new(app(), "http://localhost:3000");
        browser.sign_up(&json!({ "name": "Ada" })).await.assert_ok();
        browser.clear_cookies();
        let mut phished = browser.with_fault(Fault::Origin("https://1ocalhost.com".into()));
        phished
            .sign_in()
            .await
            .assert_error("authentication_failed");
        assert_eq!(phished.get("/me").await.status, StatusCode::UNAUTHORIZED);
    }
}
