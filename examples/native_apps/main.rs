//! One backend for a web page, an Android app and an iOS app, which share the passkeys of a user.
//!
//! ```sh
//! cargo run -p native_apps     # http://localhost:3000/.well-known/assetlinks.json
//! cargo test -p native_apps
//! ```
//!
//! The apps call the same routes as the page. Android's `CredentialManager` accepts the JSON of
//! `publicKey` and returns that of `credential`; iOS's `ASAuthorizationController` accepts and returns
//! their members one by one. Replace the domain, the certificate and the app names by your own. The
//! systems show passkeys to an app only if both documents are served from the domain over HTTPS.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode, header},
    routing::get,
};
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, RegistrationResult, passkeys,
    store::MemoryRepository,
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use uuid::Uuid;

/// Users by ID and by bearer token. An app keeps its token in the key store of the system.
#[derive(Clone, Default)]
struct App {
    accounts: Arc<Mutex<BTreeMap<String, PasskeyUser>>>,
    tokens: Arc<Mutex<BTreeMap<String, PasskeyUser>>>,
}

#[passkeys(
    rp_id = "example.com",
    rp_name = "Example",
    origins = [
        // The page and the iOS app: iOS reports the RP ID as the origin of an app.
        "https://example.com",
        // The Android app: the hash of its signing certificate. Paste the SHA-256 fingerprint
        // from the Play Console, and the compiler error shows it in this form.
        "android:apk-key-hash:3f1nfSDJBcH0ZVV6ZIE0mGo9xJ0dKEt6XhVxmxQ2S_I",
    ],
    // The apps that may use the passkeys of the site; published by `well_known()`.
    android_apps = ["com.example.app"],
    apple_apps = ["ABCDE12345.com.example.app"],
)]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self, headers: HeaderMap) -> Result<PasskeyUser, StatusCode> {
        let header = headers.get(header::AUTHORIZATION);
        let token = header
            .and_then(|header| header.to_str().ok())
            .and_then(|header| header.strip_prefix("Bearer "));
        let tokens = self.tokens.lock().expect("no hook panics");
        token
            .and_then(|token| tokens.get(token).cloned())
            .ok_or(StatusCode::UNAUTHORIZED)
    }

    fn sign_up(&self, Json(new): Json<Account>) -> PasskeyUser {
        PasskeyUser::new(Uuid::new_v4(), &new.name, &new.name)
    }

    fn on_registered(&self, registered: RegistrationResult) -> Json<SignedIn> {
        let user = registered.user().clone();
        let mut accounts = self.accounts.lock().expect("no hook panics");
        accounts.insert(user.id().to_owned(), user.clone());
        self.signed_in(user)
    }

    fn on_authenticated(&self, login: AuthenticationResult) -> Result<Json<SignedIn>, StatusCode> {
        let accounts = self.accounts.lock().expect("no hook panics");
        let user = accounts.get(login.user_id());
        let user = user.ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(self.signed_in(user.clone()))
    }

    fn signed_in(&self, user: PasskeyUser) -> Json<SignedIn> {
        let token = Uuid::new_v4().to_string();
        let mut tokens = self.tokens.lock().expect("no hook panics");
        tokens.insert(token.clone(), user);
        Json(SignedIn { token })
    }
}

#[derive(Deserialize, Serialize)]
struct Account {
    name: String,
}

#[derive(Deserialize, Serialize)]
struct SignedIn {
    token: String,
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
        .merge(passkeys.well_known())
        .with_state(passkeys)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    axum::serve(TcpListener::bind("127.0.0.1:3000").await?, app()).await
}

#[cfg(test)]
mod tests {
    use passkeys::testing::{Browser, Response};
    use serde_json::{Value, json};

    use super::*;

    const ANDROID: &str = "android:apk-key-hash:3f1nfSDJBcH0ZVV6ZIE0mGo9xJ0dKEt6XhVxmxQ2S_I";

    /// Returns a browser with a passkey. With the origin of an app, it stands for that app.
    async fn ada_signed_up_on_the_page() -> Browser {
        let mut page = Browser::new(app(), "https://example.com");
        page.sign_up(&json!({ "name": "Ada" })).await.assert_ok();
        page
    }

    async fn name(browser: &Browser, signed_in: &Response) -> String {
        let token = signed_in.json::<SignedIn>().token;
        let mut browser = browser
            .clone()
            .with_header("authorization", &format!("Bearer {token}"));
        browser.get("/me").await.json::<Account>().name
    }

    #[tokio::test]
    async fn passkey_created_on_the_page_signs_in_in_both_apps() {
        let page = ada_signed_up_on_the_page().await;
        let mut android = page.with_origin(ANDROID);
        let signed_in = android.sign_in().await.assert_ok();
        assert_eq!(name(&android, &signed_in).await, "Ada");
        let mut ios = android.with_origin("https://example.com");
        let signed_in = ios.sign_in().await.assert_ok();
        assert_eq!(name(&ios, &signed_in).await, "Ada");
    }

    #[tokio::test]
    async fn passkey_created_in_the_android_app_signs_in_on_the_page() {
        let mut phone = Browser::new(app(), ANDROID);
        phone.sign_up(&json!({ "name": "Bob" })).await.assert_ok();
        let mut page = phone.with_origin("https://example.com");
        let signed_in = page.sign_in().await.assert_ok();
        assert_eq!(name(&page, &signed_in).await, "Bob");
    }

    /// A modified copy of the app has another signing certificate.
    #[tokio::test]
    async fn app_with_another_signing_certificate_is_rejected() {
        let page = ada_signed_up_on_the_page().await;
        let other = "android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vA";
        let answer = page.with_origin(other).sign_in().await;
        answer.assert_error("authentication_failed");
    }

    #[tokio::test]
    async fn well_known_documents_list_both_apps() {
        let mut phone = Browser::new(app(), ANDROID);
        let links: Value = phone.get("/.well-known/assetlinks.json").await.json();
        let target = &links[0]["target"];
        assert_eq!(target["package_name"], "com.example.app");
        let fingerprint = &target["sha256_cert_fingerprints"][0];
        assert!(fingerprint.as_str().unwrap().starts_with("DD:FD:67:7D:"));

        let path = "/.well-known/apple-app-site-association";
        let association: Value = phone.get(path).await.json();
        let apps = json!({ "apps": ["ABCDE12345.com.example.app"] });
        assert_eq!(association["webcredentials"], apps);
    }
}
