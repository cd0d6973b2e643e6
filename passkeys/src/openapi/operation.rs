//! Builder of one operation of the document.

use std::collections::BTreeMap;

use utoipa::openapi::{
    Content, ContentBuilder, HttpMethod, Required,
    path::{Operation, OperationBuilder, Parameter},
    request_body::RequestBodyBuilder,
    response::ResponseBuilder,
    schema::Components,
};

use super::errors;
use crate::{
    Error,
    relying_party::{hook_errors::HookErrors, hooks::Hooks, payload::Payload},
};

/// Tag of the operations.
pub(super) const TAG: &str = "passkeys";

/// An operation with its path and method.
pub(super) type Route = (&'static str, HttpMethod, Operation);

/// Builder of an operation. Adds the schemas that it refers to to the document's components.
pub(super) struct Described<'a> {
    operation: OperationBuilder,
    components: &'a mut Components,
    errors: Vec<Error>,
    /// Errors of the hooks that run, if any does. They and their extractors may also reject the request
    /// in other ways.
    of_hooks: Option<Vec<HookErrors>>,
}

impl<'a> Described<'a> {
    pub(super) fn new(id: &str, summary: &str, components: &'a mut Components) -> Self {
        let operation = OperationBuilder::new()
            .operation_id(Some(format!("passkeys_{id}")))
            .summary(Some(summary))
            .tag(TAG);
        Self {
            operation,
            components,
            errors: Vec::new(),
            of_hooks: None,
        }
    }

    /// Sets the description to the doc comments of these hooks.
    pub(super) fn documented(mut self, hooks: &Hooks, names: &[&str]) -> Self {
        let docs: Vec<_> = names.iter().filter_map(|name| hooks.docs(name)).collect();
        if !docs.is_empty() {
            self.operation = self.operation.description(Some(docs.join("\n\n")));
        }
        self
    }

    pub(super) fn parameter(mut self, parameter: Parameter) -> Self {
        self.operation = self.operation.parameter(parameter);
        self
    }

    /// Sets the request body.
    pub(super) fn takes(mut self, description: &str, body: Payload, required: Required) -> Self {
        let mut request = RequestBodyBuilder::new()
            .description(Some(description))
            .required(Some(required));
        if let Some((media_type, content)) = self.content(body) {
            request = request.content(media_type, content);
        }
        self.operation = self.operation.request_body(Some(request.build()));
        self
    }

    /// Sets the request body to one of several.
    pub(super) fn takes_one_of(
        mut self,
        description: &str,
        bodies: impl IntoIterator<Item = Payload>,
        required: Required,
    ) -> Self {
        let mut by_media_type: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for body in bodies {
            self.components.schemas.extend(body.components);
            if let Some(media_type) = body.media_type {
                by_media_type
                    .entry(media_type)
                    .or_default()
                    .push(body.schema);
            }
        }
        let mut request = RequestBodyBuilder::new()
            .description(Some(description))
            .required(Some(required));
        for (media_type, schemas) in by_media_type {
            let content = ContentBuilder::new().schema(Some(errors::any_of(schemas)));
            request = request.content(media_type, content.build());
        }
        self.operation = self.operation.request_body(Some(request.build()));
        self
    }

    /// Adds a response of success.
    pub(super) fn returns(mut self, description: &str, body: Payload) -> Self {
        let status = body.status;
        let mut response = ResponseBuilder::new().description(description);
        if let Some((media_type, content)) = self.content(body) {
            response = response.content(media_type, content);
        }
        self.operation = self.operation.response(status, response);
        self
    }

    /// Documents that these hooks or their extractors may reject the request.
    pub(super) fn rejects(mut self, hooks: &Hooks, names: &[&str]) -> Self {
        let errors = names.iter().filter_map(|name| hooks.errors(name).cloned());
        self.of_hooks.get_or_insert_default().extend(errors);
        self
    }

    /// Adds errors of the library.
    pub(super) fn fails(mut self, errors: impl IntoIterator<Item = Error>) -> Self {
        self.errors.extend(errors);
        self
    }

    pub(super) fn build(mut self) -> Operation {
        for error in &self.errors {
            let schemas = &mut self.components.schemas;
            let name = errors::component(error.code());
            schemas.insert(name, errors::schema(error.code()).into());
        }
        for (status, response) in errors::responses(&self.errors, self.of_hooks.as_deref()) {
            self.operation = self.operation.response(status, response);
        }
        if self.of_hooks.is_some() {
            self.operation = self.operation.response("default", errors::rejected());
        }
        self.operation.build()
    }

    fn content(&mut self, payload: Payload) -> Option<(&'static str, Content)> {
        self.components.schemas.extend(payload.components);
        let content = ContentBuilder::new().schema(Some(payload.schema));
        Some((payload.media_type?, content.build()))
    }
}
