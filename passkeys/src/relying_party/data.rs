//! Arguments of `on_authenticated` and `on_registered`: extractors of the request's head, and the
//! member `data` of its body.

use std::{
    any::Any,
    collections::VecDeque,
    future::{Future, ready},
    marker::PhantomData,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::rejection;
use crate::{Error, wire::finish};

/// Member `data` of the request that finishes a sign-in or a registration, as an argument of
/// `on_authenticated` or `on_registered`.
///
/// For what the page has to say about the ceremony's end: "remember me", where to go next, the response
/// of a captcha. `T` is any type that deserializes from JSON.
///
/// ```
/// use passkeys::{AuthenticationResult, Data, PasskeyUser, passkeys, store::MemoryRepository};
///
/// #[derive(serde::Deserialize)]
/// struct Wishes {
///     #[serde(default)]
///     remember: bool,
/// }
///
/// #[derive(Clone)]
/// struct App;
///
/// #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
/// impl App {
///     type Repository = MemoryRepository;
///
///     async fn get_user(&self) -> PasskeyUser {
///         PasskeyUser::new("1", "ada", "Ada")
///     }
///
///     /// For the body `{"credential": .., "state": "..", "data": {"remember": true}}`.
///     async fn on_authenticated(
///         &self,
///         Data(wishes): Data<Wishes>,
///         login: AuthenticationResult,
///     ) -> String {
///         format!("{} stays: {}", login.user_id(), wishes.remember)
///     }
/// }
/// ```
///
/// Data that does not deserialize, or is longer than 16 KiB, ends the ceremony with `invalid_request`
/// (422), whose message names the member, before the passkey is stored or counts as used. A request
/// without the member has `null`: `Data<Option<T>>` is `None` then.
///
/// **The data is the client's word.** The passkey does not sign it: treat it as any other input, and a
/// place to go to as an [open redirect](https://cwe.mitre.org/data/definitions/601.html).
///
/// Only these two hooks are given it, in any place before the last argument. It is no extractor of
/// axum: other hooks and handlers with it do not compile. Handlers for routes of your own read
/// [`FinishAuthentication::data_as`](crate::ceremony::FinishAuthentication::data_as).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_structs,
    reason = "hooks take it apart, and tests construct it"
)]
pub struct Data<T>(pub T);

impl<T> Deref for Data<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Data<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// Data of a request, and what was read of it for the arguments of a hook.
#[derive(Default)]
pub struct HookData {
    json: Option<Box<RawValue>>,
    /// Value of each argument of the type [`Data`], in order.
    read: VecDeque<Box<dyn Any + Send>>,
}

/// Extension of a request with its data. Extensions are `Clone` and `Sync`, which the data of hooks need
/// not be.
#[derive(Clone)]
struct Extension(Arc<Mutex<HookData>>);

impl HookData {
    pub(crate) fn new(json: Option<&RawValue>) -> Self {
        Self {
            json: json.map(ToOwned::to_owned),
            read: VecDeque::new(),
        }
    }

    /// Creates the data of a request whose member has this JSON, for tests.
    ///
    /// # Panics
    ///
    /// If it is not JSON.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn of(json: &str) -> Self {
        let json = RawValue::from_string(json.to_owned()).expect("JSON");
        Self::new(Some(&json))
    }

    /// Puts the data into the request's extensions, where the arguments of the hook take it from.
    pub fn put_into(self, parts: &mut Parts) {
        if !self.read.is_empty() {
            parts
                .extensions
                .insert(Extension(Arc::new(Mutex::new(self))));
        }
    }

    fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        finish::data(self.json.as_deref())
    }
}

/// Takes the value of the next argument that is data. Deserializes it from `null` if the hook is called
/// without its data having been read.
fn next<T: DeserializeOwned + 'static>(parts: &Parts) -> Result<T, Error> {
    let extension = parts.extensions.get();
    let read = extension.and_then(|Extension(data)| {
        let mut data = data.lock().unwrap_or_else(PoisonError::into_inner);
        data.read.pop_front()
    });
    match read.map(<Box<dyn Any + Send>>::downcast) {
        Some(Ok(read)) => Ok(*read),
        _ => finish::data(None),
    }
}

/// Source of an argument that is an extractor.
#[non_exhaustive]
pub struct Head;

/// Source of an argument that is [`Data`].
#[non_exhaustive]
pub struct Body;

/// Argument of a hook that is called when a ceremony is finished, of source `M`.
///
/// `M` is inferred, as by axum for handlers: no type is both an extractor and [`Data`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of this hook",
    label = "neither an extractor of the request's head nor `Data<T>` of a `T` that deserializes",
    note = "an extractor implements `FromRequestParts<{S}>`; in `Data<T>`, the member `data` of the request, `T` implements `serde::Deserialize` and borrows nothing"
)]
pub trait Argument<S, M>: Sized {
    /// Returns the argument, or the rejection of its extractor.
    fn extract(parts: &mut Parts, state: &S)
    -> impl Future<Output = Result<Self, Response>> + Send;
}

impl<T, S> Argument<S, Head> for T
where
    T: FromRequestParts<S>,
    S: Send + Sync,
{
    async fn extract(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let rejection = match T::from_request_parts(parts, state).await {
            Ok(extracted) => return Ok(extracted),
            Err(rejection) => rejection.into_response(),
        };
        Err(rejection::in_form(rejection).await)
    }
}

impl<T, S> Argument<S, Body> for Data<T>
where
    T: DeserializeOwned + Send + 'static,
{
    fn extract(parts: &mut Parts, _: &S) -> impl Future<Output = Result<Self, Response>> + Send {
        ready(next(parts).map(Data).map_err(IntoResponse::into_response))
    }
}

/// Bound that no router state meets, of [`Data`] as an extractor. It is one of the state, since rustc does
/// not print the message of another bound of the extractor.
#[diagnostic::on_unimplemented(
    message = "`Data` is not an extractor: only `on_authenticated` and `on_registered` are given it",
    label = "neither handlers nor other hooks are given the member `data`",
    note = "it is a member of the request that finishes a sign-in or a registration; extract the body of another request with `axum::Json`, and of a route of your own that finishes one with `FinishAuthentication::data_as` or `FinishRegistration::data_as`"
)]
pub trait Extractor {
    /// Never called.
    fn never<R>() -> R;
}

/// Never holds: only the [message](Extractor) is of use.
#[doc(hidden)]
impl<S: Extractor + Send + Sync, T: Send> FromRequestParts<S> for Data<T> {
    type Rejection = Error;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Error> {
        S::never()
    }
}

/// Reads the data of a request if `T` is [`Data`], by autoref specialization: no bounds on `T`, so that
/// rustc reports a type that is no `Argument` only where the argument is made.
pub struct Reader<T>(PhantomData<T>);

impl<T> Reader<T> {
    /// The reader.
    pub const OF: Self = Self(PhantomData);
}

/// Argument that is [`Data`].
pub trait ReadsData {
    /// Reads the data.
    fn read(&self, data: &mut HookData) -> Result<(), Error>;
}

impl<T: DeserializeOwned + Send + 'static> ReadsData for &Reader<Data<T>> {
    fn read(&self, data: &mut HookData) -> Result<(), Error> {
        let value: T = data.parse()?;
        data.read.push_back(Box::new(value));
        Ok(())
    }
}

/// Any other argument.
pub trait ReadsNothing {
    /// Reads nothing.
    fn read(&self, data: &mut HookData) -> Result<(), Error>;
}

impl<T> ReadsNothing for Reader<T> {
    fn read(&self, _: &mut HookData) -> Result<(), Error> {
        Ok(())
    }
}
