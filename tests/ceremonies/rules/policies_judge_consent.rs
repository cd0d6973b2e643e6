//! What a policy demands of the consent to an action, beyond what the configuration does.

use passkeys::{
    Clock as _,
    ceremony::{Action, Consent},
    policy::{DeviceBound, Policy, UserVerified},
};

use super::*;

fn action() -> Action {
    Action::new("POST", "example.com", "/release", b"null")
}

/// Returns a world that lets people consent without user verification, where Ada has a passkey on a
/// device with these faults.
async fn ada_registered_with(faults: &[Fault]) -> (World, Authenticator) {
    let world = World::with_config(config(|config| {
        config.user_verification(UserVerification::Preferred)
    }));
    let mut device = world.device();
    for fault in faults {
        device = device.with_fault(fault.clone());
    }
    world.register(&ada(), &mut device).await.unwrap();
    (world, device)
}

async fn consent<P>(world: &World, device: &mut Authenticator) -> Result<Consent, Error>
where
    P: Policy<Result = passkeys::AuthenticationResult>,
{
    let request = world.agree(&ada(), &action(), device).await;
    let step_up = world.passkeys.step_up().policy::<P>();
    step_up.finish_as(&ada(), &action(), &request).await
}

/// Asserts that the consent is rejected for this reason, and that the passkey does not count as used.
async fn assert_rejected<P>(world: &World, device: &mut Authenticator, reason: Reason)
where
    P: Policy<Result = passkeys::AuthenticationResult>,
{
    let rejected = consent::<P>(world, device).await;
    assert!(matches!(rejected, Err(Error::AuthenticationFailed)));
    let last = world.audit.events().pop().unwrap();
    assert_eq!(last.kind, AuditKind::StepUpFailed(reason));
    assert_eq!(last.user_id.as_deref(), Some("ada"));
    let stored = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap();
    assert_eq!(stored[0].last_used_at, None);
}

/// A synced passkey: the flag is set at registration and afterwards.
const SYNCED: Fault = Fault::BackupEligibilityChanged;

#[tokio::test]
async fn policy_user_verified_rejects_consent_without_user_verification() {
    let (world, mut device) = ada_registered_with(&[Fault::UserNotVerified]).await;
    let reason = Reason::PolicyUserVerified;
    assert_rejected::<UserVerified>(&world, &mut device, reason).await;
    // The same consent fulfils a policy that does not demand it.
    consent::<DeviceBound>(&world, &mut device).await.unwrap();
}

#[tokio::test]
async fn policy_device_bound_rejects_consent_with_a_passkey_that_can_be_synced() {
    let (world, mut device) = ada_registered_with(&[SYNCED]).await;
    let reason = Reason::PolicyDeviceBound;
    assert_rejected::<DeviceBound>(&world, &mut device, reason).await;
    let consent = consent::<UserVerified>(&world, &mut device).await.unwrap();
    assert_eq!(consent.result.credential().backup_eligible, Some(true));
}

#[tokio::test]
async fn both_policies_together_demand_what_each_demands() {
    type Both = (UserVerified, DeviceBound);
    type BothReversed = (DeviceBound, UserVerified);
    for (faults, reason) in [
        (&[Fault::UserNotVerified][..], Reason::PolicyUserVerified),
        (&[SYNCED], Reason::PolicyDeviceBound),
    ] {
        let (world, mut device) = ada_registered_with(faults).await;
        assert_rejected::<Both>(&world, &mut device, reason).await;
        assert_rejected::<BothReversed>(&world, &mut device, reason).await;
    }
    let (world, mut device) = ada_registered_with(&[]).await;
    consent::<Both>(&world, &mut device).await.unwrap();
    consent::<BothReversed>(&world, &mut device).await.unwrap();
}

/// The policy adds to the other checks, and replaces none.
#[tokio::test]
async fn consent_that_does_not_verify_is_rejected_under_every_policy() {
    let (world, device) = ada_registered_with(&[]).await;
    let mut broken = device.with_fault(Fault::BrokenSignature);
    assert_rejected::<UserVerified>(&world, &mut broken, Reason::Signature).await;
    assert_rejected::<DeviceBound>(&world, &mut broken, Reason::Signature).await;
}

#[tokio::test]
async fn recent_sign_in_is_checked_against_the_age_that_the_application_says() {
    let world = World::default();
    let step_up = world.passkeys.step_up();
    let at_most = Duration::from_mins(5);
    let signed_in = |seconds| {
        let ago = time::Duration::seconds(seconds);
        ada().authenticated_at(world.clock.now() - ago)
    };
    for recent in [0, 300, -60] {
        step_up.check_recent(&signed_in(recent), at_most).unwrap();
    }
    assert_eq!(world.audit.kinds(), []);
    for (user, reason) in [
        (signed_in(301), Reason::SignInTooOld),
        (signed_in(-61), Reason::SignInInFuture),
        (ada(), Reason::SignInAgeUnknown),
    ] {
        let checked = step_up.check_recent(&user, at_most);
        assert!(matches!(checked, Err(Error::ReauthenticationRequired)));
        let last = *world.audit.kinds().last().unwrap();
        assert_eq!(last, AuditKind::StepUpFailed(reason));
    }
}
