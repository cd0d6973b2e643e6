//! Bounds of user IDs, names and credential IDs.

use passkeys::{CredentialId, PasskeyUser};

use super::*;

/// Begins a registration and a sign-up for this user, and asserts that both accept or both reject
/// it.
async fn begin(user: &PasskeyUser) -> Result<(), Error> {
    let world = World::default();
    let registration = world.passkeys.registration();
    let further = registration.begin(user).await.map(drop);
    let sign_up = registration.begin_sign_up(user).await.map(drop);
    assert_eq!(further.is_ok(), sign_up.is_ok(), "{user:?}");
    further
}

#[tokio::test]
async fn registration_begins_for_user_ids_and_names_at_the_length_bounds() {
    for (id, name, display_name) in [(1, 1, 0), (255, 1024, 1024)] {
        let [id, name, display_name] = [id, name, display_name].map(|bytes| "a".repeat(bytes));
        let user = PasskeyUser::new(id, name, display_name);
        begin(&user).await.unwrap();
    }
}

#[tokio::test]
async fn registration_does_not_begin_for_user_ids_with_nul_or_beyond_the_length_bounds() {
    let long_name = "a".repeat(1025);
    for user in [
        PasskeyUser::new("", "ada", "Ada"),
        PasskeyUser::new("a".repeat(256), "ada", "Ada"),
        // 255 letters, and 256 bytes.
        PasskeyUser::new("a".repeat(254) + "é", "ada", "Ada"),
        PasskeyUser::new("1\0", "ada", "Ada"),
        PasskeyUser::new("\0", "ada", "Ada"),
        PasskeyUser::new("1", "", "Ada"),
        PasskeyUser::new("1", &*long_name, "Ada"),
        PasskeyUser::new("1", "ada", &*long_name),
    ] {
        let rejected = begin(&user).await;
        assert!(matches!(rejected, Err(Error::InvalidUser(_))), "{user:?}");
    }
}

#[test]
fn credential_id_of_more_than_1023_bytes_is_rejected() {
    let text = |bytes| passkeys_test_support::base64url(vec![0; bytes]);
    assert!(text(1023).parse::<CredentialId>().is_ok());
    assert!(text(1024).parse::<CredentialId>().is_err());
}
