//! Error codes in a document.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    application::{members, operations},
    schemas::Schemas,
    ty::Ty,
};

/// Beginning of the names of components of the library's own errors, whose codes the module declares.
const LIBRARY: &str = "Passkeys.Error.";

/// Nesting of a schema within which codes are found.
const MAX_DEPTH: usize = 16;

/// Error codes of responses, `{"error": {"code": ".."}}`.
#[derive(Default)]
pub(super) struct Codes {
    found: BTreeSet<String>,
    /// Whether there may be others.
    others: bool,
}

impl Codes {
    /// Creates codes, beside which there are others if not all errors are `known`.
    pub(super) fn new(known: bool) -> Self {
        Self {
            found: BTreeSet::new(),
            others: !known,
        }
    }

    /// Adds the codes of all responses of a document.
    pub(super) fn add(&mut self, document: &Value, schemas: &Schemas) {
        for (.., operation) in operations(document) {
            for (status, response) in members(&operation["responses"]) {
                if status.starts_with(['1', '2', '3']) {
                    continue;
                }
                for (media_type, content) in members(&response["content"]) {
                    if super::application::is_json(media_type) {
                        self.add_schema(&content["schema"], schemas, 0);
                    }
                }
            }
        }
    }

    fn add_schema(&mut self, schema: &Value, schemas: &Schemas, depth: usize) {
        let name = schema["$ref"].as_str().unwrap_or_default();
        if depth > MAX_DEPTH
            || name
                .rsplit('/')
                .next()
                .is_some_and(|name| name.starts_with(LIBRARY))
        {
            return;
        }
        let schema = schemas.resolved(schema);
        for composition in ["oneOf", "anyOf", "allOf"] {
            for one in schema[composition].as_array().into_iter().flatten() {
                self.add_schema(one, schemas, depth + 1);
            }
        }
        let error = &schema["properties"]["error"];
        if !error.is_null() {
            self.add_error(error, schemas, depth + 1);
        }
    }

    fn add_error(&mut self, error: &Value, schemas: &Schemas, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let error = schemas.resolved(error);
        for composition in ["oneOf", "anyOf", "allOf"] {
            for one in error[composition].as_array().into_iter().flatten() {
                self.add_error(one, schemas, depth + 1);
            }
        }
        let code = &error["properties"]["code"];
        if !code.is_null() {
            self.add_code(code, schemas, depth + 1);
        }
    }

    fn add_code(&mut self, code: &Value, schemas: &Schemas, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let code = schemas.resolved(code);
        let mut alternatives = ["oneOf", "anyOf", "allOf"]
            .iter()
            .filter_map(|composition| code[composition].as_array())
            .peekable();
        if let Some(values) = code["enum"].as_array() {
            self.found
                .extend(values.iter().filter_map(Value::as_str).map(str::to_owned));
        } else if let Some(value) = code["const"].as_str() {
            self.found.insert(value.to_owned());
        } else if alternatives.peek().is_some() {
            for one in alternatives.flatten() {
                self.add_code(one, schemas, depth + 1);
            }
        } else {
            self.others = true;
        }
    }

    /// Returns the union of the codes.
    pub(super) fn into_type(self) -> Ty {
        let codes = self.found.iter().map(|code| Ty::text(code));
        // Any string, beside which editors complete those that are known.
        let others = self.others.then(|| Ty::word("(string & {})"));
        Ty::any_of(codes.chain(others))
    }
}
