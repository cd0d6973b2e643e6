//! Hooks with various response types.

use axum::{
    Json,
    http::{StatusCode, header::SET_COOKIE},
    response::{AppendHeaders, IntoResponse, Redirect},
};
use passkeys::{
    AuthenticationResult, PasskeyUser, RegistrationResult, passkeys, store::MemoryRepository,
};

#[derive(Clone)]
pub(crate) struct App;

struct NotSignedIn;

impl IntoResponse for NotSignedIn {
    fn into_response(self) -> axum::response::Response {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

type Answer = Result<PasskeyUser, NotSignedIn>;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> Answer {
        Err(NotSignedIn)
    }

    async fn on_authenticated(
        &self,
        login: AuthenticationResult,
    ) -> Result<
        (
            StatusCode,
            AppendHeaders<[(axum::http::HeaderName, String); 1]>,
            Json<String>,
        ),
        Redirect,
    > {
        let id = login.user_id().to_owned();
        let cookie = AppendHeaders([(SET_COOKIE, format!("user={id}"))]);
        Ok((StatusCode::OK, cookie, Json(id)))
    }

    fn on_registered(&self, _: RegistrationResult) -> impl IntoResponse + use<> {
        (StatusCode::CREATED, "welcome")
    }
}

#[derive(Clone)]
struct Silent;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl Silent {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}

    fn find_user(&self, _: String) -> Result<Option<PasskeyUser>, (StatusCode, &'static str)> {
        Ok(None)
    }
}

#[derive(Clone)]
struct Nested;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl Nested {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> Result<PasskeyUser, impl IntoResponse> {
        Err::<PasskeyUser, _>("not signed in")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) -> (StatusCode, impl IntoResponse) {
        (StatusCode::OK, "hello")
    }
}

#[test]
fn hooks_with_many_response_types_compile() {
    let _ = passkeys::Passkeys::new(App, MemoryRepository::default());
    let _ = passkeys::Passkeys::new(Silent, MemoryRepository::default());
    let _ = passkeys::Passkeys::new(Nested, MemoryRepository::default());
}
