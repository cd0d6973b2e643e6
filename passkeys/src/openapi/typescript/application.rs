//! The interface `ApplicationTypes`: what an application's hooks take and return.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    codes::Codes,
    schemas::Schemas,
    ty::{Index, Member, Ty},
};

/// Component by which the body of a step-up handler is recognized, beside the members `state` and `body`.
const ASSERTION: &str = "#/components/schemas/Passkeys.AuthenticationResponse";

const METHODS: [&str; 4] = ["delete", "patch", "post", "put"];

/// Returns the declarations of an application's types: of `hooks`, the document of its routes for
/// passkeys, and of its own document, if there is one.
pub(super) fn declarations(hooks: &Value, own: Option<&Value>, errors_are_known: bool) -> String {
    let documents = || [Some(hooks), own].into_iter().flatten();
    let mut components = BTreeMap::new();
    for document in documents() {
        for (name, schema) in members(&document["components"]["schemas"]) {
            components
                .entry(name.clone())
                .or_insert_with(|| schema.clone());
        }
    }
    let mut schemas = Schemas::new(components);
    let mut codes = Codes::new(errors_are_known);
    for document in documents() {
        codes.add(document, &schemas);
    }
    let paths = &hooks["paths"];
    let register = &paths["/register/finish"]["post"];
    let authenticate = &paths["/authenticate/finish"]["post"];
    let begin = &paths["/authenticate/begin"]["post"];
    let mut types = vec![
        member(
            "signUp",
            sign_up(&paths["/sign-up/begin"]["post"], &mut schemas),
        ),
        member("registered", response(register, &mut schemas)),
        member("registerData", data(register, &mut schemas)),
        member("authenticated", response(authenticate, &mut schemas)),
        member("authenticateData", data(authenticate, &mut schemas)),
        member("signInBy", sign_in_by(begin)),
        member("profile", profile(begin)),
        member("code", codes.into_type()),
    ];
    if let Some(document) = own {
        types.push(member("stepUp", step_ups(document, &mut schemas)));
    }
    let types = known(types).to_text("");
    let text = format!(
        "// Of this application, from its OpenAPI document.\n\nexport interface ApplicationTypes {types}\n"
    );
    text + &schemas.declarations()
}

/// Returns the type of an object with those members whose types are known: a page may say the others.
fn known(mut members: Vec<Member>) -> Ty {
    members.retain(|member| member.ty != Ty::Unknown);
    Ty::Object(members, Index::None)
}

fn member(name: &str, ty: Ty) -> Member {
    Member {
        name: name.to_owned(),
        docs: String::new(),
        optional: false,
        ty,
    }
}

fn undefined() -> Ty {
    Ty::word("undefined")
}

/// Returns the type of the body that `sign_up` reads.
fn sign_up(operation: &Value, schemas: &mut Schemas) -> Ty {
    if operation.is_null() {
        return undefined();
    }
    json_body(operation).map_or(Ty::Unknown, |body| schemas.convert(body))
}

/// Returns the type of what the module makes of a response of success.
fn response(operation: &Value, schemas: &mut Schemas) -> Ty {
    let successes = members(&operation["responses"]).filter(|(status, _)| status.starts_with('2'));
    let mut types = Vec::new();
    for (_, response) in successes {
        let mut contents = members(&response["content"]).peekable();
        if contents.peek().is_none() {
            types.push(undefined());
        }
        for (media_type, content) in contents {
            types.push(if is_json(media_type) {
                schemas.convert(&content["schema"])
            } else if media_type == "text/plain" {
                Ty::word("string")
            } else if media_type == "*/*" {
                Ty::Unknown
            } else {
                // The module rejects it.
                Ty::Never
            });
        }
    }
    if types.is_empty() {
        return Ty::Unknown;
    }
    Ty::any_of(types)
}

/// Returns the type of the member `data` that a hook reads.
fn data(operation: &Value, schemas: &mut Schemas) -> Ty {
    let Some(body) = json_body(operation) else {
        return undefined();
    };
    // Added to the library's schema by `Payload::with_data`.
    let parts = body["allOf"].as_array().into_iter().flatten();
    let parts = parts.filter(|part| !part["properties"]["data"].is_null());
    let (mut types, mut required) = (Vec::new(), false);
    for part in parts {
        types.push(schemas.convert(&part["properties"]["data"]));
        required |= strings(&part["required"]).any(|name| name == "data");
    }
    if types.is_empty() {
        undefined()
    } else if required {
        Ty::all_of(types)
    } else {
        Ty::any_of([Ty::all_of(types), undefined()])
    }
}

/// Returns the union of the names of members by which a sign-in names its user.
fn sign_in_by(operation: &Value) -> Ty {
    let Some(body) = json_body(operation) else {
        return Ty::Never;
    };
    let ways = body["oneOf"]
        .as_array()
        .map_or(std::slice::from_ref(body), Vec::as_slice);
    let names = ways.iter().flat_map(|way| members(&way["properties"]));
    Ty::any_of(names.map(|(name, _)| Ty::text(name)))
}

/// Returns the union of the names of profiles.
fn profile(operation: &Value) -> Ty {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let mut parameters = parameters.filter(|parameter| parameter["name"] == "profile");
    parameters.next().map_or_else(undefined, |parameter| {
        Ty::any_of(strings(&parameter["schema"]["enum"]).map(Ty::text))
    })
}

/// Returns the type of the handlers that take consent, by path and method.
fn step_ups(document: &Value, schemas: &mut Schemas) -> Ty {
    let mut routes = BTreeMap::<_, BTreeMap<_, _>>::new();
    for (path, method, operation) in operations(document) {
        let Some(body) = json_body(operation).map(|body| schemas.resolved(body).clone()) else {
            continue;
        };
        let properties = &body["properties"];
        let is_consent =
            properties["credential"]["$ref"] == ASSERTION && !properties["state"].is_null();
        if !is_consent || properties["body"].is_null() || !METHODS.contains(&method) {
            continue;
        }
        let body = properties["body"].clone();
        let body = match schemas.convert(&body) {
            // Of `FinishStepUp<()>`.
            null if null == Ty::word("null") => undefined(),
            body => body,
        };
        let answer = response(operation, schemas);
        let types = vec![member("body", body), member("answer", answer)];
        let methods = routes.entry(path.to_owned()).or_default();
        methods.insert(method.to_uppercase(), known(types));
    }
    let routes = routes.into_iter().map(|(path, methods)| {
        let methods = methods
            .iter()
            .map(|(method, ty)| member(method, ty.clone()));
        member(&path, Ty::Object(methods.collect(), Index::None))
    });
    Ty::Object(routes.collect(), Index::None)
}

/// Returns the operations of a document: path, method and operation.
pub(super) fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    members(&document["paths"]).flat_map(|(path, operations)| {
        members(operations).map(|(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

/// Returns the schema of a request body in JSON.
fn json_body(operation: &Value) -> Option<&Value> {
    let mut contents = members(&operation["requestBody"]["content"]);
    let (_, content) = contents.find(|(media_type, _)| is_json(media_type))?;
    Some(&content["schema"])
}

/// Returns whether the module parses content of this type as JSON.
pub(super) fn is_json(media_type: &str) -> bool {
    let (essence, _) = media_type.split_once(';').unwrap_or((media_type, ""));
    essence.trim() == "application/json" || essence.trim().ends_with("+json")
}

pub(super) fn members(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}
