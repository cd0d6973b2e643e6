//! Applications with the hook `relying_party`, which have a relying party for each tenant.

use std::{convert::Infallible, marker::PhantomData, sync::Arc};

use passkeys_rules::Draft;

use super::{AtRunTime, InArc, InAttribute, RelyingParty};
use crate::{
    Config, ConfigBuilder, ConfigError,
    ceremony::RelyingPartyConfig,
    domain::config::{of_no_tenant, of_tenant},
};

/// Keys in the attribute that the tenants of an application share. The macro implements it for
/// applications with the hook `relying_party`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has one relying party: it has no hook `relying_party`",
    label = "not an application with several relying parties",
    note = "add the hook to the annotated block, with your own extractors: `async fn relying_party(&self, headers: HeaderMap) -> Result<RelyingPartyConfig, AppError>`, and remove `rp_id` and `origins` from the attribute",
    note = "an application with one relying party has its configuration in the attribute, or passes it to `Passkeys::with_config`"
)]
pub trait HasTenants: RelyingParty<Configuration = PerRequest<Self>> {
    /// Returns the keys in the attribute.
    fn shared() -> Draft<'static>;
}

/// Place of the configuration of an application with the hook `relying_party`.
#[derive(Debug)]
pub struct PerRequest<A>(Infallible, PhantomData<A>);

/// [`Passkeys::new`](crate::Passkeys::new) takes it, with the keys that the tenants share.
impl<A: HasTenants> InAttribute for PerRequest<A> {
    fn config() -> Config {
        of_no_tenant(&A::shared())
    }
}

/// Place of the configuration of an application with one relying party.
#[diagnostic::on_unimplemented(
    message = "the application has a relying party for each tenant, so there is none without a request",
    label = "needs the relying party",
    note = "the hook `relying_party` returns it for each request: in a handler, take `tenant: Tenant<App>` and call the method of that",
    note = "outside of a request, call the method of `passkeys.tenant(&relying_party)`"
)]
pub trait OneRelyingParty {}

/// The attribute of the application.
#[diagnostic::do_not_recommend]
impl<A: RelyingParty> OneRelyingParty for A {}

impl OneRelyingParty for AtRunTime {}

/// An application in an `Arc` is reported elsewhere.
#[diagnostic::do_not_recommend]
impl<T> OneRelyingParty for InArc<T> {}

impl RelyingPartyConfig {
    /// Returns a builder of the configuration of a tenant: with this RP ID, these origins and the keys in
    /// the attribute of the application, each of which the builder can change.
    ///
    /// ```
    /// # use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};
    /// # #[derive(Clone)]
    /// # struct App { tenant: RelyingPartyConfig }
    /// use passkeys::{RelyingPartyConfig, UserVerification};
    ///
    /// #[passkeys(user_verification = "preferred", max_credentials = 10)]
    /// impl App {
    ///     type Repository = MemoryRepository;
    ///     // ..
    /// #   fn relying_party(&self) -> RelyingPartyConfig { self.tenant.clone() }
    /// #   async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    /// #   async fn on_authenticated(&self, _: AuthenticationResult) {}
    /// }
    ///
    /// let bank = RelyingPartyConfig::builder::<App>("bank.example", ["https://bank.example"])
    ///     .rp_name("Bank")
    ///     .user_verification(UserVerification::Required)
    ///     .build()?;
    /// assert_eq!(bank.max_credentials(), 10);
    /// let bank = RelyingPartyConfig::new(bank);
    /// # Ok::<(), passkeys::ConfigError>(())
    /// ```
    pub fn builder<A: HasTenants>(
        rp_id: impl Into<String>,
        origins: impl IntoIterator<Item = impl Into<String>>,
    ) -> ConfigBuilder {
        let origins = origins.into_iter().map(Into::into).collect();
        of_tenant(&A::shared(), rp_id.into(), origins)
    }

    /// Creates a tenant with this RP ID, these origins and the keys in the attribute of the application.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every mistake and its fix.
    pub fn of<A: HasTenants>(
        rp_id: impl Into<String>,
        origins: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, ConfigError> {
        Ok(Self::new(Self::builder::<A>(rp_id, origins).build()?))
    }
}

/// Relying party of a request, in its extensions, once the hook has returned it.
pub(crate) struct Chosen<A>(pub(crate) RelyingPartyConfig, PhantomData<fn() -> A>);

impl<A> Chosen<A> {
    pub(crate) fn new(relying_party: RelyingPartyConfig) -> Arc<Self> {
        Arc::new(Self(relying_party, PhantomData))
    }
}
