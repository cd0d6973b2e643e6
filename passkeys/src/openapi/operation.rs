//! One operation of the document, put together.

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
    relying_party::{hooks::Hooks, payload::Payload},
};

/// Tag of the operations.
pub(super) const TAG: &str = "passkeys";

/// An operation with its path and method.
pub(super) type Route = (&'static str, HttpMethod, Operation);

/// An operation. The schemas that it refers to go to the document's components.
pub(super) struct Described<'a> {
    operation: OperationBuilder,
    components: &'a mut Components,
    errors: Vec<Error>,
    rejects: bool,
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
            rejects: false,
        }
    }

    /// Says what the application says of the hooks that are asked.
    pub(super) fn documented(mut self, hooks: &Hooks, asked: &[&str]) -> Self {
        let docs: Vec<_> = asked.iter().filter_map(|hook| hooks.docs(hook)).collect();
        if !docs.is_empty() {
            self.operation = self.operation.description(Some(docs.join("\n\n")));
        }
        self
    }

    pub(super) fn parameter(mut self, parameter: Parameter) -> Self {
        self.operation = self.operation.parameter(parameter);
        self
    }

    pub(super) fn takes(mut self, means: &str, body: Payload, required: Required) -> Self {
        let mut request = RequestBodyBuilder::new()
            .description(Some(means))
            .required(Some(required));
        if let Some((media_type, content)) = self.content(body) {
            request = request.content(media_type, content);
        }
        self.operation = self.operation.request_body(Some(request.build()));
        self
    }

    pub(super) fn answers(mut self, means: &str, answer: Payload) -> Self {
        let status = answer.status;
        let mut response = ResponseBuilder::new().description(means);
        if let Some((media_type, content)) = self.content(answer) {
            response = response.content(media_type, content);
        }
        self.operation = self.operation.response(status, response);
        self
    }

    /// A hook or one of its extractors may answer instead.
    pub(super) fn rejects(mut self) -> Self {
        self.rejects = true;
        self
    }

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
        for (status, response) in errors::responses(&self.errors, self.rejects) {
            self.operation = self.operation.response(status.to_string(), response);
        }
        if self.rejects {
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
