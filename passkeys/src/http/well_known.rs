//! Documents that browsers, password managers and phones look for at the root of the RP ID's
//! host. Each is made once, with the router: it says what the configuration says.

use axum::{
    Router,
    body::Bytes,
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    routing::get,
};
use serde_json::{Map, Value, json};

use crate::{Config, Passkeys, relying_party::RelyingParty};

/// Long enough to spare the server most requests, short enough for a new app or origin to work
/// on the day it is added.
const LIFETIME: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// Android lets an app use a site's passkeys by the first, which also lets it open the site's links
/// if its manifest says so. By the second, password managers share with it what else they keep.
const RELATIONS: [&str; 2] = [
    "delegate_permission/common.handle_all_urls",
    "delegate_permission/common.get_login_creds",
];

impl<A: RelyingParty> Passkeys<A> {
    /// The documents that browsers, password managers and phones look for at the root of the RP
    /// ID's host, `https://example.com/.well-known/..`. To be merged into the application's
    /// outermost router, on that host also where the passkeys' routes are on another.
    ///
    /// | document | is there with | and lets |
    /// | --- | --- | --- |
    /// | [`webauthn`](https://www.w3.org/TR/webauthn-3/#sctn-related-origins) | `related_origins` | pages of those origins use the passkeys |
    /// | [`passkey-endpoints`](https://www.w3.org/TR/passkey-endpoints/) | `enroll_url`, `manage_url` | password managers lead people to these pages |
    /// | [`assetlinks.json`](https://developer.android.com/identity/credential-manager/prerequisites) | `android_apps` | Android apps use the passkeys |
    /// | [`apple-app-site-association`](https://developer.apple.com/documentation/xcode/supporting-associated-domains) | `apple_apps` | apps on Apple's systems use the passkeys |
    ///
    /// Each is public, says what the configuration says and may be kept for an hour. They are
    /// fetched over `https`, with a certificate that is trusted, and no redirects are followed;
    /// Apple's and Google's servers must reach theirs.
    ///
    /// A document whose keys are not configured is left to the application, which can serve one
    /// that says more, such as which links open in an app.
    ///
    /// ```
    /// # use axum::Router;
    /// # use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
    /// # #[derive(Clone)]
    /// # struct App;
    /// #[passkeys(
    ///     rp_id = "example.com",
    ///     origins = ["https://example.com"],
    ///     manage_url = "https://example.com/account/passkeys",
    ///     apple_apps = ["ABCDE12345.com.example.app"],
    /// )]
    /// impl App {
    ///     // ..
    /// #     type Repository = MemoryRepository;
    /// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    /// #     async fn on_authenticated(&self, _: AuthenticationResult) {}
    /// }
    ///
    /// let passkeys = Passkeys::new(App, MemoryRepository::default());
    /// let router: Router = Router::new()
    ///     .nest("/auth/passkeys", passkeys.router())
    ///     .merge(passkeys.well_known());
    /// ```
    pub fn well_known<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        well_known(self.config())
    }
}

fn well_known<S: Clone + Send + Sync + 'static>(config: &Config) -> Router<S> {
    let documents = [
        ("webauthn", related_origins(config)),
        ("passkey-endpoints", pages(config)),
        ("assetlinks.json", android_apps(config)),
        ("apple-app-site-association", apple_apps(config)),
    ];
    let mut router = Router::new();
    for (name, document) in documents {
        if let Some(document) = document {
            let headers = [
                (CONTENT_TYPE, HeaderValue::from_static("application/json")),
                (CACHE_CONTROL, LIFETIME),
            ];
            let body = Bytes::from(document.to_string());
            let serve = get(async move || (headers, body));
            router = router.route(&format!("/.well-known/{name}"), serve);
        }
    }
    router
}

/// The origins outside the RP ID that may use it
/// ([Level 3, §5.11](https://www.w3.org/TR/webauthn-3/#sctn-related-origins)).
fn related_origins(config: &Config) -> Option<Value> {
    let origins: Vec<_> = config.related_origins().collect();
    (!origins.is_empty()).then(|| json!({ "origins": origins }))
}

/// Where people add and manage passkeys
/// ([W3C, Passkey Endpoints](https://www.w3.org/TR/passkey-endpoints/)).
fn pages(config: &Config) -> Option<Value> {
    let pages = [
        ("enroll", config.enroll_url()),
        ("manage", config.manage_url()),
    ];
    let pages: Map<_, _> = pages
        .into_iter()
        .filter_map(|(name, url)| Some((name.to_owned(), url?.into())))
        .collect();
    (!pages.is_empty()).then_some(Value::Object(pages))
}

/// The Android apps that may use the passkeys
/// ([Digital Asset Links](https://developers.google.com/digital-asset-links/v1/statements)).
fn android_apps(config: &Config) -> Option<Value> {
    let fingerprints: Vec<_> = config.android_fingerprints().collect();
    let statements = config.android_apps().map(|name| {
        json!({
            "relation": RELATIONS,
            "target": {
                "namespace": "android_app",
                "package_name": name,
                "sha256_cert_fingerprints": fingerprints,
            },
        })
    });
    let statements: Vec<_> = statements.collect();
    (!statements.is_empty()).then_some(Value::Array(statements))
}

/// The apps on Apple's systems that may use the passkeys
/// ([Associated domains](https://developer.apple.com/documentation/xcode/supporting-associated-domains)).
fn apple_apps(config: &Config) -> Option<Value> {
    let apps: Vec<_> = config.apple_apps().collect();
    (!apps.is_empty()).then(|| json!({ "webcredentials": { "apps": apps } }))
}
