//! `GET /credentials`, `PATCH /credentials/{id}` and `DELETE /credentials/{id}`.

use axum::{
    body::Bytes,
    extract::{Path, Request, rejection::PathRejection},
    http::StatusCode,
    response::Response,
};

use super::{body, consent, failure::Failure, removal, state::Shared, tenant::Serving};
use crate::{
    Credential, CredentialId, Error, PasskeyUser,
    audit::AuditKind,
    ceremony::Cause,
    domain::device_name,
    relying_party::RelyingParty,
    wire::{
        credentials::{CredentialView, Rename},
        json,
    },
};

/// `GET /credentials`
pub(super) async fn list<A: RelyingParty>(
    Serving(passkeys): Serving<A>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, _) = request.into_parts();
    let user = passkeys.app.call_get_user(&mut parts).await?;
    let listed = passkeys.ceremonies.list(user.id()).await;
    let credentials = listed.map_err(Error::from)?;
    let views = credentials.into_iter();
    let views: Vec<_> = views.map(|it| CredentialView::new(it, &user)).collect();
    Ok(json::response(&views))
}

/// `PATCH /credentials/{id}`
pub(super) async fn rename<A: RelyingParty>(
    Serving(passkeys): Serving<A>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<StatusCode, Failure> {
    let (mut parts, body) = request.into_parts();
    let user = passkeys.app.call_get_user(&mut parts).await?;
    let body = body::read(body).await?;
    let Rename { device_name } = body::json(&parts.headers, &body)?;
    // Before the passkey is looked up: a name that is too long says nothing about it.
    let name = device_name::of_renamed_passkey(&device_name)?;
    let tasks = passkeys.tasks.clone();
    let change = async move {
        let credential = own_credential(&passkeys, &user, id).await?;
        let management = passkeys.ceremonies.management();
        let renamed = management.rename_own(Cause::Request, &credential, &name);
        renamed.await?;
        Ok(StatusCode::NO_CONTENT)
    };
    tasks.run(change).await?
}

/// `DELETE /credentials/{id}`
pub(super) async fn delete<A: RelyingParty>(
    Serving(passkeys): Serving<A>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<StatusCode, Failure> {
    let (mut parts, body) = request.into_parts();
    // Without the key `fresh` no consent is needed, and a body means nothing.
    let consent = match passkeys.ceremonies.config.fresh() {
        Some(_) => body::read(body).await?,
        None => Bytes::new(),
    };
    let signed_in = if body::is_nothing(&consent) {
        let user = passkeys.app.call_get_user(&mut parts).await?;
        check_fresh(&passkeys, &user, id.as_ref().ok())?;
        Some(user)
    } else {
        None
    };
    let tasks = passkeys.tasks.clone();
    let change = async move {
        let user = match signed_in {
            Some(user) => user,
            None => {
                consent::verify_alone(&passkeys, &mut parts, &consent)
                    .await?
                    .user
            }
        };
        let credential = own_credential(&passkeys, &user, id).await?;
        let management = passkeys.ceremonies.management();
        let removed = management.delete_own(Cause::Request, credential, Some(user));
        removal::notify(&passkeys, &mut parts, removed.await?).await;
        Ok(StatusCode::NO_CONTENT)
    };
    tasks.run(change).await?
}

/// Checks that the user has signed in recently enough to delete the passkey with the ID in the path.
fn check_fresh<A: RelyingParty>(
    passkeys: &Shared<A>,
    user: &PasskeyUser,
    id: Option<&Path<String>>,
) -> Result<(), Error> {
    let ceremonies = &passkeys.ceremonies;
    ceremonies.check_fresh(user).map_err(|failed| {
        let kind = AuditKind::CredentialDeletionFailed;
        let id: Option<CredentialId> = id.and_then(|Path(id)| id.parse().ok());
        ceremonies.record_failure(None, kind, failed, Some(user.id()), id.as_ref());
        Error::ReauthenticationRequired
    })
}

/// Returns the passkey with the ID in the path if it is one of the user's at this relying party.
async fn own_credential<A: RelyingParty>(
    passkeys: &Shared<A>,
    user: &PasskeyUser,
    id: Result<Path<String>, PathRejection>,
) -> Result<Credential, Error> {
    let Path(id) = id.map_err(|_| Error::CredentialNotFound)?;
    let id = id.parse().map_err(|_| Error::CredentialNotFound)?;
    let own = passkeys.ceremonies.own(user.id(), &id).await?;
    own.ok_or(Error::CredentialNotFound)
}
