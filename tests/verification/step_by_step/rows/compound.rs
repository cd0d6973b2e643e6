//! Compound attestation: several statements about one passkey.

use passkeys::{
    attestation::{Authority, TrustAnchors},
    audit::Reason,
};

use crate::step_by_step::{
    client::{Algorithm, Cbor, Issuer, Map, Method, Registration, Statement},
    kind::Kind,
    row::Row,
    steps::Section,
};

#[tokio::test]
async fn every_compound_attestation_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

fn compound(step: usize, change: &'static str, apply: fn(&mut Registration)) -> Row {
    Row::statement(Section::Compound, step, change, apply).by(Kind::compound())
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = vec![
        compound(1, "the statement is a map", |answer| {
            answer.object = |object| object.set("attStmt", Map::default());
        }),
        compound(1, "the statement is empty", |answer| {
            answer.statement.components.clear();
        }),
        compound(1, "there is one statement", |answer| {
            answer.statement.components.truncate(1);
        }),
        compound(1, "there are four statements", |answer| repeat(answer, 4)).accepted(),
        compound(1, "there are five statements", |answer| repeat(answer, 5)),
        compound(1, "one of the statements is text", |answer| {
            answer.object = |object| {
                let Cbor::Array(components) = object.get_mut("attStmt") else {
                    panic!("an array")
                };
                components[1] = "statement".into();
            };
        }),
        compound(1, "one of the statements has no format", |answer| {
            answer.object = |object| {
                let Cbor::Array(components) = object.get_mut("attStmt") else {
                    panic!("an array")
                };
                let Cbor::Map(component) = &mut components[1] else {
                    panic!("a map")
                };
                component.remove("fmt");
            };
        }),
        compound(1, "one of the statements is compound", |answer| {
            let inner = Statement::new(Method::Compound, &answer.passkey.key);
            answer.statement.components[1] = inner;
        }),
        compound(
            1,
            "one of the statements is of the format `none`",
            |answer| {
                answer.statement.components[1] = Statement::new(Method::None, &answer.passkey.key);
            },
        ),
        compound(
            2,
            "one of the statements is of an unknown format",
            |answer| {
                answer.statement.components[1].format = "new".into();
            },
        ),
        compound(2, "the first statement does not verify", |answer| {
            answer.statement.components[0].signature = flipped;
        }),
        compound(2, "the second statement does not verify", second_is_broken),
        compound(
            2,
            "the second statement does not verify, where attestation is not requested",
            second_is_broken,
        )
        .unsolicited()
        .accepted(),
        compound(2, "one of the statements is a self attestation", |answer| {
            answer.statement.components[0].attest_itself(&answer.passkey);
        })
        .accepted(),
    ];
    rows.extend(trust());
    rows
}

fn trust() -> Vec<Row> {
    let trusted = |change, apply: fn(&mut Registration)| {
        compound(2, change, apply)
            .because(Reason::Untrusted)
            .where_trusted(|| {
                let usual = Issuer::usual().certificate().encode();
                TrustAnchors::new([Authority::from_der(usual).unwrap()])
            })
    };
    vec![
        trusted(
            "only the second statement leads to a trust anchor",
            |answer| {
                leads_nowhere(&mut answer.statement.components[0]);
            },
        )
        .accepted(),
        trusted("no statement leads to a trust anchor", |answer| {
            answer
                .statement
                .components
                .iter_mut()
                .for_each(leads_nowhere);
        }),
        trusted("every statement is a self attestation", |answer| {
            for component in &mut answer.statement.components {
                component.attest_itself(&answer.passkey);
            }
        }),
    ]
}

fn leads_nowhere(statement: &mut Statement) {
    let stranger = Issuer {
        name: "Stranger",
        key: Algorithm::Es256.key(6),
    };
    statement.authorities = vec![stranger.certificate()];
    statement.certificate.issuer = stranger;
}

fn repeat(answer: &mut Registration, count: usize) {
    let components = &mut answer.statement.components;
    let first = components[0].clone();
    components.resize(count, first);
}

fn second_is_broken(answer: &mut Registration) {
    answer.statement.components[1].signature = flipped;
}

fn flipped(mut signature: Vec<u8>) -> Vec<u8> {
    *signature.last_mut().unwrap() ^= 1;
    signature
}
