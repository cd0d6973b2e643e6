//! Bounds of user IDs, names and credential IDs.

use passkeys::{CredentialId, PasskeyUser};

use super::*;

/// The error of a further passkey and of a sign-up, which must agree.
async fn begin(user: &PasskeyUser) -> Result<(), Error> {
    let world = World::default();
    let registration = world.passkeys.registration();
    let further = registration.begin(user).await.map(drop);
    let sign_up = registration.begin_sign_up(user).await.map(drop);
    assert_eq!(further.is_ok(), sign_up.is_ok(), "{user:?}");
    further
}

#[tokio::test]
async fn whose_id_and_names_are_of_the_least_and_the_most_bytes() {
    for (id, name, display_name) in [(1, 1, 0), (64, 1024, 1024)] {
        let [id, name, display_name] = [id, name, display_name].map(|bytes| "a".repeat(bytes));
        let user = PasskeyUser::new(id, name, display_name);
        begin(&user).await.unwrap();
    }
}

#[tokio::test]
async fn not_whose_id_or_names_are_out_of_bounds() {
    let long_name = "a".repeat(1025);
    for user in [
        PasskeyUser::new("", "ada", "Ada"),
        PasskeyUser::new("a".repeat(65), "ada", "Ada"),
        // 64 letters, and 65 bytes.
        PasskeyUser::new("a".repeat(63) + "é", "ada", "Ada"),
        PasskeyUser::new("1", "", "Ada"),
        PasskeyUser::new("1", &*long_name, "Ada"),
        PasskeyUser::new("1", "ada", &*long_name),
    ] {
        let refused = begin(&user).await;
        assert!(matches!(refused, Err(Error::InvalidUser(_))), "{user:?}");
    }
}

#[test]
fn an_id_of_a_passkey_has_at_most_1023_bytes() {
    let text = |bytes| passkeys_test_support::base64url(vec![0; bytes]);
    assert!(text(1023).parse::<CredentialId>().is_ok());
    assert!(text(1024).parse::<CredentialId>().is_err());
}
