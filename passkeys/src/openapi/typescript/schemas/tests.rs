use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Schemas;

/// Returns the type of a schema, in one line.
fn ty(schema: Value) -> String {
    with(json!({}), schema).0
}

/// Returns the type of a schema with these components, and their declarations, each in one line.
fn with(components: Value, schema: Value) -> (String, String) {
    let components: BTreeMap<_, _> = serde_json::from_value(components).unwrap();
    let mut schemas = Schemas::new(components);
    let ty = schemas.convert(&schema).to_text("");
    (line(&ty), line(&schemas.declarations()))
}

fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn to(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

#[test]
fn simple_types_are_typescripts() {
    assert_eq!(ty(json!({ "type": "string", "format": "uuid" })), "string");
    assert_eq!(
        ty(json!({ "type": "integer", "format": "int64" })),
        "number"
    );
    assert_eq!(ty(json!({ "type": "number" })), "number");
    assert_eq!(ty(json!({ "type": "boolean" })), "boolean");
    assert_eq!(ty(json!({ "type": "null" })), "null");
    assert_eq!(ty(json!({ "type": ["string", "null"] })), "string | null");
    assert_eq!(ty(json!({ "default": null })), "null", "of `()`");
}

#[test]
fn schemas_that_allow_anything_are_unknown() {
    for anything in [json!({}), json!(true), json!({ "description": "Any." })] {
        assert_eq!(ty(anything), "unknown");
    }
    assert_eq!(ty(json!({ "type": "object" })), "unknown");
    assert_eq!(ty(json!({ "type": ["object", "null"] })), "unknown");
    assert_eq!(
        ty(json!({ "type": "file" })),
        "unknown",
        "of an older version"
    );
    assert_eq!(ty(json!({ "$ref": "other.json#/A" })), "unknown");
    assert_eq!(ty(json!(false)), "never");
}

#[test]
fn enumerations_are_unions_of_their_values() {
    let words = json!({ "type": "string", "enum": ["a", "b\"\\\n"] });
    assert_eq!(ty(words), r#""a" | "b\"\\\n""#);
    let values = json!({ "enum": [1, -2.5, true, null, [1, "a"], { "b c": 1 }] });
    assert_eq!(
        ty(values),
        r#"1 | -2.5 | true | null | [1, "a"] | { "b c": 1; }"#
    );
    assert_eq!(ty(json!({ "const": "a" })), r#""a""#);
    // Those of another type are not allowed.
    let nullable = json!({ "type": ["string", "null"], "enum": ["a", 1, null] });
    assert_eq!(ty(nullable), r#""a" | null"#);
    // As utoipa's builders make them.
    assert_eq!(ty(json!({ "type": "object", "enum": ["a"] })), r#""a""#);
}

#[test]
fn lists_and_tuples_have_the_types_of_their_elements() {
    assert_eq!(ty(json!({ "type": "array" })), "unknown[]");
    let gaps = json!({ "type": "array", "items": { "type": ["string", "null"] } });
    assert_eq!(ty(gaps), "(string | null)[]");
    let first = [json!({ "type": "string" }), json!({ "type": "number" })];
    let pair = json!({ "type": "array", "prefixItems": first, "items": false });
    assert_eq!(ty(pair), "[string, number]");
    let longer = json!({ "type": "array", "prefixItems": first, "items": { "type": "null" } });
    assert_eq!(ty(longer), "[string, number, ...null[]]");
    assert_eq!(
        ty(json!({ "prefixItems": first })),
        "[string, number, ...unknown[]]"
    );
}

#[test]
fn members_are_optional_unless_they_are_required() {
    let object = json!({
        "type": "object",
        "properties": { "b": { "type": "string" }, "a": { "type": ["integer", "null"] } },
        "required": ["b", "c"],
    });
    assert_eq!(ty(object), "{ a?: number | null; b: string; c: unknown; }");
}

#[test]
fn names_that_are_no_identifiers_are_in_quotation_marks() {
    for (name, key) in [
        ("a", "a"),
        ("class", "class"),
        ("$a_1", "$a_1"),
        ("1a", r#""1a""#),
        ("", r#""""#),
        ("a-b", r#""a-b""#),
        ("a\"b\\", r#""a\"b\\""#),
        ("a */ b", r#""a */ b""#),
        ("__proto__", "__proto__"),
        ("straße", r#""straße""#),
    ] {
        let object = json!({ "properties": { name: { "type": "null" } }, "required": [name] });
        assert_eq!(ty(object), format!("{{ {key}: null; }}"));
    }
}

#[test]
fn maps_have_members_of_any_name() {
    let map = json!({ "type": "object", "additionalProperties": { "type": "number" } });
    assert_eq!(ty(map), "{ [key: string]: number; }");
    let any = json!({ "type": "object", "additionalProperties": true });
    assert_eq!(ty(any), "{ [key: string]: unknown; }");
    let none = json!({ "type": "object", "additionalProperties": false });
    assert_eq!(ty(none), "{ [key: string]: never; }");
    let color = json!({ "Color": { "type": "string", "enum": ["red"] } });
    let by_color = json!({
        "type": "object",
        "propertyNames": to("Color"),
        "additionalProperties": { "type": "number" },
    });
    assert_eq!(
        with(color, by_color).0,
        "{ [key in Schemas.Color]?: number; }"
    );
}

/// TypeScript has no "other members": the type of members of any name has to allow the named ones.
#[test]
fn maps_beside_named_members_allow_their_types() {
    let own = json!({
        "properties": { "a": { "type": "string" }, "b": { "type": "boolean" } },
        "required": ["a"],
        "additionalProperties": { "type": "number" },
    });
    let expected =
        "{ a: string; b?: boolean; [key: string]: number | string | boolean | undefined; }";
    assert_eq!(ty(own), expected);
    let map = json!({ "type": "object", "additionalProperties": { "type": "number" } });
    let base =
        json!({ "Base": { "properties": { "a": { "type": "string" } } }, "Other": to("Base") });
    let flattened = with(base.clone(), json!({ "allOf": [to("Base"), map] })).0;
    let expected = "Schemas.Base & { [key: string]: number | Schemas.Base[keyof Schemas.Base]; }";
    assert_eq!(flattened, expected);
    let flattened = with(base, json!({ "allOf": [to("Other"), map] })).0;
    assert_eq!(flattened, "Schemas.Other & { [key: string]: unknown; }");
}

#[test]
fn compositions_are_unions_and_intersections() {
    let (text, nothing) = (json!({ "type": "string" }), json!({ "type": "null" }));
    assert_eq!(
        ty(json!({ "oneOf": [text, nothing, text] })),
        "string | null"
    );
    assert_eq!(ty(json!({ "anyOf": [text, {}] })), "unknown");
    assert_eq!(
        ty(json!({ "oneOf": [] })),
        "never",
        "an enum without variants"
    );
    let tagged = json!({
        "oneOf": [to("A"), to("B")],
        "properties": { "tag": { "type": "string" } },
        "required": ["tag"],
        "discriminator": { "propertyName": "tag" },
    });
    let parts = json!({ "A": { "type": "string" }, "B": { "type": "null" } });
    let expected = "{ tag: string; } & (Schemas.A | Schemas.B)";
    assert_eq!(with(parts.clone(), tagged).0, expected);
    let described = json!({ "$ref": "#/components/schemas/A", "description": "An A." });
    assert_eq!(with(parts.clone(), described).0, "Schemas.A");
    let nullable = json!({ "oneOf": [nothing, to("B"), { "allOf": [to("A"), {}] }] });
    assert_eq!(with(parts, nullable).0, "null | Schemas.B | Schemas.A");
}

#[test]
fn components_have_names_that_are_identifiers_and_distinct() {
    let components = json!({
        "A.b": {}, "A_b": {}, "A_b2": {}, "1st": {}, "string": {}, "Record": {}, "Grün": {}, "": {},
        "a<b>": {},
    });
    let names = [
        ("A.b", "A_b"),
        ("A_b", "A_b2"),
        ("A_b2", "A_b22"),
        ("1st", "_1st"),
        ("string", "string_"),
        ("Record", "Record"),
        ("Grün", "Gr_n"),
        ("", "_"),
        ("a<b>", "a_b_"),
    ];
    for (component, name) in names {
        let (ty, declarations) = with(components.clone(), to(component));
        assert_eq!(ty, format!("Schemas.{name}"));
        assert!(declarations.contains(&format!("type {name} = unknown;")));
    }
}

#[test]
fn components_are_declared_once_and_only_where_they_are_used() {
    let components = json!({
        "Tree": { "properties": { "children": { "items": to("Tree") }, "leaf": to("Leaf") } },
        "Leaf": { "type": "string", "description": "A leaf */ of it", "deprecated": true },
        "Unused": { "type": "string" },
    });
    let (ty, declarations) = with(components, json!({ "items": to("Tree") }));
    assert_eq!(ty, "Schemas.Tree[]");
    assert!(declarations.contains(
        r"{ /** * A leaf *\/ of it * * @deprecated */ type Leaf = string; type Tree = { children?: Schemas.Tree[];"
    ));
    assert!(!declarations.contains("Unused"));
    assert_eq!(
        with(json!({}), to("Missing")),
        ("unknown".to_owned(), String::new())
    );
}

/// TypeScript rejects a type alias that is itself without an object or a list in between.
#[test]
fn components_that_are_their_own_alternatives_are_written_out() {
    let components = json!({
        "Alone": to("Alone"),
        "Either": { "oneOf": [to("Either"), { "type": "string" }] },
        "Both": { "allOf": [to("Both"), { "type": "string" }] },
        "A": { "oneOf": [{ "type": "string" }, to("B")] },
        "B": { "anyOf": [to("A"), { "type": "null" }] },
        "List": { "oneOf": [{ "type": "array", "items": to("List") }, to("List")] },
        "User": to("A"),
    });
    for (component, expected) in [
        ("Alone", "type Alone = unknown;"),
        ("Either", "type Either = string;"),
        ("Both", "type Both = string;"),
        ("A", "type A = string | null;"),
        ("B", "type B = string | null;"),
        ("List", "type List = Schemas.List[];"),
        ("User", "type A = string | null; type User = Schemas.A;"),
    ] {
        let declarations = with(components.clone(), to(component)).1;
        assert!(
            declarations.contains(expected),
            "{expected}: {declarations}"
        );
    }
}

#[test]
fn deep_and_entangled_schemas_are_bounded() {
    let mut deep = json!({ "type": "string" });
    for _ in 0..1_000 {
        deep = json!({ "type": "array", "items": deep });
    }
    assert!(ty(deep).starts_with("unknown[]"));
    // Each of these has all of them as alternatives.
    let names: Vec<_> = (0..40).map(|number| format!("C{number}")).collect();
    let all: Vec<_> = names.iter().map(|name| to(name)).collect();
    let components = names
        .iter()
        .map(|name| (name.clone(), json!({ "oneOf": all })));
    let components: serde_json::Map<_, _> = components.collect();
    let (_, declarations) = with(components.into(), to("C0"));
    assert!(
        declarations.contains("type C0 = unknown;"),
        "{declarations}"
    );
}
