//! The errors of a route, by their statuses.

use std::{borrow::Cow, collections::BTreeMap};

use utoipa::openapi::{
    Content, ContentBuilder, Ref, RefOr, Response, ResponseBuilder, Schema,
    schema::{AnyOfBuilder, ObjectBuilder, SchemaType, Type},
};

use crate::{Error, domain::error::StoreError, wire::schemas};

/// Name of the component for responses of the application itself.
pub(super) const REJECTION: &str = "Passkeys.Rejection";

/// Stands for a message: only status and code of these errors matter.
const SILENT: Cow<'static, str> = Cow::Borrowed("");

/// Errors of a route that reads its body.
pub(super) const BODY: [Error; 2] = [Error::MalformedRequest(SILENT), Error::PayloadTooLarge];

/// Errors of a route that parses its body as JSON.
pub(super) const JSON: [Error; 2] = [Error::UnsupportedMediaType, Error::InvalidRequest(SILENT)];

/// Error of a route that needs a store.
pub(super) fn store() -> [Error; 1] {
    [Error::StorageUnavailable(StoreError::new("a store"))]
}

/// The component of the error with this code: `{"error": {"code", "message"}}`.
pub(super) fn schema(code: &str) -> Schema {
    let error = ObjectBuilder::new()
        .property("code", schemas::words([code]))
        .required("code")
        .property("message", ObjectBuilder::new().schema_type(Type::String))
        .required("message");
    let body = ObjectBuilder::new().property("error", error);
    body.required("error").into()
}

pub(super) fn component(code: &str) -> String {
    format!("Passkeys.Error.{code}")
}

/// The responses to what can go wrong. Where `hooks` run, each may also be the answer of one.
pub(super) fn responses(errors: &[Error], hooks: bool) -> BTreeMap<u16, Response> {
    let mut by_status = BTreeMap::<u16, Vec<&Error>>::new();
    for error in errors {
        by_status.entry(error.status()).or_default().push(error);
    }
    let response = |(status, errors): (u16, Vec<&Error>)| (status, response(&errors, hooks));
    by_status.into_iter().map(response).collect()
}

fn response(errors: &[&Error], hooks: bool) -> Response {
    let mut codes: Vec<_> = errors.iter().map(|error| error.code()).collect();
    codes.dedup();
    let mut schemas: Vec<_> = codes.iter().map(|code| component(code)).collect();
    if hooks {
        schemas.push(REJECTION.to_owned());
    }
    let content = ContentBuilder::new().schema(Some(any_of(schemas)));
    let mut response = ResponseBuilder::new()
        .description(format!("`{}`", codes.join("` or `")))
        .content("application/json", content.build());
    if hooks {
        response = response.content("*/*", reject());
    }
    response.build()
}

/// What answers instead of a route: a hook of the application's, or an extractor of its.
pub(super) fn rejected() -> Response {
    ResponseBuilder::new()
        .description("What the application answers instead.")
        .content("*/*", reject())
        .build()
}

/// The component of what applications answer of their own: only they know its shape.
pub(super) fn rejection() -> RefOr<Schema> {
    let any = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
    any.description(Some("The application's own answer."))
        .into()
}

fn reject() -> Content {
    let schema = Ref::from_schema_name(REJECTION);
    ContentBuilder::new().schema(Some(schema)).build()
}

fn any_of(names: Vec<String>) -> RefOr<Schema> {
    let mut references: Vec<_> = names.into_iter().map(Ref::from_schema_name).collect();
    if references.len() == 1 {
        return references.remove(0).into();
    }
    let any = references
        .into_iter()
        .fold(AnyOfBuilder::new(), AnyOfBuilder::item);
    Schema::AnyOf(any.build()).into()
}
