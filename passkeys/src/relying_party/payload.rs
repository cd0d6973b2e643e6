//! What a type says of the body that it is read from or makes, as far as its traits tell.

use std::{any, borrow::Cow, convert::Infallible};

use axum::{Json, http::StatusCode, response::Html};
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{Ref, RefOr, Schema, schema::ArrayBuilder},
};

use crate::wire::schemas;

/// A body, and the status that comes with it.
pub struct Payload {
    pub(crate) status: &'static str,
    /// `None` where there is no body.
    pub(crate) media_type: Option<&'static str>,
    pub(crate) schema: RefOr<Schema>,
    /// The schemas that this one refers to, by their names.
    pub(crate) components: Vec<(String, RefOr<Schema>)>,
}

/// Any status of success.
const SUCCESS: &str = "2XX";

impl Payload {
    /// Nothing is known.
    pub(crate) fn anything() -> Self {
        Self::untyped(SUCCESS, Some("*/*"))
    }

    /// There is no body.
    pub(crate) fn none() -> Self {
        Self::untyped("204", None)
    }

    pub(crate) fn json<T: ToSchema>() -> Self {
        Self::typed::<T>("200", Some("application/json"))
    }

    pub(crate) fn json_of(schema: impl Into<RefOr<Schema>>) -> Self {
        Self {
            schema: schema.into(),
            ..Self::untyped("200", Some("application/json"))
        }
    }

    /// A list, whose elements are referred to.
    pub(crate) fn list<T: ToSchema>() -> Self {
        Self::json_of(ArrayBuilder::new().items(reference::<T>())).about::<T>()
    }

    /// Adds the argument of a generic type, which derived schemas refer to and leave out.
    pub(crate) fn about<T: ToSchema>(mut self) -> Self {
        T::schemas(&mut self.components);
        self.components.push(component::<T>());
        self
    }

    /// Gives up on a schema that refers to one which nobody knows: one of an application's generic
    /// types.
    fn complete(self) -> Self {
        let mut missing = Vec::new();
        let schemas = self.components.iter().map(|(_, schema)| schema);
        for schema in schemas.chain([&self.schema]) {
            references(
                &serde_json::to_value(schema).unwrap_or_default(),
                &mut missing,
            );
        }
        missing.retain(|name| !self.components.iter().any(|(known, _)| known == name));
        if missing.is_empty() {
            self
        } else {
            Self::untyped(self.status, self.media_type)
        }
    }

    fn untyped(status: &'static str, media_type: Option<&'static str>) -> Self {
        Self {
            status,
            media_type,
            schema: schemas::anything(),
            components: Vec::new(),
        }
    }

    fn typed<T: ToSchema>(status: &'static str, media_type: Option<&'static str>) -> Self {
        let mut components = Vec::new();
        T::schemas(&mut components);
        let schema = if is_named::<T>() {
            components.push(component::<T>());
            reference::<T>()
        } else {
            T::schema()
        };
        Self {
            status,
            media_type,
            schema,
            components,
        }
    }
}

fn reference<T: ToSchema>() -> RefOr<Schema> {
    Ref::from_schema_name(T::name()).into()
}

fn component<T: ToSchema>() -> (String, RefOr<Schema>) {
    (T::name().into_owned(), T::schema())
}

/// The names of the components that a schema refers to.
fn references(schema: &Value, names: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str);
            let name = reference.and_then(|path| path.rsplit('/').next());
            names.extend(name.map(str::to_owned));
            members
                .values()
                .for_each(|member| references(member, names));
        }
        Value::Array(elements) => elements
            .iter()
            .for_each(|element| references(element, names)),
        _ => {}
    }
}

/// Whether the type has a name of its own, to be referred to by: `Vec` would be the name of every
/// list.
fn is_named<T>() -> bool {
    let path = any::type_name::<T>();
    let everyones = ["alloc::", "core::", "serde_json::", "std::"];
    path.contains("::")
        && path.starts_with(|first: char| first.is_alphabetic())
        && !everyones.iter().any(|krate| path.starts_with(krate))
}

/// A type that says how its body is written, if not what is in it.
pub trait Carrier {
    /// What is in the body.
    type Content;
    /// How it is written; `None` if there is no body.
    const MEDIA_TYPE: Option<&'static str>;

    /// The status of an answer.
    #[must_use]
    fn status() -> &'static str {
        "200"
    }
}

impl<T> Carrier for Json<T> {
    type Content = T;
    const MEDIA_TYPE: Option<&'static str> = Some("application/json");
}

/// A rejection is no payload: the document says elsewhere that there may be one.
impl<T: Carrier, E> Carrier for Result<T, E> {
    type Content = T::Content;
    const MEDIA_TYPE: Option<&'static str> = T::MEDIA_TYPE;

    fn status() -> &'static str {
        T::status()
    }
}

/// What stands in front of a body in a tuple: headers and the like, and first perhaps a status.
macro_rules! tuples {
    ($($first:ident $($other:ident)*;)+) => {$(
        impl<$first, $($other,)* T: Carrier> Carrier for ($first, $($other,)* T) {
            type Content = T::Content;
            const MEDIA_TYPE: Option<&'static str> = T::MEDIA_TYPE;

            fn status() -> &'static str {
                // The name, as `TypeId` is only for types that borrow nothing.
                if any::type_name::<$first>() == any::type_name::<StatusCode>() {
                    SUCCESS
                } else {
                    T::status()
                }
            }
        }
    )+};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
}

/// Types that are bodies themselves.
macro_rules! bodies {
    ($($ty:ty, $content:ty, $media_type:expr;)+) => {$(
        impl Carrier for $ty {
            type Content = $content;
            const MEDIA_TYPE: Option<&'static str> = $media_type;
        }
    )+};
}

bodies! {
    (), Infallible, None;
    String, String, Some("text/plain");
    &str, String, Some("text/plain");
    Cow<'_, str>, String, Some("text/plain");
    Vec<u8>, Infallible, Some("application/octet-stream");
}

impl<T> Carrier for Html<T> {
    type Content = String;
    const MEDIA_TYPE: Option<&'static str> = Some("text/html");
}

/// Where the macro would have to name a type that has no name: `impl IntoResponse`.
#[non_exhaustive]
pub struct Unnamed;

/// Finds out what is known about `T`.
///
/// The traits below are implemented for it behind fewer and fewer references, and rustc takes the
/// first method that it can call: on `&&&&Probe<T>` the one that tells most. Their bounds hold or
/// not where the type is written, so nothing is asked of `T`.
pub struct Probe<T>(std::marker::PhantomData<T>);

impl<T> Probe<T> {
    /// The probe.
    pub const OF: Self = Self(std::marker::PhantomData);
}

/// A body whose content has a schema.
pub trait Typed {
    /// What is known.
    fn payload(&self) -> Payload;
}

impl<T> Typed for &&&Probe<T>
where
    T: Carrier<Content: ToSchema>,
{
    fn payload(&self) -> Payload {
        Payload::typed::<T::Content>(T::status(), T::MEDIA_TYPE).complete()
    }
}

/// A body whose content has none.
pub trait Untyped {
    /// What is known.
    fn payload(&self) -> Payload;
}

impl<T: Carrier> Untyped for &&Probe<T> {
    fn payload(&self) -> Payload {
        Payload::untyped(T::status(), T::MEDIA_TYPE)
    }
}

/// The content itself, as the key `response` may name it.
pub trait Content {
    /// What is known.
    fn payload(&self) -> Payload;
}

impl<T: ToSchema> Content for &Probe<T> {
    fn payload(&self) -> Payload {
        Payload::json::<T>().complete()
    }
}

/// Anything else.
pub trait Unknown {
    /// What is known.
    fn payload(&self) -> Payload;
}

impl<T> Unknown for Probe<T> {
    fn payload(&self) -> Payload {
        Payload::anything()
    }
}
