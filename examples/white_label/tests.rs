//! Tests of the tenants, without a server.

use passkeys::testing::Browser;
use serde_json::json;

use crate::{App, router};

fn app() -> App {
    let app = App {
        token: "secret".into(),
        ..App::default()
    };
    app.tenants.add("acme.localhost", "Acme").unwrap();
    app.tenants.add("globex.localhost", "Globex").unwrap();
    app
}

fn browser(router: &axum::Router, domain: &str) -> Browser {
    let host = format!("{domain}:3000");
    Browser::new(router.clone(), format!("http://{host}")).with_header("host", &host)
}

#[tokio::test]
async fn each_domain_has_accounts_and_passkeys_of_its_own() {
    let router = router(app());
    for domain in ["acme.localhost", "globex.localhost"] {
        let mut ada = browser(&router, domain);
        ada.sign_up(&json!("Ada")).await.assert_ok();
        assert_eq!(ada.get("/me").await.text(), "Ada (1 passkeys)");
        ada.clear_cookies();
        ada.sign_in().await.assert_ok();
        assert_eq!(ada.get("/me").await.text(), "Ada (1 passkeys)");
    }
}

#[tokio::test]
async fn session_of_one_domain_is_no_session_of_another() {
    let router = router(app());
    let mut ada = browser(&router, "acme.localhost");
    let signed_up = ada.sign_up(&json!("Ada")).await.assert_ok();
    let cookie = signed_up.headers["set-cookie"].to_str().unwrap();
    let (cookie, _) = cookie.split_once(';').unwrap();
    let mut crossed = browser(&router, "globex.localhost").with_header("cookie", cookie);
    crossed.get("/me").await.assert_status(401);
    let mut same = browser(&router, "acme.localhost").with_header("cookie", cookie);
    same.get("/me").await.assert_ok();
}

#[tokio::test]
async fn administrator_adds_a_domain_while_the_program_runs() {
    let router = router(app());
    let mut ada = browser(&router, "initech.localhost");
    ada.get("/").await.assert_status(404);

    let new = json!({ "domain": "initech.localhost", "name": "Initech <3" });
    let mut nobody = browser(&router, "acme.localhost");
    nobody.post("/domains", &new).await.assert_status(401);
    let mut admin = nobody.with_header("authorization", "Bearer secret");
    admin.post("/domains", &new).await.assert_status(201);
    let address = json!({ "domain": "192.0.2.1", "name": "Initech" });
    let rejected = admin.post("/domains", &address).await.assert_status(422);
    assert!(
        rejected.text().starts_with("rp_id: "),
        "{}",
        rejected.text()
    );

    assert!(ada.get("/").await.text().contains("Initech &lt;3"));
    ada.sign_up(&json!("Ada")).await.assert_ok();
    ada.sign_in().await.assert_ok();
}
