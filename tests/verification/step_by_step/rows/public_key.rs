//! The credential's public key: its algorithm, its curve and its members.

use passkeys::audit::Reason;

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
    rows.extend(ml_dsa());
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
    [
        only(Algorithm::Es256),
        only(Algorithm::Es384),
        Kind::es512(),
    ]
    .concat()
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
        algorithm("an ES512 key, where ES512 is not offered", |answer| {
            *key(answer) = Algorithm::Es512.key(1).cose();
        }),
        algorithm("an ML-DSA-65 key, where ML-DSA is not offered", |answer| {
            *key(answer) = Algorithm::MlDsa65.key(1).cose();
        }),
        algorithm("an ML-DSA-65 key, where ML-DSA-44 is offered", |answer| {
            *key(answer) = Algorithm::MlDsa65.key(1).cose();
        })
        .where_config(|config| {
            let mut all = Algorithm::DEFAULT.map(Algorithm::configured).to_vec();
            all.push(passkeys::Algorithm::MlDsa44);
            config.algorithms(all)
        }),
        algorithm("an ES256 key, where only EdDSA is offered", |answer| {
            *key(answer) = Algorithm::Es256.key(1).cose();
        })
        .by(Kind::eddsa())
        .where_config(|config| config.algorithms([passkeys::Algorithm::EdDsa])),
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
        curve("ES512 with a key on P-256", |answer| {
            *key(answer) = Algorithm::Es256.key(1).cose();
            key(answer).set(3, -36);
        })
        .by(Kind::es512()),
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
    let rsa = |change, apply| {
        Row::registration(13, change, apply, Reason::Algorithm).by(only(Algorithm::Rs256))
    };
    let mut rows = vec![
        rsa("a modulus of 1024 bits", |answer| modulus(answer, 1024)),
        rsa("a modulus of 2047 bits", |answer| modulus(answer, 2047)),
        rsa("a modulus of 2047 bits, with a leading zero", |answer| {
            modulus(answer, 2047);
            bytes(answer, -1).insert(0, 0);
        }),
        rsa("a modulus of 2049 bits", |answer| modulus(answer, 2049)).accepted(),
        rsa("a modulus of 3072 bits", |answer| modulus(answer, 3072)).accepted(),
        rsa("a modulus of 8192 bits", |answer| modulus(answer, 8192)).accepted(),
        rsa("a modulus of 8193 bits", |answer| modulus(answer, 8193)),
        // Windows Hello has written leading zeros.
        rsa("a modulus with a leading zero", |answer| {
            bytes(answer, -1).insert(0, 0);
        })
        .accepted(),
        rsa("an empty modulus", |answer| bytes(answer, -1).clear()),
        rsa("a modulus of zero", |answer| bytes(answer, -1).fill(0)),
        rsa("an even modulus", |answer| bytes(answer, -1)[255] &= 0xfe),
        rsa("`e` is a number", |answer| key(answer).set(-2, 65_537)).because(Reason::Malformed),
    ];

    rows.extend([
        rsa("an exponent of zero", |answer| {
            set_exponent(answer, &[0; 3]);
        }),
        rsa("an exponent of one", |answer| set_exponent(answer, &[1])),
        rsa("an exponent of two", |answer| set_exponent(answer, &[2])),
        rsa("an exponent of three", |answer| set_exponent(answer, &[3])).accepted(),
        rsa("an exponent of 65537 with a leading zero", |answer| {
            set_exponent(answer, &[0, 1, 0, 1]);
        })
        .accepted(),
        rsa("an exponent of 65536", |answer| {
            set_exponent(answer, &[1, 0, 0]);
        }),
        rsa("an exponent of 2³³ − 1", |answer| {
            set_exponent(answer, &[1, 0xff, 0xff, 0xff, 0xff]);
        })
        .accepted(),
        rsa("an exponent of 2³³ + 1", |answer| {
            set_exponent(answer, &[2, 0, 0, 0, 1]);
        }),
        rsa("an empty exponent", |answer| set_exponent(answer, &[])),
    ]);
    rows
}

/// Replaces the modulus by an odd number of this many bits.
fn modulus(answer: &mut Registration, bits: usize) {
    let mut number = vec![0xff; bits.div_ceil(8)];
    number[0] >>= number.len() * 8 - bits;
    *bytes(answer, -1) = number;
}

fn set_exponent(answer: &mut Registration, exponent: &[u8]) {
    *bytes(answer, -2) = exponent.to_vec();
}

fn ml_dsa() -> Vec<Row> {
    let ml_dsa =
        |change, apply, reason| Row::registration(20, change, apply, reason).by(Kind::ml_dsa());
    vec![
        ml_dsa(
            "an ML-DSA key is one byte too short",
            |answer| bytes(answer, -1).truncate(1311),
            Reason::Malformed,
        ),
        ml_dsa(
            "an ML-DSA key is one byte too long",
            |answer| bytes(answer, -1).push(0),
            Reason::Malformed,
        ),
        ml_dsa(
            "an ML-DSA key has the key type of EdDSA",
            |answer| key(answer).set(1, 1),
            Reason::Algorithm,
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
        // About half of all numbers are the y-coordinate of a point.
        point("an EdDSA point is not on the curve", |answer| {
            bytes(answer, -2).fill(0);
            bytes(answer, -2)[0] = 2;
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
        Row::registration(13, change, apply, Reason::Malformed).by(Kind::of_every_algorithm())
    };
    vec![
        member("`kty` is missing", |answer| key(answer).remove(1)),
        member("`alg` is missing", |answer| key(answer).remove(3)),
        member("`crv`, `n` or `pub` is missing", |answer| {
            key(answer).remove(-1);
        }),
        member("`x` or `e` is missing", |answer| key(answer).remove(-2)).by(Kind::signing_in()),
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
        })
        .by(Kind::signing_in()),
        // §6.5.1: the key contains no other members.
        member("the key has an unknown member", |answer| {
            key(answer).add(-99, 1);
        }),
        member("the key has an unknown member with a name", |answer| {
            key(answer).add("new", 1);
        }),
        member("the key has `kid`", |answer| key(answer).add(2, vec![7])),
        member("the key has `key_ops`", |answer| {
            key(answer).add(4, vec![Cbor::Int(2)]);
        }),
        member("the key has its private part", |answer| {
            key(answer).add(-4, vec![7; 32]);
        })
        .by([elliptic(), Kind::eddsa()].concat()),
        member("the key has its private exponent", |answer| {
            key(answer).add(-3, vec![7; 256]);
        })
        .by(only(Algorithm::Rs256)),
        member("the key has its private part, of ML-DSA", |answer| {
            key(answer).add(-2, vec![7; 32]);
        })
        .by(Kind::ml_dsa()),
        member("a member of the key is in another place", |answer| {
            let kty = key(answer).get(1).clone();
            key(answer).remove(1);
            key(answer).add(1, kty);
        })
        .accepted(),
        member("an unknown member of the key appears twice", |answer| {
            key(answer).add(-99, 1);
            key(answer).add(-99, 1);
        }),
    ]
}

fn encoding() -> Vec<Row> {
    let key = |change, apply: fn(&mut Registration)| {
        Row::registration(13, change, apply, Reason::Malformed).by(Kind::of_every_algorithm())
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
        // CTAP2's canonical form, which §6.5.1.1 requires.
        key("the key is a map without a length", |answer| {
            answer.data.attested().key_written = |key| [&[0xbf], &key[1..], &[0xff]].concat();
        }),
        key("the number of members is written in two bytes", |answer| {
            answer.data.attested().key_written = |key| [&[0xb8, key[0] & 0x1f], &key[1..]].concat();
        }),
        key("`kty` has a label in two bytes", |answer| {
            answer.data.attested().key_written = |key| [&key[..1], &[0x18], &key[1..]].concat();
        }),
        key("the key is tagged", |answer| {
            answer.data.attested().key_written = |key| [&[0xd8, 24], key.as_slice()].concat();
        }),
        key("the key has a reserved length", |answer| {
            answer.data.attested().key_written = |_| vec![0xbc];
        }),
    ]
}
