//! CBOR that is expensive to parse, sent by anybody who has begun a registration. It is rejected
//! while it is read, whether or not attestation is requested, so that no other parser sees it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ciborium::Value as Cbor;
use passkeys::{Attestation, Config, Error, audit::Reason, ceremony::FinishRegistration};
use passkeys_test_support::{RegistrationExt as _, World, ada, base64url, raw};
use serde_json::Value;

/// Bytes of an attestation object that fit into a request body of 64 KiB, as base64url in JSON.
const FITS: usize = 40_000;

/// Encodes the head of an item with a length of two bytes.
fn head(major: u8, length: usize) -> Vec<u8> {
    let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
    vec![major << 5 | 0x19, high, low]
}

/// Returns maps of some 40 kB, by what is expensive about them.
fn expensive() -> Vec<(&'static str, Vec<u8>)> {
    // Two bytes tell the keys apart.
    let keyed = |start: &[u8]| {
        let count = FITS / (start.len() + 3);
        let members = (0..count).flat_map(|number| {
            let digit = |number: usize| u8::try_from(number % 24).unwrap();
            let low = [digit(number), digit(number / 24)];
            [start, &low, &[0]].concat()
        });
        [head(5, count), members.collect()].concat()
    };
    let array = |item: &[u8]| {
        let count = FITS / item.len() - 10;
        [b"\xa1\x61a".to_vec(), head(4, count), item.repeat(count)].concat()
    };
    let nested = |map: &[u8]| [b"\xa1\x61a", map].concat();
    let by_array = keyed(b"\x82");
    vec![
        ("keys that are arrays", by_array.clone()),
        ("nested keys that are arrays", nested(&by_array)),
        ("keys that are maps", keyed(b"\xa1")),
        ("keys that are bytes", keyed(b"\x42")),
        (
            "keys that are long arrays",
            keyed(&[&[0x98, 202][..], &[0; 200]].concat()),
        ),
        ("many integers", array(b"\x00")),
        ("many empty maps", array(b"\xa0")),
        ("many empty arrays", array(b"\x80")),
        ("many maps", array(b"\xa1\x01\x00")),
        ("many texts", array(b"\x61a")),
    ]
}

/// Returns the authenticator data of an attestation object.
fn authenticator_data(object: &str) -> Vec<u8> {
    let object = URL_SAFE_NO_PAD.decode(object).unwrap();
    let object: Cbor = ciborium::from_reader(&object[..]).unwrap();
    let mut members = object.into_map().unwrap().into_iter();
    let (_, data) = members
        .find(|(key, _)| key.as_text() == Some("authData"))
        .unwrap();
    data.into_bytes().unwrap()
}

/// Finishes a registration with this authenticator data and statement.
async fn register(world: &World, change: impl Fn(Vec<u8>) -> (Vec<u8>, Vec<u8>)) -> Option<Reason> {
    let begun = world.passkeys.registration().begin(&ada()).await.unwrap();
    let options = serde_json::to_value(&begun).unwrap();
    let mut credential: Value = world.device().create(&options);
    let object = &mut credential["response"]["attestationObject"];
    let (data, statement) = change(authenticator_data(object.as_str().unwrap()));
    let sent = [
        b"\xa3\x63fmt\x66packed\x67attStmt".to_vec(),
        statement,
        b"\x68authData".to_vec(),
        head(2, data.len()),
        data,
    ];
    *object = base64url(sent.concat()).into();
    let request = FinishRegistration::new(raw(&credential), begun.state);
    let finished = world
        .passkeys
        .registration()
        .finish_as(&ada(), &request)
        .await;
    assert!(
        matches!(finished, Err(Error::AttestationVerificationFailed)),
        "{finished:?}"
    );
    world.audit.last_reason()
}

#[tokio::test]
async fn expensive_cbor_in_extension_outputs_or_statement_is_rejected_before_it_is_verified() {
    for attestation in [Attestation::None, Attestation::Direct] {
        let config = Config::builder("example.com", ["https://example.com"]);
        let world = World::with_config(config.attestation(attestation).build().unwrap());
        for (what, map) in expensive() {
            assert!(map.len() > FITS * 9 / 10, "{what}: {}", map.len());
            let in_extensions = register(&world, |mut data| {
                data[32] |= 1 << 7;
                data.extend(&map);
                (data, b"\xa0".to_vec())
            });
            assert_eq!(in_extensions.await, Some(Reason::Malformed), "{what}");
            let in_statement = register(&world, |data| (data, map.clone()));
            assert_eq!(in_statement.await, Some(Reason::Malformed), "{what}");
        }
    }
}
