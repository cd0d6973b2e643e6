//! OpenAPI responses and requests of hooks, by the types in their signatures.

#![allow(
    clippy::unnecessary_wraps,
    clippy::unused_unit,
    reason = "the tests are about signatures, not about the values"
)]

use axum::{
    Json,
    http::{HeaderName, StatusCode, header::SET_COOKIE},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, RegistrationResult, passkeys,
    store::MemoryRepository,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

#[derive(Deserialize, Serialize, ToSchema)]
struct Member {
    name: String,
}

/// Has no schema.
#[derive(Deserialize, Serialize)]
struct Secretive {
    name: String,
}

type Cookie = AppendHeaders<[(HeaderName, String); 1]>;
type Reply<T> = Result<Json<T>, StatusCode>;

fn member() -> Member {
    Member { name: "ada".into() }
}

fn cookie() -> Cookie {
    AppendHeaders([(SET_COOKIE, String::new())])
}

/// The success of `authenticate/finish` or `register/finish`: status, media type and schema.
fn success(document: &Value, path: &str) -> (String, String, Value) {
    let responses = &document["paths"][path]["post"]["responses"];
    let (status, response) = responses
        .as_object()
        .unwrap()
        .iter()
        .find(|(status, _)| status.starts_with('2'))
        .unwrap();
    let content = response["content"].as_object();
    let (media_type, content) = content
        .and_then(|content| content.iter().next())
        .map_or((String::new(), Value::Null), |(media_type, content)| {
            (media_type.clone(), content["schema"].clone())
        });
    (status.clone(), media_type, content)
}

/// Returns status, media type and schema of an application whose `on_authenticated` returns this.
macro_rules! response_of {
    ($returned:ty, $value:expr $(, $key:ident = $response:ty)?) => {{
        #[derive(Clone)]
        struct App;

        #[passkeys(rp_id = "example.com", origins = ["https://example.com"] $(, $key = $response)?)]
        impl App {
            type Repository = MemoryRepository;

            fn get_user(&self) -> PasskeyUser {
                PasskeyUser::new("1", "ada", "Ada")
            }

            fn on_authenticated(&self, _: AuthenticationResult) -> $returned {
                $value
            }
        }

        let document = Passkeys::new(App, MemoryRepository::default()).openapi();
        let document = super::json(&document);
        let (status, media_type, schema) = success(&document, "/authenticate/finish");
        (status, media_type, schema)
    }};
}

fn is(status: &str, media_type: &str, schema: Value) -> (String, String, Value) {
    (status.to_owned(), media_type.to_owned(), schema)
}

fn reference() -> Value {
    json!({ "$ref": "#/components/schemas/Member" })
}

const JSON: &str = "application/json";

#[test]
fn openapi_json_response_has_its_schema() {
    let found = response_of!(Json<Member>, Json(member()));
    assert_eq!(found, is("200", JSON, reference()));
}

#[test]
fn openapi_json_in_a_result_has_its_schema() {
    let found = response_of!(Result<Json<Member>, StatusCode>, Ok(Json(member())));
    assert_eq!(found, is("200", JSON, reference()));
}

#[test]
fn openapi_json_behind_a_type_alias_has_its_schema() {
    let found = response_of!(Reply<Member>, Ok(Json(member())));
    assert_eq!(found, is("200", JSON, reference()));
}

#[test]
fn openapi_json_in_a_tuple_has_its_schema() {
    let found = response_of!((Cookie, Json<Member>), (cookie(), Json(member())));
    assert_eq!(found, is("200", JSON, reference()));
}

#[test]
fn openapi_json_in_a_tuple_with_a_status_has_its_schema() {
    let found = response_of!((StatusCode, Json<Member>), (StatusCode::OK, Json(member())));
    assert_eq!(found, is("2XX", JSON, reference()));
}

#[test]
fn openapi_json_in_a_result_with_an_impl_trait_error_has_its_schema() {
    let found = response_of!(
        Result<(StatusCode, Json<Member>), impl IntoResponse + use<>>,
        if true {
            Ok((StatusCode::OK, Json(member())))
        } else {
            Err(Redirect::to("/"))
        }
    );
    assert_eq!(found, is("2XX", JSON, reference()));
}

#[test]
fn openapi_json_list_and_option_have_their_schema() {
    let found = response_of!(Json<Vec<Member>>, Json(vec![member()]));
    assert_eq!(found.2["type"], "array");
    let found = response_of!(Json<Option<u8>>, Json(None));
    assert_eq!(found.1, JSON);
}

/// The schema that utoipa derives for a generic type refers to its argument without registering it.
#[derive(Serialize, ToSchema)]
struct Page<T> {
    entries: Vec<T>,
}

#[test]
fn openapi_schema_with_a_dangling_reference_becomes_the_empty_schema() {
    let found = response_of!(
        Json<Page<Member>>,
        Json(Page {
            entries: vec![member()]
        })
    );
    assert_eq!(found, is("200", JSON, json!({})));
}

#[test]
fn openapi_string_and_unit_responses_have_their_media_type() {
    let found = response_of!(String, String::new());
    assert_eq!(found, is("200", "text/plain", json!({ "type": "string" })));
    assert_eq!(response_of!((), ()), is("200", "", Value::Null));
}

#[test]
fn openapi_json_without_a_schema_has_the_empty_schema() {
    let found = response_of!(Json<Secretive>, Json(Secretive { name: "ada".into() }));
    assert_eq!(found, is("200", JSON, json!({})));
}

#[test]
fn openapi_response_of_unknown_type_has_any_media_type_and_the_empty_schema() {
    let anything = || is("2XX", "*/*", json!({}));
    assert_eq!(response_of!(StatusCode, StatusCode::OK), anything());
    assert_eq!(
        response_of!(Response, StatusCode::OK.into_response()),
        anything()
    );
    let hidden = response_of!(impl IntoResponse + use<>, Json(member()));
    assert_eq!(hidden, anything());
}

#[test]
fn openapi_key_response_sets_the_schema_of_the_hook() {
    let found = response_of!(Response, StatusCode::OK.into_response(), response = Json<Member>);
    assert_eq!(found, is("200", JSON, reference()));
    let found = response_of!(Response, StatusCode::OK.into_response(), response = Member);
    assert_eq!(found, is("200", JSON, reference()));
}

/// Generic application: whether the response has a schema depends on `T`.
#[derive(Clone)]
struct Generic<T>(std::marker::PhantomData<T>);

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl<T: Serialize + Send + Sync + Default + 'static> Generic<T> {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    fn on_authenticated(&self, _: AuthenticationResult) -> Json<T> {
        Json(T::default())
    }

    fn on_registered(&self, _: RegistrationResult) -> Json<Member> {
        Json(member())
    }
}

#[test]
fn openapi_document_of_a_generic_application_has_the_schemas_that_are_known() {
    let app = Generic::<u8>(std::marker::PhantomData);
    let document = super::json(&Passkeys::new(app, MemoryRepository::default()).openapi());
    let found = success(&document, "/authenticate/finish");
    assert_eq!(found, is("200", JSON, json!({})));
    let found = success(&document, "/register/finish");
    assert_eq!(found, is("200", JSON, reference()));
}

/// Bodies of `sign_up` with and without a schema, beside a hook that is compiled conditionally.
#[test]
fn openapi_sign_up_request_has_the_schema_of_the_hooks_body() {
    macro_rules! reads {
        ($body:ty) => {{
            #[derive(Clone)]
            struct App;

            #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
            impl App {
                type Repository = MemoryRepository;

                fn get_user(&self) -> PasskeyUser {
                    PasskeyUser::new("1", "ada", "Ada")
                }

                fn sign_up(&self, _: $body) -> PasskeyUser {
                    self.get_user()
                }

                fn on_registered(&self, _: RegistrationResult) {}

                #[cfg(any())]
                fn find_user(&self, _: String) -> Option<PasskeyUser> {
                    None
                }

                fn on_authenticated(&self, _: AuthenticationResult) {}
            }

            let document = Passkeys::new(App, MemoryRepository::default()).openapi();
            let document = super::json(&document);
            document["paths"]["/register/begin"]["post"]["requestBody"]["content"].clone()
        }};
    }

    assert_eq!(
        reads!(Json<Member>),
        json!({ JSON: { "schema": reference() } })
    );
    assert_eq!(reads!(Json<Secretive>), json!({ JSON: { "schema": {} } }));
    assert_eq!(
        reads!(axum::body::Bytes),
        json!({ "*/*": { "schema": {} } })
    );
}
