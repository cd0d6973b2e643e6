//! Attributes, documentation and visibility on every item of a block, and every key of the
//! attribute.

use axum::http::StatusCode;
use passkeys::{
    AuthenticationResult, PasskeyUser, RegistrationResult, passkeys, store::MemoryRepository,
};

use super::hidden::InAttribute;

#[derive(Clone)]
pub(crate) struct App;

/// A block with every key.
#[passkeys(
    rp_id = "example.com",
    rp_name = r"Example",
    origins = [
        "https://example.com",
        "https://login.example.com:8443",
        "https://my_app.example.com",
        "android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vA",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
    ],
    related_origins = ["https://example.org"],
    top_origins = ["https://portal.example.net"],
    user_verification = "preferred",
    resident_key = "preferred",
    conditional_create = true,
    algorithms = ["RS256", "ES256"],
    attestation = "none",
    authenticator_attachment = "platform",
    hints = ["client-device"],
    challenge_ttl = "2m",
    timeout = "30s",
    sign_count = "suspend",
    backup_eligibility = "report",
    max_credentials = 5,
    fresh = "15m",
    enroll_url = "https://login.example.com:8443/passkeys/new",
    manage_url = "https://example.org/passkeys",
    android_apps = ["com.example.app"],
    apple_apps = ["ABCDE12345.com.example.app"],
    response = Result<StatusCode, (StatusCode, String)>,
    crate = ::passkeys,
)]
#[allow(clippy::unused_self)]
impl App {
    #![allow(clippy::unused_async)]

    /// Repository of the passkeys.
    #[allow(dead_code)]
    pub type Repository = MemoryRepository;

    /// Returns the signed-in user.
    ///
    /// Over several lines.
    #[must_use]
    #[inline]
    pub(super) async fn r#get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    #[deprecated = "for a reason of its own"]
    #[doc(hidden)]
    pub(crate) fn on_authenticated(&self, _: AuthenticationResult) -> StatusCode {
        StatusCode::OK
    }

    #[cfg_attr(all(), allow(unused_variables))]
    async fn on_registered(self: &Self, registration: RegistrationResult) {}
}

#[test]
fn every_key_of_the_attribute_reaches_the_configuration() {
    let config = format!("{:?}", App::config());

    for value in [
        "example.com",
        "Example",
        "https://login.example.com:8443",
        "https://my_app.example.com",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "https://example.org",
        "https://portal.example.net",
        "conditional_create: true",
        "[Rs256, Es256]",
        "Suspend",
        "backup_eligibility: Report",
        "max_credentials: 5",
        "fresh: Some(900s)",
        "https://login.example.com:8443/passkeys/new",
        "https://example.org/passkeys",
        "\"com.example.app\"",
        "ABCDE12345.com.example.app",
        "120s",
        "30s",
    ] {
        assert!(config.contains(value), "{value} in {config}");
    }
}
