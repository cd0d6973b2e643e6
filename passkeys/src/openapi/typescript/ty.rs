//! TypeScript types, and their text.

use std::fmt::Write as _;

/// A TypeScript type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ty {
    Unknown,
    Never,
    /// A keyword, a literal or a name.
    Word(String),
    Array(Box<Ty>),
    /// Elements, and the type of any further ones.
    Tuple(Vec<Ty>, Option<Box<Ty>>),
    Object(Vec<Member>, Index),
    Union(Vec<Ty>),
    Intersection(Vec<Ty>),
}

/// A member of an object type.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) docs: String,
    pub(super) optional: bool,
    pub(super) ty: Ty,
}

/// Members of an object type that have no name.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Index {
    /// None are known.
    None,
    /// Members of any name.
    Any(Box<Ty>),
    /// Members of the names in a union of strings.
    Of(Box<Ty>, Box<Ty>),
}

impl Ty {
    pub(super) fn word(word: impl Into<String>) -> Self {
        Self::Word(word.into())
    }

    /// Returns the type of strings that are this one.
    pub(super) fn text(text: &str) -> Self {
        Self::Word(quoted(text))
    }

    /// Returns the type of values of any of these types; `never` without any.
    pub(super) fn any_of(types: impl IntoIterator<Item = Self>) -> Self {
        let mut union = Vec::new();
        for ty in types {
            let alternatives = match ty {
                Self::Unknown => return Self::Unknown,
                Self::Never => continue,
                Self::Union(alternatives) => alternatives,
                other => vec![other],
            };
            for one in alternatives {
                if !union.contains(&one) {
                    union.push(one);
                }
            }
        }
        match union.len() {
            0 => Self::Never,
            1 => union.remove(0),
            _ => Self::Union(union),
        }
    }

    /// Returns the type of values of all of these types; `unknown` without any.
    pub(super) fn all_of(types: impl IntoIterator<Item = Self>) -> Self {
        let mut intersection = Vec::new();
        for ty in types {
            let parts = match ty {
                Self::Never => return Self::Never,
                Self::Unknown => continue,
                Self::Intersection(parts) => parts,
                other => vec![other],
            };
            for one in parts {
                if !intersection.contains(&one) {
                    intersection.push(one);
                }
            }
        }
        match intersection.len() {
            0 => Self::Unknown,
            1 => intersection.remove(0),
            _ => Self::Intersection(intersection),
        }
    }

    /// Returns the text of the type, whose further lines are indented by `indent`.
    pub(super) fn to_text(&self, indent: &str) -> String {
        match self {
            Self::Unknown => "unknown".to_owned(),
            Self::Never => "never".to_owned(),
            Self::Word(word) => word.clone(),
            Self::Array(element) => format!("{}[]", element.operand(indent)),
            Self::Tuple(elements, rest) => {
                let elements = elements.iter().map(|one| one.to_text(indent));
                let rest = rest
                    .iter()
                    .map(|one| format!("...{}[]", one.operand(indent)));
                let elements: Vec<_> = elements.chain(rest).collect();
                format!("[{}]", elements.join(", "))
            }
            Self::Object(members, index) => object(members, index, indent),
            Self::Union(types) => joined(types, " | ", indent),
            Self::Intersection(types) => joined(types, " & ", indent),
        }
    }

    /// Returns the text of the type, in parentheses if it is an operator's operand otherwise.
    fn operand(&self, indent: &str) -> String {
        let text = self.to_text(indent);
        match self {
            Self::Union(_) | Self::Intersection(_) => format!("({text})"),
            _ => text,
        }
    }
}

fn joined(types: &[Ty], operator: &str, indent: &str) -> String {
    let types: Vec<_> = types.iter().map(|ty| ty.operand(indent)).collect();
    types.join(operator)
}

fn object(members: &[Member], index: &Index, indent: &str) -> String {
    if members.is_empty() && *index == Index::None {
        return "{}".to_owned();
    }
    let inner = format!("{indent}  ");
    let mut text = String::from("{\n");
    for Member {
        name,
        docs,
        optional,
        ty,
    } in members
    {
        text.push_str(&comment(docs, &inner));
        let (name, mark) = (key(name), if *optional { "?" } else { "" });
        let _ = writeln!(text, "{inner}{name}{mark}: {};", ty.to_text(&inner));
    }
    let _ = match index {
        Index::None => Ok(()),
        Index::Any(ty) => writeln!(text, "{inner}[key: string]: {};", ty.to_text(&inner)),
        Index::Of(names, ty) => writeln!(
            text,
            "{inner}[key in {}]?: {};",
            names.to_text(&inner),
            ty.to_text(&inner)
        ),
    };
    text.push_str(indent);
    text.push('}');
    text
}

/// Returns the name of a member as a key, in quotation marks where it is no identifier.
pub(super) fn key(name: &str) -> String {
    let word = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '$';
    let is_identifier = name.starts_with(|first: char| word(first) && !first.is_ascii_digit())
        && name.chars().all(word);
    if is_identifier {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// Returns a string as a literal. Every JSON string is one.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Returns the lines of a documentation comment; nothing without documentation.
pub(super) fn comment(docs: &str, indent: &str) -> String {
    let docs = docs.trim();
    if docs.is_empty() {
        return String::new();
    }
    // It would end the comment.
    let docs = docs.replace("*/", "*\\/");
    if !docs.contains('\n') {
        return format!("{indent}/** {docs} */\n");
    }
    let mut text = format!("{indent}/**\n");
    for line in docs.lines() {
        let line = format!("{indent} * {line}");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let _ = writeln!(text, "{indent} */");
    text
}
