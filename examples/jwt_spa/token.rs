//! Tokens: what they say, how they are signed, and how a request shows one.

use std::time::Duration;

use axum::{
    extract::FromRequestParts,
    http::{header::AUTHORIZATION, request::Parts},
};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    errors::{Error, ErrorKind},
    get_current_timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{App, error::AppError};

/// The one algorithm, whatever a token says of itself.
const ALGORITHM: Algorithm = Algorithm::HS256;

/// Who a token is for, and until when.
#[derive(Deserialize, Serialize)]
pub(crate) struct Claims {
    /// The account.
    pub(crate) sub: String,
    pub(crate) name: String,
    /// In seconds since 1970.
    pub(crate) exp: u64,
}

/// What a page is given.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignedIn {
    pub(crate) token: String,
    pub(crate) name: String,
    /// In seconds; the page's clock may be another.
    pub(crate) expires_in: u64,
}

/// Issues tokens and checks them.
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
        // Who issues a token also checks it, so there are no clocks that differ.
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

/// The claims of a valid token in the request's `Authorization: Bearer ..`
/// ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
pub(crate) struct Bearer(pub(crate) Claims);

impl FromRequestParts<App> for Bearer {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
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
        app.tokens.check(token.trim()).map(Self)
    }
}
