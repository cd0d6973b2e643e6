//! Packed attestation: by certificate, and self attestation.

use passkeys::Attestation;

use crate::step_by_step::{
    client::{Algorithm, Cbor, Der, Map, Method, Registration, oid, rsa_public_key_info},
    kind::Kind,
    row::Row,
    steps::Section,
};

#[tokio::test]
async fn every_packed_attestation_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = syntax();
    rows.extend(bounds());
    rows.extend(signature());
    rows.extend(of_every_algorithm());
    rows.extend(aaguid());
    rows.extend(by_itself());
    rows
}

fn packed(step: usize, change: &'static str, apply: fn(&mut Registration)) -> Row {
    Row::statement(Section::Packed, step, change, apply).by(Kind::packed())
}

fn syntax() -> Vec<Row> {
    vec![
        packed(1, "the statement is an array", |answer| {
            answer.object = |object| object.set("attStmt", Vec::<Cbor>::new());
        }),
        packed(1, "the statement is empty", |answer| {
            answer.statement.edit = |statement| *statement = Map::default();
        }),
        packed(1, "`alg` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("alg");
        }),
        packed(1, "`sig` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("sig");
        }),
        packed(1, "`alg` is text", |answer| {
            answer.statement.edit = |statement| statement.set("alg", "ES256");
        }),
        packed(1, "`sig` is text", |answer| {
            answer.statement.edit = |statement| statement.set("sig", "signature");
        }),
        packed(1, "`x5c` is one certificate, not an array", |answer| {
            answer.statement.edit = |statement| {
                let Cbor::Array(chain) = statement.get("x5c") else {
                    panic!("an array")
                };
                let leaf = chain[0].clone();
                statement.set("x5c", leaf);
            };
        }),
        packed(1, "`x5c` is empty", without_certificates),
        packed(
            1,
            "`x5c` is empty, where attestation is not requested",
            without_certificates,
        )
        .unsolicited()
        .accepted(),
        packed(1, "`x5c` is null", |answer| {
            answer.statement.edit = |statement| statement.set("x5c", Cbor::Raw(vec![0xf6]));
        }),
        packed(1, "a certificate is text", |answer| {
            answer.statement.edit = |statement| chain(statement)[0] = "certificate".into();
        }),
        packed(1, "a byte follows the certificate", |answer| {
            answer.statement.edit = |statement| {
                let Cbor::Bytes(leaf) = &mut chain(statement)[0] else {
                    panic!("bytes")
                };
                leaf.push(0);
            };
        }),
        packed(1, "the second certificate is not a certificate", |answer| {
            answer.statement.edit = |statement| chain(statement)[1] = vec![0x30, 0].into();
        }),
        packed(1, "`ecdaaKeyId` replaces `x5c`", by_ecdaa),
        packed(
            1,
            "`ecdaaKeyId` replaces `x5c`, where attestation is not requested",
            by_ecdaa,
        )
        .unsolicited()
        .accepted(),
        twice("`alg` appears twice", |answer| {
            answer.statement.edit = |statement| {
                let same = statement.get("alg").clone();
                statement.add("alg", same);
            };
        }),
        twice("`sig` appears twice, the right value last", |answer| {
            answer.statement.edit = |statement| {
                let right = statement.get("sig").clone();
                statement.set("sig", vec![0; 70]);
                statement.add("sig", right);
            };
        }),
        twice("`x5c` appears twice", |answer| {
            answer.statement.edit = |statement| {
                let same = statement.get("x5c").clone();
                statement.add("x5c", same);
            };
        }),
    ]
}

/// Bounds of what certificates may cost before a signature is verified.
fn bounds() -> Vec<Row> {
    vec![
        packed(1, "`x5c` has five certificates", |answer| {
            answer.statement.edit = |statement| lengthen(statement, 5);
        })
        .accepted(),
        packed(1, "`x5c` has six certificates", |answer| {
            answer.statement.edit = |statement| lengthen(statement, 6);
        }),
        packed(
            1,
            "a certificate in the chain has an RSA key of 4096 bits",
            |answer| {
                authority_has_rsa_key(answer, 4096, &[1, 0, 1]);
            },
        )
        .accepted(),
        packed(
            1,
            "a certificate in the chain has an RSA key of 4104 bits",
            |answer| {
                authority_has_rsa_key(answer, 4104, &[1, 0, 1]);
            },
        ),
        packed(
            1,
            "a certificate in the chain has an RSA key with an exponent of 25 bits",
            |answer| {
                authority_has_rsa_key(answer, 2048, &[1, 0, 0, 1]);
            },
        ),
    ]
}

fn without_certificates(answer: &mut Registration) {
    answer.statement.edit = |statement| statement.set("x5c", Vec::<Cbor>::new());
}

/// A form of Level 1.
fn by_ecdaa(answer: &mut Registration) {
    answer.statement.edit = |statement| {
        statement.remove("x5c");
        statement.add("ecdaaKeyId", vec![7; 32]);
    };
}

/// CBOR in which a key stands twice cannot be read at all.
fn twice(change: &'static str, apply: fn(&mut Registration)) -> Row {
    packed(1, change, apply).because(passkeys::audit::Reason::Malformed)
}

/// Repeats the last certificate. Chains are verified with trust anchors only.
fn lengthen(statement: &mut Map, length: usize) {
    let chain = chain(statement);
    let last = chain.last().expect("a chain has a certificate").clone();
    chain.resize(length, last);
}

/// Chains are verified with trust anchors only, but what they may cost is always bounded.
fn authority_has_rsa_key(answer: &mut Registration, bits: usize, exponent: &[u8]) {
    let modulus = vec![0xff; bits / 8];
    let authority = &mut answer.statement.authorities[0];
    authority.other_key = Some(rsa_public_key_info(&modulus, exponent));
}

fn chain(statement: &mut Map) -> &mut Vec<Cbor> {
    match statement.get_mut("x5c") {
        Cbor::Array(chain) => chain,
        other => panic!("{other:?} is no chain"),
    }
}

/// Keys and certificates of algorithms that are not offered by default.
fn of_every_algorithm() -> Vec<Row> {
    vec![
        packed(
            2,
            "the certificate has a key of the passkey's algorithm",
            |_| {},
        )
        .by(Kind::packed_unusual())
        .accepted(),
        packed(2, "a bit of `sig` by such a key is flipped", broken).by(Kind::packed_unusual()),
    ]
}

fn signature() -> Vec<Row> {
    let signature = |change, apply| packed(2, change, apply);
    vec![
        signature("`sig` is over other authenticator data", |answer| {
            answer.statement.signed = |mut data| {
                data[0] ^= 1;
                data
            };
        }),
        signature("`sig` is over another hash of the client data", |answer| {
            answer.statement.signed = |mut data| {
                *data.last_mut().unwrap() ^= 1;
                data
            };
        }),
        signature("`sig` is over the authenticator data only", |answer| {
            answer.statement.signed = |data| data[..data.len() - 32].to_vec();
        }),
        signature("`sig` is empty", |answer| {
            answer.statement.signature = |_| Vec::new();
        }),
        signature("a bit of `sig` is flipped", broken),
        signature(
            "a bit of `sig` is flipped, where attestation is not requested",
            broken,
        )
        .unsolicited()
        .accepted(),
        signature("the authority's certificate is first", |answer| {
            answer.statement.edit = |statement| chain(statement).reverse();
        }),
        signature("the certificate has another key", |answer| {
            answer.statement.edit = |statement| {
                chain(statement).remove(0);
            };
        }),
        signature("`alg` is that of another key type", |answer| {
            answer.statement.algorithm = if answer.statement.algorithm == -257 {
                -7
            } else {
                -257
            };
        }),
        signature("`alg` is that of another curve", |answer| {
            answer.statement.algorithm = if answer.statement.algorithm == -7 {
                -35
            } else {
                -7
            };
        }),
        signature("`alg` is an unknown algorithm", |answer| {
            answer.statement.algorithm = -9999;
        }),
    ]
}

fn broken(answer: &mut Registration) {
    answer.statement.signature = |mut signature| {
        *signature.last_mut().unwrap() ^= 1;
        signature
    };
}

fn aaguid() -> Vec<Row> {
    let aaguid = |change, apply| packed(4, change, apply);
    vec![
        aaguid(
            "the certificate is for the authenticator's model",
            |answer| {
                let value = Der::octets(b"a model of these");
                answer
                    .statement
                    .certificate
                    .add_extension(oid::FIDO_AAGUID, false, value);
            },
        )
        .accepted(),
        aaguid("the certificate is for another model", |answer| {
            let value = Der::octets(b"another of those");
            answer
                .statement
                .certificate
                .add_extension(oid::FIDO_AAGUID, false, value);
        }),
        aaguid(
            "the AAGUID in the certificate is one byte too short",
            |answer| {
                let value = Der::octets(b"a model of thes");
                answer
                    .statement
                    .certificate
                    .add_extension(oid::FIDO_AAGUID, false, value);
            },
        ),
        aaguid("the AAGUID in the certificate is text", |answer| {
            let value = Der::utf8("a model of these");
            answer
                .statement
                .certificate
                .add_extension(oid::FIDO_AAGUID, false, value);
        }),
    ]
}

fn by_itself() -> Vec<Row> {
    let by_itself = |step, change, apply: fn(&mut Registration)| {
        Row::statement(Section::Packed, step, change, apply).by(Kind::packed_self())
    };
    vec![
        by_itself(5, "`alg` is another offered algorithm", |answer| {
            answer.statement.algorithm = if answer.statement.algorithm == -7 {
                -35
            } else {
                -7
            };
        }),
        by_itself(5, "`alg` is an unknown algorithm", |answer| {
            answer.statement.algorithm = -9999;
        }),
        by_itself(6, "`sig` is over other authenticator data", |answer| {
            answer.statement.signed = |mut data| {
                data[0] ^= 1;
                data
            };
        }),
        by_itself(6, "`sig` is over the authenticator data only", |answer| {
            answer.statement.signed = |data| data[..data.len() - 32].to_vec();
        }),
        by_itself(6, "`sig` is empty", |answer| {
            answer.statement.signature = |_| Vec::new();
        }),
        by_itself(6, "a bit of `sig` is flipped", broken),
        by_itself(
            6,
            "a bit of `sig` is flipped, where attestation is requested",
            broken,
        )
        .where_config(|config| config.attestation(Attestation::Direct)),
        by_itself(5, "`alg` is that of the credential's key", |answer| {
            answer.statement.attest_itself(&answer.passkey);
        })
        .by(Kind::of_every_algorithm())
        .accepted(),
        by_itself(5, "`alg` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("alg");
        }),
        by_itself(5, "`alg` is text", |answer| {
            answer.statement.edit = |statement| statement.set("alg", "ES256");
        }),
        by_itself(6, "`sig` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("sig");
        }),
        by_itself(6, "`sig` is text", |answer| {
            answer.statement.edit = |statement| statement.set("sig", "signature");
        }),
        by_itself(6, "the statement is an array", |answer| {
            answer.object = |object| object.set("attStmt", Vec::<Cbor>::new());
        }),
        by_itself(6, "the statement has an unknown member", |answer| {
            answer.statement.edit = |statement| statement.add("new", 1);
        })
        .accepted(),
        without_certificate("`x5c` is missing, and `sig` is by its certificate's key"),
        without_certificate(
            "`x5c` is missing, and `sig` is by its certificate's key, where attestation is not \
             requested",
        )
        .unsolicited(),
    ]
}

fn without_certificate(change: &'static str) -> Row {
    packed(6, change, |answer| {
        answer.statement.edit = |statement| statement.remove("x5c");
    })
    .by(vec![Kind {
        algorithm: Algorithm::Es256,
        method: Method::Packed(Algorithm::Es256),
    }])
}
