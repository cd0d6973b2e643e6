use axum::{
    extract::{Path, Request, State, rejection::PathRejection},
    http::StatusCode,
    response::Response,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Failure, Shared, answer, body};
#[cfg(feature = "openapi")]
use crate::openapi::schemas;
use crate::{
    Aaguid, Credential, CredentialId, Error, PasskeyUser, Transport,
    audit::AuditKind,
    device_name,
    relying_party::RelyingParty,
    store::{CredentialRepository as _, Deletion},
};

/// A passkey as its owner sees it. Never the public key.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::Credential))]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the specification"
)]
pub(crate) struct CredentialView {
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::base64url))]
    id: String,
    /// What its owner calls it; may be empty.
    device_name: String,
    transports: Vec<Transport>,
    /// The model of its authenticator, where that is known.
    #[cfg_attr(feature = "openapi", schema(required))]
    aaguid: Option<String>,
    /// What people call that model or its maker, where this server knows it.
    #[cfg_attr(feature = "openapi", schema(required))]
    provider: Option<&'static str>,
    /// Whether it may be synchronised to other devices.
    backup_eligible: bool,
    /// Whether it was, when it last signed in.
    backup_state: bool,
    /// Whether it signs in without its user being named.
    discoverable: bool,
    /// Whether it cannot sign in, because it may have been copied.
    suspended: bool,
    /// Whether it is the one that signed in now, if the application says so.
    current: bool,
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::timestamp))]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schemas::optional_timestamp, required))]
    last_used_at: Option<OffsetDateTime>,
}

impl CredentialView {
    fn new(credential: Credential, owner: &PasskeyUser) -> Self {
        Self {
            current: owner.is_signed_in_with(&credential.id),
            id: credential.id.to_string(),
            device_name: credential.device_name,
            transports: credential.transports,
            aaguid: credential.aaguid.map(|aaguid| aaguid.to_string()),
            provider: credential.aaguid.and_then(provider),
            backup_eligible: credential.backup_eligible,
            backup_state: credential.backup_state,
            discoverable: credential.discoverable,
            suspended: credential.suspended_at.is_some(),
            created_at: credential.created_at,
            last_used_at: credential.last_used_at,
        }
    }
}

#[cfg(feature = "provider-names")]
fn provider(aaguid: Aaguid) -> Option<&'static str> {
    aaguid.provider_name()
}

/// The member is there and says nothing, so that pages need not know the features of a server.
#[cfg(not(feature = "provider-names"))]
fn provider(_: Aaguid) -> Option<&'static str> {
    None
}

/// `GET /credentials`
pub(super) async fn list<A: RelyingParty>(
    State(passkeys): State<Shared<A>>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, _) = request.into_parts();
    let user = passkeys.app.get_user(&mut parts).await?;
    let credentials = passkeys
        .repository()
        .list(user.id())
        .await
        .map_err(Error::from)?;
    let views = credentials.into_iter();
    let views: Vec<_> = views.map(|it| CredentialView::new(it, &user)).collect();
    Ok(answer::json(&views))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::Rename))]
pub(crate) struct Rename {
    device_name: String,
}

/// `PATCH /credentials/{id}`
pub(super) async fn rename<A: RelyingParty>(
    State(passkeys): State<Shared<A>>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<StatusCode, Failure> {
    let (mut parts, body) = request.into_parts();
    let user = passkeys.app.get_user(&mut parts).await?;
    let body = body::read(body).await?;
    let Rename { device_name } = body::json(&parts.headers, &body)?;
    let name = device_name::clean(&device_name)?;
    let id = credential_id(id)?;
    if !passkeys
        .repository()
        .rename(user.id(), &id, &name)
        .await
        .map_err(Error::from)?
    {
        return Err(Error::CredentialNotFound.into());
    }
    passkeys
        .ceremonies
        .record(AuditKind::CredentialRenamed, Some(user.id()), Some(&id));
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /credentials/{id}`
pub(super) async fn delete<A: RelyingParty>(
    State(passkeys): State<Shared<A>>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<StatusCode, Failure> {
    let (mut parts, _) = request.into_parts();
    let user = passkeys.app.get_user(&mut parts).await?;
    let id = credential_id(id)?;
    let repository = passkeys.repository();
    let deletion = if user.must_keep_last_passkey() {
        repository.delete_unless_last(user.id(), &id).await
    } else {
        let deleted = repository.delete(user.id(), &id).await;
        deleted.map(|deleted| Deletion::of(deleted, false))
    };
    match deletion.map_err(Error::from)? {
        Deletion::Deleted => {}
        Deletion::Last => return Err(Error::LastCredential.into()),
        Deletion::Unknown => return Err(Error::CredentialNotFound.into()),
    }
    passkeys
        .ceremonies
        .record(AuditKind::CredentialDeleted, Some(user.id()), Some(&id));
    Ok(StatusCode::NO_CONTENT)
}

/// A path that is no credential's id names no credential.
fn credential_id(id: Result<Path<String>, PathRejection>) -> Result<CredentialId, Error> {
    id.map_err(|_| Error::CredentialNotFound)?.parse()
}
