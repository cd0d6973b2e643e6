//! Media type and schema of a request or response body, derived from its Rust type.

use std::{any, borrow::Cow, convert::Infallible};

use axum::{Json, http::StatusCode, response::Html};
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{
        Ref, RefOr, Schema,
        schema::{AllOfBuilder, ArrayBuilder, ObjectBuilder},
    },
};

use super::data::Data;
use crate::wire::schemas;

/// Description of a body: status, media type and schema.
#[derive(Clone)]
pub struct Payload {
    pub(crate) status: &'static str,
    /// `None` if there is no body.
    pub(crate) media_type: Option<&'static str>,
    pub(crate) schema: RefOr<Schema>,
    /// The schemas that this one refers to, with their names.
    pub(crate) components: Vec<(String, RefOr<Schema>)>,
}

/// Description of the member `data` of a request.
pub struct DataPayload {
    pub(crate) payload: Payload,
    /// True if the hook does not accept a request without it.
    pub(crate) required: bool,
}

/// Any status of success.
const SUCCESS: &str = "2XX";

impl Payload {
    /// Creates a body of unknown media type and schema, with any status of success.
    pub(crate) fn anything() -> Self {
        Self::untyped(SUCCESS, Some("*/*"))
    }

    /// Creates an empty body, with status 204.
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

    /// Creates a JSON array of `T`.
    pub(crate) fn list<T: ToSchema>() -> Self {
        Self::json_of(ArrayBuilder::new().items(reference::<T>())).about::<T>()
    }

    /// Adds the schema of a generic type's argument: derived schemas refer to it without adding it.
    pub(crate) fn about<T: ToSchema>(mut self) -> Self {
        T::schemas(&mut self.components);
        self.components.push(component::<T>());
        self
    }

    /// Adds the member `data` to an object.
    pub(crate) fn with_data(mut self, data: Vec<DataPayload>) -> Self {
        if data.is_empty() {
            return self;
        }
        let mut all = AllOfBuilder::new().item(self.schema);
        for DataPayload { payload, required } in data {
            let mut object = ObjectBuilder::new().property("data", payload.schema);
            if required {
                object = object.required("data");
            }
            all = all.item(object);
            self.components.extend(payload.components);
        }
        self.schema = Schema::AllOf(all.build()).into();
        self
    }

    /// Replaces a schema with dangling references by that of any value. Schemas of an application's
    /// generic types have such references, see [`about`](Self::about).
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

/// Returns whether a schema refers to components.
pub(super) fn has_references(schema: &RefOr<Schema>) -> bool {
    let mut names = Vec::new();
    references(
        &serde_json::to_value(schema).unwrap_or_default(),
        &mut names,
    );
    !names.is_empty()
}

/// Collects the names of the components that a schema refers to.
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

/// Returns whether a component can be named after the type. Types of the standard library have no
/// unique name: every list would be called `Vec`.
fn is_named<T>() -> bool {
    let path = any::type_name::<T>();
    let shared = ["alloc::", "core::", "serde_json::", "std::"];
    path.contains("::")
        && path.starts_with(|first: char| first.is_alphabetic())
        && !shared.iter().any(|krate| path.starts_with(krate))
}

/// Type with a known media type, such as `Json<T>`.
pub trait Carrier {
    /// Type of the body's content.
    type Content;
    /// Media type of the body; `None` if there is no body.
    const MEDIA_TYPE: Option<&'static str>;

    /// Returns the status of the response.
    #[must_use]
    fn status() -> &'static str {
        "200"
    }
}

impl<T> Carrier for Json<T> {
    type Content = T;
    const MEDIA_TYPE: Option<&'static str> = Some("application/json");
}

/// The success. Rejections are documented by the operation.
impl<T: Carrier, E> Carrier for Result<T, E> {
    type Content = T::Content;
    const MEDIA_TYPE: Option<&'static str> = T::MEDIA_TYPE;

    fn status() -> &'static str {
        T::status()
    }
}

/// Tuples of response parts, such as headers and first perhaps a status, that end with a body.
macro_rules! tuples {
    ($($first:ident $($other:ident)*;)+) => {$(
        impl<$first, $($other,)* T: Carrier> Carrier for ($first, $($other,)* T) {
            type Content = T::Content;
            const MEDIA_TYPE: Option<&'static str> = T::MEDIA_TYPE;

            fn status() -> &'static str {
                // By name, as `TypeId` requires `'static`.
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

/// Types that are bodies by themselves.
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

/// Placeholder that the macro emits for a type without a name: `impl IntoResponse`.
#[non_exhaustive]
pub struct Unnamed;

/// Derives the [`Payload`] of `T` from the traits it implements, by autoref specialization.
///
/// [`Typed`], [`Untyped`], [`Content`] and [`Unknown`] are implemented for `Probe<T>` behind fewer
/// and fewer references, and method resolution on `&&&&Probe<T>` chooses the first whose bounds
/// hold, which is the most specific one. So `T` itself needs no bounds.
pub struct Probe<T>(std::marker::PhantomData<T>);

impl<T> Probe<T> {
    /// The probe.
    pub const OF: Self = Self(std::marker::PhantomData);
}

/// Body whose content has a schema.
pub trait Typed {
    /// Returns the payload.
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

/// Body of a known media type whose content has no schema.
pub trait Untyped {
    /// Returns the payload.
    fn payload(&self) -> Payload;
}

impl<T: Carrier> Untyped for &&Probe<T> {
    fn payload(&self) -> Payload {
        Payload::untyped(T::status(), T::MEDIA_TYPE)
    }
}

/// Content without a carrier, as the attribute key `response` may name it: JSON.
pub trait Content {
    /// Returns the payload.
    fn payload(&self) -> Payload;
}

impl<T: ToSchema> Content for &Probe<T> {
    fn payload(&self) -> Payload {
        Payload::json::<T>().complete()
    }
}

/// Any other type.
pub trait Unknown {
    /// Returns the payload.
    fn payload(&self) -> Payload;
}

impl<T> Unknown for Probe<T> {
    fn payload(&self) -> Payload {
        Payload::anything()
    }
}

/// Data of a type that has a schema.
pub trait TypedData {
    /// Returns the description of the data.
    fn data(&self) -> Option<DataPayload>;
}

impl<T: DeserializeOwned + ToSchema> TypedData for &&Probe<Data<T>> {
    fn data(&self) -> Option<DataPayload> {
        Some(DataPayload::of::<T>(Payload::json::<T>().complete()))
    }
}

/// Data of any other type.
pub trait UntypedData {
    /// Returns the description of the data.
    fn data(&self) -> Option<DataPayload>;
}

impl<T: DeserializeOwned> UntypedData for &Probe<Data<T>> {
    fn data(&self) -> Option<DataPayload> {
        Some(DataPayload::of::<T>(Payload::json_of(schemas::anything())))
    }
}

/// Argument that is no data.
pub trait NoData {
    /// Returns `None`.
    fn data(&self) -> Option<DataPayload>;
}

impl<T> NoData for Probe<T> {
    fn data(&self) -> Option<DataPayload> {
        None
    }
}

impl DataPayload {
    fn of<T: DeserializeOwned>(payload: Payload) -> Self {
        Self {
            payload,
            // A request without the member has `null`.
            required: serde_json::from_str::<T>("null").is_err(),
        }
    }
}
