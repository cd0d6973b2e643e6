//! `Data` in hooks: recognized by its type and not by its name, in any place before the last argument.

use axum::{
    body::to_bytes,
    extract::FromRequestParts,
    http::{Method, Request, StatusCode, request::Parts},
    response::Response,
};
use passkeys::time::OffsetDateTime;
use passkeys::{
    AuthenticationResult, Credential, CredentialId, PasskeyUser, RegistrationResult, passkeys,
    store::MemoryRepository,
};
use serde::{Deserialize, de::DeserializeOwned};

use super::hidden::{HookData, RelyingParty};

#[derive(Deserialize)]
struct Wishes {
    remember: bool,
}

type Remember = passkeys::Data<Wishes>;

/// Extractor of the application that happens to have the same name.
struct Data<T>(T);

impl<S: Sync> FromRequestParts<S> for Data<&'static str> {
    type Rejection = StatusCode;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        Ok(Self("own"))
    }
}

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self, _: Data<&'static str>) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    fn on_authenticated(
        &self,
        passkeys::Data(wishes): Remember,
        Data(own): Data<&'static str>,
        method: Method,
        again: passkeys::Data<serde_json::Value>,
        _: AuthenticationResult,
    ) -> String {
        format!("{} {own} {method} {}", wishes.remember, again.0)
    }

    async fn on_registered(
        &self,
        own: Data<&'static str>,
        data: passkeys::Data<Option<u8>>,
        _: RegistrationResult,
    ) -> String {
        format!("{} {:?}", own.0, *data)
    }
}

/// Generic application, whose data is one of its parameters.
#[derive(Clone)]
struct Generic<T>(std::marker::PhantomData<fn() -> T>);

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl<T: DeserializeOwned + ToString + Send + 'static> Generic<T> {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    fn on_authenticated(&self, data: passkeys::Data<T>, _: AuthenticationResult) -> String {
        data.to_string()
    }
}

fn parts() -> Parts {
    Request::new(()).into_parts().0
}

fn credential() -> Credential {
    let id = CredentialId::new([1]).unwrap();
    Credential::new(id, "1", Vec::new(), OffsetDateTime::UNIX_EPOCH)
}

async fn text(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), 1024).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

async fn on_authenticated(app: impl RelyingParty, json: &str) -> Result<String, String> {
    let mut data = HookData::of(json);
    read_authenticated_of(&app, &mut data).map_err(|error| error.to_string())?;
    let mut parts = parts();
    data.put_into(&mut parts);
    let result = AuthenticationResult::new(credential());
    Ok(text(app.call_on_authenticated(&mut parts, result).await).await)
}

fn read_authenticated_of<A: RelyingParty>(
    _: &A,
    data: &mut HookData,
) -> Result<(), passkeys::Error> {
    A::read_authenticated(data)
}

#[tokio::test]
async fn data_is_recognized_behind_an_alias_and_in_any_place_beside_an_extractor_of_its_name() {
    let answer = on_authenticated(App, r#"{"remember":true}"#).await;
    assert_eq!(answer.unwrap(), r#"true own GET {"remember":true}"#);

    let mut data = HookData::of("7");
    App::read_registered(&mut data).unwrap();
    let user = PasskeyUser::new("1", "ada", "Ada");
    let result = RegistrationResult::new(user, credential());
    let mut parts = parts();
    data.put_into(&mut parts);
    let answer = RelyingParty::call_on_registered(&App, &mut parts, result).await;
    assert_eq!(text(answer).await, "own Some(7)");
}

#[tokio::test]
async fn data_is_read_before_the_hook_is_called() {
    let rejected = on_authenticated(App, "{}").await;
    assert_eq!(rejected.unwrap_err(), "`data.remember` is missing.");
}

#[tokio::test]
async fn data_of_a_generic_application_is_recognized() {
    let app = Generic::<u8>(std::marker::PhantomData);
    let answer = on_authenticated(app.clone(), "7").await;
    assert_eq!(answer.unwrap(), "7");
    let rejected = on_authenticated(app, "256").await.unwrap_err();
    assert!(rejected.starts_with("`data` must be"), "{rejected}");
}
