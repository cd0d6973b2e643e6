//! `client.d.ts`: the types of an application in it. `interop` compiles what uses them.

#![allow(
    clippy::unnecessary_wraps,
    dead_code,
    reason = "the tests are about signatures, not about the values"
)]

use std::collections::{BTreeMap, HashMap};

use axum::{
    Json,
    body::Body,
    http::{Request, StatusCode},
    response::{IntoResponse, Response},
};
use passkeys::{
    AuthenticationResult, Config, Data, PasskeyUser, Passkeys, RegistrationResult,
    UserVerification, Verified, ceremony::FinishStepUp, passkeys, store::MemoryRepository,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower::ServiceExt as _;
use utoipa::{
    IntoResponses, OpenApi, ToSchema,
    openapi::schema::{ArrayBuilder, Object, ObjectBuilder, Type},
};

/// Application with every hook and with types of every form.
#[derive(Clone)]
pub(crate) struct Library;

/// A reader.
///
/// Ends comments: */ does not.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewReader {
    /// Name on the card.
    name: String,
    age: Option<u8>,
    #[serde(default)]
    address: Option<Address>,
}

#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct Address {
    city: String,
    #[serde(rename = "zip code")]
    #[schema(deprecated)]
    zip: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct Wishes {
    remember: bool,
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct Card {
    number: u32,
}

#[derive(Serialize, Deserialize, ToSchema, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Color {
    DeepRed,
    Green,
}

#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(crate) enum Shape {
    Circle { radius: f64 },
    Labelled(Address),
    Nothing,
}

#[derive(Serialize, ToSchema)]
pub(crate) enum Outside {
    Empty,
    One(u8),
    Pair(u8, String),
    Named { value: bool },
}

#[derive(Serialize, ToSchema)]
#[serde(tag = "t", content = "c")]
pub(crate) enum Adjacent {
    Empty,
    One(u8),
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Loose {
    Number(i64),
    Text(String),
    #[schema(no_recursion)]
    Many(Vec<Loose>),
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Tree {
    value: u64,
    #[schema(no_recursion)]
    children: Vec<Tree>,
    #[schema(no_recursion)]
    parent: Option<Box<Tree>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Listed<T> {
    entries: Vec<T>,
    next: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Base {
    id: u32,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Extended {
    #[serde(flatten)]
    base: Base,
    #[serde(flatten)]
    rest: HashMap<String, u32>,
    title: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Promise)]
pub(crate) struct NamedLikeAGlobal {
    /// In quotation marks.
    #[serde(rename = "a */ b")]
    strange: u8,
    #[serde(rename = "1st")]
    first: u8,
    #[serde(rename = "class")]
    keyword: u8,
}

#[derive(Serialize, ToSchema)]
#[schema(as = string)]
pub(crate) struct NamedLikeAKeyword {
    it: bool,
}

fn levels() -> Object {
    let values = [serde_json::json!(1), serde_json::json!(-2.5), Value::Null];
    ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::SchemaType::AnyValue)
        .enum_values(Some(values))
        .build()
}

fn pair() -> utoipa::openapi::schema::Array {
    let string = ObjectBuilder::new().schema_type(Type::String);
    ArrayBuilder::new().items(string).build()
}

/// What a reader has.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reader {
    name: String,
    nickname: Option<String>,
    color: Color,
    favorite: Option<Color>,
    shapes: Vec<Shape>,
    outside: Outside,
    adjacent: Adjacent,
    loose: Loose,
    tree: Tree,
    lists: Listed<Address>,
    extended: Extended,
    pair: (String, u8),
    three: [u8; 3],
    by_name: BTreeMap<String, Vec<u8>>,
    by_color: BTreeMap<Color, u8>,
    gaps: Vec<Option<u8>>,
    anything: Value,
    #[schema(value_type = Object)]
    free: Value,
    #[schema(schema_with = levels)]
    level: f64,
    #[schema(schema_with = pair)]
    texts: Vec<String>,
    #[schema(inline)]
    inlined: Option<Color>,
    promise: NamedLikeAGlobal,
    string: NamedLikeAKeyword,
    unit: (),
}

/// Code of an error.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Code {
    NameTaken,
    CardExpired,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Detail {
    #[schema(inline)]
    code: Code,
    message: String,
}

/// The application's error.
#[derive(Serialize, IntoResponses, ToSchema)]
#[response(status = "4XX", description = "The application's own error.")]
pub(crate) struct LibraryError {
    #[schema(inline)]
    error: Detail,
}

impl IntoResponse for LibraryError {
    fn into_response(self) -> Response {
        (StatusCode::CONFLICT, Json(self)).into_response()
    }
}

#[passkeys(
    rp_id = "example.com",
    origins = ["https://example.com"],
    profiles(security_key(user_verification = "required"), platform(user_verification = "required")),
)]
impl Library {
    type Repository = MemoryRepository;

    fn get_user(&self) -> Result<PasskeyUser, LibraryError> {
        Ok(PasskeyUser::new("1", "ada", "Ada"))
    }

    fn sign_up(&self, Json(reader): Json<NewReader>) -> Result<PasskeyUser, LibraryError> {
        let city = reader.address.map(|address| (address.city, address.zip));
        let name = format!("{:?}{city:?}", reader.age);
        Ok(PasskeyUser::new("2", reader.name, name))
    }

    fn on_registered(
        &self,
        card: Data<Option<Card>>,
        _: RegistrationResult,
    ) -> Result<(), LibraryError> {
        assert!(card.as_ref().is_none_or(|card| card.number > 0));
        Ok(())
    }

    fn on_authenticated(
        &self,
        wishes: Data<Wishes>,
        _: AuthenticationResult,
    ) -> Result<Json<Reader>, LibraryError> {
        let code = if wishes.remember {
            Code::NameTaken
        } else {
            Code::CardExpired
        };
        let message = String::new();
        Err(LibraryError {
            error: Detail { code, message },
        })
    }

    fn find_user(&self, username: String) -> Result<Option<PasskeyUser>, StatusCode> {
        Ok(Some(PasskeyUser::new("1", username, "Ada")))
    }
}

#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct Loan {
    book: u32,
}

#[utoipa::path(post, path = "/loans", request_body = FinishStepUp<Loan>,
    responses((status = 200, description = "Lent", body = Loan)))]
async fn lend(Verified { body, .. }: Verified<Library, Loan>) -> Json<Loan> {
    Json(body)
}

type Empty = ();

#[utoipa::path(delete, path = "/loans/{id}", request_body = FinishStepUp<Empty>,
    params(("id" = String, Path)), responses((status = 204, description = "Returned")))]
async fn give_back(_: Verified<Library>) {}

#[utoipa::path(put, path = "/notes", request_body = FinishStepUp<Value>,
    responses((status = 200, description = "Noted", body = Value)))]
async fn note(Verified { body, .. }: Verified<Library, Value>) -> Json<Value> {
    Json(body)
}

/// No handler with consent.
#[utoipa::path(post, path = "/search", request_body = Loan,
    responses((status = 200, description = "Found", body = Loan),
        (status = 404, description = "Nothing is found", body = inline(NotFound))))]
async fn search(loan: Json<Loan>) -> Json<Loan> {
    loan
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SearchCode {
    NothingFound,
}

#[derive(Serialize, ToSchema)]
struct SearchDetail {
    code: SearchCode,
}

#[derive(Serialize, ToSchema)]
struct NotFound {
    error: SearchDetail,
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Library", version = "1"),
    paths(lend, give_back, note, search)
)]
struct Api;

fn library() -> Passkeys<Library> {
    Passkeys::new(Library, MemoryRepository::default())
}

/// Returns the declarations of the application and of its own routes.
pub(crate) fn of_library() -> String {
    library().client_types_with(&Api::openapi())
}

/// Returns the declarations of an application with few hooks.
pub(crate) fn of_small_application() -> String {
    #[derive(Clone)]
    struct Small;

    #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
    impl Small {
        type Repository = MemoryRepository;

        #[expect(
            clippy::result_large_err,
            reason = "an error of which nothing is known"
        )]
        fn get_user(&self) -> Result<PasskeyUser, Response> {
            Ok(PasskeyUser::new("1", "ada", "Ada"))
        }

        fn on_authenticated(&self, login: AuthenticationResult) -> String {
            login.user_id().to_owned()
        }

        fn on_registered(&self, _: RegistrationResult) -> Response {
            StatusCode::CREATED.into_response()
        }
    }

    Passkeys::new(Small, MemoryRepository::default()).client_types()
}

const GENERAL: &str = include_str!("../../../passkeys/client/client.d.ts");

/// Returns what the declarations have beside the general ones.
fn own(declarations: &str) -> &str {
    let own = declarations.strip_prefix(GENERAL);
    own.expect("the general declarations come first")
}

#[test]
fn client_types_have_what_hooks_take_and_return() {
    let types = library().client_types();
    for expected in [
        "  signUp: Schemas.NewReader;\n",
        "  registered: undefined;\n",
        "  registerData: null | {\n    number: number;\n  } | undefined;\n",
        "  authenticated: Schemas.Reader;\n",
        "  authenticateData: Schemas.Wishes;\n",
        "  signInBy: \"username\";\n",
        "  profile: \"security_key\" | \"platform\";\n",
        "  code: \"card_expired\" | \"name_taken\";\n",
        "  /** Name on the card. */\n    name: string;\n",
    ] {
        assert!(own(&types).contains(expected), "{expected}: {types}");
    }
    assert!(!own(&types).contains("stepUp"));
    // Only what hooks refer to.
    assert!(!own(&types).contains("CreationOptions"));
}

#[test]
fn client_types_with_the_applications_document_have_its_step_up_handlers_and_codes() {
    let types = of_library();
    for expected in [
        "    \"/loans\": {\n      POST: {\n        body: {\n          book: number;\n        };\n        answer: Schemas.Loan;\n",
        "    \"/loans/{id}\": {\n      DELETE: {\n        body: undefined;\n        answer: undefined;\n",
        "  code: \"card_expired\" | \"name_taken\" | \"nothing_found\";\n",
    ] {
        assert!(own(&types).contains(expected), "{expected}: {types}");
    }
    // Neither its body nor its response is known.
    assert!(own(&types).contains("    \"/notes\": {\n      PUT: {};\n"));
    assert!(!own(&types).contains("/search"));
}

#[test]
fn client_types_of_an_application_with_few_hooks_rule_out_what_it_lacks() {
    let types = of_small_application();
    for expected in [
        "  signUp: undefined;\n",
        "  registerData: undefined;\n",
        "  authenticated: string;\n",
        "  authenticateData: undefined;\n",
        "  signInBy: \"userId\";\n",
        "  profile: undefined;\n",
        // A hook returns errors of a type that is not described.
        "  code: (string & {});\n",
    ] {
        assert!(own(&types).contains(expected), "{expected}: {types}");
    }
    // A type that is not known is the page's to say.
    assert!(!own(&types).contains("registered:"));
    assert!(!own(&types).contains("Schemas"));
}

#[test]
fn client_types_have_the_response_of_the_library_where_there_is_no_on_registered() {
    #[derive(Clone)]
    struct App;

    #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
    impl App {
        type Repository = MemoryRepository;

        fn get_user(&self) -> PasskeyUser {
            PasskeyUser::new("1", "ada", "Ada")
        }

        fn on_authenticated(&self, _: AuthenticationResult) {}
    }

    let types = Passkeys::new(App, MemoryRepository::default()).client_types();
    assert!(own(&types).contains("  registered: Schemas.Passkeys_Registered;\n"));
    assert!(own(&types).contains("    credentialId: string;\n    status: \"ok\";\n"));
}

#[test]
fn client_types_are_the_same_every_time() {
    assert_eq!(of_library(), of_library());
}

async fn served(passkeys: Passkeys<Library>, tag: Option<&str>) -> (StatusCode, String, String) {
    let mut request = Request::get("/client.d.ts");
    if let Some(tag) = tag {
        request = request.header("if-none-match", tag);
    }
    let router = passkeys.router();
    let answer = router.oneshot(request.body(Body::empty()).unwrap()).await;
    let answer = answer.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    assert_eq!(headers["cache-control"], "no-cache");
    if status == StatusCode::OK {
        assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
        assert_eq!(headers["x-content-type-options"], "nosniff");
    }
    let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await;
    let body = String::from_utf8(body.unwrap().to_vec()).unwrap();
    (status, headers["etag"].to_str().unwrap().to_owned(), body)
}

#[tokio::test]
async fn client_types_are_served_beside_the_module() {
    let (status, tag, body) = served(library(), None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body, library().client_types());
    let (status, ..) = served(library(), Some(&tag)).await;
    assert_eq!(status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn hidden_client_types_are_not_served() {
    let (_, tag, body) = served(library().hide_client_types(), None).await;
    assert_eq!(body, GENERAL);
    let (_, other, _) = served(library(), None).await;
    assert_ne!(tag, other);
}

#[test]
fn client_types_follow_a_configuration_made_at_run_time() {
    let config = Config::builder("example.com", ["https://example.com"])
        .profile("strict", |profile| {
            profile.user_verification(UserVerification::Required)
        })
        .build()
        .unwrap();
    let passkeys = Passkeys::with_config(Library, MemoryRepository::default(), config);
    assert!(passkeys.client_types().contains("  profile: \"strict\";\n"));
}

#[test]
fn client_types_have_the_codes_of_the_library() {
    let errors = include_str!("../../../passkeys/src/domain/error.rs");
    let (_, arms) = errors.split_once("pub fn code(").unwrap();
    let (arms, _) = arms.split_once("\n        }\n").unwrap();
    let codes = arms.split('"').skip(1).step_by(2);
    // Of extractors in hooks.
    let mut expected: Vec<_> = codes.chain(["rejected"]).collect();
    expected.sort_unstable();
    let (_, declared) = GENERAL.split_once("export type LibraryCode =\n").unwrap();
    let (declared, _) = declared.split_once(";\n").unwrap();
    let declared: Vec<_> = declared.split('"').skip(1).step_by(2).collect();
    assert_eq!(declared, expected);
}
