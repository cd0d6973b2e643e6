//! The relying party of a request, which the hook `relying_party` returns.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request},
    http::request::Parts,
    response::Response,
};

use super::{
    observe::no_store,
    origin,
    state::{PasskeysState, ProvidesPasskeys, Shared},
};
use crate::{
    Passkeys, RelyingPartyConfig, Tenant,
    audit::span,
    relying_party::{
        RelyingParty,
        per_request::{Chosen, HasTenants},
    },
};

/// The passkeys that serve a request: those of the relying party that it is for.
pub(super) struct Serving<A: RelyingParty>(pub(super) Shared<A>);

impl<A: RelyingParty> FromRequestParts<Shared<A>> for Serving<A> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared<A>) -> Result<Self, Response> {
        if !A::RELYING_PARTY {
            return Ok(Self(Arc::clone(shared)));
        }
        let relying_party = of_request(&shared.app, parts).await?;
        span::record_rp_id(relying_party.rp_id());
        let passkeys = shared.at(&relying_party);
        origin::notice(&passkeys.ceremonies, parts);
        Ok(Self(Arc::new(passkeys)))
    }
}

/// Returns the passkeys that serve a request to a route of the application.
pub(super) async fn serving<A: RelyingParty>(
    passkeys: Passkeys<A>,
    request: Request,
) -> Result<(Passkeys<A>, Request), Response> {
    if !A::RELYING_PARTY {
        return Ok((passkeys, request));
    }
    let (mut parts, body) = request.into_parts();
    let relying_party = of_request(&passkeys.app, &mut parts).await?;
    let passkeys = passkeys.at(&relying_party);
    Ok((passkeys, Request::from_parts(parts, body)))
}

/// Returns the relying party of a request. Asks the hook once for each request.
pub(super) async fn of_request<A: RelyingParty>(
    app: &A,
    parts: &mut Parts,
) -> Result<RelyingPartyConfig, Response> {
    if let Some(chosen) = parts.extensions.get::<Arc<Chosen<A>>>() {
        return Ok(chosen.0.clone());
    }
    let relying_party = app.call_relying_party(parts).await?;
    let chosen = Chosen::<A>::new(relying_party.clone());
    parts.extensions.insert(chosen);
    Ok(relying_party)
}

/// Extracts the relying party that a request is for, in the other hooks and in the application's own routes. A
/// rejection is the response of the hook `relying_party`.
impl<S> FromRequestParts<S> for RelyingPartyConfig
where
    S: PasskeysState<App: HasTenants> + Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let relying_party = of_request(state.app(), parts).await;
        relying_party.map_err(no_store)
    }
}

/// Extracts the passkeys of the tenant that a request is for.
impl<S, A> FromRequestParts<S> for Tenant<A>
where
    S: ProvidesPasskeys<A> + Send + Sync,
    A: HasTenants,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let passkeys = state.passkeys();
        let relying_party = of_request(&passkeys.app, parts).await.map_err(no_store)?;
        Ok(passkeys.tenant(&relying_party))
    }
}
