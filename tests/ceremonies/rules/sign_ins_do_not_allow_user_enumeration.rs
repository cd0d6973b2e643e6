//! Rule 8: no user enumeration: failed sign-ins return one opaque error, and unknown users get
//! decoy credentials.

use std::collections::{BTreeMap, BTreeSet};

use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use passkeys::{
    AuthenticatorAttachment, CredentialId,
    ceremony::FinishAuthentication,
    store::{Insertion, SealedChallenges},
};
use sha2::{Digest as _, Sha256};

use super::*;

const SECRET: [u8; 32] = [7; 32];

/// Creates an instance of an application with this decoy secret.
fn instance(secret: &[u8], config: Config) -> World {
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    // No timing floor: these tests begin thousands of sign-ins, and do not look at their time.
    let passkeys = passkeys.timing_floor(Duration::ZERO);
    World::of(passkeys.decoy_secret(secret).unwrap())
}

/// Returns `allowCredentials` of a sign-in begun for this user.
async fn allowed_for(world: &World, user: &str) -> Value {
    let begun = world
        .passkeys
        .authentication()
        .begin_for_user_id(user)
        .await;
    allowed(&begun.unwrap())
}

fn allowed(begun: &passkeys::ceremony::Begun<passkeys::ceremony::RequestOptions>) -> Value {
    serde_json::to_value(begun).unwrap()["publicKey"]["allowCredentials"].clone()
}

#[tokio::test]
async fn unknown_user_gets_decoy_credentials_that_do_not_change_between_requests() {
    let (world, _) = ada_registered().await;
    let authentication = world.passkeys.authentication();
    let known = allowed(&authentication.begin_for_user_id("ada").await.unwrap());
    let unknown = allowed(&authentication.begin_for_user_id("eve").await.unwrap());
    let again = allowed(&authentication.begin_for_user_id("eve").await.unwrap());
    let other = allowed(&authentication.begin_for_user_id("mallory").await.unwrap());
    assert_eq!(unknown, again);
    assert_ne!(unknown, other);
    // As some browsers report no transports, some credentials have none.
    let members = |list: &Value| -> Vec<String> {
        let members = list[0].as_object().unwrap().keys();
        members.filter(|it| *it != "transports").cloned().collect()
    };
    assert_eq!(members(&known), members(&unknown));
}

#[tokio::test]
async fn decoy_credentials_are_the_same_in_every_instance_and_after_a_restart() {
    let before = instance(&SECRET, config(|config| config));
    let after = instance(&SECRET, config(|config| config));
    let elsewhere = instance(&[8; 32], config(|config| config));
    for user in ["eve", "mallory", ""] {
        let decoys = allowed_for(&before, user).await;
        assert_eq!(allowed_for(&after, user).await, decoys, "{user}");
        assert_ne!(allowed_for(&elsewhere, user).await, decoys, "{user}");
    }
}

#[tokio::test]
async fn user_without_passkeys_left_gets_the_decoy_credentials_of_an_unknown_user() {
    let world = instance(&SECRET, config(|config| config));
    let unknown = allowed_for(&world, "ada").await;
    let registered = world.register(&ada(), &mut world.device()).await.unwrap();
    let id = &registered.credential().id;
    let hers = allowed_for(&world, "ada").await;
    assert_eq!(hers[0]["id"], id.to_string());
    assert_eq!(
        hers.as_array().unwrap().len(),
        1,
        "no decoys beside real credentials"
    );
    let repository = world.passkeys.repository();
    assert!(
        repository
            .delete(Owner::everywhere("ada"), id)
            .await
            .unwrap()
    );
    assert_eq!(allowed_for(&world, "ada").await, unknown);
}

/// Rows that other software has written: the library registers none.
#[tokio::test]
async fn passkey_of_an_empty_user_id_belongs_to_no_user() {
    let world = instance(&SECRET, config(|config| config));
    let unknown = allowed_for(&world, "").await;
    let mut device = world.device();
    let registered = world.register(&ada(), &mut device).await.unwrap();
    let mut credential = registered.credential().clone();
    let repository = world.passkeys.repository();
    assert!(
        repository
            .delete(Owner::everywhere("ada"), &credential.id)
            .await
            .unwrap()
    );
    credential.user_id.clear();
    assert!(imported(repository, &credential).await);

    assert_eq!(allowed_for(&world, "").await, unknown);
    let too_long = "a".repeat(PasskeyUser::MAX_ID_BYTES + 1);
    let authentication = world.passkeys.authentication();
    let unknown_name = async { Ok::<_, Error>(None) };
    for begun in [
        authentication.begin_for_user_id("").await,
        authentication.begin_for_user_id(&too_long).await,
        authentication.begin_for_username("eve", unknown_name).await,
    ] {
        let begun = begun.unwrap();
        let mut options = serde_json::to_value(&begun).unwrap();
        let listed = options["publicKey"]["allowCredentials"].take().to_string();
        assert!(!listed.contains(&credential.id.to_string()), "{listed}");
        options["publicKey"]["allowCredentials"] = json!([]);
        let answer = raw(&device.get(&options).unwrap());
        let request = FinishAuthentication::new(answer, begun.state);
        let answer = authentication.finish(&request).await;
        assert!(matches!(answer, Err(Error::AuthenticationFailed)));
        assert_eq!(world.audit.last_reason(), Some(Reason::NotOwner));
    }
}

#[test]
fn decoy_secret_shorter_than_32_bytes_is_rejected() {
    let passkeys = || Passkeys::new(App, MemoryRepository::default());
    let rejected = passkeys().decoy_secret([7; 31]).err().unwrap();
    assert_eq!(
        rejected.to_string(),
        "the secret has 31 bytes; give at least 32, from a random source"
    );
    assert!(passkeys().decoy_secret([7; 32]).is_ok());
}

/// Returns the IDs of the decoy credentials of users who do not exist, each with its length.
async fn decoys(world: &World, users: usize) -> Vec<Vec<u8>> {
    let mut ids = Vec::new();
    for user in 0..users {
        let list = allowed_for(world, &format!("unknown {user}")).await;
        let list = list.as_array().unwrap();
        ids.extend(list.iter().map(|credential| bytes(&credential["id"])));
    }
    ids
}

#[tokio::test]
async fn registration_with_the_id_of_a_decoy_credential_fails_like_one_with_a_registered_id() {
    let world = instance(&SECRET, config(|config| config));
    let registered = world.register(&ada(), &mut world.device()).await.unwrap();
    let mut ids = vec![registered.credential().id.as_bytes().to_vec()];
    ids.extend(decoys(&world, 400).await);
    let lengths: BTreeSet<_> = ids.iter().map(Vec::len).collect();
    assert!(lengths.len() >= 6, "decoys of all kinds: {lengths:?}");
    let carol = PasskeyUser::new("carol", "carol", "Carol");
    for id in &ids {
        let mut device = world.device().with_fault(Fault::CredentialId(id.clone()));
        let further = world.register(&bob(), &mut device).await;
        let registration = world.passkeys.registration();
        let begun = registration.begin_sign_up(&carol).await.unwrap();
        let request = world.answer(begun, &mut device);
        let sign_up = registration.finish_as(&carol, &request).await;
        for refused in [further, sign_up] {
            let refused = refused.unwrap_err();
            assert!(matches!(refused, Error::CredentialAlreadyExists), "{id:?}");
        }
    }
    // The operator gets the reason.
    assert_eq!(world.audit.last_reason(), Some(Reason::DecoyCredential));
    let repository = world.passkeys.repository();
    for user in ["bob", "carol"] {
        assert!(
            repository
                .list(Owner::everywhere(user))
                .await
                .unwrap()
                .is_empty()
        );
    }
    // Any other ID registers.
    world.register(&bob(), &mut world.device()).await.unwrap();
}

#[tokio::test]
async fn sealed_states_of_named_sign_ins_have_one_length_whoever_is_named() {
    let passkeys = Passkeys::new(App, MemoryRepository::default()).timing_floor(Duration::ZERO);
    let passkeys = passkeys.challenges(SealedChallenges::new(SECRET).unwrap());
    for passkeys in [passkeys.clone(), passkeys.empty_allow_credentials()] {
        let world = World::of(passkeys);
        let longest = "a".repeat(PasskeyUser::MAX_ID_BYTES);
        let users = ["1", "ada", &"b".repeat(23), &"c".repeat(24), &longest];
        let users = users.map(|id| PasskeyUser::new(id, "name", "Name"));
        for user in &users {
            world.register(user, &mut world.device()).await.unwrap();
        }
        let authentication = world.passkeys.authentication();
        let mut lengths = BTreeSet::new();
        for user in &users {
            let by_id = authentication.begin_for_user_id(user.id()).await.unwrap();
            let found = async { Ok::<_, Error>(Some(user.clone())) };
            let by_name = authentication.begin_for_username(user.name(), found);
            lengths.extend([by_id.state.len(), by_name.await.unwrap().state.len()]);
        }
        for unknown in ["eve", &"d".repeat(40), &"e".repeat(1000)] {
            let by_id = authentication.begin_for_user_id(unknown).await.unwrap();
            let nobody = async { Ok::<_, Error>(None) };
            let by_name = authentication.begin_for_username(unknown, nobody);
            lengths.extend([by_id.state.len(), by_name.await.unwrap().state.len()]);
        }
        assert_eq!(lengths.len(), 1, "{lengths:?}");
    }
}

#[tokio::test]
async fn offered_transports_are_in_the_order_of_decoy_credentials_whatever_the_browser_sent() {
    let world = instance(&SECRET, config(|config| config));
    let registered = world.register(&ada(), &mut world.device()).await.unwrap();
    let repository = world.passkeys.repository();
    let mut credential = registered.credential().clone();
    assert!(
        repository
            .delete(Owner::everywhere("ada"), &credential.id)
            .await
            .unwrap()
    );
    credential.transports = vec![Transport::Internal, Transport::Hybrid];
    let insertion = repository
        .insert(Owner::everywhere("ada"), &credential, 1)
        .await
        .unwrap();
    assert_eq!(insertion, Insertion::Stored);
    let transports = allowed_for(&world, "ada").await[0]["transports"].take();
    assert_eq!(transports, json!(["hybrid", "internal"]));
}

#[tokio::test]
async fn unknown_user_gets_no_more_decoy_credentials_than_a_user_may_have_passkeys() {
    for max in 1..=10 {
        let world = instance(&SECRET, config(|config| config.max_credentials(max)));
        let mut most = 0;
        for user in 0..1000 {
            let allowed = allowed_for(&world, &user.to_string()).await;
            most = most.max(allowed.as_array().unwrap().len());
        }
        assert_eq!(most, max.min(8));
    }
}

#[tokio::test]
async fn applications_of_one_process_that_share_a_repository_reject_each_others_decoy_credentials()
{
    let repository = MemoryRepository::default();
    let world = || {
        let passkeys = Passkeys::new(App, repository.clone());
        World::of(passkeys.timing_floor(Duration::ZERO))
    };
    let (shop, staff) = (world(), world());
    shop.register(&ada(), &mut shop.device()).await.unwrap();
    for user in ["ada", "nobody"] {
        let id = allowed_for(&shop, user).await[0]["id"].take();
        let id: CredentialId = id.as_str().unwrap().parse().unwrap();
        let fault = Fault::CredentialId(id.as_bytes().to_vec());
        let mut device = staff.device().with_fault(fault);
        let failed = staff.register(&bob(), &mut device).await.unwrap_err();
        assert_eq!(failed.code(), "credential_already_exists", "{user}");
    }
}

#[tokio::test]
async fn empty_allow_credentials_gives_every_named_user_an_empty_list() {
    let passkeys = Passkeys::new(App, MemoryRepository::default()).timing_floor(Duration::ZERO);
    let world = World::of(passkeys.empty_allow_credentials());
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    let mut bobs = world.device();
    world.register(&bob(), &mut bobs).await.unwrap();
    for user in ["ada", "eve", ""] {
        assert_eq!(allowed_for(&world, user).await, json!([]), "{user}");
    }
    // The passkey of the named user signs in, and nobody else's.
    let authentication = world.passkeys.authentication();
    let request = world.assert(Some("ada"), &mut device).await;
    let login = authentication.finish(&request).await.unwrap();
    assert_eq!(login.user_id(), "ada");
    for user in ["ada", "eve"] {
        let request = world.assert(Some(user), &mut bobs).await;
        let rejected = authentication.finish(&request).await;
        assert!(matches!(rejected, Err(Error::AuthenticationFailed)));
        assert_eq!(world.audit.last_reason(), Some(Reason::NotOwner));
    }
}

/// Number of users by number of decoys, and number of decoys by kind: length of the ID, and
/// transports.
type Shapes = (BTreeMap<usize, usize>, BTreeMap<(usize, String), usize>);

const USERS: usize = 4000;

async fn shapes(config: Config) -> Shapes {
    let world = instance(&SECRET, config);
    let (mut counts, mut kinds) = Shapes::default();
    let mut ids = BTreeSet::new();
    for user in 0..USERS {
        let list = allowed_for(&world, &format!("user {user}")).await;
        let list = list.as_array().unwrap();
        *counts.entry(list.len()).or_default() += 1;
        for credential in list {
            let id: CredentialId = credential["id"].as_str().unwrap().parse().unwrap();
            let kind = (id.as_bytes().len(), credential["transports"].to_string());
            *kinds.entry(kind).or_default() += 1;
            assert!(ids.insert(id), "a decoy ID repeats");
        }
    }
    (counts, kinds)
}

/// Asserts that the numbers have these shares, per mille, with a tolerance of 20.
fn assert_shares<K: Ord + Copy + std::fmt::Debug>(
    numbers: impl IntoIterator<Item = (K, usize)>,
    shares: &[(K, usize)],
) {
    let numbers: BTreeMap<_, _> = numbers.into_iter().collect();
    let all: usize = numbers.values().sum();
    assert_eq!(numbers.len(), shares.len(), "{numbers:?}");
    for (kind, share) in shares {
        let is = numbers[kind] * 1000 / all;
        assert!(is.abs_diff(*share) <= 20, "{kind:?}: {is}, not {share}");
    }
}

#[tokio::test]
async fn decoy_credentials_have_the_numbers_and_kinds_of_real_ones() {
    let (counts, kinds) = shapes(config(|config| config)).await;
    let shares = [
        (1, 640),
        (2, 220),
        (3, 80),
        (4, 30),
        (5, 15),
        (6, 8),
        (7, 4),
        (8, 3),
    ];
    assert_shares(counts, &shares);
    let kinds = kinds
        .iter()
        .map(|((bytes, transports), number)| ((*bytes, transports.as_str()), *number));
    let shares = [
        ((16, r#"["hybrid","internal"]"#), 280),
        ((16, r#"["internal"]"#), 60),
        ((16, "null"), 25),
        ((20, r#"["hybrid","internal"]"#), 330),
        ((20, r#"["internal"]"#), 10),
        ((20, "null"), 25),
        ((32, r#"["hybrid","internal"]"#), 40),
        ((32, r#"["internal"]"#), 105),
        ((32, "null"), 10),
        ((48, r#"["nfc","usb"]"#), 40),
        ((48, r#"["usb"]"#), 12),
        ((48, "null"), 5),
        ((64, r#"["nfc","usb"]"#), 15),
        ((64, r#"["usb"]"#), 15),
        ((64, "null"), 5),
        ((65, r#"["internal"]"#), 15),
        ((96, r#"["nfc","usb"]"#), 4),
        ((96, r#"["usb"]"#), 4),
    ];
    assert_shares(kinds, &shares);
}

#[tokio::test]
async fn decoy_credentials_are_only_of_kinds_that_the_configuration_allows() {
    let lengths = async |config| -> Vec<usize> {
        let (_, kinds) = shapes(config).await;
        let lengths: BTreeSet<_> = kinds.keys().map(|(bytes, _)| *bytes).collect();
        lengths.into_iter().collect()
    };
    let platform = config(|it| it.authenticator_attachment(AuthenticatorAttachment::Platform));
    assert_eq!(
        lengths(platform).await,
        [16, 20, 32, 65],
        "no security keys"
    );
    let roaming = config(|it| it.authenticator_attachment(AuthenticatorAttachment::CrossPlatform));
    assert_eq!(
        lengths(roaming).await,
        [16, 20, 32, 48, 64, 96],
        "no platform authenticators"
    );
    let attested = config(|it| it.attestation(Attestation::Direct));
    assert_eq!(
        lengths(attested).await,
        [32, 48, 64, 65, 96],
        "no synced passkeys, which have no attestation"
    );
}

fn bytes(member: &Value) -> Vec<u8> {
    let id: CredentialId = member.as_str().unwrap().parse().unwrap();
    id.as_bytes().to_vec()
}

#[tokio::test]
async fn decoy_credential_does_not_sign_in_even_with_a_signature_by_its_key() {
    let world = instance(&SECRET, config(|config| config));
    let mut local = world.device();
    world.register(&bob(), &mut local).await.unwrap();
    let mut synced = local.with_fault(Fault::BackupEligibilityChanged);
    // The key that decoys are verified against, for equal timing. It is derived from a public text.
    let key = SigningKey::from_slice(&Sha256::digest("passkeys: nobody's passkey")).unwrap();
    for user in 0..32 {
        let user = format!("user {user}");
        let begun = world
            .passkeys
            .authentication()
            .begin_for_user_id(&user)
            .await;
        let begun = begun.unwrap();
        let mut options = serde_json::to_value(&begun).unwrap();
        let id = options["publicKey"]["allowCredentials"][0]["id"].clone();
        options["publicKey"]["allowCredentials"] = json!([]);
        let device = match bytes(&id).len() {
            16 | 20 => &mut synced,
            _ => &mut local,
        };
        let mut credential = device.get(&options).unwrap();
        let response = &credential["response"];
        let hash = Sha256::digest(bytes(&response["clientDataJSON"]));
        let signed = [bytes(&response["authenticatorData"]), hash.to_vec()].concat();
        let signature: Signature = key.sign(&signed);
        let signature = CredentialId::new(signature.to_der().as_bytes()).unwrap();
        for (member, value) in [
            ("/id", &id),
            ("/rawId", &id),
            ("/response/userHandle", &json!(null)),
        ] {
            credential.pointer_mut(member).unwrap().clone_from(value);
        }
        credential["response"]["signature"] = signature.to_string().into();
        let request = FinishAuthentication::new(raw(&credential), begun.state);
        let answer = world.passkeys.authentication().finish(&request).await;
        assert!(matches!(answer, Err(Error::AuthenticationFailed)));
        assert_eq!(world.audit.last_reason(), Some(Reason::UnknownCredential));
    }
}

#[tokio::test]
async fn audit_trail_records_the_true_reason_of_a_failed_sign_in() {
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
