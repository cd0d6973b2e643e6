use axum::Router;

use crate::{Config, relying_party::RelyingParty};

/// An application's passkeys: its hooks, its repository and the routes made of them.
pub struct Passkeys<A: RelyingParty> {
    app: A,
    repository: A::Repository,
    config: Config,
}

impl<A: RelyingParty> Passkeys<A> {
    /// Passkeys with the attribute's configuration.
    pub fn new(app: A, repository: A::Repository) -> Self {
        Self::with_config(app, repository, A::config())
    }

    /// Passkeys with a configuration from elsewhere.
    pub fn with_config(app: A, repository: A::Repository, config: Config) -> Self {
        Self {
            app,
            repository,
            config,
        }
    }

    /// The routes.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let _ = (&self.app, &self.repository, &self.config);
        Router::new()
    }
}
