//! Well-known documents at the RP ID's host: related origins, passkey endpoints, and app
//! associations. Each is serialized once: when the router is created, or at the first request for a tenant.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::{Map, Value, json};

use super::tenant;
use crate::{Config, Passkeys, ceremony::Documents, relying_party::RelyingParty};

/// One hour: long enough to save most requests, short enough for a new app or origin to work on
/// the day it is added.
const LIFETIME: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// Relations of an Android app to the site.
///
/// The first lets the app use the site's passkeys, and open its links if the app's manifest says
/// so. The second lets password managers share the site's other credentials with the app.
const RELATIONS: [&str; 2] = [
    "delegate_permission/common.handle_all_urls",
    "delegate_permission/common.get_login_creds",
];

impl<A: RelyingParty> Passkeys<A> {
    /// Returns the routes of the well-known documents, `https://example.com/.well-known/..`, which
    /// browsers, password managers and mobile operating systems read at the RP ID's host.
    ///
    /// Merge them into the outermost router that serves the RP ID's host, even if the passkeys'
    /// routes are on another host.
    ///
    /// | document | served if configured | effect |
    /// | --- | --- | --- |
    /// | [`webauthn`](https://www.w3.org/TR/webauthn-3/#sctn-related-origins) | `related_origins` | pages of these origins can use the passkeys |
    /// | [`passkey-endpoints`](https://www.w3.org/TR/passkey-endpoints/) | `enroll_url`, `manage_url` | password managers link to these pages |
    /// | [`assetlinks.json`](https://developer.android.com/identity/credential-manager/prerequisites) | `android_apps` | Android apps can use the passkeys |
    /// | [`apple-app-site-association`](https://developer.apple.com/documentation/xcode/supporting-associated-domains) | `apple_apps` | apps on Apple's platforms can use the passkeys |
    ///
    /// The documents are public, generated from the configuration, and cacheable for one hour.
    /// Clients fetch them over `https` with a trusted certificate and follow no redirects; the last
    /// two must be reachable from Google's and Apple's servers.
    ///
    /// A document whose keys are not configured has no route, so that the application can serve its
    /// own, for example to declare which links open in an app.
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
        if A::RELYING_PARTY {
            return of_tenants(self);
        }
        let documents = documents(&self.ceremonies.config).into_iter();
        documents.fold(Router::new(), |router, (name, document)| {
            let serve = get(async move || respond(document));
            router.route(&path(name), serve)
        })
    }
}

/// Returns the routes of all documents, each of which serves that of the tenant that the request is for.
fn of_tenants<A, S>(passkeys: &Passkeys<A>) -> Router<S>
where
    A: RelyingParty,
    S: Clone + Send + Sync + 'static,
{
    let router = NAMES.iter().fold(Router::new(), |router, name| {
        let serve = get(async move |State(app): State<A>, request: Request| {
            let (mut parts, _) = request.into_parts();
            let relying_party = tenant::of_request(&app, &mut parts).await?;
            let documents = relying_party.documents(documents);
            let document = documents.iter().find(|(of, _)| of == name);
            let document = document.ok_or_else(|| StatusCode::NOT_FOUND.into_response())?;
            Ok::<_, Response>(respond(Arc::clone(&document.1)))
        });
        router.route(&path(name), serve)
    });
    router.with_state(passkeys.app.clone())
}

/// Names of the documents.
const NAMES: [&str; 4] = [
    "webauthn",
    "passkey-endpoints",
    "assetlinks.json",
    "apple-app-site-association",
];

fn path(name: &str) -> String {
    format!("/.well-known/{name}")
}

/// Returns the documents whose keys are configured, as JSON.
fn documents(config: &Config) -> Documents {
    let documents = [
        related_origins(config),
        pages(config),
        android_apps(config),
        apple_apps(config),
    ];
    let documents = NAMES.into_iter().zip(documents);
    documents
        .filter_map(|(name, document)| Some((name, document?.to_string().into_bytes().into())))
        .collect()
}

fn respond(document: Arc<[u8]>) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, LIFETIME),
    ];
    (headers, Bytes::from_owner(document)).into_response()
}

/// Returns the document of related origins: origins outside the RP ID that may use it
/// ([Level 3, §5.11](https://www.w3.org/TR/webauthn-3/#sctn-related-origins)).
fn related_origins(config: &Config) -> Option<Value> {
    let origins: Vec<_> = config.related_origins().collect();
    (!origins.is_empty()).then(|| json!({ "origins": origins }))
}

/// Returns the document of the pages where users add and manage passkeys
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

/// Returns the document of the Android apps that may use the passkeys
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

/// Returns the document of the apps on Apple's platforms that may use the passkeys
/// ([Associated domains](https://developer.apple.com/documentation/xcode/supporting-associated-domains)).
fn apple_apps(config: &Config) -> Option<Value> {
    let apps: Vec<_> = config.apple_apps().collect();
    (!apps.is_empty()).then(|| json!({ "webcredentials": { "apps": apps } }))
}
