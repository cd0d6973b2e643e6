//! The application as the library sees it: its repository, its hooks, and what is documented of them.

mod describe;
#[cfg(feature = "openapi")]
pub(crate) mod hooks;
#[cfg(feature = "openapi")]
pub(crate) mod payload;

use std::future::Future;

use axum::{extract::Request, http::request::Parts, response::Response};

#[cfg(feature = "openapi")]
use self::hooks::Hooks;
use crate::{
    AuthenticationResult, Config, PasskeyUser, RegistrationResult,
    store::CredentialRepository,
    wire::{credentials::Registered, json},
};

/// What `#[passkeys]` implements for an application: thin glue from requests to hooks.
///
/// Hidden, because only the macro implements it. Every method runs the extractors that the hook
/// names and calls the hook; a rejection, of an extractor or of the hook, comes back as the
/// response that it made of itself.
///
/// The methods repeat that the application is `Sync`: so one that is not is reported as such, and
/// not once more for each future that borrows it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no passkey hooks",
    label = "not annotated with `#[passkeys(..)]`",
    note = "annotate an impl block of `{Self}`: `#[passkeys(rp_id = \"example.com\", origins = [\"https://example.com\"])] impl {Self} {{ type Repository = ..; async fn get_user(..); async fn on_authenticated(..) }}`"
)]
pub trait RelyingParty: Clone + Send + Sync + 'static {
    /// `type Repository` of the block.
    type Repository: CredentialRepository;

    /// Whether there is a `sign_up` hook.
    const SIGN_UP: bool = false;

    /// Whether there is a `find_user` hook.
    const FIND_USER: bool = false;

    /// The attribute's values.
    fn config() -> Config;

    /// What the hooks take, answer and are documented with.
    #[cfg(feature = "openapi")]
    fn describe(hooks: &mut Hooks) {
        let _ = hooks;
    }

    /// Who is adding or managing passkeys.
    fn get_user(
        &self,
        parts: &mut Parts,
    ) -> impl Future<Output = Result<PasskeyUser, Response>> + Send
    where
        Self: Sync;

    /// Answers a verified sign-in.
    fn on_authenticated(
        &self,
        parts: &mut Parts,
        result: AuthenticationResult,
    ) -> impl Future<Output = Response> + Send
    where
        Self: Sync;

    /// The account to create with a passkey. Only called where [`SIGN_UP`](Self::SIGN_UP).
    fn sign_up(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<PasskeyUser, Response>> + Send
    where
        Self: Sync,
    {
        async move {
            let (mut parts, _) = request.into_parts();
            self.get_user(&mut parts).await
        }
    }

    /// Answers a stored registration.
    fn on_registered(
        &self,
        parts: &mut Parts,
        result: RegistrationResult,
    ) -> impl Future<Output = Response> + Send
    where
        Self: Sync,
    {
        let _ = parts;
        std::future::ready(registered(&result))
    }

    /// The account with this name. Only called where [`FIND_USER`](Self::FIND_USER).
    fn find_user(
        &self,
        parts: &mut Parts,
        username: String,
    ) -> impl Future<Output = Result<Option<PasskeyUser>, Response>> + Send
    where
        Self: Sync,
    {
        let _ = (parts, username);
        std::future::ready(Ok(None))
    }
}

/// The answer to a registration where the application has no `on_registered`.
fn registered(result: &RegistrationResult) -> Response {
    json::response(&Registered {
        status: "ok",
        credential_id: &result.credential().id,
    })
}
