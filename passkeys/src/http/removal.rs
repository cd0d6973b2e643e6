//! The hook `on_removed`, after a passkey was deleted.

use axum::http::{StatusCode, request::Parts};

use crate::{CredentialRemoval, Passkeys, relying_party::RelyingParty, tasks::caught};

/// Counts the passkeys that are left, if the hook or the log needs the number, and calls the hook, if there is
/// one. The passkey is deleted, whatever the hook does: a failure is for the operator, who may send the mail
/// that the hook has not sent.
pub(super) async fn notify<A: RelyingParty>(
    passkeys: &Passkeys<A>,
    parts: &mut Parts,
    removal: CredentialRemoval,
) {
    if !A::ON_REMOVED && !removal.may_lock_out() {
        return;
    }
    let removal = passkeys.ceremonies.management().counted(removal).await;
    if !A::ON_REMOVED {
        return;
    }
    let user_id = removal.user_id().to_owned();
    let credential_id = removal.credential().id.clone();
    let failure = match caught(passkeys.app.call_on_removed(parts, removal)).await {
        Ok(response) if response.status() < StatusCode::BAD_REQUEST => return,
        Ok(response) => format!(
            "it responded with the status {}",
            response.status().as_u16()
        ),
        Err(_) => "it panicked".to_owned(),
    };
    tracing::error!(
        // Escaped (`Debug`): it may be of any content.
        ?user_id,
        %credential_id,
        failure,
        "a passkey was deleted, and the hook `on_removed` failed"
    );
}
