use passkeys::{
    AuthenticationResult, CredentialRemoval, PasskeyUser, RegistrationResult,
    audit::{AuditEvent, AuditKind},
    time::OffsetDateTime,
};

fn results(
    login: AuthenticationResult,
    registration: RegistrationResult,
    removal: CredentialRemoval,
) {
    let _ = login.with_user_verified(false);
    let _ = registration.with_signed_up(true);
    let _ = removal.with_user(PasskeyUser::new("1", "ada", "Ada"));
    let now = OffsetDateTime::UNIX_EPOCH;
    let _ = AuditEvent::new(AuditKind::AuthenticationBegun, "example.com", now);
}

fn main() {}
