//! `GET /credentials`, `PATCH /credentials/{id}` and `DELETE /credentials/{id}`.

use axum::{
    body::Bytes,
    extract::{Path, Request, State, rejection::PathRejection},
    http::StatusCode,
    response::Response,
};

use super::{body, consent, failure::Failure, state::Shared};
use crate::{
    CredentialId, Error, PasskeyUser,
    audit::AuditKind,
    domain::device_name,
    relying_party::RelyingParty,
    store::{CredentialRepository as _, Deletion},
    wire::{
        credentials::{CredentialView, Rename},
        json,
    },
};

/// `GET /credentials`
pub(super) async fn list<A: RelyingParty>(
    State(passkeys): State<Shared<A>>,
    request: Request,
) -> Result<Response, Failure> {
    let (mut parts, _) = request.into_parts();
    let user = passkeys.app.get_user(&mut parts).await?;
    let listed = passkeys.ceremonies.list(user.id()).await;
    let credentials = listed.map_err(Error::from)?;
    let views = credentials.into_iter();
    let views: Vec<_> = views.map(|it| CredentialView::new(it, &user)).collect();
    Ok(json::response(&views))
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
    let name = device_name::of_renamed_passkey(&device_name)?;
    let tasks = passkeys.tasks.clone();
    let change = async move {
        let id = own_credential(&passkeys, &user, id).await?;
        let renamed = passkeys.repository().rename(user.id(), &id, &name).await;
        if !renamed.map_err(Error::from)? {
            return Err(Error::CredentialNotFound.into());
        }
        passkeys
            .ceremonies
            .record(AuditKind::CredentialRenamed, Some(user.id()), Some(&id));
        Ok(StatusCode::NO_CONTENT)
    };
    tasks.run(change).await?
}

/// `DELETE /credentials/{id}`
pub(super) async fn delete<A: RelyingParty>(
    State(passkeys): State<Shared<A>>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<StatusCode, Failure> {
    let (mut parts, body) = request.into_parts();
    // Without the key `fresh` no consent is needed, and a body means nothing.
    let consent = match passkeys.config().fresh() {
        Some(_) => body::read(body).await?,
        None => Bytes::new(),
    };
    let signed_in = if consent.is_empty() {
        let user = passkeys.app.get_user(&mut parts).await?;
        check_fresh(&passkeys, &user)?;
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
        let id = own_credential(&passkeys, &user, id).await?;
        let repository = passkeys.repository();
        let deletion = if user.must_keep_last_passkey() {
            let rp_id = passkeys.config().rp_id();
            repository.delete_unless_last(user.id(), &id, rp_id).await
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
    };
    tasks.run(change).await?
}

/// Checks that the user has signed in recently, if the configuration says so.
fn check_fresh<A: RelyingParty>(passkeys: &Shared<A>, user: &PasskeyUser) -> Result<(), Error> {
    let ceremonies = &passkeys.ceremonies;
    ceremonies.check_fresh(user).map_err(|reason| {
        let kind = AuditKind::CredentialDeletionFailed(reason);
        ceremonies.record(kind, Some(user.id()), None);
        Error::ReauthenticationRequired
    })
}

/// Parses the ID in the path, and checks that it is one of the user's passkeys at this relying party.
///
/// The changes that follow name the owner again, so that they are atomic. The RP ID of a credential
/// never changes.
async fn own_credential<A: RelyingParty>(
    passkeys: &Shared<A>,
    user: &PasskeyUser,
    id: Result<Path<String>, PathRejection>,
) -> Result<CredentialId, Error> {
    let Path(id) = id.map_err(|_| Error::CredentialNotFound)?;
    let id = id.parse().map_err(|_| Error::CredentialNotFound)?;
    if passkeys.ceremonies.owns(user.id(), &id).await? {
        Ok(id)
    } else {
        Err(Error::CredentialNotFound)
    }
}
