//! Errors about malformed JSON: which member is wrong, and what it must be.
//!
//! A text that does not parse is parsed a second time with the path of every value at hand, so that
//! requests without a mistake cost nothing more. The error's own text names Rust types and
//! quotes what the client sent; only the end of it, what was expected, is taken from it, in the terms
//! of JSON.

use std::fmt::Write as _;

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::Error;

/// Maximum length of a member's name, or of an application's own error message, in characters.
const MAX_CHARS: usize = 100;

/// Maximum length of the text of a rejection, in characters.
const MAX_REJECTION_CHARS: usize = 300;

/// Maximum number of names and indices in a path.
const MAX_DEPTH: usize = 8;

/// Returns the error of a text that is not the JSON of `T`. `part` is the body's member that the text
/// is the value of; empty for the body itself.
#[cold]
pub(super) fn find<T: DeserializeOwned>(json: &str, part: &str) -> Error {
    let mut text = serde_json::Deserializer::from_str(json);
    let (member, error) = match serde_path_to_error::deserialize::<_, T>(&mut text) {
        Err(error) => (member(part, error.path()), error.into_inner()),
        Ok(_) => match text.end() {
            Err(error) => (part.to_owned(), error),
            // An application's type whose `Deserialize` does not always return the same.
            Ok(()) => return Error::InvalidRequest(format!("{} is invalid.", name(part)).into()),
        },
    };
    if error.classify() == Category::Data {
        Error::InvalidRequest(of_data(&member, &error).into())
    } else {
        let message = if part.is_empty() {
            of_syntax(json, &error)
        } else {
            // A position would be one in the member.
            format!("`{member}` is not valid JSON.")
        };
        Error::MalformedRequest(message.into())
    }
}

/// Describes a text that is not JSON.
fn of_syntax(json: &str, error: &serde_json::Error) -> String {
    if json.trim_ascii().is_empty() {
        return "The request body is empty: send JSON.".to_owned();
    }
    if error.is_eof() {
        return "The request body is not valid JSON: it ends too early.".to_owned();
    }
    let (line, column) = (error.line(), error.column());
    format!("The request body is not valid JSON: see line {line}, column {column}.")
}

/// Describes a rejection of an extractor of axum or of the application, from its text. `None` if that says
/// nothing in the terms of a client.
pub(crate) fn of_extractor(text: &str) -> Option<String> {
    const BEGINNINGS: [&str; 4] = [
        "Failed to deserialize the JSON body into the target type: ",
        "Failed to deserialize query string: ",
        "Failed to deserialize form body: ",
        "Failed to deserialize form: ",
    ];
    let text = text.trim();
    let is_query = text.contains(" query string: ");
    let of_serde = BEGINNINGS.iter().find_map(|it| text.strip_prefix(it));
    if let Some(text) = of_serde {
        let text = text.rfind(" at line ").map_or(text, |at| &text[..at]);
        // The path of the value is before serde's own text.
        let is_path = |path: &&str| !path.contains(' ');
        let path = text.split_once(": ").map(|(path, _)| path);
        let member = path.filter(is_path).unwrap_or_default();
        let text = text[member.len()..].trim_start_matches(": ");
        let described = of_text(&bounded(member), text);
        return Some(if is_query && member.is_empty() {
            described.replace(&name(""), "The query")
        } else {
            described
        });
    }
    if text.starts_with("Failed to parse the request body as JSON") {
        return Some("The request body is not valid JSON.".to_owned());
    }
    let is_said = !text.is_empty() && !is_about_rust(text);
    is_said.then(|| bounded_to(text, MAX_REJECTION_CHARS))
}

/// Describes JSON of another shape.
fn of_data(member: &str, error: &serde_json::Error) -> String {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    of_text(member, text.strip_suffix(&position).unwrap_or(&text))
}

/// Describes a value of another shape, from serde's text about it.
fn of_text(member: &str, text: &str) -> String {
    if let Some(missing) = quoted(text, "missing field `") {
        return format!("{} is missing.", name(&below(member, missing)));
    }
    if let Some(duplicate) = quoted(text, "duplicate field `") {
        return format!("{} appears twice.", name(&below(member, duplicate)));
    }
    let member = name(member);
    // The last one: what the client sent is quoted before it.
    if let Some((found, expected)) = text.rsplit_once(", expected ")
        && PHRASES.iter().any(|phrase| found.starts_with(phrase))
    {
        return match in_json(expected) {
            Some(expected) => format!("{member} must be {expected}."),
            None => format!("{member} has an invalid value."),
        };
    }
    if text.starts_with("unknown field `") {
        return format!("{member} is unknown.");
    }
    if is_about_rust(text) {
        return format!("{member} has an invalid value.");
    }
    // The application's own words.
    format!(
        "{member} is invalid: {}.",
        bounded(text.trim_end_matches('.'))
    )
}

/// Beginnings of the errors that serde creates for a value of another type or out of bounds.
const PHRASES: [&str; 4] = [
    "invalid type: ",
    "invalid value: ",
    "invalid length ",
    "unknown variant `",
];

fn quoted<'a>(text: &'a str, phrase: &str) -> Option<&'a str> {
    text.strip_prefix(phrase)?.strip_suffix('`')
}

/// Returns what a value must be, in the terms of JSON, from what serde or a visitor expected. `None`
/// if that has no such terms.
fn in_json(expected: &str) -> Option<String> {
    let json = match expected {
        "a map" => "an object",
        "a sequence" => "an array",
        "a boolean" => "true or false",
        "a borrowed string" => "a string",
        "a character" => "a string of one character",
        "unit" => "`null`",
        "f32" | "f64" => "a number",
        "i128" | "u128" => "a whole number",
        _ if expected.starts_with("struct ") => "an object",
        _ if expected.starts_with("tuple ") || expected.starts_with("a tuple ") => "an array",
        _ if expected.starts_with("unit struct ") => "`null`",
        _ => {
            let other = || (!is_about_rust(expected)).then(|| bounded(expected));
            return range(expected).or_else(other);
        }
    };
    Some(json.to_owned())
}

/// Returns the range of an integer type.
fn range(integer: &str) -> Option<String> {
    let (from, to) = match integer {
        "i8" => (i8::MIN.to_string(), i8::MAX.to_string()),
        "i16" => (i16::MIN.to_string(), i16::MAX.to_string()),
        "i32" => (i32::MIN.to_string(), i32::MAX.to_string()),
        "i64" => (i64::MIN.to_string(), i64::MAX.to_string()),
        "isize" => (isize::MIN.to_string(), isize::MAX.to_string()),
        "u8" => (0.to_string(), u8::MAX.to_string()),
        "u16" => (0.to_string(), u16::MAX.to_string()),
        "u32" => (0.to_string(), u32::MAX.to_string()),
        "u64" => (0.to_string(), u64::MAX.to_string()),
        "usize" => (0.to_string(), usize::MAX.to_string()),
        _ => return None,
    };
    Some(format!("a whole number from {from} to {to}"))
}

/// Returns whether a text names Rust's types.
fn is_about_rust(text: &str) -> bool {
    const WORDS: [&str; 26] = [
        "struct",
        "enum",
        "tuple",
        "variant",
        "newtype",
        "identifier",
        "Option",
        "Vec",
        "String",
        "str",
        "char",
        "bool",
        "f32",
        "f64",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
    ];
    let mut words = text.split(|char: char| !char.is_alphanumeric() && char != '_');
    text.contains("::") || words.any(|word| WORDS.contains(&word))
}

/// Returns the path of a value in the body, such as `credential.response.transports[0]`.
fn member(part: &str, path: &Path) -> String {
    let mut member = part.to_owned();
    for segment in path.iter().take(MAX_DEPTH) {
        match segment {
            // Writing to a `String` cannot fail.
            Segment::Seq { index } => drop(write!(member, "[{index}]")),
            Segment::Map { key } | Segment::Enum { variant: key } => member = below(&member, key),
            Segment::Unknown => {}
        }
    }
    member
}

fn below(member: &str, key: &str) -> String {
    let separator = if member.is_empty() { "" } else { "." };
    let key = bounded(key).replace('`', "\\u{60}");
    format!("{member}{separator}{key}")
}

/// Returns the subject of a message about a member; an empty name is the body itself.
fn name(member: &str) -> String {
    if member.is_empty() {
        "The request body".to_owned()
    } else {
        format!("`{member}`")
    }
}

/// Escapes control and format characters, and cuts a text that is too long.
fn bounded(text: &str) -> String {
    bounded_to(text, MAX_CHARS)
}

fn bounded_to(text: &str, most: usize) -> String {
    let mut chars = text.chars();
    let mut bounded = String::new();
    for char in chars.by_ref().take(most) {
        match char {
            '"' | '\'' | '\\' => bounded.push(char),
            _ => bounded.extend(char.escape_debug()),
        }
    }
    if chars.next().is_some() {
        bounded.push('…');
    }
    bounded
}
