//! The rules that never bend, one by one. Each test is named for what it holds.

use std::{sync::Arc, time::Duration};

use passkeys::{
    Aaguid, Attestation, Config, Error, Passkeys, SignCount, Transport, UserVerification,
    audit::{AuditKind, Reason},
    store::{CredentialRepository as _, MemoryChallenges, MemoryRepository},
    testing::{Authenticator, Fault},
};
use passkeys_tests::support::{App, World, ada, bob};
use serde_json::Value;
use tokio::task::JoinSet;

fn config(change: impl FnOnce(passkeys::ConfigBuilder) -> passkeys::ConfigBuilder) -> Config {
    change(Config::builder("example.com", ["https://example.com"]))
        .build()
        .unwrap()
}

/// A world in which Ada has a passkey on a device.
async fn ada_registered() -> (World, Authenticator) {
    let world = World::default();
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    (world, device)
}

mod rule_1_a_ceremony_is_finished_once {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn of_32_identical_sign_ins_at_once_exactly_one_succeeds() {
        let (world, mut device) = ada_registered().await;
        let request = Arc::new(world.assert(None, &mut device).await);
        let mut tasks = JoinSet::new();
        for _ in 0..32 {
            let (passkeys, request) = (world.passkeys.clone(), request.clone());
            tasks.spawn(async move { passkeys.authentication().finish(&request).await });
        }
        let answers = tasks.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        for error in answers.into_iter().filter_map(Result::err) {
            assert!(matches!(error, Error::ChallengeNotFound), "{error:?}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_32_identical_registrations_at_once_exactly_one_succeeds() {
        let world = World::default();
        let request = Arc::new(world.create(&ada(), &mut world.device()).await);
        let mut tasks = JoinSet::new();
        for _ in 0..32 {
            let (passkeys, request) = (world.passkeys.clone(), request.clone());
            tasks.spawn(async move { passkeys.registration().finish(&ada(), &request).await });
        }
        let answers = tasks.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    }

    #[tokio::test]
    async fn a_failed_finish_ends_it_too() {
        let (world, device) = ada_registered().await;
        let request = world
            .assert(None, &mut device.with_fault(Fault::BrokenSignature))
            .await;
        let failed = world.passkeys.authentication().finish(&request).await;
        assert!(
            matches!(failed, Err(Error::AuthenticationFailed)),
            "{failed:?}"
        );
        let again = world.passkeys.authentication().finish(&request).await;
        assert!(matches!(again, Err(Error::ChallengeNotFound)), "{again:?}");
    }
}

mod rule_2_a_state_is_typed {
    use super::*;

    #[tokio::test]
    async fn a_registration_state_finishes_no_sign_in() {
        let (world, mut device) = ada_registered().await;
        let mut sign_in = world.assert(None, &mut device).await;
        sign_in.state = world.create(&ada(), &mut world.device()).await.state;
        let answer = world.passkeys.authentication().finish(&sign_in).await;
        assert!(
            matches!(answer, Err(Error::ChallengeNotFound)),
            "{answer:?}"
        );
        assert_eq!(world.audit.last_reason(), Some(Reason::OtherPurpose));
    }

    #[tokio::test]
    async fn a_sign_in_state_finishes_no_registration() {
        let (world, mut device) = ada_registered().await;
        let mut registration = world.create(&ada(), &mut world.device()).await;
        registration.state = world.assert(None, &mut device).await.state;
        let answer = world
            .passkeys
            .registration()
            .finish(&ada(), &registration)
            .await;
        assert!(
            matches!(answer, Err(Error::ChallengeNotFound)),
            "{answer:?}"
        );
        assert_eq!(world.audit.last_reason(), Some(Reason::OtherPurpose));
    }

    #[tokio::test]
    async fn another_users_state_finishes_nothing() {
        let world = World::default();
        let request = world.create(&ada(), &mut world.device()).await;
        let answer = world.passkeys.registration().finish(&bob(), &request).await;
        assert!(
            matches!(answer, Err(Error::ChallengeNotFound)),
            "{answer:?}"
        );
        assert_eq!(world.audit.last_reason(), Some(Reason::OtherUser));
    }

    #[tokio::test]
    async fn another_relying_partys_state_finishes_nothing() {
        let shared = Arc::new(MemoryChallenges::default());
        let party = |config: Config| {
            let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
            World::of(passkeys.challenges(shared.clone()))
        };
        let example = party(config(|example| example));
        let other = party(Config::new("example.org", ["https://example.org"]).unwrap());

        let request = example.create(&ada(), &mut example.device()).await;
        let answer = other.passkeys.registration().finish(&ada(), &request).await;
        assert!(
            matches!(answer, Err(Error::ChallengeNotFound)),
            "{answer:?}"
        );
        assert_eq!(other.audit.last_reason(), Some(Reason::OtherRelyingParty));
    }
}

mod rule_3_who_began_a_registration_finishes_it {
    use super::*;

    #[tokio::test]
    async fn a_sign_ups_state_is_not_finished_as_somebody_signed_in() {
        let world = World::default();
        let begun = world
            .passkeys
            .registration()
            .begin_sign_up(&ada())
            .await
            .unwrap();
        let mut request = world.create(&ada(), &mut world.device()).await;
        request.state = begun.state;
        let answer = world.passkeys.registration().finish(&ada(), &request).await;
        assert!(
            matches!(answer, Err(Error::ChallengeNotFound)),
            "{answer:?}"
        );
        assert_eq!(world.audit.last_reason(), Some(Reason::OtherPurpose));
    }

    #[tokio::test]
    async fn a_signed_in_users_state_is_not_finished_as_a_sign_up() {
        let world = World::default();
        let request = world.create(&ada(), &mut world.device()).await;
        let answer = world.passkeys.registration().finish_sign_up(&request).await;
        assert!(
            matches!(answer, Err(Error::ChallengeNotFound)),
            "{answer:?}"
        );
    }

    #[tokio::test]
    async fn nobody_signs_up_as_an_account_that_has_passkeys() {
        let (world, _) = ada_registered().await;
        let answer = world.passkeys.registration().begin_sign_up(&ada()).await;
        assert!(
            matches!(answer, Err(Error::AccountAlreadyExists)),
            "{answer:?}"
        );
    }

    #[tokio::test]
    async fn of_two_sign_ups_begun_for_one_account_only_the_first_is_finished() {
        let world = World::default();
        let registration = world.passkeys.registration();
        let mut requests = Vec::new();
        for _ in 0..2 {
            let begun = registration.begin_sign_up(&ada()).await.unwrap();
            requests.push(world.answer(begun, &mut world.device()));
        }
        let first = registration.finish_sign_up(&requests[0]).await.unwrap();
        let second = registration.finish_sign_up(&requests[1]).await;
        assert!(
            matches!(second, Err(Error::AccountAlreadyExists)),
            "{second:?}"
        );
        let kept = world.passkeys.repository().list("ada").await.unwrap();
        assert_eq!(kept, [first.credential().clone()]);
    }
}

mod rule_4_policy_is_enforced_at_finish {
    use super::*;

    async fn refused(world: &World, fault: Fault) -> Reason {
        let mut device = world.device().with_fault(fault);
        let answer = world.register(&ada(), &mut device).await;
        assert!(
            matches!(answer, Err(Error::AttestationVerificationFailed)),
            "{answer:?}"
        );
        world.audit.last_reason().unwrap()
    }

    #[tokio::test]
    async fn user_verification() {
        let world = World::default();
        assert_eq!(
            refused(&world, Fault::UserNotVerified).await,
            Reason::UserNotVerified
        );
        let lenient = config(|config| config.user_verification(UserVerification::Preferred));
        let world = World::with_config(lenient);
        let mut device = world.device().with_fault(Fault::UserNotVerified);
        world.register(&ada(), &mut device).await.unwrap();
        assert!(!world.sign_in(&mut device).await.unwrap().user_verified());
    }

    #[tokio::test]
    async fn algorithm() {
        // ES512 by name, and an algorithm for another curve.
        assert_eq!(
            refused(&World::default(), Fault::Algorithm(-36)).await,
            Reason::Algorithm
        );
        assert_eq!(
            refused(&World::default(), Fault::Algorithm(-35)).await,
            Reason::Algorithm
        );
    }

    #[tokio::test]
    async fn attestation() {
        let strict = config(|config| config.attestation(Attestation::Direct));
        let world = World::with_config(strict);
        let answer = world.register(&ada(), &mut world.device()).await;
        assert!(
            matches!(answer, Err(Error::AttestationVerificationFailed)),
            "{answer:?}"
        );
        assert_eq!(world.audit.last_reason(), Some(Reason::Attestation));
    }

    #[tokio::test]
    async fn excluded_credentials() {
        let (world, mut device) = ada_registered().await;
        let begun = world.passkeys.registration().begin(&ada()).await.unwrap();
        let options = serde_json::to_value(&begun).unwrap();
        let excluded = options["publicKey"]["excludeCredentials"]
            .as_array()
            .unwrap();
        let id = excluded[0]["id"]
            .as_str()
            .unwrap()
            .parse::<passkeys::CredentialId>()
            .unwrap();
        assert_eq!(excluded.len(), 1);

        // A browser that ignores the list.
        let stubborn = Fault::CredentialId(id.as_bytes().to_vec());
        let mut stubborn = device.with_fault(stubborn);
        let answer = world.register(&ada(), &mut stubborn).await;
        assert!(
            matches!(answer, Err(Error::CredentialAlreadyExists)),
            "{answer:?}"
        );
        world.sign_in(&mut device).await.unwrap();
    }
}

mod rule_5_an_assertion_agrees_with_the_stored_credential {
    use super::*;

    #[tokio::test]
    async fn in_every_part() {
        let (world, device) = ada_registered().await;
        let cases = [
            (Fault::WrongType, Reason::ClientDataType),
            (Fault::WrongChallenge, Reason::Challenge),
            (Fault::Origin("https://evil.com".into()), Reason::Origin),
            (
                Fault::Origin("https://example.com:8443".into()),
                Reason::Origin,
            ),
            (
                Fault::Origin("https://login.example.com".into()),
                Reason::Origin,
            ),
            (Fault::Origin("https://EXAMPLE.com".into()), Reason::Origin),
            (Fault::CrossOrigin, Reason::CrossOrigin),
            (Fault::RpId("evil.com".into()), Reason::RpIdHash),
            (Fault::UserNotPresent, Reason::UserNotPresent),
            (Fault::UserNotVerified, Reason::UserNotVerified),
            (Fault::BackedUpIneligible, Reason::BackupState),
            (Fault::BackupEligibilityChanged, Reason::BackupEligibility),
            (Fault::TrailingByte, Reason::Malformed),
            (Fault::OtherId, Reason::UnknownCredential),
            (Fault::UserHandle(Some(b"bob".to_vec())), Reason::UserHandle),
            (Fault::UserHandle(None), Reason::UserHandle),
            (Fault::BrokenSignature, Reason::Signature),
        ];
        for (fault, reason) in cases {
            let answer = world.sign_in(&mut device.with_fault(fault.clone())).await;
            assert!(
                matches!(answer, Err(Error::AuthenticationFailed)),
                "{fault:?}: {answer:?}"
            );
            assert_eq!(world.audit.last_reason(), Some(reason), "{fault:?}");
        }
    }

    #[tokio::test]
    async fn the_user_handle_may_be_missing_where_the_user_was_named() {
        let (world, device) = ada_registered().await;
        let mut device = device.with_fault(Fault::UserHandle(None));
        let request = world.assert(Some("ada"), &mut device).await;
        let login = world
            .passkeys
            .authentication()
            .finish(&request)
            .await
            .unwrap();
        assert_eq!(login.user_id(), "ada");
    }

    #[tokio::test]
    async fn nobody_elses_passkey_finishes_a_sign_in_that_was_begun_for_a_user() {
        let (world, _) = ada_registered().await;
        let mut bobs = world.device();
        world.register(&bob(), &mut bobs).await.unwrap();
        let mut request = world.assert(Some("bob"), &mut bobs).await;
        let adas = world
            .passkeys
            .authentication()
            .begin(Some("ada"))
            .await
            .unwrap();
        request.state = adas.state;
        let answer = world.passkeys.authentication().finish(&request).await;
        assert!(
            matches!(answer, Err(Error::AuthenticationFailed)),
            "{answer:?}"
        );
        assert_eq!(world.audit.last_reason(), Some(Reason::NotOwner));
    }
}

mod rule_6_storing_is_insert_unique_and_a_use_is_one_swap {
    use super::*;

    #[tokio::test]
    async fn a_known_credential_id_is_refused_and_never_overwritten() {
        let (world, mut device) = ada_registered().await;
        let stored = world.passkeys.repository().list("ada").await.unwrap();
        let thief = Fault::CredentialId(stored[0].id.as_bytes().to_vec());
        let answer = world
            .register(&bob(), &mut world.device().with_fault(thief))
            .await;
        assert!(
            matches!(answer, Err(Error::CredentialAlreadyExists)),
            "{answer:?}"
        );
        assert_eq!(
            world.passkeys.repository().list("ada").await.unwrap(),
            stored
        );
        assert_eq!(world.sign_in(&mut device).await.unwrap().user_id(), "ada");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_32_assertions_with_one_counter_value_exactly_one_succeeds() {
        let (world, device) = ada_registered().await;
        let mut tasks = JoinSet::new();
        for _ in 0..32 {
            let mut copy = device.with_fault(Fault::SignCount(7));
            let request = world.assert(None, &mut copy).await;
            let passkeys = world.passkeys.clone();
            tasks.spawn(async move { passkeys.authentication().finish(&request).await });
        }
        let answers = tasks.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        for error in answers.into_iter().filter_map(Result::err) {
            assert!(matches!(error, Error::AuthenticationFailed), "{error:?}");
        }
    }

    #[tokio::test]
    async fn a_use_updates_counter_backup_state_and_last_use_together() {
        let world = World::default();
        let mut device = world.device().with_fault(Fault::BackupEligibilityChanged);
        world.register(&ada(), &mut device).await.unwrap();
        world.clock.advance(Duration::from_mins(1));
        let mut synced = device
            .with_fault(Fault::BackedUpIneligible)
            .with_fault(Fault::SignCount(9));
        let login = world.sign_in(&mut synced).await.unwrap();

        let stored = world
            .passkeys
            .repository()
            .list("ada")
            .await
            .unwrap()
            .remove(0);
        assert_eq!(stored, *login.credential());
        assert_eq!((stored.sign_count, stored.backup_state), (9, true));
        assert_eq!(
            stored.last_used_at.unwrap() - stored.created_at,
            Duration::from_mins(1)
        );
    }
}

mod rule_7_counter_policy {
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
            .list("ada")
            .await
            .unwrap()
            .remove(0)
    }

    #[tokio::test]
    async fn reject_refuses_and_keeps_the_credential() {
        for then in [0, 4, 5] {
            let (world, accepted) = after_five(SignCount::Reject, then).await;
            assert!(!accepted);
            let stored = stored(&world).await;
            assert_eq!((stored.sign_count, stored.suspended_at), (5, None));
        }
    }

    #[tokio::test]
    async fn suspend_refuses_and_suspends_it() {
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
    async fn a_suspended_passkey_signs_in_no_more_whatever_its_counter() {
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
    async fn report_lets_it_in_and_the_counter_never_goes_back() {
        let (world, accepted) = after_five(SignCount::Report, 4).await;
        assert!(accepted);
        let stored = stored(&world).await;
        assert_eq!((stored.sign_count, stored.suspended_at), (5, None));
    }

    #[tokio::test]
    async fn a_counter_that_advances_is_accepted_by_every_policy() {
        for policy in [SignCount::Reject, SignCount::Suspend, SignCount::Report] {
            assert!(after_five(policy, 6).await.1);
        }
    }

    #[tokio::test]
    async fn zero_on_both_sides_is_no_counter() {
        let (world, device) = ada_registered().await;
        let mut device = device.with_fault(Fault::SignCount(0));
        for _ in 0..3 {
            world.sign_in(&mut device).await.unwrap();
        }
        assert!(!world.audit.kinds().contains(&AuditKind::CloneSuspected));
    }
}

mod rule_8_a_sign_in_that_fails_says_nothing {
    use super::*;

    fn allowed(begun: &passkeys::ceremony::Begun<passkeys::ceremony::RequestOptions>) -> Value {
        serde_json::to_value(begun).unwrap()["publicKey"]["allowCredentials"].clone()
    }

    #[tokio::test]
    async fn an_unknown_user_is_answered_with_credentials_that_stay_the_same() {
        let (world, _) = ada_registered().await;
        let authentication = world.passkeys.authentication();
        let known = allowed(&authentication.begin(Some("ada")).await.unwrap());
        let unknown = allowed(&authentication.begin(Some("eve")).await.unwrap());
        let again = allowed(&authentication.begin(Some("eve")).await.unwrap());
        let other = allowed(&authentication.begin(Some("mallory")).await.unwrap());
        assert_eq!(unknown, again);
        assert_ne!(unknown, other);
        let members = |list: &Value| -> Vec<String> {
            list[0].as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(members(&known), members(&unknown));
    }

    #[tokio::test]
    async fn the_audit_trail_knows_the_difference() {
        let (world, device) = ada_registered().await;
        let mut strangers = world.device();
        let elsewhere = World::default();
        elsewhere.register(&bob(), &mut strangers).await.unwrap();
        world.sign_in(&mut strangers).await.unwrap_err();
        world
            .sign_in(&mut device.with_fault(Fault::BrokenSignature))
            .await
            .unwrap_err();
        let reasons: Vec<_> = world
            .audit
            .kinds()
            .iter()
            .filter_map(|kind| kind.reason())
            .collect();
        assert_eq!(reasons, [Reason::UnknownCredential, Reason::Signature]);
    }
}

mod rule_9_challenges {
    use super::*;

    #[tokio::test]
    async fn are_32_bytes_and_never_the_same() {
        let world = World::default();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..100 {
            let begun = world.passkeys.authentication().begin(None).await.unwrap();
            let options = serde_json::to_value(&begun).unwrap();
            let challenge = options["publicKey"]["challenge"]
                .as_str()
                .unwrap()
                .to_owned();
            assert_eq!(challenge.len(), 43);
            assert!(seen.insert(challenge));
        }
    }

    #[tokio::test]
    async fn expire_at_the_end_of_their_lifetime_and_not_before() {
        let (world, mut device) = ada_registered().await;
        let lifetime = world.passkeys.config().challenge_ttl();
        let in_time = world.assert(None, &mut device).await;
        world
            .clock
            .advance(lifetime.saturating_sub(Duration::from_millis(1)));
        world
            .passkeys
            .authentication()
            .finish(&in_time)
            .await
            .unwrap();

        let late = world.assert(None, &mut device).await;
        world.clock.advance(lifetime);
        let answer = world.passkeys.authentication().finish(&late).await;
        assert!(
            matches!(answer, Err(Error::ChallengeNotFound)),
            "{answer:?}"
        );
        assert_eq!(world.audit.last_reason(), Some(Reason::Expired));
    }

    #[tokio::test]
    async fn that_nobody_finishes_make_room_for_new_ones() {
        let passkeys = Passkeys::new(App, MemoryRepository::default())
            .challenges(MemoryChallenges::with_capacity(3));
        let world = World::of(passkeys);
        let mut device = world.device();
        world.register(&ada(), &mut device).await.unwrap();
        let oldest = world.assert(None, &mut device).await;
        let mut newest = oldest.clone();
        for _ in 0..3 {
            world.clock.advance(Duration::from_millis(1));
            newest = world.assert(None, &mut device).await;
        }
        world
            .passkeys
            .authentication()
            .finish(&oldest)
            .await
            .unwrap_err();
        world
            .passkeys
            .authentication()
            .finish(&newest)
            .await
            .unwrap();
    }
}

mod the_stored_credential {
    use super::*;

    #[tokio::test]
    async fn keeps_what_the_authenticator_said() {
        let world = World::default();
        let mut device = world.device();
        let registered = world.register(&ada(), &mut device).await.unwrap();
        let credential = registered.credential();
        assert_eq!(credential.user_id, "ada");
        // `{1: 2, 3: -7, -1: 1, ..`: the COSE key as it came.
        assert_eq!(
            credential.public_key[..7],
            [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01]
        );
        assert_eq!(
            credential.aaguid,
            Aaguid::new([0xa7; 16]),
            "even without attestation"
        );
        assert_eq!(credential.attestation_format.as_deref(), Some("none"));
        assert_eq!(
            credential.transports,
            [Transport::Internal, Transport::Hybrid]
        );
        assert!(credential.discoverable && credential.user_verified);
        assert!(!credential.backup_eligible && !credential.backup_state);
        assert_eq!((credential.sign_count, credential.last_used_at), (0, None));
        assert_eq!(
            *credential,
            world.passkeys.repository().list("ada").await.unwrap()[0]
        );
    }
}
