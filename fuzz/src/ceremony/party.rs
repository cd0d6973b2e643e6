//! Two relying parties that share only their challenge store.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode},
    routing,
};
use passkeys::{
    AuthenticationResult, Config, CredentialId, PasskeyUser, Passkeys, RegistrationResult,
    SignCount, Verified, passkeys,
    store::{ChallengeStore, MemoryChallenges, MemoryRepository, SealedChallenges},
    testing::ManualClock,
};
use serde_json::Value;
use tower::ServiceExt as _;

use super::{
    super::site::block_on,
    Policy, User,
    model::{LIFETIME, Verdict},
};

/// Application whose signed-in user is named by the header `x-user`.
#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self, headers: HeaderMap) -> Result<PasskeyUser, StatusCode> {
        let id = headers.get("x-user").and_then(|id| id.to_str().ok());
        id.map(user).ok_or(StatusCode::UNAUTHORIZED)
    }

    fn sign_up(&self, Json(id): Json<String>) -> PasskeyUser {
        user(&id)
    }

    fn on_registered(&self, _: RegistrationResult) -> StatusCode {
        StatusCode::NO_CONTENT
    }

    fn on_authenticated(&self, login: AuthenticationResult) -> Json<String> {
        Json(login.user_id().to_owned())
    }
}

/// Handler that requires a step-up.
async fn transfer(verified: Verified<App, u8>) -> Json<String> {
    Json(verified.result.user_id().to_owned())
}

fn user(id: &str) -> PasskeyUser {
    PasskeyUser::new(id, id, id)
}

pub(super) struct Parties {
    here: Router,
    elsewhere: Router,
    pub(super) repository: MemoryRepository,
    pub(super) clock: ManualClock,
}

/// Response to a request.
pub(super) struct Answer {
    status: StatusCode,
    pub(super) body: Value,
}

impl Parties {
    pub(super) fn new(policy: Policy, sealed: bool) -> Self {
        let challenges: Arc<dyn ChallengeStore> = if sealed {
            Arc::new(SealedChallenges::new([7; 32]).expect("a key"))
        } else {
            Arc::new(MemoryChallenges::default())
        };
        let (repository, clock) = (MemoryRepository::default(), ManualClock::default());
        let party = |rp_id: &str, repository: MemoryRepository| {
            let config = Config::builder(rp_id, [format!("https://{rp_id}")])
                .challenge_ttl(Duration::from_secs(LIFETIME))
                .sign_count(match policy {
                    Policy::Reject => SignCount::Reject,
                    Policy::Suspend => SignCount::Suspend,
                    Policy::Report => SignCount::Report,
                });
            let config = config.build().expect("a configuration");
            let passkeys = Passkeys::with_config(App, repository, config)
                .challenges(challenges.clone())
                .clock(clock.clone())
                // Fuzzing does not measure timing side channels.
                .timing_floor(Duration::ZERO);
            passkeys
                .router()
                .route("/transfer", routing::post(transfer))
                .with_state(passkeys)
        };
        Self {
            here: party("example.com", repository.clone()),
            elsewhere: party("example.net", MemoryRepository::default()),
            repository,
            clock,
        }
    }

    pub(super) fn post(
        &self,
        elsewhere: bool,
        route: &str,
        by: User,
        body: Option<&Value>,
    ) -> Answer {
        let party = if elsewhere {
            &self.elsewhere
        } else {
            &self.here
        };
        send(party, Method::POST, route, by, body)
    }

    /// Sends a management request for a passkey.
    pub(super) fn manage(
        &self,
        method: Method,
        id: &CredentialId,
        by: User,
        body: Option<&Value>,
    ) -> Answer {
        send(&self.here, method, &format!("/credentials/{id}"), by, body)
    }
}

fn send(party: &Router, method: Method, path: &str, by: User, body: Option<&Value>) -> Answer {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("x-user", by.id());
    let request = match body {
        None => request.body(Body::empty()),
        Some(body) => request
            .header("content-type", "application/json")
            .body(Body::from(body.to_string())),
    };
    block_on(async {
        let Ok(response) = party.clone().oneshot(request.expect("a request")).await;
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await;
        let body = body.expect("a body");
        let body = match status {
            StatusCode::NO_CONTENT => Value::Null,
            _ => serde_json::from_slice(&body).expect("JSON"),
        };
        Answer { status, body }
    })
}

impl Answer {
    pub(super) fn is(&self, verdict: Verdict) {
        let Self { status, body } = self;
        match verdict {
            Ok(()) => assert!(status.is_success(), "{status} {body}"),
            Err(codes) => {
                let code = body["error"]["code"].as_str();
                let known = code.is_some_and(|code| codes.contains(&code));
                assert!(known, "{status} {body}, not {codes:?}");
            }
        }
    }
}
