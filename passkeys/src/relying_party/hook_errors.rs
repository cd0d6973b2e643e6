//! Responses of the errors that hooks return, derived from their Rust types.

use std::{collections::BTreeMap, convert::Infallible};

use axum::http::StatusCode;
use utoipa::{
    IntoResponses,
    openapi::{RefOr, Response, Schema},
};

use super::payload::{Carrier, Probe, has_references};
use crate::PasskeyUser;

/// Description of the errors that a hook returns.
#[derive(Clone, Default)]
pub struct HookErrors {
    /// By status.
    pub(crate) responses: BTreeMap<String, ErrorResponse>,
    /// False if there may be others.
    pub(crate) are_known: bool,
}

/// Description of one error.
#[derive(Clone, Default)]
pub(crate) struct ErrorResponse {
    pub(crate) description: String,
    /// Schema of its JSON, if it is known.
    pub(crate) schema: Option<RefOr<Schema>>,
}

impl HookErrors {
    fn none() -> Self {
        Self {
            are_known: true,
            ..Self::default()
        }
    }

    fn of<E: IntoResponses>() -> Self {
        let mut errors = Self::none();
        for (status, response) in E::responses() {
            let response = match response {
                RefOr::T(response) => ErrorResponse::new(response),
                // To a component of the application's own document.
                RefOr::Ref(_) => ErrorResponse::default(),
            };
            errors.are_known &= response.schema.is_some();
            errors.responses.insert(status, response);
        }
        errors
    }
}

impl ErrorResponse {
    fn new(mut response: Response) -> Self {
        let content = response.content.swap_remove("application/json");
        let schema = match content {
            Some(RefOr::T(content)) => content.schema,
            _ => None,
        };
        Self {
            description: response.description,
            // Not with references to components of the application's own document.
            schema: schema.filter(|schema| !has_references(schema)),
        }
    }
}

/// Result whose error has described responses.
pub trait DescribedErrors {
    /// Returns the description.
    fn errors(&self) -> HookErrors;
}

impl<T, E: IntoResponses> DescribedErrors for &&&&Probe<Result<T, E>> {
    fn errors(&self) -> HookErrors {
        HookErrors::of::<E>()
    }
}

/// Error whose response has no body, and so no code.
pub trait WithoutBody {}

impl WithoutBody for Infallible {}
impl WithoutBody for StatusCode {}

/// Result whose error has no body.
pub trait ErrorsWithoutBody {
    /// Returns the description.
    fn errors(&self) -> HookErrors;
}

impl<T, E: WithoutBody> ErrorsWithoutBody for &&&Probe<Result<T, E>> {
    fn errors(&self) -> HookErrors {
        HookErrors::none()
    }
}

/// Result with any other error.
pub trait UndescribedErrors {
    /// Returns the description.
    fn errors(&self) -> HookErrors;
}

impl<T, E> UndescribedErrors for &&Probe<Result<T, E>> {
    fn errors(&self) -> HookErrors {
        HookErrors::default()
    }
}

/// Type that is no error.
pub trait Success {}

impl<T: Carrier> Success for T {}
impl Success for PasskeyUser {}
impl Success for Option<PasskeyUser> {}

/// Hook that does not fail.
pub trait NoErrors {
    /// Returns the description.
    fn errors(&self) -> HookErrors;
}

impl<T: Success> NoErrors for &Probe<T> {
    fn errors(&self) -> HookErrors {
        HookErrors::none()
    }
}

/// Any other type, such as `Response`.
pub trait UnknownErrors {
    /// Returns the description.
    fn errors(&self) -> HookErrors;
}

impl<T> UnknownErrors for Probe<T> {
    fn errors(&self) -> HookErrors {
        HookErrors::default()
    }
}
