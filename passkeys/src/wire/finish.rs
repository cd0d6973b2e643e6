//! The bodies of the requests that finish a ceremony.
//!
//! The credential stays unparsed JSON until the ceremony state has been taken from the challenge
//! store: a malformed credential ends its ceremony like any other that does not verify.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

#[cfg(feature = "openapi")]
use super::responses::{AuthenticationResponse, RegistrationResponse};
use super::{
    json::{self, from_json},
    shape::{self, Object, ObjectOrNothing},
};
use crate::Error;

/// Maximum length of the member `data`, in bytes.
const MAX_DATA_BYTES: usize = 16 * 1024;

/// Deserializes the member `data`. Without it, from `null`.
pub(crate) fn data<T: DeserializeOwned>(data: Option<&RawValue>) -> Result<T, Error> {
    let Some(data) = data else {
        return json::parse("null", "data")
            .map_err(|_| Error::InvalidRequest("`data` is missing.".into()));
    };
    if data.get().len() > MAX_DATA_BYTES {
        let message = "`data` is longer than 16 KiB.";
        return Err(Error::InvalidRequest(message.into()));
    }
    json::parse(data.get(), "data")
}

from_json!(FinishRegistration, FinishAuthentication, FinishStepUp);

/// The body of `register/finish`.
///
/// Deserialises with `serde_json`, for example by `axum::Json`.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::FinishRegistration, description = "The body of `register/finish`."))]
#[non_exhaustive]
pub struct FinishRegistration {
    /// The `PublicKeyCredential` that `navigator.credentials.create()` returned, as JSON.
    #[cfg_attr(feature = "openapi", schema(value_type = RegistrationResponse))]
    pub credential: Box<RawValue>,
    /// The ceremony state from `begin`.
    pub state: String,
    /// The name that the user gives the passkey; empty if they were not asked. Stored are its first
    /// 255 characters; invisible ones are removed.
    #[serde(default, deserialize_with = "shape::optional_text_without_surrogates")]
    pub device_name: Option<String>,
    /// What else the page has to say, for `on_registered` as [`Data`](crate::Data). Any JSON of at most
    /// 16 KiB.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub data: Option<Box<RawValue>>,
}

impl FinishRegistration {
    /// Creates a body without a device name and data.
    #[must_use]
    pub fn new(credential: Box<RawValue>, state: impl Into<String>) -> Self {
        Self {
            credential,
            state: state.into(),
            device_name: None,
            data: None,
        }
    }

    /// Sets the name that the user gives the passkey.
    #[must_use]
    pub fn device_name(mut self, name: impl Into<String>) -> Self {
        self.device_name = Some(name.into());
        self
    }

    /// Sets what else the page has to say.
    #[must_use]
    pub fn data(mut self, data: impl Into<Option<Box<RawValue>>>) -> Self {
        self.data = data.into();
        self
    }

    /// Deserializes [`data`](Self::data), for routes of your own. `null` if there is none.
    ///
    /// Call it before `finish`, so that data of another shape fails before the passkey is stored. Hooks
    /// take [`Data`](crate::Data) instead.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] and [`Error::MalformedRequest`] if it does not deserialize as `T`, or is
    /// longer than 16 KiB. The message names the member.
    pub fn data_as<T: DeserializeOwned>(&self) -> Result<T, Error> {
        data(self.data.as_deref())
    }
}

impl fmt::Debug for FinishRegistration {
    /// Leaves out the credential, the data, and the state: whoever has it can end the ceremony.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinishRegistration")
            .field("device_name", &self.device_name)
            .finish_non_exhaustive()
    }
}

/// The body of `authenticate/finish`.
///
/// Deserialises with `serde_json`, for example by `axum::Json`.
#[derive(Clone, Deserialize)]
#[serde(expecting = "an object")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::FinishAuthentication, description = "The body of `authenticate/finish`."))]
#[non_exhaustive]
pub struct FinishAuthentication {
    /// The `PublicKeyCredential` that `navigator.credentials.get()` returned, as JSON.
    #[cfg_attr(feature = "openapi", schema(value_type = AuthenticationResponse))]
    pub credential: Box<RawValue>,
    /// The ceremony state from `begin`.
    pub state: String,
    /// What else the page has to say, for `on_authenticated` as [`Data`](crate::Data). Any JSON of at most
    /// 16 KiB.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub data: Option<Box<RawValue>>,
}

impl FinishAuthentication {
    /// Creates a body without data.
    #[must_use]
    pub fn new(credential: Box<RawValue>, state: impl Into<String>) -> Self {
        Self {
            credential,
            state: state.into(),
            data: None,
        }
    }

    /// Sets what else the page has to say.
    #[must_use]
    pub fn data(mut self, data: impl Into<Option<Box<RawValue>>>) -> Self {
        self.data = data.into();
        self
    }

    /// Deserializes [`data`](Self::data), for routes of your own. `null` if there is none.
    ///
    /// Call it before `finish`, so that data of another shape fails before the passkey counts as used. Hooks
    /// take [`Data`](crate::Data) instead.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] and [`Error::MalformedRequest`] if it does not deserialize as `T`, or is
    /// longer than 16 KiB. The message names the member.
    pub fn data_as<T: DeserializeOwned>(&self) -> Result<T, Error> {
        data(self.data.as_deref())
    }
}

impl fmt::Debug for FinishAuthentication {
    /// Leaves out the credential, the data, and the state: whoever has it can end the ceremony.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinishAuthentication")
            .finish_non_exhaustive()
    }
}

/// The body of a request that a user has consented to: the assertion, and the request's own body.
///
/// Deserialises with `serde_json`, for example by `axum::Json`. [`StepUp::finish`] wants the text
/// of `body`, hence the default for `T`. For an OpenAPI document `T` is the type that the handler's
/// [`Verified`] yields: `request_body = FinishStepUp<Transfer>`; with `type Empty = ();`
/// `FinishStepUp<Empty>`, if there is no body.
///
/// [`StepUp::finish`]: crate::ceremony::StepUp::finish
/// [`Verified`]: crate::Verified
#[derive(Clone, Deserialize)]
#[serde(expecting = "an object")]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    schema(as = Passkeys::FinishStepUp, description = "A request that its user has consented to.")
)]
#[non_exhaustive]
pub struct FinishStepUp<T = Box<RawValue>> {
    /// The `PublicKeyCredential` that `navigator.credentials.get()` returned, as JSON.
    #[cfg_attr(feature = "openapi", schema(value_type = AuthenticationResponse))]
    pub credential: Box<RawValue>,
    /// The ceremony state from `begin`.
    pub state: String,
    /// The request's own body.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(schema_with = T::schema, required))]
    pub body: T,
}

impl<T> FinishStepUp<T> {
    /// Creates a body.
    #[must_use]
    pub fn new(credential: Box<RawValue>, state: impl Into<String>, body: T) -> Self {
        Self {
            credential,
            state: state.into(),
            body,
        }
    }
}

impl<T> fmt::Debug for FinishStepUp<T> {
    /// Leaves out the credential, the state (whoever has it can end the ceremony) and the body,
    /// which may be personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinishStepUp").finish_non_exhaustive()
    }
}

impl FinishStepUp {
    /// Returns whether a request body is consent: a JSON object with the members `credential`, an
    /// object, and `state`, a text. Other bodies are the request's own.
    pub(crate) fn is_in(body: &[u8]) -> bool {
        #[derive(Deserialize)]
        struct Members<'a> {
            #[serde(borrow)]
            credential: &'a RawValue,
            #[serde(borrow)]
            state: &'a RawValue,
        }

        serde_json::from_slice(body).is_ok_and(|Object(members): Object<Members<'_>>| {
            members.credential.get().starts_with('{') && members.state.get().starts_with('"')
        })
    }

    /// Returns whether a request body is meant to be consent: a JSON object with the members `credential`
    /// and `state`, of whatever type and number.
    pub(crate) fn is_meant(body: &[u8]) -> bool {
        let names: Result<MemberNames, _> = serde_json::from_slice(body);
        names.is_ok_and(|MemberNames(names)| {
            ["credential", "state"]
                .iter()
                .all(|name| names.iter().any(|found| found == name))
        })
    }
}

/// Names of the members of a JSON object, of which one may appear twice.
struct MemberNames(Vec<String>);

impl<'de> Deserialize<'de> for MemberNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;

        impl<'de> Visitor<'de> for Names {
            type Value = MemberNames;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<MemberNames, A::Error> {
                let mut names = Vec::new();
                while let Some((name, IgnoredAny)) = members.next_entry()? {
                    names.push(name);
                }
                Ok(MemberNames(names))
            }
        }

        deserializer.deserialize_map(Names)
    }
}

/// The `body` of consent to a request that has no body of its own: `null`, `{}`, `[]`, or left out.
#[derive(Debug)]
pub(crate) struct NoBody;

impl<'de> Deserialize<'de> for NoBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct NoMembers {}

        let ObjectOrNothing(NoMembers {}) = ObjectOrNothing::deserialize(deserializer)?;
        Ok(Self)
    }
}

/// The body of a request of the contract that is consent alone, for the document.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[schema(
    as = Passkeys::Consent,
    description = "Consent by step-up to a request that has no body of its own. The step-up was begun for its method, host and path."
)]
#[expect(
    dead_code,
    reason = "describes the members of `FinishStepUp` that are read"
)]
pub(crate) struct ConsentAlone {
    /// The `PublicKeyCredential` that `navigator.credentials.get()` returned, as JSON.
    credential: AuthenticationResponse,
    /// The ceremony state from `step-up/begin`.
    state: String,
    /// As in `step-up/begin`: left out, `null`, or without members.
    #[schema(value_type = Option<Object>)]
    body: Option<()>,
}

#[cfg(test)]
mod tests {
    use super::{FinishStepUp, NoBody};

    #[test]
    fn body_with_a_credential_object_and_a_state_text_is_consent() {
        for body in [
            r#"{"credential":{},"state":""}"#,
            r#" { "more": 1, "state": "x", "body": {"a": 1}, "credential": {"id": [7]} } "#,
        ] {
            assert!(FinishStepUp::is_in(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn body_of_another_shape_is_no_consent() {
        for body in [
            "",
            "{}",
            "[]",
            "null",
            r#"[{},"x"]"#,
            r#"{"state":"x"}"#,
            r#"{"credential":{}}"#,
            r#"{"credential":null,"state":"x"}"#,
            r#"{"credential":"{}","state":"x"}"#,
            r#"{"credential":{},"state":null}"#,
            r#"{"credential":{},"state":["x"]}"#,
            r#"{"credential":{},"credential":{},"state":"x"}"#,
            r#"{"credential":{},"state":"x"} x"#,
            r#"{"credential":{},"state":"x""#,
            r#"{"Credential":{},"State":"x"}"#,
            "state=x&credential=y",
        ] {
            assert!(!FinishStepUp::is_in(body.as_bytes()), "{body}");
        }
        assert!(!FinishStepUp::is_in(
            b"{\"credential\":{},\"state\":\"\xff\"}"
        ));
    }

    #[test]
    fn body_with_the_members_of_consent_is_meant_to_be_consent_whatever_their_types() {
        for body in [
            r#"{"credential":{},"state":""}"#,
            r#"{"credential":"{}","state":1,"body":{}}"#,
            r#"{"credential":null,"state":null}"#,
            r#"{"credential":{},"state":"a","state":"b"}"#,
        ] {
            assert!(FinishStepUp::is_meant(body.as_bytes()), "{body}");
        }
        for body in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"credential":{}}"#,
            r#"{"street":"x","state":"CA"}"#,
            r#"["credential","state"]"#,
            r#"{"body":{"credential":{},"state":""}}"#,
            r#"{"credential":{},"state":""#,
            "credential=x&state=y",
        ] {
            assert!(!FinishStepUp::is_meant(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn consent_to_a_request_without_a_body_has_an_empty_body_or_none() {
        for body in ["null", "{}", "[]", " { } "] {
            assert!(serde_json::from_str::<NoBody>(body).is_ok(), "{body}");
        }
        for body in [r#"{"a":1}"#, "[1]", "0", "\"\"", "false"] {
            assert!(serde_json::from_str::<NoBody>(body).is_err(), "{body}");
        }
    }
}
