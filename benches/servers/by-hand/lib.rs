//! Hand-written server for comparison: the same routes on axum and `webauthn-rs-core`, written with
//! care for speed.
//!
//! It makes the same promises as far as that crate does: ceremonies are single-use, expire and are
//! bounded in number; credential IDs are unique; user handles and signature counters are checked.
//! Verification is the crate's own, without the library's additional checks: strict client data,
//! trailing bytes, and the curve of an algorithm.

mod ceremonies;
mod error;
mod passkeys;

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, FromRequestParts, State},
    http::{
        StatusCode,
        header::{CACHE_CONTROL, HeaderName},
        request::Parts,
    },
    routing::post,
};
use serde::{Deserialize, Serialize};
use webauthn_rs_core::{
    WebauthnCore,
    proto::{
        COSEAlgorithm, PublicKeyCredential, PublicKeyCredentialCreationOptions,
        PublicKeyCredentialRequestOptions, RegisterPublicKeyCredential,
        RequestRegistrationExtensions, UserVerificationPolicy,
    },
};

use ceremonies::{Ceremonies, Purpose};
use error::Error;
use passkeys::Passkeys;

struct App {
    webauthn: WebauthnCore,
    ceremonies: Ceremonies,
    passkeys: Passkeys,
}

/// Response of a handler, with `Cache-Control: no-store`.
type Answer<T> = Result<([(HeaderName, &'static str); 1], Json<T>), Error>;

const NO_STORE: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "no-store")];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Begun<O> {
    public_key: O,
    state: String,
}

async fn begin_registration(
    State(app): State<Arc<App>>,
    Session(user_id): Session,
) -> Answer<Begun<PublicKeyCredentialCreationOptions>> {
    let name = format!("{user_id}@example.com");
    let extensions = RequestRegistrationExtensions {
        cred_props: Some(true),
        ..Default::default()
    };
    let builder = app
        .webauthn
        .new_challenge_register_builder(user_id.as_bytes(), &name, &name)?
        .user_verification_policy(UserVerificationPolicy::Required)
        .require_resident_key(true)
        .credential_algorithms(vec![
            COSEAlgorithm::ES256,
            COSEAlgorithm::ES384,
            COSEAlgorithm::RS256,
        ])
        .exclude_credentials(Some(app.passkeys.ids(&user_id)))
        .extensions(Some(extensions));
    let (options, state) = app.webauthn.generate_challenge_register(builder)?;
    let state = app.ceremonies.begin(Purpose::Register { user_id, state })?;
    let public_key = options.public_key;
    Ok((NO_STORE, Json(Begun { public_key, state })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FinishRegistration {
    credential: RegisterPublicKeyCredential,
    state: String,
    #[serde(default)]
    device_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Registered {
    status: &'static str,
    credential_id: String,
}

async fn finish_registration(
    State(app): State<Arc<App>>,
    Session(caller): Session,
    Json(request): Json<FinishRegistration>,
) -> Answer<Registered> {
    let Some(Purpose::Register { user_id, state }) = app.ceremonies.finish(&request.state) else {
        return Err(Error::ChallengeNotFound);
    };
    if caller != user_id {
        return Err(Error::ChallengeNotFound);
    }
    let credential = app
        .webauthn
        .register_credential(&request.credential, &state, None)?;
    if !app
        .passkeys
        .insert(user_id, credential, request.device_name)
    {
        return Err(Error::CredentialAlreadyExists);
    }
    let status = "ok";
    let credential_id = request.credential.id;
    let registered = Registered {
        status,
        credential_id,
    };
    Ok((NO_STORE, Json(registered)))
}

/// Body of `authenticate/begin`: the user who signs in, if named.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BeginAuthentication {
    user_id: String,
}

async fn begin_authentication(
    State(app): State<Arc<App>>,
    named: Option<Json<BeginAuthentication>>,
) -> Answer<Begun<PublicKeyCredentialRequestOptions>> {
    let policy = UserVerificationPolicy::Required;
    let credentials = named.map_or_else(Vec::new, |Json(named)| app.passkeys.of(&named.user_id));
    let builder = app
        .webauthn
        .new_challenge_authenticate_builder(credentials, Some(policy))?;
    let (options, state) = app.webauthn.generate_challenge_authenticate(builder)?;
    let state = app.ceremonies.begin(Purpose::Authenticate(state))?;
    let public_key = options.public_key;
    Ok((NO_STORE, Json(Begun { public_key, state })))
}

#[derive(Deserialize)]
struct FinishAuthentication {
    credential: PublicKeyCredential,
    state: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignedIn {
    user_id: String,
}

async fn finish_authentication(
    State(app): State<Arc<App>>,
    Json(request): Json<FinishAuthentication>,
) -> Answer<SignedIn> {
    let Some(Purpose::Authenticate(state)) = app.ceremonies.finish(&request.state) else {
        return Err(Error::ChallengeNotFound);
    };
    let response = &request.credential;
    let passkey = app.passkeys.find(&response.raw_id);
    let passkey = passkey.ok_or(Error::NotVerified)?;
    if response.get_user_unique_id() != Some(passkey.user_id.as_bytes()) {
        return Err(Error::NotVerified);
    }
    let result =
        app.webauthn
            .authenticate_single_credential(response, &state, &passkey.credential)?;
    // Compare-and-swap: of two sign-ins with the same counter, one fails.
    if !app.passkeys.record_use(&passkey, &result) {
        return Err(Error::NotVerified);
    }
    let user_id = passkey.user_id;
    Ok((NO_STORE, Json(SignedIn { user_id })))
}

/// Stand-in for a session, so that none is measured: a header with the user ID.
struct Session(String);

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let id = parts.headers.get("x-user").and_then(|id| id.to_str().ok());
        let id = id.ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(Self(id.to_owned()))
    }
}

/// Returns the routes, nested under `/auth/passkeys`.
///
/// # Panics
///
/// Never: the origin is a valid URL.
pub fn router() -> Router {
    let origin = "http://localhost:3000".parse().expect("a URL");
    let webauthn = WebauthnCore::new_unsafe_experts_only(
        "Benchmark",
        "localhost",
        vec![origin],
        Duration::from_mins(1),
        None,
        None,
    );
    let app = Arc::new(App {
        webauthn,
        ceremonies: Ceremonies::default(),
        passkeys: Passkeys::default(),
    });
    let routes = Router::new()
        .route("/register/begin", post(begin_registration))
        .route("/register/finish", post(finish_registration))
        .route("/authenticate/begin", post(begin_authentication))
        .route("/authenticate/finish", post(finish_authentication))
        .layer(DefaultBodyLimit::max(64 * 1024))
        .with_state(app);
    Router::new().nest("/auth/passkeys", routes)
}
