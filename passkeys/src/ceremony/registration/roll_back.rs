use std::time::{Duration, Instant};

use super::{Registration, cause};
use crate::{
    Credential, Error, alarm, audit::AuditKind, ceremony::RegistrationResult,
    domain::error::StoreError, store::CredentialRepository,
};

impl<R: CredentialRepository> Registration<'_, R> {
    /// Rolls a registration back: deletes its passkey, and records it. For work that follows a
    /// registration and fails, such as the creation of the account of a sign-up, which would leave a
    /// passkey of no account.
    ///
    /// Of a sign-up it deletes every passkey of the user ID: before the sign-up there was none, and one
    /// that was registered since belongs to no account either. If the repository fails, it tries again
    /// twice, within a second.
    ///
    /// [`Passkeys::router`](crate::Passkeys::router) does it for sign-ups whose `on_registered` panics
    /// or responds with a status of 400 or more. In the second case the response has the header
    /// `Passkey-Rolled-Back` with the credential ID, by which `client.js` knows that the browser should
    /// drop the passkey, too.
    ///
    /// # Errors
    ///
    /// [`Error::StorageUnavailable`]: a passkey may still be stored, which the audit trail says.
    pub async fn roll_back(&self, registered: &RegistrationResult) -> Result<(), Error> {
        let Credential { user_id, id, .. } = &registered.credential;
        let mut deleted = self.delete_registered(registered).await;
        for wait in ROLLBACK_RETRIES {
            if deleted.is_ok() {
                break;
            }
            alarm::reached(Instant::now() + wait, Duration::ZERO).await;
            deleted = self.delete_registered(registered).await;
        }
        let kind = if deleted.is_ok() {
            AuditKind::RegistrationRolledBack
        } else {
            AuditKind::RollbackFailed
        };
        let by = cause(registered.signed_up).with_profile(registered.profile.as_deref());
        self.ceremonies
            .record_by(by, kind, Some(user_id), Some(id), None);
        deleted.map_err(Error::from)
    }

    /// Deletes the passkey of a registration, and of a sign-up all others of the user ID, too.
    async fn delete_registered(&self, registered: &RegistrationResult) -> Result<(), StoreError> {
        let credential = &registered.credential;
        let ceremonies = self.ceremonies;
        ceremonies.credentials.delete(credential).await?;
        if !registered.signed_up {
            return Ok(());
        }
        let credentials = &ceremonies.credentials;
        for further in credentials.list_of_account(&credential.user_id).await? {
            if credentials.delete_of_account(&further).await? {
                let Credential { user_id, id, .. } = &further;
                ceremonies.record(AuditKind::CredentialDeleted, Some(user_id), Some(id));
            }
        }
        Ok(())
    }
}

/// Waits before the deletion of a passkey is tried again when a registration is rolled back: what made
/// the hook fail, such as a database that restarts, may make the deletion fail, too.
const ROLLBACK_RETRIES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(800)];
