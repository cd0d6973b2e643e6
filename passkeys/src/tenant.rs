use std::fmt;

use crate::{
    Config, Passkeys,
    ceremony::{Authentication, Management, Registration, RelyingPartyConfig, StepUp},
    relying_party::{RelyingParty, per_request::HasTenants},
};

/// The passkeys of one tenant, of an application with the hook `relying_party`.
///
/// In a handler it is an extractor: of the tenant that the hook returns for the request. Its state is as
/// that of [`Verified`](crate::Verified). Outside of a request,
/// [`Passkeys::tenant`] returns it.
///
/// It has the services for routes of your own, with the same guarantees as [`Passkeys`] has them for an
/// application with one relying party. Everything that they read or change is of the tenant's RP ID.
///
/// ```
/// # use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
/// # use passkeys::RelyingPartyConfig;
/// # #[derive(Clone)]
/// # struct App { tenant: RelyingPartyConfig }
/// # #[passkeys]
/// # impl App {
/// #     type Repository = MemoryRepository;
/// #     fn relying_party(&self) -> RelyingPartyConfig { self.tenant.clone() }
/// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
/// #     async fn on_authenticated(&self, _: AuthenticationResult) {}
/// # }
/// use axum::{Router, routing::get};
/// use passkeys::{Error, Tenant};
///
/// /// How many passkeys the signed-in user has at the tenant of the request.
/// async fn count(tenant: Tenant<App>, user: PasskeyUser) -> Result<String, Error> {
///     let listed = tenant.management().list(user.id()).await?;
///     Ok(format!("{} at {}", listed.len(), tenant.config().rp_name()))
/// }
///
/// # fn router(passkeys: Passkeys<App>) -> Router {
/// Router::new().route("/passkeys", get(count)).with_state(passkeys)
/// # }
/// ```
pub struct Tenant<A: HasTenants> {
    passkeys: Passkeys<A>,
    relying_party: RelyingPartyConfig,
}

impl<A: HasTenants> Clone for Tenant<A> {
    fn clone(&self) -> Self {
        Self {
            passkeys: self.passkeys.clone(),
            relying_party: self.relying_party.clone(),
        }
    }
}

impl<A: HasTenants> fmt::Debug for Tenant<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant")
            .field("relying_party", &self.relying_party)
            .finish_non_exhaustive()
    }
}

impl<A: RelyingParty> Passkeys<A> {
    /// Returns the passkeys of a tenant, for routes of your own and for work outside of requests, such as a
    /// job. The routes of [`router`](Self::router) ask the hook `relying_party`.
    #[must_use]
    pub fn tenant(&self, relying_party: &RelyingPartyConfig) -> Tenant<A>
    where
        A: HasTenants,
    {
        Tenant {
            passkeys: self.at(relying_party),
            relying_party: relying_party.clone(),
        }
    }

    /// Returns the same with everything of another relying party.
    pub(crate) fn at(&self, relying_party: &RelyingPartyConfig) -> Self {
        Self {
            ceremonies: self.ceremonies.of_tenant(relying_party),
            ..self.clone()
        }
    }
}

impl<A: HasTenants> Tenant<A> {
    /// Returns the registration ceremony.
    #[must_use]
    pub fn registration(&self) -> Registration<'_, A::Repository> {
        self.passkeys.ceremonies.registration()
    }

    /// Returns the authentication ceremony.
    #[must_use]
    pub fn authentication(&self) -> Authentication<'_, A::Repository> {
        self.passkeys.ceremonies.authentication()
    }

    /// Returns the step-up ceremony.
    #[must_use]
    pub fn step_up(&self) -> StepUp<'_, A::Repository> {
        self.passkeys.ceremonies.step_up()
    }

    /// Returns the management of the passkeys of the tenant's users by the application.
    #[must_use]
    pub fn management(&self) -> Management<'_, A::Repository> {
        self.passkeys.ceremonies.management()
    }

    /// Returns the application.
    #[must_use]
    pub fn app(&self) -> &A {
        self.passkeys.app()
    }

    /// Returns the configuration of the tenant.
    #[must_use]
    pub fn config(&self) -> &Config {
        self.relying_party.config()
    }

    /// Returns the relying party.
    #[must_use]
    pub fn relying_party(&self) -> &RelyingPartyConfig {
        &self.relying_party
    }
}
