//! A white-label service: one program for many customers, each with a domain, accounts and passkeys of its own. Domains
//! are added while it runs.
//!
//! ```sh
//! cargo run -p white_label
//! # then open http://acme.localhost:3000 and http://globex.localhost:3000
//! ```
//!
//! The tenant of a request is that of its host: the hook [`relying_party`](App::relying_party) looks it up. Accounts and
//! sessions belong to a tenant, too: a name may exist at each, and a session cookie that is carried to another tenant's
//! domain is no session there.
//!
//! The administrator adds a customer's domain with the token that the program prints:
//!
//! ```sh
//! curl http://localhost:3000/domains -H "authorization: Bearer $TOKEN" \
//!     --json '{"domain": "initech.localhost", "name": "Initech"}'
//! ```

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, RwLock},
};

use axum::{
    Json, Router,
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{AUTHORIZATION, HOST},
    },
    response::Html,
    routing::{get, post},
};
use passkeys::{
    AuthenticationResult, ConfigError, PasskeyUser, Passkeys, RegistrationResult,
    RelyingPartyConfig, Tenant, passkeys, store::MemoryRepository,
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};
use uuid::Uuid;

const PORT: u16 = 3000;

#[derive(Clone, Default)]
struct App {
    tenants: Tenants,
    /// Names of users, by RP ID and user ID.
    accounts: Arc<Mutex<HashMap<(String, String), String>>>,
    /// Token of the administrator.
    token: Arc<str>,
}

/// Tenants by host, made once: a request only looks its own up. An application with a database reads them from there when
/// it starts, and keeps those that are asked for.
#[derive(Clone, Default)]
struct Tenants(Arc<RwLock<HashMap<String, RelyingPartyConfig>>>);

impl Tenants {
    /// Adds the tenant of a domain, or changes its name.
    fn add(&self, domain: &str, name: &str) -> Result<(), ConfigError> {
        // Browsers send the port in `Host`, unless it is the default one.
        let (host, origin) = if domain.ends_with(".localhost") {
            (
                format!("{domain}:{PORT}"),
                format!("http://{domain}:{PORT}"),
            )
        } else {
            (domain.to_owned(), format!("https://{domain}"))
        };
        let config = RelyingPartyConfig::builder::<App>(domain, [origin]).rp_name(name);
        let relying_party = RelyingPartyConfig::new(config.build()?);
        let mut tenants = self.0.write().unwrap();
        tenants.insert(host, relying_party);
        Ok(())
    }

    fn at(&self, host: &str) -> Option<RelyingPartyConfig> {
        let host = host.to_ascii_lowercase();
        self.0.read().unwrap().get(&host).cloned()
    }
}

/// Session: the user, and the tenant at which they signed in.
#[derive(Serialize, Deserialize)]
struct SignedIn {
    rp_id: String,
    user_id: String,
}

/// The keys are those of all tenants.
#[passkeys(max_credentials = 10)]
impl App {
    type Repository = MemoryRepository;

    /// Returns the tenant of the request's host. Behind a proxy, it has to pass the host on.
    fn relying_party(&self, headers: HeaderMap) -> Result<RelyingPartyConfig, StatusCode> {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        let tenant = host.and_then(|host| self.tenants.at(host));
        tenant.ok_or(StatusCode::NOT_FOUND)
    }

    /// Returns the user who is signed in at this tenant.
    async fn get_user(
        &self,
        tenant: RelyingPartyConfig,
        session: Session,
    ) -> Result<PasskeyUser, StatusCode> {
        let signed_in = session.get::<SignedIn>(SIGNED_IN).await;
        let signed_in = signed_in.or(Err(StatusCode::SERVICE_UNAVAILABLE))?;
        let signed_in = signed_in.filter(|it| it.rp_id == tenant.rp_id());
        let SignedIn { rp_id, user_id } = signed_in.ok_or(StatusCode::UNAUTHORIZED)?;
        let accounts = self.accounts.lock().unwrap();
        let name = accounts.get(&(rp_id, user_id.clone()));
        let name = name.ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(PasskeyUser::new(user_id, name, name))
    }

    fn sign_up(&self, Json(name): Json<String>) -> PasskeyUser {
        PasskeyUser::new(Uuid::new_v4(), &name, &name)
    }

    async fn on_registered(
        &self,
        tenant: RelyingPartyConfig,
        session: Session,
        registered: RegistrationResult,
    ) -> Result<(), StatusCode> {
        let user = registered.user();
        let account = (tenant.rp_id().to_owned(), user.id().to_owned());
        let name = user.name().to_owned();
        self.accounts.lock().unwrap().insert(account, name);
        start(&session, &tenant, user.id()).await
    }

    async fn on_authenticated(
        &self,
        tenant: RelyingPartyConfig,
        session: Session,
        login: AuthenticationResult,
    ) -> Result<(), StatusCode> {
        start(&session, &tenant, login.user_id()).await
    }
}

const SIGNED_IN: &str = "signed_in";

/// Starts a session of this tenant.
async fn start(
    session: &Session,
    tenant: &RelyingPartyConfig,
    user_id: &str,
) -> Result<(), StatusCode> {
    let signed_in = SignedIn {
        rp_id: tenant.rp_id().to_owned(),
        user_id: user_id.to_owned(),
    };
    // A new ID, against session fixation.
    let renewed = session.cycle_id().await;
    renewed.or(Err(StatusCode::SERVICE_UNAVAILABLE))?;
    let stored = session.insert(SIGNED_IN, signed_in).await;
    stored.or(Err(StatusCode::SERVICE_UNAVAILABLE))
}

/// `GET /`: the page, with the name of the tenant.
async fn page(tenant: RelyingPartyConfig) -> Html<String> {
    let name = tenant.config().rp_name();
    let name = name.replace('&', "&amp;").replace('<', "&lt;");
    Html(include_str!("index.html").replace("{name}", &name))
}

/// `GET /me`: who is signed in, and how many passkeys they have at this tenant.
async fn me(tenant: Tenant<App>, user: PasskeyUser) -> Result<String, passkeys::Error> {
    let passkeys = tenant.management().list(user.id()).await?;
    Ok(format!("{} ({} passkeys)", user.name(), passkeys.len()))
}

#[derive(Deserialize)]
struct NewDomain {
    domain: String,
    name: String,
}

/// `POST /domains`: adds a customer's domain, for the administrator.
async fn add_domain(
    State(app): State<App>,
    headers: HeaderMap,
    Json(new): Json<NewDomain>,
) -> Result<StatusCode, (StatusCode, String)> {
    let given = headers.get(AUTHORIZATION).and_then(|it| it.to_str().ok());
    let given = given.and_then(|it| it.strip_prefix("Bearer "));
    if given != Some(&*app.token) {
        return Err((StatusCode::UNAUTHORIZED, "the token is wrong".to_owned()));
    }
    // The rules of RP IDs: a domain, without scheme and port, and no IP address.
    let added = app.tenants.add(&new.domain, &new.name);
    added.map_err(|mistakes| (StatusCode::UNPROCESSABLE_ENTITY, mistakes.to_string()))?;
    Ok(StatusCode::CREATED)
}

fn router(app: App) -> Router {
    let passkeys = Passkeys::new(app, MemoryRepository::default());
    Router::new()
        .route("/", get(page))
        .route("/me", get(me))
        .route("/domains", post(add_domain))
        .nest("/auth/passkeys", passkeys.router())
        .merge(passkeys.well_known())
        // `with_secure(false)` is for `http://*.localhost`. The cookie has no `Domain`: it is of one host.
        .layer(SessionManagerLayer::new(MemoryStore::default()).with_secure(false))
        .with_state(passkeys)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = App {
        token: Uuid::new_v4().to_string().into(),
        ..App::default()
    };
    app.tenants.add("acme.localhost", "Acme")?;
    app.tenants.add("globex.localhost", "Globex")?;
    println!("Open http://acme.localhost:{PORT} and http://globex.localhost:{PORT}");
    println!("The administrator's token: {}", app.token);
    let listener = TcpListener::bind(("127.0.0.1", PORT)).await?;
    axum::serve(listener, router(app)).await?;
    Ok(())
}
