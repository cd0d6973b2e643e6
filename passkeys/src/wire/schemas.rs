//! Schemas of single values, for the fields of wire types.

use serde_json::Value;
use utoipa::openapi::{
    RefOr, Schema,
    schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type},
};

use crate::{
    Attestation, AuthenticatorAttachment, Hint, LargeBlob, ResidentKey, UserVerification,
    domain::prompt::{Mediation, PromptCeremony, PromptOutcome},
};

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// Returns the schema of a string or `null`.
fn nullable(string: ObjectBuilder) -> ObjectBuilder {
    string.schema_type(SchemaType::from_iter([Type::String, Type::Null]))
}

fn encoded() -> ObjectBuilder {
    string()
        .content_encoding("base64url")
        .pattern(Some("^[A-Za-z0-9_-]*$"))
}

fn date_time() -> ObjectBuilder {
    string().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
}

pub(crate) fn base64url() -> ObjectBuilder {
    encoded()
}

#[cfg(feature = "client")]
pub(crate) fn base64url_list() -> ArrayBuilder {
    ArrayBuilder::new().items(encoded())
}

pub(crate) fn optional_base64url() -> ObjectBuilder {
    nullable(encoded())
}

pub(crate) fn optional_string() -> ObjectBuilder {
    nullable(string())
}

pub(crate) fn timestamp() -> ObjectBuilder {
    date_time()
}

pub(crate) fn optional_timestamp() -> ObjectBuilder {
    nullable(date_time())
}

/// Returns the schema of an enumeration.
pub(crate) fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> ObjectBuilder {
    string().enum_values(Some(words.into_iter().map(Value::from)))
}

pub(crate) fn prompt_ceremony() -> ObjectBuilder {
    words(PromptCeremony::ALL.iter().map(|word| word.as_str()))
}

pub(crate) fn prompt_outcome() -> ObjectBuilder {
    words(PromptOutcome::ALL.iter().map(|word| word.as_str()))
}

pub(crate) fn mediation() -> ObjectBuilder {
    let words = Mediation::ALL.iter().map(|word| Value::from(word.as_str()));
    nullable(string()).enum_values(Some(words.chain([Value::Null])))
}

pub(crate) fn ok() -> ObjectBuilder {
    words(["ok"])
}

pub(crate) fn public_key() -> ObjectBuilder {
    words(["public-key"])
}

pub(crate) fn attestation() -> ObjectBuilder {
    words(Attestation::ALL.iter().map(|word| word.as_str()))
}

pub(crate) fn authenticator_attachment() -> ObjectBuilder {
    words(
        AuthenticatorAttachment::ALL
            .iter()
            .map(|word| word.as_str()),
    )
}

pub(crate) fn hints() -> ArrayBuilder {
    ArrayBuilder::new().items(words(Hint::ALL.iter().map(|word| word.as_str())))
}

pub(crate) fn large_blob() -> ObjectBuilder {
    words(LargeBlob::ALL.iter().map(|word| word.as_str()))
}

pub(crate) fn resident_key() -> ObjectBuilder {
    words(ResidentKey::ALL.iter().map(|word| word.as_str()))
}

pub(crate) fn user_verification() -> ObjectBuilder {
    words(UserVerification::ALL.iter().map(|word| word.as_str()))
}

/// Returns the schema that allows any value.
pub(crate) fn anything() -> RefOr<Schema> {
    let any = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
    any.into()
}
