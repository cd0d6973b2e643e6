//! The credential's public key: its algorithm, its curve and its members.

use passkeys::{Attestation, audit::Reason};

use crate::step_by_step::{
    client::{Algorithm, Cbor, Map, Registration, head},
    kind::Kind,
    row::Row,
};

#[tokio::test]
async fn every_public_key_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = algorithm();
    rows.extend(curve());
    rows.extend(rsa());
    rows.extend(eddsa());
    rows.extend(members());
    rows.extend(encoding());
    rows
}

/// Kinds with keys of this algorithm, and without attestation, which a changed key would break too.
fn only(algorithm: Algorithm) -> Vec<Kind> {
    let mut kinds = Kind::signing_in();
    kinds.retain(|kind| kind.algorithm == algorithm);
    kinds
}

fn elliptic() -> Vec<Kind> {
    [only(Algorithm::Es256), only(Algorithm::Es384)].concat()
}

fn key(answer: &mut Registration) -> &mut Map {
    &mut answer.data.attested().key
}

/// The bytes of one of the key's members.
fn bytes(answer: &mut Registration, member: i64) -> &mut Vec<u8> {
    match key(answer).get_mut(member) {
        Cbor::Bytes(bytes) => bytes,
        other => panic!("{other:?} is no bytes"),
    }
}

fn algorithm() -> Vec<Row> {
    let algorithm = |change, apply| {
        Row::registration(20, change, apply, Reason::Algorithm).by(Kind::signing_in())
    };
    vec![
        algorithm("an Ed25519 key, where attestation is requested", |answer| {
            *key(answer) = Algorithm::Ed25519.key(1).cose();
        })
        .by(Kind::attestable())
        .where_config(|config| config.attestation(Attestation::Indirect)),
        algorithm("`alg` is ES512", |answer| key(answer).set(3, -36)),
        algorithm("`alg` is ES256K", |answer| key(answer).set(3, -47)),
        algorithm("`alg` is PS256", |answer| key(answer).set(3, -37)),
        algorithm("`alg` is RSA with SHA-1", |answer| {
            key(answer).set(3, -65_535);
        }),
        algorithm("`alg` is ECDH", |answer| key(answer).set(3, -25)),
        algorithm("`alg` is zero", |answer| key(answer).set(3, 0)),
        algorithm("`alg` is another offered algorithm", |answer| {
            let other = if *key(answer).get(3) == Cbor::Int(-7) {
                -35
            } else {
                -7
            };
            key(answer).set(3, other);
        }),
        algorithm("`kty` is that of another key type", |answer| {
            let other = if *key(answer).get(1) == Cbor::Int(2) {
                3
            } else {
                2
            };
            key(answer).set(1, other);
        }),
        algorithm("`kty` is symmetric", |answer| key(answer).set(1, 4)),
    ]
}

fn curve() -> Vec<Row> {
    let curve = |change, apply| Row::registration(20, change, apply, Reason::Algorithm);
    let point =
        |change, apply| Row::registration(13, change, apply, Reason::Malformed).by(elliptic());
    vec![
        curve("ES256 with a key on P-384", |answer| {
            *key(answer) = Algorithm::Es384.key(1).cose();
            key(answer).set(3, -7);
        })
        .by(only(Algorithm::Es256)),
        curve("ES384 with a key on P-256", |answer| {
            *key(answer) = Algorithm::Es256.key(1).cose();
            key(answer).set(3, -35);
        })
        .by(only(Algorithm::Es384)),
        curve(
            "ES256 with a key on secp256k1, by its curve number",
            |answer| {
                key(answer).set(-1, 8);
            },
        )
        .by(only(Algorithm::Es256)),
        curve("a curve that does not exist", |answer| {
            key(answer).set(-1, 99);
        })
        .by(elliptic()),
        point("the point is not on the curve", |answer| {
            bytes(answer, -3)[0] ^= 1;
        }),
        point("the point is zero", |answer| {
            bytes(answer, -2).fill(0);
            bytes(answer, -3).fill(0);
        }),
        point("a coordinate is not below the prime", |answer| {
            bytes(answer, -2).fill(0xff);
        }),
        point("a coordinate is one byte too short", |answer| {
            bytes(answer, -2).truncate(31);
        }),
        point("a coordinate has a leading zero", |answer| {
            bytes(answer, -3).insert(0, 0);
        }),
        point("a coordinate is empty", |answer| bytes(answer, -2).clear()),
        point("the point is compressed", |answer| {
            key(answer).set(-3, Cbor::Raw(vec![0xf5]));
        }),
        point("`crv` is text", |answer| key(answer).set(-1, "P-256")),
    ]
}

fn rsa() -> Vec<Row> {
    let rsa = |change, apply, reason| {
        Row::registration(13, change, apply, reason).by(only(Algorithm::Rs256))
    };
    vec![
        // Only moduli of 2048 bits are accepted, as TPMs create them.
        rsa(
            "a modulus of 1024 bits",
            |answer| bytes(answer, -1).truncate(128),
            Reason::Algorithm,
        ),
        rsa(
            "an empty modulus",
            |answer| bytes(answer, -1).clear(),
            Reason::Algorithm,
        ),
        rsa(
            "an exponent of five bytes",
            |answer| *bytes(answer, -2) = vec![1, 0, 0, 0, 1],
            Reason::Algorithm,
        ),
        rsa(
            "an exponent of one",
            |answer| *bytes(answer, -2) = vec![0, 0, 1],
            Reason::Malformed,
        ),
        rsa(
            "an exponent of zero",
            |answer| *bytes(answer, -2) = vec![0; 3],
            Reason::Malformed,
        ),
        rsa(
            "an even exponent",
            |answer| *bytes(answer, -2) = vec![1, 0, 0],
            Reason::Malformed,
        ),
        rsa(
            "a modulus of zero",
            |answer| bytes(answer, -1).fill(0),
            Reason::Malformed,
        ),
        rsa(
            "an even modulus",
            |answer| bytes(answer, -1)[255] &= 0xfe,
            Reason::Malformed,
        ),
        rsa(
            "`e` is a number",
            |answer| key(answer).set(-2, 65_537),
            Reason::Malformed,
        ),
    ]
}

fn eddsa() -> Vec<Row> {
    let point =
        |change, apply| Row::registration(13, change, apply, Reason::Malformed).by(Kind::eddsa());
    let curve =
        |change, apply| Row::registration(20, change, apply, Reason::Algorithm).by(Kind::eddsa());
    vec![
        curve("EdDSA with a key on Ed448, by its curve number", |answer| {
            key(answer).set(-1, 7);
        }),
        curve(
            "EdDSA with a key on X25519, by its curve number",
            |answer| {
                key(answer).set(-1, 4);
            },
        ),
        curve("EdDSA with a key on P-256", |answer| {
            *key(answer) = Algorithm::Es256.key(1).cose();
            key(answer).set(3, -8);
        }),
        curve("ES256 with a key on Ed25519", |answer| {
            key(answer).set(3, -7);
        }),
        curve("EdDSA with the algorithm number of Ed25519", |answer| {
            key(answer).set(3, -19);
        }),
        point("an EdDSA point is one byte too short", |answer| {
            bytes(answer, -2).truncate(31);
        }),
        point("an EdDSA point is one byte too long", |answer| {
            bytes(answer, -2).push(0);
        }),
        point("an EdDSA point is the neutral element", |answer| {
            bytes(answer, -2).fill(0);
            bytes(answer, -2)[0] = 1;
        }),
        point("an EdDSA point has order 4", |answer| {
            bytes(answer, -2).fill(0);
        }),
        point("an EdDSA point is not below the prime", |answer| {
            bytes(answer, -2).fill(0xff);
        }),
    ]
}

fn members() -> Vec<Row> {
    let member = |change, apply| {
        Row::registration(13, change, apply, Reason::Malformed).by(Kind::signing_in())
    };
    vec![
        member("`kty` is missing", |answer| key(answer).remove(1)),
        member("`alg` is missing", |answer| key(answer).remove(3)),
        member("`crv` or `n` is missing", |answer| key(answer).remove(-1)),
        member("`x` or `e` is missing", |answer| key(answer).remove(-2)),
        member("`y` is missing", |answer| key(answer).remove(-3)).by(elliptic()),
        member("`alg` is text", |answer| key(answer).set(3, "ES256")),
        member("`kty` appears twice with the same value", |answer| {
            let kty = key(answer).get(1).clone();
            key(answer).add(1, kty);
        }),
        member("`alg` appears twice, the right value last", |answer| {
            let right = key(answer).get(3).clone();
            key(answer).set(3, -8);
            key(answer).add(3, right);
        }),
        member("`alg` appears twice, the right value first", |answer| {
            key(answer).add(3, -8);
        }),
        member(
            "`alg` appears twice, the second time with another encoding of the label",
            |answer| {
                key(answer).add(Cbor::Raw(vec![0x18, 3]), -8);
            },
        ),
        member("`x` or `e` appears twice", |answer| {
            let same = key(answer).get(-2).clone();
            key(answer).add(-2, same);
        }),
        member("an unknown member of the key appears twice", |answer| {
            key(answer).add(-99, 1);
            key(answer).add(-99, 1);
        }),
    ]
}

fn encoding() -> Vec<Row> {
    let key = |change, apply: fn(&mut Registration)| {
        Row::registration(13, change, apply, Reason::Malformed).by(Kind::signing_in())
    };
    vec![
        key("the key is an array", |answer| {
            answer.data.attested().key_written = |_| vec![0x80];
        }),
        key("the key is wrapped in a byte string", |answer| {
            answer.data.attested().key_written = |key| Cbor::Bytes(key).encode();
        }),
        key("the key is wrapped in an array", |answer| {
            answer.data.attested().key_written = |key| [&[0x81], key.as_slice()].concat();
        }),
        key("the key is an empty map", |answer| {
            answer.data.attested().key_written = |_| vec![0xa0];
        }),
        key("the key declares 2⁶⁴ − 1 members", |answer| {
            answer.data.attested().key_written =
                |key| [head(5, u64::MAX), key[1..].to_vec()].concat();
        }),
        key(
            "the key is an array that declares 2³² items and has none",
            |answer| {
                answer.data.attested().key_written = |_| head(4, 1 << 32);
            },
        ),
        key(
            "the key is a byte string that declares 2⁶³ bytes and has none",
            |answer| {
                answer.data.attested().key_written = |_| head(2, 1 << 63);
            },
        ),
        key("the key is nested 10,000 levels deep", |answer| {
            answer.data.attested().key_written = |_| [vec![0x81; 10_000], vec![0]].concat();
        }),
        key(
            "the key is maps of indefinite length, 10,000 levels deep",
            |answer| {
                answer.data.attested().key_written = |_| vec![0xbf; 10_000];
            },
        ),
        key("the key has a reserved length", |answer| {
            answer.data.attested().key_written = |_| vec![0xbc];
        }),
    ]
}
