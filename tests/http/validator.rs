//! Checks that every OpenAPI document must pass. The program `interop` runs the tests of `openapi`
//! again with `openapi-spec-validator`.

use std::collections::BTreeSet;

use serde_json::Value;

/// Panics where a reference leads nowhere, a path's parameter is not declared, or two operations
/// have one id.
pub(crate) fn validate(document: &Value) {
    references(document, document);
    let mut ids = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let id = operation["operationId"]
                .as_str()
                .expect("an operation's id");
            assert!(ids.insert(id), "{method} {path}: `{id}` appears twice");
            let declared = operation["parameters"].as_array().into_iter().flatten();
            let declared: BTreeSet<_> = declared
                .filter(|parameter| parameter["in"] == "path")
                .map(|parameter| parameter["name"].as_str().expect("a parameter's name"))
                .collect();
            let named = path.split('{').skip(1);
            let named: BTreeSet<_> = named.filter_map(|rest| rest.split('}').next()).collect();
            assert_eq!(declared, named, "{method} {path}");
        }
    }
}

fn references(document: &Value, within: &Value) {
    match within {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                let pointer = reference.strip_prefix('#').expect("a local reference");
                assert!(
                    document.pointer(pointer).is_some(),
                    "{reference} leads nowhere"
                );
            }
            for member in members.values() {
                references(document, member);
            }
        }
        Value::Array(items) => {
            for item in items {
                references(document, item);
            }
        }
        _ => {}
    }
}
