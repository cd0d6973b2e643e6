//! The library's OpenAPI document as a part of the application's.

use axum::{Json, Router, routing::get};
use passkeys::{Passkeys, store::MemoryRepository};
use passkeys_test_support::App;
use serde::Serialize;
use serde_json::Value;
use tower::ServiceExt as _;
use utoipa::{OpenApi, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{json, snapshot};
use crate::validator;

/// A type of the application with the same name as one of the library.
#[derive(Serialize, ToSchema)]
struct Credential {
    password: String,
}

/// A route of the application.
#[utoipa::path(get, path = "/legacy", responses((status = 200, description = "Everything", body = Credential)))]
async fn legacy() -> Json<Credential> {
    let password = "hunter2".into();
    Json(Credential { password })
}

#[derive(OpenApi)]
#[openapi(info(title = "Mine", version = "3"), paths(legacy))]
struct Mine;

fn check(document: &Value, prefix: &str) {
    validator::validate(document);
    assert_eq!(document["info"]["title"], "Mine");
    let paths = document["paths"].as_object().unwrap();
    let mounted = paths.keys().filter(|path| path.starts_with(prefix));
    assert!(mounted.count() >= 6, "{paths:?}");
    assert!(paths.contains_key("/legacy"));
    let schemas = &document["components"]["schemas"];
    assert!(schemas["Credential"]["properties"]["password"].is_object());
    assert!(schemas["Passkeys.Credential"]["properties"]["deviceName"].is_object());
}

#[test]
fn openapi_document_nests_into_the_applications() {
    let nested = Mine::openapi().nest("/auth/passkeys", snapshot::document());
    check(&json(&nested), "/auth/passkeys/");
}

#[test]
fn openapi_document_merges_into_the_applications() {
    check(
        &json(&Mine::openapi().merge_from(snapshot::document())),
        "/",
    );
}

#[tokio::test]
async fn openapi_document_joins_a_utoipa_axum_router() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let ours = OpenApiRouter::with_openapi(passkeys.openapi()).merge(passkeys.router().into());
    let (router, document) = OpenApiRouter::<()>::with_openapi(Mine::openapi())
        .routes(routes!(legacy))
        .nest("/auth/passkeys", ours)
        .split_for_parts();
    let document = json(&document);
    check(&document, "/auth/passkeys/");

    // The routes are at the documented paths.
    let request = axum::http::Request::post("/auth/passkeys/authenticate/begin");
    let answer = router.oneshot(request.body(String::new()).unwrap()).await;
    assert!(answer.unwrap().status().is_success());
}

#[tokio::test]
async fn openapi_document_can_be_served_by_a_route() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let document = Mine::openapi().nest("/auth/passkeys", passkeys.openapi());
    let router: Router = Router::new()
        .nest("/auth/passkeys", passkeys.router())
        .route("/openapi.json", get(async move || Json(document)));

    let request = axum::http::Request::get("/openapi.json");
    let answer = router.oneshot(request.body(String::new()).unwrap()).await;
    let body = axum::body::to_bytes(answer.unwrap().into_body(), usize::MAX).await;
    check(
        &serde_json::from_slice(&body.unwrap()).unwrap(),
        "/auth/passkeys/",
    );
}
