//! Clone detection by the signature counter: stored value, received value, and the outcome under
//! each `sign_count` policy.

use passkeys::{
    Config, SignCount,
    store::{CredentialRepository, Owner},
    testing::Fault,
};
use passkeys_test_support::{RegistrationExt as _, assert, create};

use super::helpers::{
    assert_authentication_failed, configured, device, in_every_repository, only_passkey_of, person,
};

const MAX: u32 = u32::MAX;

/// Stored value, received value, and whether the received one advances the counter.
const CASES: [(u32, u32, bool); 14] = [
    // An authenticator without a counter, or one that starts counting.
    (0, 0, true),
    (0, 1, true),
    (0, MAX, true),
    // The counter disappears.
    (1, 0, false),
    // Equal.
    (1, 1, false),
    (MAX, MAX, false),
    // Lower.
    (2, 1, false),
    (MAX, MAX - 1, false),
    // Wrapped around.
    (MAX, 0, false),
    (MAX, 1, false),
    // Beyond the range of a signed 32-bit integer.
    (0x7fff_ffff, 0x8000_0000, true),
    (0x8000_0000, 0x7fff_ffff, false),
    (MAX - 1, MAX, true),
    (0, 0x8000_0000, true),
];

#[tokio::test]
async fn signature_counter_values_are_handled_as_each_sign_count_policy_says() {
    async fn test(repository: impl CredentialRepository + Clone) {
        for policy in [SignCount::Reject, SignCount::Suspend, SignCount::Report] {
            for (stored, brought, advances) in CASES {
                let case = format!("{stored}, then {brought}, under {policy:?}");
                let config = Config::builder("example.com", ["https://example.com"]);
                let config = config.sign_count(policy).build().unwrap();
                let passkeys = configured(repository.clone(), config);
                let ada = person("ada");

                let mut device = device().with_fault(Fault::SignCount(stored));
                let request = create(&passkeys.registration(), &ada, &mut device).await;
                passkeys
                    .registration()
                    .finish_as(&ada, &request)
                    .await
                    .unwrap();
                let before = only_passkey_of(&repository, "ada").await;
                assert_eq!(before.sign_count, stored, "{case}");

                let mut device = device.with_fault(Fault::SignCount(brought));
                let request = assert(&passkeys.authentication(), None, &mut device).await;
                let answer = passkeys.authentication().finish(&request).await;
                let after = only_passkey_of(&repository, "ada").await;
                if advances || policy == SignCount::Report {
                    let login = answer.expect(&case);
                    assert_eq!(login.clone_suspected(), !advances, "{case}");
                    assert_eq!(*login.credential(), after, "{case}");
                } else {
                    assert_authentication_failed(answer);
                    assert_eq!(after.last_used_at, None, "{case}");
                }
                let expected = if advances { brought } else { stored };
                assert_eq!(after.sign_count, expected, "{case}");
                let suspended = !advances && policy == SignCount::Suspend;
                assert_eq!(after.suspended_at.is_some(), suspended, "{case}");
                assert!(
                    repository
                        .delete(Owner::everywhere("ada"), &after.id)
                        .await
                        .unwrap()
                );
            }
        }
    }
    in_every_repository!(test);
}
