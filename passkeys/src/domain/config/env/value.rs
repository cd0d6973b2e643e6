//! Notation of the value of a variable: quotes, brackets, separators, comments.

use std::ffi::OsStr;

use passkeys_rules::{Extension, Form, Key, wording::quote};

/// Value of a variable.
pub(super) enum Written {
    Text(String),
    List(Vec<String>),
}

/// Mistake in how a value is written, with the value as it should be.
pub(super) enum Problem {
    NotUtf8,
    Empty,
    Quotes(String),
    Brackets(String),
    Separators(String),
    Comment(String),
}

impl Problem {
    /// Formats the mistake of the variable with this name.
    pub(super) fn line(&self, key: Key, name: &str) -> String {
        let write = |value: &str| {
            let assignment = format!("{name}={value}");
            format!("write {}", quote(&assignment))
        };
        let (rule, fix) = match self {
            Self::NotUtf8 => {
                let rule = "the variable is not UTF-8";
                (rule, "encode its value as UTF-8, or remove it".to_owned())
            }
            Self::Empty => ("the variable is set, and empty", super::fill(key, name)),
            Self::Quotes(value) => {
                let rule = "the quotes are part of the value: only a shell removes them, and a file of \
                            variables such as that of `docker run --env-file` keeps them";
                (rule, write(value))
            }
            Self::Brackets(value) => {
                let rule = "a list has no brackets in a variable, and commas between its elements";
                (rule, write(value))
            }
            Self::Separators(value) => {
                let rule = "the elements of a list are separated by commas";
                (rule, write(value))
            }
            Self::Comment(value) => {
                let rule = "`#` and what follows is part of the value, and no comment";
                (rule, write(value))
            }
        };
        format!("{name}: {rule}; {fix}")
    }
}

/// Reads the value of a variable: without white space around it, and also where it is not written as it
/// should be, so that it can be checked together with the others. `None` if it is unknown.
pub(super) fn read(key: Key, value: &OsStr) -> (Option<Written>, Option<Problem>) {
    let Some(value) = value.to_str() else {
        return (None, Some(Problem::NotUtf8));
    };
    let value = trimmed(value);
    if value.is_empty() {
        return (None, Some(Problem::Empty));
    }
    let (value, comment) = without_comment(key, value);
    if is_list(key) {
        list(key, value, comment)
    } else {
        let inside = unquoted(value);
        let text = trimmed(inside.unwrap_or(value)).to_owned();
        let problem = if inside.is_some() {
            Some(Problem::Quotes(text.clone()))
        } else {
            comment.then(|| Problem::Comment(text.clone()))
        };
        (Some(Written::Text(text)), problem)
    }
}

fn is_list(key: Key) -> bool {
    match key.spec().form {
        Form::List | Form::WordList(_) | Form::Extensions | Form::Profiles => true,
        Form::Text | Form::Words(_) | Form::Duration | Form::Boolean | Form::Number => false,
    }
}

fn list(key: Key, value: &str, comment: bool) -> (Option<Written>, Option<Problem>) {
    let mut value = value;
    let mut quotes = false;
    while let Some(inside) = unquoted(value) {
        // Not `"a","b"`.
        if inside.contains(value.chars().next().unwrap_or_default()) {
            break;
        }
        (value, quotes) = (trimmed(inside), true);
    }
    let brackets = value.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let elements = brackets.unwrap_or(value).split(',').map(|element| {
        let element = trimmed(element);
        let inside = unquoted(element);
        quotes |= inside.is_some();
        trimmed(inside.unwrap_or(element))
    });
    let elements: Vec<&str> = elements.filter(|element| !element.is_empty()).collect();
    let split = separated(key, &elements);
    let problem = if brackets.is_some() {
        Some(Problem::Brackets as fn(String) -> Problem)
    } else if split.is_some() {
        Some(Problem::Separators as _)
    } else if quotes {
        Some(Problem::Quotes as _)
    } else if comment {
        Some(Problem::Comment as _)
    } else {
        None
    };
    let elements = split.unwrap_or(elements);
    let problem = problem
        .filter(|_| !elements.is_empty())
        .map(|problem| problem(elements.join(",")));
    let elements = elements.into_iter().map(str::to_owned).collect();
    (Some(Written::List(elements)), problem)
}

/// Returns the elements that other characters than commas separate, if there are some.
fn separated<'a>(key: Key, elements: &[&'a str]) -> Option<Vec<&'a str>> {
    let is_separator = |char: char| char.is_whitespace() || matches!(char, ';' | '|');
    let parts = elements.iter().flat_map(|it| it.split(is_separator));
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let is_element = |part: &&str| match key.spec().form {
        // Not the words of one value, such as `security key`.
        Form::WordList(words) => words.contains(part),
        // Not the parts of one entry, such as `large_blob = preferred`.
        Form::Extensions => {
            let name = part.split('=').next().unwrap_or_default();
            Extension::NAMES.contains(&name)
        }
        _ if is_of_origins(key) => part.contains(':'),
        _ => true,
    };
    let others =
        parts.len() > elements.len() || elements.iter().any(|it| it.contains(is_separator));
    (others && parts.iter().all(is_element)).then_some(parts)
}

fn is_of_origins(key: Key) -> bool {
    matches!(key, Key::Origins | Key::RelatedOrigins | Key::TopOrigins)
}

/// Returns the value without a comment at its end, and whether there is one. A name may have a `#`.
fn without_comment(key: Key, value: &str) -> (&str, bool) {
    let comment = value.find(" #").or_else(|| value.find("\t#"));
    match comment {
        Some(at) if key != Key::RpName => (trimmed(&value[..at]), true),
        _ => (value, false),
    }
}

/// Returns what is between quotes around a value, straight or typographic ones.
fn unquoted(value: &str) -> Option<&str> {
    const QUOTES: [(char, char); 5] = [
        ('"', '"'),
        ('\'', '\''),
        ('`', '`'),
        ('\u{201c}', '\u{201d}'),
        ('\u{2018}', '\u{2019}'),
    ];
    QUOTES.iter().find_map(|&(open, close)| {
        let inside = value.strip_prefix(open)?.strip_suffix(close)?;
        (!inside.is_empty()).then_some(inside)
    })
}

/// Returns the value without white space around it, such as the carriage return of a file from Windows, and
/// without a byte order mark.
fn trimmed(value: &str) -> &str {
    value.trim_matches(|char: char| char.is_whitespace() || char == '\u{feff}')
}
