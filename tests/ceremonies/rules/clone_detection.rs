//! Rule 7: clone detection by the signature counter: `reject`, `suspend` and `report`.

use super::*;

/// Signs in with counter 5 and then with this one.
async fn after_five(policy: SignCount, then: u32) -> (World, bool) {
    let world = World::with_config(config(|config| config.sign_count(policy)));
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    world
        .sign_in(&mut device.with_fault(Fault::SignCount(5)))
        .await
        .unwrap();
    let answer = world
        .sign_in(&mut device.with_fault(Fault::SignCount(then)))
        .await;
    let suspected = world.audit.kinds().contains(&AuditKind::CloneSuspected);
    assert_eq!(suspected, then <= 5);
    if let Ok(login) = &answer {
        assert_eq!(login.clone_suspected(), suspected);
    }
    (world, answer.is_ok())
}

async fn stored(world: &World) -> passkeys::Credential {
    world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap()
        .remove(0)
}

#[tokio::test]
async fn sign_count_reject_rejects_the_sign_in_and_leaves_the_passkey_unchanged() {
    for then in [0, 4, 5] {
        let (world, accepted) = after_five(SignCount::Reject, then).await;
        assert!(!accepted);
        let stored = stored(&world).await;
        assert_eq!((stored.sign_count, stored.suspended_at), (5, None));
    }
}

#[tokio::test]
async fn sign_count_suspend_rejects_the_sign_in_and_suspends_the_passkey() {
    let (world, accepted) = after_five(SignCount::Suspend, 5).await;
    assert!(!accepted);
    assert!(stored(&world).await.suspended_at.is_some());
    assert!(
        world
            .audit
            .kinds()
            .contains(&AuditKind::CredentialSuspended)
    );
}

#[tokio::test]
async fn suspended_passkey_is_rejected_even_if_its_signature_counter_advances() {
    let world = World::with_config(config(|config| config.sign_count(SignCount::Suspend)));
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    world
        .sign_in(&mut device.with_fault(Fault::SignCount(5)))
        .await
        .unwrap();
    world
        .sign_in(&mut device.with_fault(Fault::SignCount(5)))
        .await
        .unwrap_err();
    world
        .sign_in(&mut device.with_fault(Fault::SignCount(6)))
        .await
        .unwrap_err();
    assert_eq!(world.audit.last_reason(), Some(Reason::Suspended));
}

#[tokio::test]
async fn sign_count_report_accepts_the_sign_in_and_never_decreases_the_stored_counter() {
    let (world, accepted) = after_five(SignCount::Report, 4).await;
    assert!(accepted);
    let stored = stored(&world).await;
    assert_eq!((stored.sign_count, stored.suspended_at), (5, None));
}

#[tokio::test]
async fn signature_counter_that_advances_is_accepted_by_every_sign_count_policy() {
    for policy in [SignCount::Reject, SignCount::Suspend, SignCount::Report] {
        assert!(after_five(policy, 6).await.1);
    }
}

#[tokio::test]
async fn signature_counter_that_stays_zero_is_not_suspected_to_be_a_clone() {
    let (world, device) = ada_registered().await;
    let mut device = device.with_fault(Fault::SignCount(0));
    for _ in 0..3 {
        world.sign_in(&mut device).await.unwrap();
    }
    assert!(!world.audit.kinds().contains(&AuditKind::CloneSuspected));
}
