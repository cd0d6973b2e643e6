//! Errors that hooks return, in the OpenAPI document and in the types of the browser module.

#![allow(
    clippy::unnecessary_wraps,
    dead_code,
    reason = "the tests are about signatures, not about the values"
)]

use std::convert::Infallible;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoResponses, ToSchema};

use crate::validator;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Code {
    NameTaken,
    AuthenticationFailed,
}

#[derive(Serialize, ToSchema)]
struct Details<C> {
    #[schema(inline)]
    code: C,
}

macro_rules! errors {
    ($($(#[$attribute:meta])* $name:ident($error:ty);)+) => {$(
        #[derive(Serialize, IntoResponses, ToSchema)]
        $(#[$attribute])*
        struct $name {
            #[schema(inline)]
            error: Details<$error>,
        }

        impl IntoResponse for $name {
            fn into_response(self) -> Response {
                StatusCode::CONFLICT.into_response()
            }
        }
    )+};
}

errors! {
    #[response(status = 409, description = "Taken.")]
    Known(Code);
    #[response(status = "4XX", description = "Anything.")]
    AnyCode(String);
    #[response(status = 401, description = "Not now.")]
    OfAStatusOfTheLibrary(Code);
}

/// Refers to a component, which the library's document does not have.
#[derive(IntoResponses)]
enum Referring {
    #[response(status = 409, description = "Taken.")]
    Taken(Known),
}

impl IntoResponse for Referring {
    fn into_response(self) -> Response {
        StatusCode::CONFLICT.into_response()
    }
}

/// Returns the document and the type of codes of an application whose `on_authenticated` returns this.
macro_rules! described {
    ($returned:ty) => {
        described!($returned, unreachable!("the hook is never called"))
    };
    ($returned:ty, $value:expr) => {{
        #[derive(Clone)]
        struct App;

        #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
        impl App {
            type Repository = MemoryRepository;

            fn get_user(&self) -> PasskeyUser {
                PasskeyUser::new("1", "ada", "Ada")
            }

            fn on_authenticated(&self, _: AuthenticationResult) -> $returned {
                $value
            }
        }

        let passkeys = Passkeys::new(App, MemoryRepository::default());
        let document = super::json(&passkeys.openapi());
        validator::validate(&document);
        let types = passkeys.client_types();
        let (_, own) = types.split_once("ApplicationTypes {\n").unwrap();
        let (_, code) = own.split_once("\n  code: ").unwrap();
        let (code, _) = code.split_once(";\n").unwrap();
        let responses = document["paths"]["/authenticate/finish"]["post"]["responses"].clone();
        (responses, code.to_owned())
    }};
}

fn schemas(response: &Value) -> &Value {
    &response["content"]["application/json"]["schema"]["anyOf"]
}

#[test]
fn openapi_errors_of_hooks_are_documented_if_their_type_describes_responses() {
    let (responses, code) = described!(Result<String, Known>);
    let taken = &responses["409"];
    assert_eq!(taken["description"], "Taken.");
    let error = &schemas(taken)[0]["properties"]["error"];
    assert_eq!(error["properties"]["code"]["enum"][0], "name_taken");
    // Also of an extractor, in a form of its own.
    assert_eq!(
        schemas(taken)[1]["$ref"],
        "#/components/schemas/Passkeys.Rejection"
    );
    assert!(taken["content"]["*/*"].is_object());
    // Those that the library has are among its own.
    assert_eq!(code, r#""authentication_failed" | "name_taken""#);
}

#[test]
fn openapi_errors_of_hooks_are_documented_beside_those_of_the_library() {
    let (responses, _) = described!(Result<(), OfAStatusOfTheLibrary>);
    let rejected = &responses["401"];
    assert_eq!(
        rejected["description"],
        "`authentication_failed`\n\nNot now."
    );
    let schemas = schemas(rejected);
    let library = "#/components/schemas/Passkeys.Error.authentication_failed";
    assert_eq!(schemas[0]["$ref"], library);
    assert!(schemas[1]["properties"]["error"].is_object());
}

#[test]
fn openapi_errors_of_hooks_that_refer_to_components_have_no_schema() {
    let (responses, code) = described!(Result<String, Referring>);
    let taken = &responses["409"];
    assert_eq!(taken["description"], "Taken.");
    let rejection = "#/components/schemas/Passkeys.Rejection";
    assert_eq!(
        taken["content"]["application/json"]["schema"]["$ref"],
        rejection
    );
    assert_eq!(code, "(string & {})");
}

#[test]
fn client_types_have_no_codes_of_hooks_whose_errors_have_none() {
    for code in [
        described!(String).1,
        described!(Result<String, StatusCode>).1,
        described!(Result<String, Infallible>).1,
    ] {
        assert_eq!(code, "never");
    }
}

#[test]
#[expect(
    clippy::result_large_err,
    reason = "an error of which nothing is known"
)]
fn client_types_have_any_code_of_hooks_whose_errors_are_not_known() {
    assert_eq!(described!(Response).1, "(string & {})");
    assert_eq!(described!(Result<String, Response>).1, "(string & {})");
    assert_eq!(described!(Result<String, AnyCode>).1, "(string & {})");
    assert_eq!(
        described!(impl IntoResponse + use<>, String::new()).1,
        "(string & {})"
    );
}
