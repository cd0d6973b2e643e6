//! OpenAPI descriptions of the application's own step-up handlers.

use axum::Json;
use passkeys::{Passkeys, Verified, ceremony::FinishStepUp};
use passkeys_test_support::App;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{OpenApi, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::snapshot;
use crate::validator;

/// Some money.
#[derive(Deserialize, Serialize, ToSchema)]
struct Amount {
    cents: u32,
}

#[derive(Deserialize, Serialize, ToSchema)]
struct Transfer {
    to: String,
    amount: Amount,
}

#[utoipa::path(post, path = "/transfer", request_body = FinishStepUp<Transfer>,
    responses((status = 200, description = "Done", body = Transfer)))]
async fn transfer(Verified { body, .. }: Verified<App, Transfer>) -> Json<Transfer> {
    Json(body)
}

#[utoipa::path(post, path = "/transfers", request_body = FinishStepUp<Vec<Transfer>>,
    responses((status = 200, description = "Done")))]
async fn transfers(_: Verified<App, Vec<Transfer>>) {}

/// Body of a handler that reads none.
type Empty = ();

#[utoipa::path(delete, path = "/account", request_body = FinishStepUp<Empty>,
    responses((status = 200, description = "Done")))]
async fn close(_: Verified<App>) {}

#[derive(OpenApi)]
#[openapi(info(title = "Bank", version = "1"), paths(transfer, transfers, close))]
struct Bank;

/// Returns the schema of an operation's request body, resolved by its reference.
fn taken(document: &Value, path: &str, method: &str) -> Value {
    let content = &document["paths"][path][method]["requestBody"]["content"];
    let reference = &content["application/json"]["schema"]["$ref"];
    let name = reference.as_str().unwrap().rsplit('/').next().unwrap();
    document["components"]["schemas"][name].clone()
}

fn check(document: &Value) {
    validator::validate(document);
    let request = taken(document, "/transfer", "post");
    assert_eq!(request["required"], json!(["credential", "state", "body"]));
    let properties = &request["properties"];
    assert_eq!(properties["body"]["properties"]["to"]["type"], "string");
    let credential = &properties["credential"]["$ref"];
    assert_eq!(
        credential,
        "#/components/schemas/Passkeys.AuthenticationResponse"
    );
    let list = taken(document, "/transfers", "post");
    assert_eq!(list["properties"]["body"]["type"], "array");
    taken(document, "/account", "delete");
    let amount = &document["components"]["schemas"]["Amount"];
    assert_eq!(amount["description"], "Some money.");
}

#[test]
fn openapi_request_of_a_step_up_handler_contains_the_body_schema() {
    check(&super::json(&Bank::openapi()));
}

#[test]
fn openapi_router_collects_step_up_handlers_beside_the_routes() {
    let (_, document) = OpenApiRouter::<Passkeys<App>>::with_openapi(snapshot::document())
        .routes(routes!(transfer))
        .routes(routes!(transfers))
        .routes(routes!(close))
        .split_for_parts();
    check(&super::json(&document));
}
