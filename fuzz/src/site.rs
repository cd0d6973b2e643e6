//! Relying party whose ceremony state contains the challenge, so that an input is self-contained and
//! deterministic.

use std::{cell::OnceCell, future::Future};

use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use passkeys::{
    Attestation, AuthenticationResult, Config, PasskeyUser, Passkeys, UserVerification, passkeys,
    store::{
        ChallengeStore, CredentialRepository as _, MemoryRepository, Owner, PendingCeremony,
        StoreError,
    },
    testing::pending_ceremony,
};
use serde_json::json;
use time::{Duration, OffsetDateTime};
use tower::ServiceExt as _;

use super::examples::{ADA, EXAMPLES};

#[derive(Clone)]
pub(crate) struct App;

#[passkeys(rp_id = "example.org", origins = ["https://example.org"])]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new(ADA, ADA, ADA)
    }

    fn on_authenticated(&self, login: AuthenticationResult) -> String {
        login.user_id().to_owned()
    }
}

pub(crate) struct Site {
    pub(crate) passkeys: Passkeys<App>,
    router: Router,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// Prefix of the ceremony state of a sign-in without a named user. Without the prefix, the sign-in
/// was begun for [`ADA`].
pub(crate) const UNNAMED: &str = "anybody:";

/// Challenge store that returns the ceremony described by the ceremony state, any number of times.
struct Stateless {
    sign_in: bool,
}

#[async_trait]
impl ChallengeStore for Stateless {
    async fn put(&self, _: PendingCeremony) -> Result<String, StoreError> {
        Err(StoreError::new("this store cannot begin ceremonies"))
    }

    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError> {
        let (challenge, user) = match state.strip_prefix(UNNAMED) {
            Some(challenge) => (challenge, None),
            None => (state, Some(ADA)),
        };
        if URL_SAFE_NO_PAD.decode(challenge).is_err() {
            return Ok(None);
        }
        let now = OffsetDateTime::now_utc();
        let mut form = serde_json::to_value(pending_ceremony(now, Duration::MINUTE))
            .map_err(StoreError::new)?;
        form["rp_id"] = "example.org".into();
        form["challenge"] = challenge.into();
        form["purpose"] = if self.sign_in {
            json!({ "authenticate": user })
        } else {
            json!({ "register": {
                "user_id": ADA, "name": ADA, "display_name": ADA,
                "handle": URL_SAFE_NO_PAD.encode(ADA),
            } })
        };
        serde_json::from_value(form)
            .map(Some)
            .map_err(StoreError::new)
    }
}

impl Site {
    fn new(sign_in: bool, attestation: Attestation) -> Self {
        let config = Config::builder("example.org", ["https://example.org"])
            .user_verification(UserVerification::Preferred)
            .attestation(attestation)
            .build()
            .expect("a valid configuration");
        let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config)
            .challenges(Stateless { sign_in })
            // That of `pending_ceremony`.
            .application("example");
        // Fuzzing does not measure timing side channels.
        let passkeys = passkeys.timing_floor(std::time::Duration::ZERO);
        let router = passkeys.router();
        Self { passkeys, router }
    }

    pub(crate) fn post(&self, path: &str, body: &[u8]) -> Answer {
        let request = Request::post(path)
            .header("content-type", "application/json")
            .body(Body::from(body.to_vec()));
        self.send(request.expect("a request"))
    }

    pub(crate) fn send(&self, request: Request<Body>) -> Answer {
        block_on(async {
            let Ok(response) = self.router.clone().oneshot(request).await;
            let status = response.status().as_u16();
            let body = to_bytes(response.into_body(), usize::MAX).await;
            Answer {
                status,
                body: body.expect("a body").to_vec(),
            }
        })
    }

    /// Deletes the credentials that an input has registered.
    pub(crate) fn clear(&self) {
        block_on(async {
            let repository = self.passkeys.repository();
            for credential in repository
                .list(Owner::everywhere(ADA))
                .await
                .expect("a list")
            {
                repository
                    .delete(Owner::everywhere(ADA), &credential.id)
                    .await
                    .expect("gone");
            }
        });
    }
}

impl Answer {
    /// Checks that it is an error of the HTTP contract with one of these statuses.
    pub(crate) fn is_error(&self, statuses: &[u16]) {
        let body = String::from_utf8_lossy(&self.body);
        assert!(statuses.contains(&self.status), "{} {body}", self.status);
        let json: serde_json::Value = serde_json::from_slice(&self.body).expect("JSON");
        assert!(json["error"]["code"].is_string(), "{body}");
    }
}

thread_local! {
    static REGISTRATION: OnceCell<Site> = const { OnceCell::new() };
    static ATTESTED: OnceCell<Site> = const { OnceCell::new() };
    static SIGN_IN: OnceCell<Site> = const { OnceCell::new() };
    static RUNTIME: OnceCell<tokio::runtime::Runtime> = const { OnceCell::new() };
}

/// Calls a function with a site where [`ADA`] has no passkey and registers one, with attestation or
/// without.
pub(crate) fn at_registration<T>(attested: bool, then: impl FnOnce(&Site) -> T) -> T {
    let (site, attestation) = if attested {
        (&ATTESTED, Attestation::Direct)
    } else {
        (&REGISTRATION, Attestation::None)
    };
    site.with(|site| then(site.get_or_init(|| Site::new(false, attestation))))
}

/// Calls a function with a site where [`ADA`] has the passkeys of all examples and signs in.
pub(crate) fn at_sign_in<T>(then: impl FnOnce(&Site) -> T) -> T {
    SIGN_IN.with(|site| {
        then(site.get_or_init(|| {
            let site = Site::new(true, Attestation::None);
            for example in EXAMPLES.iter() {
                let credential = example.credential();
                block_on(site.passkeys.repository().insert(
                    Owner::everywhere(ADA),
                    &credential,
                    usize::MAX,
                ))
                .expect("stored");
            }
            site
        }))
    })
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with(|runtime| {
        let runtime = runtime.get_or_init(|| {
            let builder = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build();
            builder.expect("a runtime")
        });
        runtime.block_on(future)
    })
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
