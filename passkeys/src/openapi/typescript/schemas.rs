//! Conversion of the schemas of a document
//! ([JSON Schema 2020-12](https://json-schema.org/draft/2020-12), of OpenAPI 3.1) to TypeScript types.
//!
//! A type allows every value that its schema allows: what TypeScript cannot say, such as the length of
//! a string, is left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde_json::{Map, Value};

use super::ty::{Index, Member, Ty, comment};

/// Nesting of a schema within which it is converted. What is deeper may be anything.
const MAX_DEPTH: usize = 64;

/// Number of components that are written out within one where they refer to each other without an
/// object or a list between them. Further ones may be anything.
const MAX_WRITTEN_OUT: usize = 64;

/// The namespace of the types of components.
const NAMESPACE: &str = "Schemas";

/// Path of a component in a document.
const COMPONENTS: &str = "#/components/schemas/";

/// Keywords that say something about objects.
const OF_OBJECTS: [&str; 4] = [
    "additionalProperties",
    "properties",
    "propertyNames",
    "required",
];

/// Keywords whose schemas are alternatives or parts.
const COMPOSITIONS: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// Converter of schemas, with the components that they refer to.
pub(super) struct Schemas {
    components: BTreeMap<String, Value>,
    /// Names of the components' types.
    names: BTreeMap<String, String>,
    /// Components to be declared.
    used: BTreeSet<String>,
    /// Number of components that were written out within the current one.
    written_out: usize,
}

impl Schemas {
    pub(super) fn new(components: BTreeMap<String, Value>) -> Self {
        let mut taken = BTreeSet::new();
        let names = components.keys().map(|component| {
            let name = identifier(component);
            let further = (2..).map(|number| format!("{name}{number}"));
            let mut free = std::iter::once(name.clone()).chain(further);
            let name = free.find(|name| taken.insert(name.clone()));
            (component.clone(), name.unwrap_or_default())
        });
        Self {
            names: names.collect(),
            components,
            used: BTreeSet::new(),
            written_out: 0,
        }
    }

    /// Returns a schema, in place of a reference to it.
    pub(super) fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        for _ in 0..MAX_DEPTH {
            match reference(schema).and_then(|name| self.components.get(&name)) {
                Some(component) => schema = component,
                None => break,
            }
        }
        schema
    }

    /// Returns the type of a schema.
    pub(super) fn convert(&mut self, schema: &Value) -> Ty {
        self.at(schema, 0, &[]).unwrap_or(Ty::Unknown)
    }

    /// Returns the declarations of the components that the converted schemas refer to, in a namespace;
    /// nothing without any.
    pub(super) fn declarations(mut self) -> String {
        let mut declarations = BTreeMap::new();
        while let Some(component) = self.used.pop_first() {
            if declarations.contains_key(&component) {
                continue;
            }
            let schema = self.components[&component].clone();
            let open = [component.clone()];
            self.written_out = 0;
            let ty = self.at(&schema, 0, &open).unwrap_or(Ty::Unknown);
            declarations.insert(component, (docs(&schema), ty));
        }
        if declarations.is_empty() {
            return String::new();
        }
        let mut text = format!(
            "\n/** Types that the application's hooks take and return. */\nexport namespace {NAMESPACE} {{\n"
        );
        for (component, (docs, ty)) in &declarations {
            text.push_str(&comment(docs, "  "));
            let (name, ty) = (&self.names[component], ty.to_text("  "));
            let _ = writeln!(text, "  type {name} = {ty};");
        }
        text.push_str("}\n");
        text
    }

    /// Returns the type of a schema; `None` if it is the component that it is part of.
    ///
    /// `open` are components, each of which is the next one, or an alternative or a part of it: a type
    /// cannot be an alternative of itself. It is empty within an object or a list.
    fn at(&mut self, schema: &Value, depth: usize, open: &[String]) -> Option<Ty> {
        let Value::Object(keywords) = schema else {
            let is_none = *schema == Value::Bool(false);
            return Some(if is_none { Ty::Never } else { Ty::Unknown });
        };
        if depth > MAX_DEPTH {
            return Some(Ty::Unknown);
        }
        let mut parts = Vec::new();
        if let Some(name) = reference(schema) {
            parts.push(self.component(&name, depth, open));
        }
        parts.push(Some(self.own(keywords, depth)));
        for alternatives in ["oneOf", "anyOf"] {
            if let Some(schemas) = keywords.get(alternatives).and_then(Value::as_array) {
                let types = schemas.iter().map(|one| self.at(one, depth + 1, open));
                let types: Vec<_> = types.collect();
                let is_itself = !types.is_empty() && types.iter().all(Option::is_none);
                parts.push((!is_itself).then(|| Ty::any_of(types.into_iter().flatten())));
            }
        }
        let all = keywords.get("allOf").and_then(Value::as_array);
        for one in all.into_iter().flatten() {
            parts.push(self.at(one, depth + 1, open));
        }
        let is_itself = parts.iter().any(Option::is_none);
        let parts = self.widened(parts.into_iter().flatten().collect());
        match Ty::all_of(parts) {
            Ty::Unknown if is_itself => None,
            ty => Some(ty),
        }
    }

    /// Widens the type of members of any name in parts of a type, to allow the members of the other parts:
    /// a map beside named members, which serde calls flattened.
    fn widened(&self, parts: Vec<Ty>) -> Vec<Ty> {
        let others = |own: usize| {
            let others = parts.iter().enumerate().filter(move |(at, _)| *at != own);
            others.filter(|(_, part)| **part != Ty::Unknown)
        };
        let widen = |(at, part): (usize, &Ty)| match part {
            Ty::Object(members, Index::Any(ty)) => {
                let others = others(at).map(|(_, part)| self.members_of(part));
                let ty = Ty::any_of(std::iter::once((**ty).clone()).chain(others));
                Ty::Object(members.clone(), Index::Any(Box::new(ty)))
            }
            part => part.clone(),
        };
        parts.iter().enumerate().map(widen).collect()
    }

    /// Returns the union of the types of all members.
    fn members_of(&self, ty: &Ty) -> Ty {
        match ty {
            Ty::Object(members, Index::None) => among(Ty::Never, members),
            Ty::Object(members, Index::Any(ty)) => among((**ty).clone(), members),
            Ty::Word(word) => {
                let name = self.names.iter().find(|(_, name)| *word == path(name));
                let schema = name.and_then(|(component, _)| self.components.get(component));
                let is_object = schema.is_some_and(|schema| {
                    let composed = COMPOSITIONS.iter().any(|one| schema.get(one).is_some());
                    schema.get("properties").is_some() && !composed
                });
                if is_object {
                    Ty::Word(format!("{word}[keyof {word}]"))
                } else {
                    Ty::Unknown
                }
            }
            _ => Ty::Unknown,
        }
    }

    /// Returns the type of a component.
    fn component(&mut self, name: &str, depth: usize, open: &[String]) -> Option<Ty> {
        if open.iter().any(|one| one == name) {
            return None;
        }
        let Some(component) = self.components.get(name) else {
            return Some(Ty::Unknown);
        };
        let is_cycle = open.first().is_some_and(|first| self.includes(name, first));
        if !is_cycle {
            self.used.insert(name.to_owned());
            return Some(Ty::Word(path(&self.names[name])));
        }
        if self.written_out >= MAX_WRITTEN_OUT {
            return Some(Ty::Unknown);
        }
        self.written_out += 1;
        let (component, mut open) = (component.clone(), open.to_vec());
        open.push(name.to_owned());
        self.at(&component, depth + 1, &open)
    }

    /// Returns whether a component is another one, or has it as an alternative or a part.
    fn includes(&self, name: &str, other: &str) -> bool {
        let (mut found, mut next) = (BTreeSet::new(), vec![name.to_owned()]);
        while let Some(name) = next.pop() {
            if let Some(component) = self.components.get(&name) {
                let mut names = Vec::new();
                directly(component, 0, &mut names);
                next.extend(names.into_iter().filter(|name| found.insert(name.clone())));
            }
        }
        found.contains(other)
    }

    /// Returns the type of what a schema says by itself, without references and compositions.
    fn own(&mut self, keywords: &Map<String, Value>, depth: usize) -> Ty {
        let types: Option<Vec<_>> = match keywords.get("type") {
            Some(Value::String(one)) => Some(vec![one.as_str()]),
            Some(Value::Array(several)) => Some(several.iter().filter_map(Value::as_str).collect()),
            _ => None,
        };
        let values = match (keywords.get("const"), keywords.get("enum")) {
            (Some(value), _) => Some(std::slice::from_ref(value)),
            (None, Some(Value::Array(values))) => Some(&values[..]),
            _ => None,
        };
        if let Some(values) = values {
            let allowed = values.iter().filter(|value| {
                let is = |ty: &&str| is_of(value, ty);
                types.as_ref().is_none_or(|types| types.iter().any(is))
            });
            let types: Vec<_> = allowed.map(literal).collect();
            // utoipa's builders begin with the type `object`, also of enumerations of strings.
            let of_any_type = types.is_empty().then(|| values.iter().map(literal));
            return Ty::any_of(types.into_iter().chain(of_any_type.into_iter().flatten()));
        }
        let has = |names: &[&str]| names.iter().any(|name| keywords.contains_key(*name));
        let types = types.unwrap_or_else(|| {
            if has(&OF_OBJECTS) {
                vec!["object"]
            } else if has(&["items", "prefixItems"]) {
                vec!["array"]
            } else if keywords.len() == 1 && keywords.get("default") == Some(&Value::Null) {
                // utoipa's schema of `()`.
                vec!["null"]
            } else {
                Vec::new()
            }
        });
        if types.is_empty() {
            return Ty::Unknown;
        }
        let types: Vec<_> = types
            .into_iter()
            .map(|ty| match ty {
                "string" | "boolean" | "null" | "number" => Ty::word(ty),
                "integer" => Ty::word("number"),
                "array" => self.list(keywords, depth),
                "object" if has(&OF_OBJECTS) => self.object(keywords, depth),
                // An object by itself is what utoipa says of anything that it does not know, such as the
                // fields of a variant `Pair(u8, String)`.
                _ => Ty::Unknown,
            })
            .collect();
        Ty::any_of(types)
    }

    fn list(&mut self, keywords: &Map<String, Value>, depth: usize) -> Ty {
        let items = keywords.get("items");
        let rest = items.map_or(Ty::Unknown, |items| self.within(items, depth));
        let Some(Value::Array(first)) = keywords.get("prefixItems") else {
            return Ty::Array(Box::new(rest));
        };
        let elements = first.iter().map(|one| self.within(one, depth)).collect();
        let rest = Some(rest).filter(|rest| *rest != Ty::Never);
        Ty::Tuple(elements, rest.map(Box::new))
    }

    fn object(&mut self, keywords: &Map<String, Value>, depth: usize) -> Ty {
        let required = keywords.get("required").and_then(Value::as_array);
        let required: BTreeSet<_> = required
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut members = BTreeMap::new();
        let properties = keywords.get("properties").and_then(Value::as_object);
        for (name, schema) in properties.into_iter().flatten() {
            let ty = self.within(schema, depth);
            let (docs, optional) = (docs(schema), !required.contains(name.as_str()));
            members.insert(name.as_str(), (docs, optional, ty));
        }
        for name in required {
            members
                .entry(name)
                .or_insert((String::new(), false, Ty::Unknown));
        }
        // By name, whatever order the features of other crates keep them in.
        let members: Vec<_> = members
            .into_iter()
            .map(|(name, (docs, optional, ty))| Member {
                name: name.to_owned(),
                docs,
                optional,
                ty,
            })
            .collect();
        let others = match keywords.get("additionalProperties") {
            Some(Value::Bool(false)) if members.is_empty() => Some(Ty::Never),
            // `propertyNames` alone.
            None if members.is_empty() => Some(Ty::Unknown),
            Some(Value::Bool(false)) | None => None,
            Some(schema) => Some(self.within(schema, depth)),
        };
        let index = match others {
            None => Index::None,
            Some(ty) if members.is_empty() => self.index(keywords, ty, depth),
            Some(ty) => Index::Any(Box::new(among(ty, &members))),
        };
        Ty::Object(members, index)
    }

    /// Returns the members of a map.
    fn index(&mut self, keywords: &Map<String, Value>, ty: Ty, depth: usize) -> Index {
        let names = keywords.get("propertyNames");
        let names = names.filter(|names| self.resolved(names).get("enum").is_some());
        match names.map(|names| self.within(names, depth)) {
            Some(names) => Index::Of(Box::new(names), Box::new(ty)),
            None => Index::Any(Box::new(ty)),
        }
    }

    fn within(&mut self, schema: &Value, depth: usize) -> Ty {
        self.at(schema, depth + 1, &[]).unwrap_or(Ty::Unknown)
    }
}

/// Returns the type of members of any name beside these: it has to allow these as well.
fn among(ty: Ty, members: &[Member]) -> Ty {
    let optional = members.iter().any(|member| member.optional);
    let optional = optional.then(|| Ty::word("undefined"));
    let others = members.iter().map(|member| member.ty.clone());
    Ty::any_of(std::iter::once(ty).chain(others).chain(optional))
}

/// Collects the names of components that a schema is, or that are its alternatives or parts.
fn directly(schema: &Value, depth: usize, names: &mut Vec<String>) {
    names.extend(reference(schema));
    if depth > MAX_DEPTH {
        return;
    }
    for composition in COMPOSITIONS {
        let schemas = schema.get(composition).and_then(Value::as_array);
        for schema in schemas.into_iter().flatten() {
            directly(schema, depth + 1, names);
        }
    }
}

/// Returns the name of the component that a schema refers to.
fn reference(schema: &Value) -> Option<String> {
    let path = schema.get("$ref")?.as_str()?;
    // utoipa writes names as they are. Of another document they are no components.
    Some(path.strip_prefix(COMPONENTS).unwrap_or(path).to_owned())
}

/// Returns the path of a component's type.
fn path(name: &str) -> String {
    format!("{NAMESPACE}.{name}")
}

/// Returns the documentation of a schema.
fn docs(schema: &Value) -> String {
    let text = schema.get("description").and_then(Value::as_str);
    let is_deprecated = schema.get("deprecated") == Some(&Value::Bool(true));
    let mark = is_deprecated.then_some("@deprecated");
    let lines: Vec<_> = text.into_iter().chain(mark).collect();
    lines.join("\n\n")
}

/// Returns whether a value is of a type of JSON Schema.
fn is_of(value: &Value, ty: &str) -> bool {
    match value {
        Value::Null => ty == "null",
        Value::Bool(_) => ty == "boolean",
        Value::Number(_) => ty == "number" || ty == "integer",
        Value::String(_) => ty == "string",
        Value::Array(_) => ty == "array",
        Value::Object(_) => ty == "object",
    }
}

/// Returns the type of one value.
fn literal(value: &Value) -> Ty {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Ty::Word(value.to_string())
        }
        Value::Array(elements) => Ty::Tuple(elements.iter().map(literal).collect(), None),
        Value::Object(members) => {
            let members: BTreeMap<_, _> = members.iter().collect();
            let members = members.into_iter().map(|(name, value)| Member {
                name: name.clone(),
                docs: String::new(),
                optional: false,
                ty: literal(value),
            });
            Ty::Object(members.collect(), Index::None)
        }
    }
}

/// Returns the name of a component's type.
fn identifier(component: &str) -> String {
    let word = |char: char| {
        if char.is_ascii_alphanumeric() {
            char
        } else {
            '_'
        }
    };
    let name: String = component.chars().map(word).collect();
    if name.chars().all(|char| char.is_ascii_lowercase()) {
        // May be a keyword.
        format!("{name}_")
    } else if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("_{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests;
