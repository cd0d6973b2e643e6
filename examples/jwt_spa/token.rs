//! Bearer tokens: claims, signature, and the extractor that verifies them.

use std::time::Duration;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{header::AUTHORIZATION, request::Parts},
};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    errors::{Error, ErrorKind},
    get_current_timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{App, error::AppError};

/// The only algorithm that is accepted, whatever the header of a token says.
const ALGORITHM: Algorithm = Algorithm::HS256;

/// The claims of a token.
#[derive(Deserialize, Serialize)]
pub(crate) struct Claims {
    /// The user ID.
    pub(crate) sub: String,
    pub(crate) name: String,
    /// Expiry, in seconds since the Unix epoch.
    pub(crate) exp: u64,
}

/// The response to a sign-in.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignedIn {
    pub(crate) token: String,
    pub(crate) name: String,
    /// Lifetime in seconds; relative, because the clock of the client may differ.
    pub(crate) expires_in: u64,
}

/// Issues and verifies tokens.
#[derive(Clone)]
pub(crate) struct Tokens {
    issuing: EncodingKey,
    checking: DecodingKey,
    lifetime: Duration,
}

impl Tokens {
    pub(crate) fn with_random_key(lifetime: Duration) -> Result<Self, getrandom::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        Ok(Self::new(&key, lifetime))
    }

    pub(crate) fn new(key: &[u8; 32], lifetime: Duration) -> Self {
        Self {
            issuing: EncodingKey::from_secret(key),
            checking: DecodingKey::from_secret(key),
            lifetime,
        }
    }

    pub(crate) fn issue(&self, id: &str, name: &str) -> Result<SignedIn, Error> {
        let expires_in = self.lifetime.as_secs();
        let claims = Claims {
            sub: id.to_owned(),
            name: name.to_owned(),
            exp: get_current_timestamp() + expires_in,
        };
        Ok(SignedIn {
            token: jsonwebtoken::encode(&Header::new(ALGORITHM), &claims, &self.issuing)?,
            name: claims.name,
            expires_in,
        })
    }

    fn check(&self, token: &str) -> Result<Claims, AppError> {
        let mut rules = Validation::new(ALGORITHM);
        // One process issues and verifies, so there is no clock skew to tolerate.
        rules.leeway = 0;
        match jsonwebtoken::decode(token, &self.checking, &rules) {
            Ok(data) => Ok(data.claims),
            Err(error) if *error.kind() == ErrorKind::ExpiredSignature => {
                Err(AppError::TokenExpired)
            }
            Err(_) => Err(AppError::TokenInvalid),
        }
    }
}

/// Extracts the claims of the token in `Authorization: Bearer ..`, if it is valid
/// ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
pub(crate) struct Bearer(pub(crate) Claims);

///
/// The state is the application in hooks and `Passkeys<App>` in handlers.
impl<S> FromRequestParts<S> for Bearer
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let header = parts.headers.get(AUTHORIZATION);
        let header = header.ok_or(AppError::NoToken)?;
        let (scheme, token) = header
            .to_str()
            .ok()
            .and_then(|header| header.split_once(' '))
            .ok_or(AppError::TokenInvalid)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(AppError::NoToken);
        }
        App::from_ref(state).tokens.check(token.trim()).map(Self)
    }
}
