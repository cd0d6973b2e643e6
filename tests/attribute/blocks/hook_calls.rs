//! Calls of the hooks by the macro's output: extractors in order, the body last, rejections and
//! errors returned as responses.

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{FromRef, FromRequestParts, State},
    http::{HeaderMap, Request, StatusCode, Uri, request::Parts},
    response::{IntoResponse, Response},
};
use passkeys::{
    AuthenticationResult, Credential, CredentialId, CredentialRemoval, PasskeyUser,
    RegistrationResult, passkeys, store::MemoryRepository,
};

use super::hidden::RelyingParty;

#[derive(Clone)]
struct App {
    greeting: &'static str,
}

#[derive(Clone)]
struct Greeting(&'static str);

impl FromRef<App> for Greeting {
    fn from_ref(app: &App) -> Self {
        Self(app.greeting)
    }
}

struct SignedIn(String);

impl FromRequestParts<App> for SignedIn {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Self::Rejection> {
        let id = parts.headers.get("user").and_then(|id| id.to_str().ok());
        let id = id.ok_or((StatusCode::UNAUTHORIZED, "not signed in"))?;
        Ok(Self(id.to_owned()))
    }
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(
        &self,
        SignedIn(id): SignedIn,
        State(Greeting(greeting)): State<Greeting>,
    ) -> Result<PasskeyUser, StatusCode> {
        if id == "forbidden" {
            return Err(StatusCode::FORBIDDEN);
        }
        Ok(PasskeyUser::new(id.clone(), id, greeting))
    }

    async fn on_authenticated(&self, user: PasskeyUser, _: AuthenticationResult) -> String {
        user.id().to_owned()
    }

    async fn sign_up(
        &self,
        headers: HeaderMap,
        uri: Uri,
        Json(name): Json<String>,
    ) -> Result<PasskeyUser, String> {
        if name.is_empty() {
            return Err("a name, please".to_owned());
        }
        Ok(PasskeyUser::new(
            headers.len().to_string(),
            name,
            uri.path(),
        ))
    }

    fn on_registered(&self, _: RegistrationResult) {}

    async fn find_user(&self, state: State<Self>, name: String) -> Option<PasskeyUser> {
        (name == "ada").then(|| PasskeyUser::new("1", name, state.greeting))
    }

    fn second_factor_user(&self, SignedIn(id): SignedIn) -> PasskeyUser {
        PasskeyUser::new(id.clone(), id, "half")
    }

    fn on_removed(&self, SignedIn(id): SignedIn, removal: CredentialRemoval) -> String {
        format!("{} by {id}", removal.user_id())
    }
}

const APP: App = App { greeting: "hello" };

fn parts(user: Option<&str>) -> Parts {
    let mut request = Request::new(());
    if let Some(user) = user {
        request.headers_mut().insert("user", user.parse().unwrap());
    }
    request.into_parts().0
}

async fn body(response: Response) -> (StatusCode, String) {
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1024).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn get_user_receives_its_extractors() {
    let user = RelyingParty::call_get_user(&APP, &mut parts(Some("7"))).await;

    assert_eq!(user.unwrap(), PasskeyUser::new("7", "7", "hello"));
}

#[tokio::test]
async fn extractor_rejection_in_plain_text_is_returned_in_the_form_of_errors() {
    let rejected = RelyingParty::call_get_user(&APP, &mut parts(None)).await;

    let (status, text) = body(rejected.unwrap_err()).await;
    let expected = r#"{"error":{"code":"rejected","message":"not signed in"}}"#;
    assert_eq!((status, &*text), (StatusCode::UNAUTHORIZED, expected));
}

#[tokio::test]
async fn hook_error_is_returned_as_the_response() {
    let rejected = RelyingParty::call_get_user(&APP, &mut parts(Some("forbidden"))).await;

    assert_eq!(rejected.unwrap_err().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn passkey_user_is_an_extractor_in_handlers_of_the_application() {
    let user = PasskeyUser::from_request_parts(&mut parts(Some("7")), &APP).await;
    assert_eq!(user.unwrap().id(), "7");

    let rejected = PasskeyUser::from_request_parts(&mut parts(None), &APP).await;
    let response = rejected.unwrap_err().into_response();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn sign_up_extracts_the_request_parts_and_then_the_body() {
    let request = |json: &str| {
        Request::post("/auth/register/begin")
            .header("content-type", "application/json")
            .body(Body::from(json.to_owned()))
            .unwrap()
    };

    let user = RelyingParty::call_sign_up(&APP, request(r#""ada""#)).await;
    assert_eq!(
        user.unwrap(),
        PasskeyUser::new("1", "ada", "/auth/register/begin")
    );

    let (_, text) = body(
        RelyingParty::call_sign_up(&APP, request(r#""""#))
            .await
            .unwrap_err(),
    )
    .await;
    assert_eq!(text, "a name, please");

    let (status, _) = body(
        RelyingParty::call_sign_up(&APP, request("\""))
            .await
            .unwrap_err(),
    )
    .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn find_user_receives_the_username() {
    for (name, id) in [("ada", Some("1")), ("bob", None)] {
        let found = RelyingParty::call_find_user(&APP, &mut parts(None), name.to_owned()).await;

        assert_eq!(found.unwrap().as_ref().map(PasskeyUser::id), id);
    }
}

#[tokio::test]
async fn second_factor_user_receives_its_extractors() {
    let user = RelyingParty::call_second_factor_user(&APP, &mut parts(Some("7"))).await;
    assert_eq!(user.unwrap(), PasskeyUser::new("7", "7", "half"));
    let rejected = RelyingParty::call_second_factor_user(&APP, &mut parts(None)).await;
    assert_eq!(rejected.unwrap_err().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn on_removed_receives_its_extractors_and_the_removal() {
    let id = CredentialId::new([1]).unwrap();
    let credential = Credential::new(
        id,
        "8",
        Vec::new(),
        passkeys::time::OffsetDateTime::UNIX_EPOCH,
    );
    let removal = CredentialRemoval::new(credential);
    let answer = RelyingParty::call_on_removed(&APP, &mut parts(Some("7")), removal.clone()).await;
    assert_eq!(body(answer).await, (StatusCode::OK, "8 by 7".to_owned()));
    let rejected = RelyingParty::call_on_removed(&APP, &mut parts(None), removal).await;
    assert_eq!(rejected.status(), StatusCode::UNAUTHORIZED);
}

#[test]
fn relying_party_constants_say_which_optional_hooks_a_block_has() {
    assert!(App::SIGN_UP);
    assert!(App::FIND_USER);
    assert!(!crate::blocks::responses::App::SIGN_UP);
    assert!(!crate::blocks::responses::App::FIND_USER);
    assert!(App::SECOND_FACTOR);
    assert!(App::ON_REMOVED);
    assert!(!crate::blocks::responses::App::SECOND_FACTOR);
    assert!(!crate::blocks::responses::App::ON_REMOVED);
}

#[tokio::test]
async fn hooks_remain_callable_as_methods_of_the_application() {
    let user = APP
        .get_user(SignedIn("7".to_owned()), State(Greeting("hi")))
        .await;

    assert_eq!(user.unwrap().display_name(), "hi");
}
