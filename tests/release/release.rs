//! The inspector is in debug builds only. The tests hold in both kinds of builds: `cargo test` runs them
//! with debug assertions, and `tests/run release` without.

use std::{env, fs};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
use tower::ServiceExt as _;

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "localhost", origins = ["http://localhost:3000"])]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}

async fn status(router: &Router, request: Request<Body>) -> StatusCode {
    router.clone().oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn inspector_is_an_empty_router_without_debug_assertions() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let router: Router = Router::new()
        .nest("/auth/passkeys", passkeys.router())
        .nest("/inspector", passkeys.inspector());
    let begin = Request::post("/auth/passkeys/authenticate/begin");
    let answer = status(&router, begin.body(Body::empty()).unwrap()).await;
    assert_eq!(answer, StatusCode::OK);

    let is_debug = cfg!(debug_assertions);
    assert_eq!(passkeys.inspector::<()>().has_routes(), is_debug);
    for path in ["/inspector", "/inspector/ceremonies"] {
        let request = Request::get(path).header("host", "localhost:3000");
        let request = request.body(Body::empty()).unwrap();
        let found = status(&router, request).await == StatusCode::OK;
        assert_eq!(found, is_debug, "{path}");
    }
}

/// Neither its page nor its explanations: `recorder/absent.rs` takes the place of what records.
#[test]
fn program_without_debug_assertions_has_no_part_of_the_inspector() {
    let program = fs::read(env::current_exe().unwrap()).unwrap();
    let program = String::from_utf8_lossy(&program);
    let has = |words: [&str; 2]| {
        // In one piece, it would be in the program because of this test.
        program.contains(&words.join(" "))
    };
    assert!(has(["a store", "failed"]), "texts of the library are found");
    let of_inspector = [
        ["<title>Passkeys", "inspector</title>"],
        ["The passkey may", "have been cloned"],
        ["BS is not set", "without BE"],
    ];
    for words in of_inspector {
        assert_eq!(has(words), cfg!(debug_assertions), "{words:?}");
    }
}
