//! Backup eligibility (WebAuthn §7.2, step 19): learnt at the first sign-in where it is unknown, and
//! then compared, as the key `backup_eligibility` says.

use passkeys::BackupEligibility;

use super::*;

/// Creates a world in which Ada has a passkey with this stored backup eligibility, whose
/// authenticator says `false`.
async fn world(policy: BackupEligibility, stored: Option<bool>) -> (World, Authenticator) {
    let world = World::with_config(config(|config| config.backup_eligibility(policy)));
    let mut device = world.device();
    let registered = world.register(&ada(), &mut device).await.unwrap();
    let mut credential = registered.credential().clone();
    assert_eq!(credential.backup_eligible, Some(false));
    credential.backup_eligible = stored;
    let repository = world.passkeys.repository();
    repository
        .delete(Owner::everywhere("ada"), &credential.id)
        .await
        .unwrap();
    imported(repository, &credential).await;
    (world, device)
}

async fn stored(world: &World) -> Option<bool> {
    let repository = world.passkeys.repository();
    repository.list(Owner::everywhere("ada")).await.unwrap()[0].backup_eligible
}

fn changed(world: &World) -> bool {
    let kinds = world.audit.kinds();
    kinds.contains(&AuditKind::BackupEligibilityChanged)
}

#[tokio::test]
async fn unknown_backup_eligibility_is_stored_at_the_first_sign_in() {
    for policy in [BackupEligibility::Reject, BackupEligibility::Report] {
        for eligible in [false, true] {
            let (world, mut device) = world(policy, None).await;
            if eligible {
                device = device.with_fault(Fault::BackupEligibilityChanged);
            }
            let login = world.sign_in(&mut device).await.unwrap();
            assert_eq!(login.credential().backup_eligible, Some(eligible));
            assert_eq!(stored(&world).await, Some(eligible));
            world.sign_in(&mut device).await.unwrap();
            assert!(!changed(&world), "it was unknown, and is the same since");
        }
    }
}

#[tokio::test]
async fn changed_backup_eligibility_is_rejected_by_default() {
    assert_eq!(
        config(|config| config).backup_eligibility(),
        BackupEligibility::Reject
    );
    let (world, mut device) = world(BackupEligibility::Reject, None).await;
    world.sign_in(&mut device).await.unwrap();
    let mut device = device.with_fault(Fault::BackupEligibilityChanged);
    let answer = world.sign_in(&mut device).await;
    assert!(
        matches!(answer, Err(Error::AuthenticationFailed)),
        "{answer:?}"
    );
    assert_eq!(world.audit.last_reason(), Some(Reason::BackupEligibility));
    assert_eq!(stored(&world).await, Some(false));
    assert!(!changed(&world));
}

#[tokio::test]
async fn changed_backup_eligibility_is_accepted_recorded_and_stored_where_it_is_reported() {
    let (world, mut device) = world(BackupEligibility::Report, Some(true)).await;
    let login = world.sign_in(&mut device).await.unwrap();
    assert_eq!(login.credential().backup_eligible, Some(false));
    assert_eq!(stored(&world).await, Some(false));
    assert!(changed(&world));
    let events = world.audit.events();
    let [.., changed, succeeded] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(changed.kind, AuditKind::BackupEligibilityChanged);
    assert_eq!(changed.user_id.as_deref(), Some("ada"));
    assert_eq!(changed.credential_id, succeeded.credential_id);
    assert_eq!(succeeded.kind, AuditKind::AuthenticationSucceeded);
}
