//! Migration from `webauthn-rs`: passkeys that it registered and serialised sign in here.

use ciborium::Value as Cbor;
use passkeys::{
    AuthenticationResult, CredentialId, PasskeyUser, Passkeys, Transport,
    ceremony::FinishAuthentication,
    passkeys,
    store::{CredentialRepository as _, MemoryRepository, Owner},
    testing::Authenticator,
};
use passkeys_test_support::imported;
use serde_json::{Value, json, to_value, value::to_raw_value};
use uuid::Uuid;
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// As the guide shows it.
mod convert {
    #![allow(clippy::pedantic, reason = "the guide's code is short")]

    include!("webauthn_rs/convert.rs");

    pub(super) fn passkey(
        passkey: &Value,
        user_id: &str,
        handle: &[u8],
        created_at: OffsetDateTime,
    ) -> Option<Credential> {
        convert(passkey, user_id, handle, created_at)
    }

    pub(super) fn key(key: &Value) -> Option<Vec<u8>> {
        cose_key(key)
    }
}

const ORIGIN: &str = "https://example.com";

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("42", "ada", "Ada")
    }

    fn on_authenticated(&self, login: AuthenticationResult) -> String {
        login.user_id().to_owned()
    }
}

/// The application before the migration.
fn old_application() -> Webauthn {
    let origin = ORIGIN.parse().unwrap();
    let builder = WebauthnBuilder::new("example.com", &origin).unwrap();
    builder.build().unwrap()
}

/// Registers a passkey with `webauthn-rs`, signs in with it once, and returns its row.
fn registered(user_unique_id: Uuid, device: &mut Authenticator) -> String {
    let webauthn = old_application();
    let (options, pending) = webauthn
        .start_passkey_registration(user_unique_id, "ada", "Ada", None)
        .unwrap();
    let created = device.create(&to_value(&options).unwrap());
    let created = serde_json::from_value(created).unwrap();
    let mut passkey = webauthn
        .finish_passkey_registration(&created, &pending)
        .unwrap();

    let (options, pending) = webauthn
        .start_passkey_authentication(std::slice::from_ref(&passkey))
        .unwrap();
    let asserted = device.get(&to_value(&options).unwrap()).unwrap();
    let asserted = serde_json::from_value(asserted).unwrap();
    let result = webauthn
        .finish_passkey_authentication(&asserted, &pending)
        .unwrap();
    assert_eq!(passkey.update_credential(&result), Some(true));
    serde_json::to_string(&passkey).unwrap()
}

/// Moves a row to a new application of the user 42.
async fn moved(row: &str, user_unique_id: Uuid) -> Passkeys<App> {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let row = serde_json::from_str(row).unwrap();
    let now = time::OffsetDateTime::now_utc();
    let handle = user_unique_id.as_bytes();
    let credential = convert::passkey(&row, "42", handle, now).unwrap();
    assert!(imported(passkeys.repository(), &credential).await);
    passkeys
}

/// Signs in; by a named user, if any.
async fn sign_in(
    passkeys: &Passkeys<App>,
    user_id: Option<&str>,
    device: &mut Authenticator,
) -> AuthenticationResult {
    let authentication = passkeys.authentication();
    let begun = match user_id {
        Some(user_id) => authentication.begin_for_user_id(user_id).await.unwrap(),
        None => authentication.begin().await.unwrap(),
    };
    let asserted = device.get(&to_value(&begun).unwrap()).unwrap();
    let asserted = to_raw_value(&asserted).unwrap();
    let request = FinishAuthentication::new(asserted, begun.state);
    authentication.finish(&request).await.unwrap()
}

/// The handle of `webauthn-rs` is a random UUID, and not the ID of the account.
#[tokio::test]
async fn passkey_of_webauthn_rs_signs_in_with_and_without_a_named_user() {
    let user_unique_id = Uuid::new_v4();
    let mut device = Authenticator::new(ORIGIN);
    let row = registered(user_unique_id, &mut device);
    let passkeys = moved(&row, user_unique_id).await;

    for (count, named) in [(2, None), (3, Some("42"))] {
        let login = sign_in(&passkeys, named, &mut device).await;
        assert_eq!(login.user_id(), "42");
        assert!(login.user_verified());
        assert_eq!(login.credential().sign_count, count);
    }
    let stored = passkeys
        .repository()
        .list(Owner::everywhere("42"))
        .await
        .unwrap();
    assert_eq!(stored[0].backup_eligible, Some(false), "learnt");
    assert!(stored[0].discoverable);
}

/// `webauthn-rs` keeps transports of attested passkeys only.
#[test]
fn transports_of_a_passkey_of_webauthn_rs_are_converted_without_unknown_ones() {
    let row = registered(Uuid::new_v4(), &mut Authenticator::new(ORIGIN));
    let mut row: Value = serde_json::from_str(&row).unwrap();
    let convert = |row: &Value| {
        let now = time::OffsetDateTime::UNIX_EPOCH;
        convert::passkey(row, "42", &[7; 16], now)
            .unwrap()
            .transports
    };
    assert_eq!(convert(&row), []);
    row["cred"]["transports"] = json!(["internal", "test", "hybrid", "unknown"]);
    assert_eq!(convert(&row), [Transport::Internal, Transport::Hybrid]);
}

/// The same where the account's ID is the UUID.
#[tokio::test]
async fn passkey_of_webauthn_rs_signs_in_where_the_uuid_is_the_user_id() {
    let id = Uuid::new_v4();
    let mut device = Authenticator::new(ORIGIN);
    let row = registered(id, &mut device);
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let row = serde_json::from_str(&row).unwrap();
    let now = time::OffsetDateTime::now_utc();
    let user_id = id.to_string();
    let credential = convert::passkey(&row, &user_id, id.as_bytes(), now).unwrap();
    assert!(imported(passkeys.repository(), &credential).await);
    for named in [None, Some(&*user_id)] {
        let login = sign_in(&passkeys, named, &mut device).await;
        assert_eq!(login.user_id_as::<Uuid>(), Ok(id));
    }
}

/// The user handle is checked: a passkey with another user's handle is not this user's.
#[tokio::test]
async fn passkey_moved_with_the_handle_of_another_user_does_not_sign_in() {
    let mut device = Authenticator::new(ORIGIN);
    let row = registered(Uuid::new_v4(), &mut device);
    let passkeys = moved(&row, Uuid::new_v4()).await;
    let authentication = passkeys.authentication();
    let begun = authentication.begin().await.unwrap();
    let asserted = device.get(&to_value(&begun).unwrap()).unwrap();
    let asserted = to_raw_value(&asserted).unwrap();
    let request = FinishAuthentication::new(asserted, begun.state);
    let failed = authentication.finish(&request).await.unwrap_err();
    assert_eq!(failed.code(), "authentication_failed");
}

/// Each kind of key, as `webauthn-rs` 0.5 and 0.6 serialise it.
#[test]
fn cose_keys_of_webauthn_rs_are_encoded_with_their_parameters() {
    let part = |length, byte| CredentialId::new(vec![byte; length]).unwrap().to_string();
    let point = |curve, length| json!({ "EC_EC2": { "curve": curve, "x": part(length, 3), "y": part(length, 4) } });
    let okp = json!({ "EC_OKP": { "curve": "ED25519", "x": part(32, 3) } });
    let rsa = |length| json!({ "RSA": { "n": part(length, 200), "e": [1, 0, 1] } });
    let bytes = |length, byte| Cbor::Bytes(vec![byte; length]);
    let number = |number: i32| Cbor::Integer(number.into());
    for (algorithm, key, expected) in [
        (
            "ES256",
            point("SECP256R1", 32),
            vec![
                (1, number(2)),
                (3, number(-7)),
                (-1, number(1)),
                (-2, bytes(32, 3)),
                (-3, bytes(32, 4)),
            ],
        ),
        (
            "ES384",
            point("SECP384R1", 48),
            vec![
                (1, number(2)),
                (3, number(-35)),
                (-1, number(2)),
                (-2, bytes(48, 3)),
                (-3, bytes(48, 4)),
            ],
        ),
        (
            "EDDSA",
            okp,
            vec![
                (1, number(1)),
                (3, number(-8)),
                (-1, number(6)),
                (-2, bytes(32, 3)),
            ],
        ),
        (
            "RS256",
            rsa(256),
            vec![
                (1, number(3)),
                (3, number(-257)),
                (-1, bytes(256, 200)),
                (-2, Cbor::Bytes(vec![1, 0, 1])),
            ],
        ),
        (
            "RS256",
            rsa(512),
            vec![
                (1, number(3)),
                (3, number(-257)),
                (-1, bytes(512, 200)),
                (-2, Cbor::Bytes(vec![1, 0, 1])),
            ],
        ),
    ] {
        let key = json!({ "type_": algorithm, "key": key });
        let key_of_webauthn_rs =
            serde_json::from_value::<webauthn_rs::prelude::COSEKey>(key.clone());
        key_of_webauthn_rs.unwrap();
        let encoded = convert::key(&key).unwrap();
        let decoded: Cbor = ciborium::from_reader(&*encoded).unwrap();
        let expected = expected
            .into_iter()
            .map(|(label, value)| (number(label), value));
        assert_eq!(decoded, Cbor::Map(expected.collect()), "{algorithm}");
    }
    let other = json!({ "type_": "ES521", "key": point("SECP521R1", 66) });
    assert_eq!(convert::key(&other), None);
}

#[test]
fn guide_contains_the_conversion_that_is_tested() {
    let guide = include_str!("../../docs/moving-from-webauthn-rs.md");
    assert!(guide.contains(include_str!("webauthn_rs/convert.rs")));
}
