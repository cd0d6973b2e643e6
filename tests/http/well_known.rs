//! The well-known documents, which are served at the root of the RP ID's host.

use axum::{
    Router,
    http::{Method, StatusCode},
    routing::get,
};
use passkeys::{
    Config, Passkeys,
    store::MemoryRepository,
    testing::{Browser, Response},
};
use passkeys_test_support::App;
use serde_json::{Value, json};

const DOCUMENTS: [&str; 4] = [
    "webauthn",
    "passkey-endpoints",
    "assetlinks.json",
    "apple-app-site-association",
];

/// Fingerprints of two certificates as `keytool` prints them, and the origins of their apps.
const CERTIFICATES: [(&str, &str); 2] = [
    (
        "12:34:56:78:9A:BC:DE:F0:12:34:56:78:9A:BC:DE:F0:12:34:56:78:9A:BC:DE:F0:12:34:56:78:9A:BC:DE:F0",
        "android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vA",
    ),
    (
        "FF:FE:FD:FC:FB:FA:F9:F8:F7:F6:F5:F4:F3:F2:F1:F0:EF:EE:ED:EC:EB:EA:E9:E8:E7:E6:E5:E4:E3:E2:E1:E0",
        "android:apk-key-hash:__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA",
    ),
];

fn everything() -> Config {
    let [(_, old), (_, new)] = CERTIFICATES;
    Config::builder("example.com", ["https://example.com", old, new])
        .related_origins(["https://example.org", "https://example.co.uk"])
        .enroll_url("https://example.com/passkeys/new")
        .manage_url("https://example.com/passkeys")
        .android_apps(["com.example.app", "com.example.other"])
        .apple_apps(["ABCDE12345.com.example.app", "ABCDE12345.com.example.pro"])
        .build()
        .unwrap()
}

async fn ask(config: Config, method: Method, name: &str) -> Response {
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    let router: Router = Router::new()
        .route("/", get("home"))
        .merge(passkeys.well_known());
    let path = format!("/.well-known/{name}");
    Browser::new(router, "https://example.com")
        .request(method, &path, None)
        .await
}

async fn document(config: Config, name: &str) -> Value {
    ask(config, Method::GET, name).await.assert_ok().json()
}

#[tokio::test]
async fn well_known_webauthn_lists_the_related_origins() {
    let origins = json!({ "origins": ["https://example.org", "https://example.co.uk"] });
    assert_eq!(document(everything(), "webauthn").await, origins);
}

#[tokio::test]
async fn well_known_passkey_endpoints_names_the_enroll_and_manage_urls() {
    let both = json!({
        "enroll": "https://example.com/passkeys/new",
        "manage": "https://example.com/passkeys",
    });
    assert_eq!(document(everything(), "passkey-endpoints").await, both);
    let one = Config::builder("localhost", ["http://localhost:3000"])
        .manage_url("http://localhost:3000/passkeys");
    assert_eq!(
        document(one.build().unwrap(), "passkey-endpoints").await,
        json!({ "manage": "http://localhost:3000/passkeys" }),
    );
}

#[tokio::test]
async fn well_known_assetlinks_names_the_configured_android_apps() {
    let statement = |name: &str| {
        json!({
            "relation": [
                "delegate_permission/common.handle_all_urls",
                "delegate_permission/common.get_login_creds",
            ],
            "target": {
                "namespace": "android_app",
                "package_name": name,
                "sha256_cert_fingerprints": CERTIFICATES.map(|(fingerprint, _)| fingerprint),
            },
        })
    };
    let statements = [statement("com.example.app"), statement("com.example.other")];
    assert_eq!(
        document(everything(), "assetlinks.json").await,
        json!(statements)
    );
}

#[tokio::test]
async fn well_known_apple_app_site_association_names_the_configured_apps() {
    let apps = ["ABCDE12345.com.example.app", "ABCDE12345.com.example.pro"];
    assert_eq!(
        document(everything(), "apple-app-site-association").await,
        json!({ "webcredentials": { "apps": apps } }),
    );
}

#[tokio::test]
async fn well_known_documents_are_json_and_publicly_cacheable_for_an_hour() {
    for name in DOCUMENTS {
        let read = ask(everything(), Method::GET, name).await;
        assert_eq!(read.status, StatusCode::OK, "{name}");
        assert_eq!(read.headers["content-type"], "application/json", "{name}");
        let keep = &read.headers["cache-control"];
        assert_eq!(keep, "public, max-age=3600", "{name}");

        let glanced = ask(everything(), Method::HEAD, name).await;
        assert_eq!(glanced.status, StatusCode::OK, "{name}");
        assert_eq!(glanced.body, b"", "{name}");
        assert_eq!(glanced.headers["content-type"], "application/json");
        let length = read.body.len().to_string();
        assert_eq!(glanced.headers["content-length"], *length, "{name}");
    }
}

#[tokio::test]
async fn well_known_documents_allow_only_get_and_head() {
    for name in DOCUMENTS {
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            let answer = ask(everything(), method, name).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{name}");
            assert_eq!(answer.headers["allow"], "GET,HEAD", "{name}");
        }
    }
}

/// The application may serve its own document at the path of one that is not configured.
#[tokio::test]
async fn well_known_documents_are_not_found_unless_configured() {
    for name in DOCUMENTS {
        let bare = Config::new("example.com", ["https://example.com"]).unwrap();
        let answer = ask(bare, Method::GET, name).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name}");
        let router: Router = Router::new().route(&format!("/.well-known/{name}"), get("mine"));
        let passkeys = Passkeys::new(App, MemoryRepository::default());
        let mut browser = Browser::new(router.merge(passkeys.well_known()), "https://example.com");
        let own = browser.get(&format!("/.well-known/{name}")).await;
        assert_eq!(own.assert_ok().text(), "mine", "{name}");
    }
}
