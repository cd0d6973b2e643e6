//! The attestation object: its encoding, its format, and no attestation.

use passkeys::audit::Reason;

use crate::step_by_step::{
    client::{Cbor, Map, head},
    kind::Kind,
    row::Row,
    steps::Section,
};

#[tokio::test]
async fn every_attestation_object_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = encoding();
    rows.extend(canonical());
    rows.extend(formats());
    rows.extend(none());
    rows
}

fn encoding() -> Vec<Row> {
    let object = |change, apply| Row::registration(13, change, apply, Reason::Malformed);
    vec![
        object("the attestation object is empty", |answer| {
            answer.written = |_| Vec::new();
        }),
        object(
            "the last byte is missing from the attestation object",
            |answer| {
                answer.written = |object| object[..object.len() - 1].to_vec();
            },
        ),
        object("a byte follows the attestation object", |answer| {
            answer.written = |object| [object.as_slice(), &[0]].concat();
        }),
        object("the attestation object appears twice", |answer| {
            answer.written = |object| [object.as_slice(), &object].concat();
        }),
        object("the attestation object is wrapped in an array", |answer| {
            answer.written = |object| [&[0x81], object.as_slice()].concat();
        }),
        object("the attestation object is JSON", |answer| {
            answer.written = |_| b"{\"fmt\":\"none\"}".to_vec();
        }),
        object(
            "the attestation object declares 2⁶⁴ − 1 members",
            |answer| {
                answer.written = |object| [head(5, u64::MAX), object[1..].to_vec()].concat();
            },
        ),
        object(
            "the attestation object declares fewer members than it has",
            |answer| {
                answer.written = |object| [&[0xa2], &object[1..]].concat();
            },
        ),
        object("`fmt` is missing", |answer| {
            answer.object = |object| object.remove("fmt");
        }),
        object("`attStmt` is missing", |answer| {
            answer.object = |object| object.remove("attStmt");
        }),
        object("`authData` is missing", |answer| {
            answer.object = |object| object.remove("authData");
        }),
        object("`fmt` is bytes", |answer| {
            answer.object = |object| object.set("fmt", b"none".to_vec());
        }),
        object("`authData` is a map", |answer| {
            answer.object = |object| object.set("authData", Map::default());
        }),
        object("`fmt` appears twice", |answer| {
            answer.object = |object| {
                let same = object.get("fmt").clone();
                object.add("fmt", same);
            };
        }),
        object("`attStmt` appears twice", |answer| {
            answer.object = |object| {
                let same = object.get("attStmt").clone();
                object.add("attStmt", same);
            };
        }),
        object("`authData` appears twice", |answer| {
            answer.object = |object| {
                let same = object.get("authData").clone();
                object.add("authData", same);
            };
        }),
        object(
            "an unknown member of the attestation object appears twice",
            |answer| {
                answer.object = |object| {
                    object.add("new", 1);
                    object.add("new", 1);
                };
            },
        ),
        object("`attStmt` declares 2³² members", |answer| {
            answer.object = |object| object.set("attStmt", Cbor::Raw(head(5, 1 << 32)));
        }),
        object("`attStmt` is nested 10,000 levels deep", |answer| {
            answer.object = |object| {
                let deep = [vec![0x81; 10_000], vec![0]].concat();
                object.set("attStmt", Cbor::Raw(deep));
            };
        }),
        object("the attestation object has an unknown member", |answer| {
            answer.object = |object| object.add("new", Map::default().with("a", 1));
        })
        .accepted(),
    ]
}

/// CTAP2's canonical form, which §2 of the specification requires.
fn canonical() -> Vec<Row> {
    let object = |change, apply| Row::registration(13, change, apply, Reason::Malformed);
    vec![
        object(
            "the members of the attestation object are in another order",
            |answer| {
                answer.object = |object| {
                    let format = object.get("fmt").clone();
                    object.remove("fmt");
                    object.add("fmt", format);
                };
            },
        )
        .accepted(),
        object("the attestation object has no length", |answer| {
            answer.written = |object| [&[0xbf], &object[1..], &[0xff]].concat();
        }),
        object(
            "the number of its members is written in two bytes",
            |answer| {
                answer.written = |object| [&[0xb8, 3], &object[1..]].concat();
            },
        ),
        object("the length of `fmt` is written in two bytes", |answer| {
            answer.object = |object| {
                let Cbor::Text(format) = object.get("fmt").clone() else {
                    panic!("text")
                };
                let length = format.len() as u8;
                let written = [&[0x78, length], format.as_bytes()].concat();
                object.set("fmt", Cbor::Raw(written));
            };
        }),
        object("the attestation object is tagged", |answer| {
            answer.written = |object| [&[0xd9, 0xd9, 0xf7], object.as_slice()].concat();
        }),
    ]
}

fn formats() -> Vec<Row> {
    let format = |change, apply| {
        Row::registration(21, change, apply, Reason::Attestation).by(Kind::packed())
    };
    let identifier = |change, apply| Row::registration(21, change, apply, Reason::Malformed);
    vec![
        format("`fmt` is an unknown value", |answer| {
            answer.statement.format = "fido-u3f".into();
        }),
        format(
            "`fmt` is an unknown value, where attestation is not requested",
            |answer| answer.statement.format = "fido-u3f".into(),
        )
        .by(Kind::all())
        .unsolicited()
        .accepted(),
        format("`fmt` is in upper case", |answer| {
            answer.statement.format = answer.statement.format.to_uppercase();
        }),
        // §8.1: 1 to 32 printable characters of ASCII, without `"` and `\`.
        identifier("`fmt` is empty", |answer| answer.statement.format.clear()),
        identifier("`fmt` ends in a space", |answer| {
            answer.statement.format.push(' ');
        }),
        identifier("`fmt` ends in a NUL", |answer| {
            answer.statement.format.push('\0');
        }),
        identifier("`fmt` ends in a quotation mark", |answer| {
            answer.statement.format.push('"');
        }),
        identifier("`fmt` ends in a backslash", |answer| {
            answer.statement.format.push('\\');
        }),
        identifier("`fmt` ends in a letter that is not ASCII", |answer| {
            answer.statement.format.push('\u{e9}');
        }),
        identifier("`fmt` has 33 characters", |answer| {
            answer.statement.format = "f".repeat(33);
        }),
        identifier(
            "`fmt` has 32 characters, where attestation is not requested",
            |answer| answer.statement.format = "f".repeat(32),
        )
        .unsolicited()
        .accepted(),
    ]
}

fn none() -> Vec<Row> {
    let none =
        |change, apply| Row::statement(Section::None, 1, change, apply).by(Kind::signing_in());
    vec![
        none("the statement has a member", |answer| {
            answer.statement.edit = |statement| statement.add("alg", -7);
        }),
        none("the statement has a signature", |answer| {
            answer.statement.edit = |statement| statement.add("sig", vec![0; 70]);
        }),
        none("the statement is an array", |answer| {
            answer.object = |object| object.set("attStmt", Vec::<Cbor>::new());
        }),
        none("the statement is null", |answer| {
            answer.object = |object| object.set("attStmt", Cbor::Raw(vec![0xf6]));
        })
        .because(Reason::Malformed),
    ]
}
