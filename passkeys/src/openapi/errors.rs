//! Error responses of an operation, grouped by status.

use std::{borrow::Cow, collections::BTreeMap};

use utoipa::openapi::{
    Content, ContentBuilder, Ref, RefOr, Response, ResponseBuilder, Schema,
    schema::{AnyOfBuilder, ObjectBuilder, SchemaType, Type},
};

use crate::{
    Error,
    domain::error::StoreError,
    relying_party::hook_errors::{ErrorResponse, HookErrors},
    wire::schemas,
};

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

/// Errors of one status: codes of the library, and what the application's hooks return.
#[derive(Default)]
struct Errors<'a> {
    codes: Vec<&'static str>,
    of_hooks: Vec<&'a ErrorResponse>,
}

/// Returns the error responses by status. Where hooks run, each may also be a rejection; `of_hooks` are
/// those that are known.
pub(super) fn responses(
    errors: &[Error],
    of_hooks: Option<&[HookErrors]>,
) -> BTreeMap<String, Response> {
    let mut by_status = BTreeMap::<String, Errors<'_>>::new();
    for error in errors {
        let errors = by_status.entry(error.status().to_string()).or_default();
        errors.codes.push(error.code());
    }
    for hook in of_hooks.into_iter().flatten() {
        for (status, response) in &hook.responses {
            let errors = by_status.entry(status.clone()).or_default();
            errors.of_hooks.push(response);
        }
    }
    let response =
        |(status, errors): (String, Errors<'_>)| (status, response(errors, of_hooks.is_some()));
    by_status.into_iter().map(response).collect()
}

fn response(
    Errors {
        mut codes,
        of_hooks,
    }: Errors<'_>,
    hooks: bool,
) -> Response {
    codes.dedup();
    let names = codes.iter().map(|code| component(code));
    let mut schemas: Vec<_> = names.map(named).collect();
    for schema in of_hooks.iter().filter_map(|error| error.schema.as_ref()) {
        // Several hooks may have errors of one type.
        if !schemas.contains(schema) {
            schemas.push(schema.clone());
        }
    }
    if hooks {
        schemas.push(named(REJECTION.to_owned()));
    }
    let content = ContentBuilder::new().schema(Some(any_of(schemas)));
    let library = (!codes.is_empty()).then(|| format!("`{}`", codes.join("` or `")));
    let mut descriptions: Vec<_> = library.into_iter().collect();
    for ErrorResponse { description, .. } in of_hooks {
        if !description.is_empty() && !descriptions.contains(description) {
            descriptions.push(description.clone());
        }
    }
    let mut response = ResponseBuilder::new()
        .description(descriptions.join("\n\n"))
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

fn named(name: String) -> RefOr<Schema> {
    Ref::from_schema_name(name).into()
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
