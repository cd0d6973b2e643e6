use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use crate::{Config, verify::Verifier};

/// Relying party of an application that has several, one for each tenant: what the hook
/// `relying_party` returns for a request.
///
/// A checked configuration with everything that is derived from it, such as the hash of the RP ID, made
/// once: a clone shares it. Make one when a tenant is created or read from the database, and keep it, by
/// host for example; a request only looks it up.
///
/// ```
/// # use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
/// use std::{collections::HashMap, sync::Arc};
///
/// use axum::http::{HeaderMap, StatusCode, header::HOST};
/// use passkeys::RelyingPartyConfig;
///
/// #[derive(Clone)]
/// struct App {
///     /// By host.
///     tenants: Arc<HashMap<String, RelyingPartyConfig>>,
/// }
///
/// #[passkeys(user_verification = "preferred")]
/// impl App {
///     type Repository = MemoryRepository;
///
///     fn relying_party(&self, headers: HeaderMap) -> Result<RelyingPartyConfig, StatusCode> {
///         let host = headers.get(HOST).and_then(|host| host.to_str().ok());
///         let tenant = host.and_then(|host| self.tenants.get(host));
///         tenant.cloned().ok_or(StatusCode::NOT_FOUND)
///     }
///
///     // ..
/// #   async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
/// #   async fn on_authenticated(&self, _: AuthenticationResult) {}
/// }
///
/// let acme = RelyingPartyConfig::builder::<App>("acme.example", ["https://acme.example"]);
/// let acme = RelyingPartyConfig::new(acme.rp_name("Acme").build()?);
/// let tenants = HashMap::from([("acme.example".to_owned(), acme)]);
/// let app = App { tenants: Arc::new(tenants) };
/// let passkeys = Passkeys::new(app, MemoryRepository::default());
/// # Ok::<(), passkeys::ConfigError>(())
/// ```
///
/// In the other hooks of the application it is an extractor: of the relying party that the request is for.
#[derive(Clone)]
pub struct RelyingPartyConfig(Arc<Inner>);

struct Inner {
    config: Arc<Config>,
    rp_id: Arc<str>,
    verifier: Arc<Verifier>,
    documents: OnceLock<Documents>,
}

/// Well-known documents by their names, as JSON.
pub(crate) type Documents = Vec<(&'static str, Arc<[u8]>)>;

impl RelyingPartyConfig {
    /// Creates a relying party with this configuration.
    ///
    /// The keys in the application's attribute are those of [`builder`](Self::builder) only.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let verifier = Verifier::new(&config);
        Self::with_verifier(Arc::new(config), verifier)
    }

    fn with_verifier(config: Arc<Config>, verifier: Verifier) -> Self {
        Self(Arc::new(Inner {
            rp_id: config.rp_id().into(),
            verifier: Arc::new(verifier),
            config,
            documents: OnceLock::new(),
        }))
    }

    /// Returns the RP ID.
    #[must_use]
    pub fn rp_id(&self) -> &str {
        &self.0.rp_id
    }

    /// Returns the configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Restricts registration to passkeys whose attestation leads to one of these trust anchors, as
    /// [`Passkeys::trust_anchors`](crate::Passkeys::trust_anchors) does for an application with one relying
    /// party.
    #[cfg(feature = "attestation")]
    #[must_use]
    pub fn trust_anchors(self, anchors: crate::attestation::TrustAnchors) -> Self {
        let mut verifier = Verifier::new(&self.0.config);
        verifier.trust(anchors);
        Self::with_verifier(Arc::clone(&self.0.config), verifier)
    }

    /// Replaces the [trust anchors](Self::trust_anchors) in every clone, from the next registration on.
    ///
    /// # Errors
    ///
    /// As [`Passkeys::replace_trust_anchors`](crate::Passkeys::replace_trust_anchors).
    #[cfg(feature = "attestation")]
    pub fn replace_trust_anchors(
        &self,
        anchors: crate::attestation::TrustAnchors,
    ) -> Result<(), crate::attestation::ReplaceError> {
        self.0.verifier.replace_trust(anchors)
    }

    pub(super) fn shared_config(&self) -> Arc<Config> {
        Arc::clone(&self.0.config)
    }

    pub(super) fn shared_rp_id(&self) -> Arc<str> {
        Arc::clone(&self.0.rp_id)
    }

    pub(super) fn verifier(&self) -> Arc<Verifier> {
        Arc::clone(&self.0.verifier)
    }

    /// Returns the well-known documents, which are made at the first call.
    pub(crate) fn documents(&self, make: impl FnOnce(&Config) -> Documents) -> &Documents {
        self.0.documents.get_or_init(|| make(&self.0.config))
    }
}

impl From<Config> for RelyingPartyConfig {
    fn from(config: Config) -> Self {
        Self::new(config)
    }
}

impl PartialEq for RelyingPartyConfig {
    /// Compares the RP IDs: passkeys belong to them.
    fn eq(&self, other: &Self) -> bool {
        self.rp_id() == other.rp_id()
    }
}

impl Eq for RelyingPartyConfig {}

impl fmt::Debug for RelyingPartyConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RelyingPartyConfig")
            .field(&self.0.config)
            .finish()
    }
}
