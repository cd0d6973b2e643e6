//! Error responses of an operation, grouped by status.

use std::{borrow::Cow, collections::BTreeMap};

use utoipa::openapi::{
    Content, ContentBuilder, Ref, RefOr, Response, ResponseBuilder, Schema,
    schema::{AnyOfBuilder, ObjectBuilder, SchemaType, Type},
};

use crate::{Error, domain::error::StoreError, wire::schemas};

/// Name of the component for rejections of hooks and extractors.
pub(super) const REJECTION: &str = "Passkeys.Rejection";

/// Placeholder for the message: only status and code of these errors are documented.
const NO_MESSAGE: Cow<'static, str> = Cow::Borrowed("");

/// Errors of a route that reads its body.
pub(super) const BODY: [Error; 2] = [Error::MalformedRequest(NO_MESSAGE), Error::PayloadTooLarge];

/// Errors of a route that parses its body as JSON.
pub(super) const JSON: [Error; 2] = [
    Error::UnsupportedMediaType,
    Error::InvalidRequest(NO_MESSAGE),
];

/// Returns the error of a route that uses a store.
pub(super) fn store() -> [Error; 1] {
    [Error::StorageUnavailable(StoreError::new("a store"))]
}

/// Returns the schema of an error with this code: `{"error": {"code", "message"}}`.
pub(super) fn schema(code: &str) -> Schema {
    let error = ObjectBuilder::new()
        .property("code", schemas::words([code]))
        .required("code")
        .property("message", ObjectBuilder::new().schema_type(Type::String))
        .required("message");
    let body = ObjectBuilder::new().property("error", error);
    body.required("error").into()
}

/// Returns the name of the component of an error.
pub(super) fn component(code: &str) -> String {
    format!("Passkeys.Error.{code}")
}

/// Returns the error responses by status. Where `hooks` run, each may also be a rejection.
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
    let content = ContentBuilder::new().schema(Some(any_named(schemas)));
    let mut response = ResponseBuilder::new()
        .description(format!("`{}`", codes.join("` or `")))
        .content("application/json", content.build());
    if hooks {
        response = response.content("*/*", rejection_content());
    }
    response.build()
}

/// Returns the response of any other status: a rejection by a hook or by an extractor in one.
pub(super) fn rejected() -> Response {
    ResponseBuilder::new()
        .description("Rejection by the application.")
        .content("*/*", rejection_content())
        .build()
}

/// Returns the schema of rejections, which may have any form.
pub(super) fn rejection() -> RefOr<Schema> {
    let any = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
    any.description(Some("Rejection by the application, in a form of its own."))
        .into()
}

fn rejection_content() -> Content {
    let schema = Ref::from_schema_name(REJECTION);
    ContentBuilder::new().schema(Some(schema)).build()
}

fn any_named(names: Vec<String>) -> RefOr<Schema> {
    let references = names.into_iter().map(Ref::from_schema_name);
    any_of(references.map(RefOr::from).collect())
}

/// Returns the schema of what one of these describes, which is the only one if there is one.
pub(super) fn any_of(mut schemas: Vec<RefOr<Schema>>) -> RefOr<Schema> {
    if schemas.len() == 1 {
        return schemas.remove(0);
    }
    let any = schemas
        .into_iter()
        .fold(AnyOfBuilder::new(), AnyOfBuilder::item);
    Schema::AnyOf(any.build()).into()
}
