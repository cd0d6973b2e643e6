use std::fmt;

use super::{Cause, Ceremonies, CredentialRemoval};
use crate::{
    Credential, CredentialId, Error, PasskeyUser,
    audit::AuditKind,
    domain::{
        device_name,
        error::{StoreError, causes},
    },
    store::{CredentialRepository, Deletion},
};

/// Management of users' passkeys by the application: for an administrator, a support desk, a job, or the
/// end of an account.
///
/// The [router](crate::Passkeys::router) has routes where users manage their own passkeys. This service
/// asks nobody for consent, and demands no recent sign-in: who may call it is up to the application. Like
/// the routes, it knows the passkeys of this RP ID only, but for [`delete_all`](Self::delete_all); unlike
/// them, it deletes the last passkey of a user, too, and calls no hook.
///
/// Every change is recorded in the [audit trail](crate::audit), as
/// [the application's](crate::audit::AuditEvent::by_application). A change of the repository that
/// bypasses this service is not.
///
/// ```
/// # use passkeys::{AuthenticationResult, Passkeys, PasskeyUser, passkeys, store::MemoryRepository};
/// # #[derive(Clone)]
/// # struct App;
/// # impl App { async fn end_sessions(&self, user_id: &str) {} }
/// # #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
/// # impl App {
/// #     type Repository = MemoryRepository;
/// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
/// #     async fn on_authenticated(&self, login: AuthenticationResult) -> String { String::new() }
/// # }
/// use passkeys::Error;
///
/// /// Closes an account.
/// async fn close(passkeys: &Passkeys<App>, user_id: &str) -> Result<(), Error> {
///     let (worker, user_id) = (passkeys.clone(), user_id.to_owned());
///     let close = async move {
///         // First, so that no registration that was begun in a session can be finished.
///         worker.app().end_sessions(&user_id).await;
///         worker.management().delete_all(&user_id).await
///     };
///     let removed = passkeys.run_to_completion(close).await?;
///     println!("{} passkeys deleted", removed.len());
///     Ok(())
/// }
/// ```
///
/// A server drops the handler of a request whose client disconnects, also between a deletion and its
/// record: run changes in handlers by
/// [`run_to_completion`](crate::Passkeys::run_to_completion), as above.
///
/// # Ceremonies that wait
///
/// A change takes effect at once, also for ceremonies that were begun before it:
///
/// - A sign-in or step-up with a passkey that was deleted or suspended meanwhile fails. One with a passkey
///   that was resumed succeeds.
/// - A registration that was begun before passkeys were deleted can still be finished, if `get_user` still
///   returns its user. To close an account, end its sessions first. The handler of a step-up that was
///   verified before runs on.
///
/// Sessions that a passkey has started go on after it was deleted or suspended. Where a device was lost,
/// end them, too.
///
/// # What browsers are told
///
/// Nothing by itself: browsers and password managers go on offering a passkey until a page tells them. The
/// page of a signed-in user does by `signal()` of the browser module, from `GET /signals`: deleted passkeys
/// are not on its list, suspended ones are, so that they are there when they are resumed. For an account
/// that is closed nobody signs in any more, so let the page that closes it call `signal()` after the
/// deletion and before the session ends, with a
/// [handle of the application's own](PasskeyUser::handle), by which browsers can be told that none is left;
/// or let browsers drop a passkey after a sign-in with it has failed
/// (`Passkeys::signal_unknown_credentials`).
pub struct Management<'a, R>(&'a Ceremonies<R>);

/// How often [`Management::delete_all`] looks for passkeys that were registered meanwhile.
const MAX_ROUNDS: usize = 16;

impl<R> fmt::Debug for Management<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Management").field(self.0).finish()
    }
}

impl<'a, R: CredentialRepository> Management<'a, R> {
    pub(crate) fn new(ceremonies: &'a Ceremonies<R>) -> Self {
        Self(ceremonies)
    }

    /// Returns the passkeys of a user, suspended ones included, oldest first. Empty for an unknown user.
    ///
    /// # Errors
    ///
    /// [`Error::StorageUnavailable`].
    pub async fn list(&self, user_id: &str) -> Result<Vec<Credential>, Error> {
        Ok(self.0.list(user_id).await?)
    }

    /// Renames a passkey of a user, to a name without control characters and other invisible ones, which
    /// are removed.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] if the name is longer than 255 characters, [`Error::CredentialNotFound`],
    /// [`Error::StorageUnavailable`].
    pub async fn rename(
        &self,
        user_id: &str,
        id: &CredentialId,
        device_name: &str,
    ) -> Result<(), Error> {
        let name = device_name::of_renamed_passkey(device_name)?;
        let credential = self.own(user_id, id).await?;
        self.rename_own(Cause::Application, &credential, &name)
            .await
    }

    /// Suspends a passkey of a user: it stays in their list and cannot sign in, until it is
    /// [resumed](Self::resume). For a device that is lost and may be found. One that is suspended already
    /// stays so, since when it was.
    ///
    /// # Errors
    ///
    /// [`Error::CredentialNotFound`], [`Error::StorageUnavailable`].
    pub async fn suspend(&self, user_id: &str, id: &CredentialId) -> Result<(), Error> {
        let credential = self.own(user_id, id).await?;
        if credential.suspended_at.is_some() {
            return Ok(());
        }
        let suspended = self.0.credentials.suspend(&credential, self.0.now());
        self.changed(suspended.await, AuditKind::CredentialSuspended, &credential)
    }

    /// Resumes a suspended passkey of a user, whether [clone detection](crate::SignCount) or the
    /// application suspended it. One that is not suspended stays as it is.
    ///
    /// The stored signature counter stays. An authenticator whose counter is not above it is suspected
    /// again.
    ///
    /// # Errors
    ///
    /// [`Error::CredentialNotFound`], [`Error::StorageUnavailable`].
    pub async fn resume(&self, user_id: &str, id: &CredentialId) -> Result<(), Error> {
        let credential = self.own(user_id, id).await?;
        if credential.suspended_at.is_none() {
            return Ok(());
        }
        let resumed = self.0.credentials.resume(&credential).await;
        self.changed(resumed, AuditKind::CredentialResumed, &credential)
    }

    /// Deletes a passkey of a user, also their last one.
    ///
    /// # Errors
    ///
    /// [`Error::CredentialNotFound`], [`Error::StorageUnavailable`].
    pub async fn delete(
        &self,
        user_id: &str,
        id: &CredentialId,
    ) -> Result<CredentialRemoval, Error> {
        let credential = self.own(user_id, id).await?;
        let removal = self
            .delete_own(Cause::Application, credential, None)
            .await?;
        Ok(self.counted(removal).await)
    }

    /// Deletes every passkey of a user ID, of **all** RP IDs: for an account that is closed. Returns them,
    /// oldest first; none for an unknown user. Where the application has several relying parties (the hook
    /// `relying_party`), it deletes those of this one: elsewhere the ID is that of another user.
    ///
    /// Looks again until it finds none, because a registration may have been finished meanwhile. End the
    /// account's sessions before, so that none can be finished afterwards.
    ///
    /// # Errors
    ///
    /// [`Error::StorageUnavailable`]: some may have been deleted, as the audit trail says. Call it again.
    pub async fn delete_all(&self, user_id: &str) -> Result<Vec<CredentialRemoval>, Error> {
        let credentials = &self.0.credentials;
        let mut removed = Vec::new();
        for _ in 0..MAX_ROUNDS {
            let mut found = credentials.list_of_account(user_id).await?;
            if found.is_empty() {
                return Ok(removed);
            }
            found.reverse();
            while let Some(credential) = found.pop() {
                if credentials.delete_of_account(&credential).await? {
                    self.record(
                        Cause::Application,
                        AuditKind::CredentialDeleted,
                        &credential,
                    );
                    let left = found.iter().filter(|it| credentials.contain(it));
                    removed.push(CredentialRemoval {
                        remaining: Some(left.count()),
                        credential,
                        user: None,
                    });
                }
            }
        }
        let cause = "passkeys of the user were registered as fast as they were deleted";
        Err(StoreError::new(cause).into())
    }

    /// Renames a passkey that [is the owner's](Ceremonies::own), to a name that is checked.
    pub(crate) async fn rename_own(
        &self,
        cause: Cause,
        credential: &Credential,
        name: &str,
    ) -> Result<(), Error> {
        // Names the owner again, so that it is atomic.
        if !self.0.credentials.rename(credential, name).await? {
            return Err(Error::CredentialNotFound);
        }
        self.record(cause, AuditKind::CredentialRenamed, credential);
        Ok(())
    }

    /// Deletes a passkey that [is the owner's](Ceremonies::own). `user` is the owner, if they delete it.
    /// Does not count what is [left](Self::counted).
    pub(crate) async fn delete_own(
        &self,
        cause: Cause,
        credential: Credential,
        user: Option<PasskeyUser>,
    ) -> Result<CredentialRemoval, Error> {
        let credentials = &self.0.credentials;
        let keeps_last = user
            .as_ref()
            .is_some_and(PasskeyUser::must_keep_last_passkey);
        let deletion = if keeps_last {
            credentials.delete_unless_last(&credential).await?
        } else {
            Deletion::of(credentials.delete(&credential).await?, false)
        };
        match deletion {
            Deletion::Deleted => {}
            Deletion::Last => return Err(Error::LastCredential),
            Deletion::Unknown => return Err(Error::CredentialNotFound),
        }
        self.record(cause, AuditKind::CredentialDeleted, &credential);
        Ok(CredentialRemoval {
            remaining: None,
            credential,
            user,
        })
    }

    /// Counts the passkeys that the user has left after a deletion. Logs that none of them can sign in, if it
    /// [may have locked the user out](CredentialRemoval::may_lock_out).
    pub(crate) async fn counted(&self, removal: CredentialRemoval) -> CredentialRemoval {
        let left = self.0.list(removal.user_id()).await;
        // The passkey is deleted, whatever the repository says now.
        let left = left.inspect_err(|error| {
            tracing::error!(
                error = ?causes(error),
                "a passkey was deleted, and how many are left is unknown"
            );
        });
        let is_last = |left: &Vec<Credential>| left.iter().all(|it| it.suspended_at.is_some());
        if removal.may_lock_out() && left.as_ref().is_ok_and(is_last) {
            tracing::info!(
                target: "passkeys",
                rp_id = self.0.config.rp_id(),
                // Escaped (`Debug`): it may be of any content.
                user_id = ?removal.user_id(),
                "a user has deleted the last passkey that could sign in. Accounts that have no other way to sign \
                 in are locked out: for them, let `get_user` return the user with `.keeps_last_passkey(true)`",
            );
        }
        CredentialRemoval {
            remaining: left.ok().map(|left| left.len()),
            ..removal
        }
    }

    async fn own(&self, user_id: &str, id: &CredentialId) -> Result<Credential, Error> {
        let own = self.0.own(user_id, id).await?;
        own.ok_or(Error::CredentialNotFound)
    }

    /// Records a change that the repository has made, if it has.
    fn changed(
        &self,
        changed: Result<bool, StoreError>,
        kind: AuditKind,
        credential: &Credential,
    ) -> Result<(), Error> {
        if !changed? {
            return Err(Error::CredentialNotFound);
        }
        self.record(Cause::Application, kind, credential);
        Ok(())
    }

    fn record(&self, cause: Cause, kind: AuditKind, credential: &Credential) {
        let Credential { user_id, id, .. } = credential;
        self.0
            .record_by(cause.into(), kind, Some(user_id), Some(id), None);
    }
}
