//! Android key attestation.

use crate::step_by_step::{
    client::{Algorithm, AuthorizationList, Cbor, Registration, oid},
    kind::Kind,
    row::Row,
    steps::Section,
};

#[tokio::test]
async fn every_android_key_attestation_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = statement();
    rows.extend(key_description());
    rows
}

fn android(step: usize, change: &'static str, apply: fn(&mut Registration)) -> Row {
    Row::statement(Section::AndroidKey, step, change, apply).by(Kind::android())
}

fn statement() -> Vec<Row> {
    vec![
        android(1, "`alg` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("alg");
        }),
        android(1, "`sig` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("sig");
        }),
        android(1, "`x5c` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("x5c");
        }),
        android(1, "`x5c` is empty", |answer| {
            answer.statement.edit = |statement| statement.set("x5c", Vec::<Cbor>::new());
        }),
        android(2, "`sig` is over other authenticator data", |answer| {
            answer.statement.signed = |mut data| {
                data[0] ^= 1;
                data
            };
        }),
        android(2, "a bit of `sig` is flipped", broken),
        android(
            2,
            "a bit of `sig` is flipped, where attestation is not requested",
            broken,
        )
        .unsolicited()
        .accepted(),
        android(2, "`alg` is that of another curve", |answer| {
            answer.statement.algorithm = if answer.statement.algorithm == -7 {
                -35
            } else {
                -7
            };
        }),
        android(
            3,
            "the certificate has another key, which also signed",
            |answer| {
                let other = answer.passkey.key.algorithm().key(9);
                answer.statement.certificate.key = other.clone();
                answer.statement.signer = other;
            },
        ),
        android(
            3,
            "the certificate has a key of another type, which also signed",
            |answer| {
                let other = Algorithm::Rs256.key(9);
                answer.statement.certificate.key = other.clone();
                answer.statement.signer = other;
            },
        ),
    ]
}

fn broken(answer: &mut Registration) {
    answer.statement.signature = |mut signature| {
        *signature.last_mut().unwrap() ^= 1;
        signature
    };
}

fn key_description() -> Vec<Row> {
    vec![
        android(4, "`attestationChallenge` is another hash", |answer| {
            answer.statement.key_description.challenge = |mut hash| {
                hash[0] ^= 1;
                hash
            };
        }),
        android(4, "`attestationChallenge` is empty", |answer| {
            answer.statement.key_description.challenge = |_| Vec::new();
        }),
        android(4, "the extension has another object identifier", |answer| {
            answer.statement.extension = oid::APPLE_NONCE;
        }),
        android(4, "the security level is software", |answer| {
            answer.statement.key_description.level = 0;
        })
        .accepted(),
        android(4, "the security level is StrongBox", |answer| {
            answer.statement.key_description.level = 2;
        })
        .accepted(),
        android(
            5,
            "`allApplications` is in the hardware-enforced list",
            |answer| {
                answer.statement.key_description.hardware.all_applications = true;
            },
        ),
        android(
            5,
            "`allApplications` is in the software-enforced list",
            |answer| {
                answer.statement.key_description.software.all_applications = true;
            },
        ),
        android(6, "the key was imported", |answer| {
            answer.statement.key_description.hardware.origin = Some(2);
        }),
        android(
            6,
            "the key was imported, says the software-enforced list",
            |answer| {
                answer.statement.key_description.software.origin = Some(2);
            },
        ),
        android(6, "the origin of the key is in neither list", |answer| {
            answer.statement.key_description.hardware.origin = None;
        })
        .accepted(),
        android(7, "the key is for decrypting", |answer| {
            answer.statement.key_description.hardware.purpose = vec![1];
        }),
        android(7, "the key is for decrypting and for signing", |answer| {
            answer.statement.key_description.hardware.purpose = vec![1, 2];
        }),
        android(7, "the key is for signing and for verifying", |answer| {
            answer.statement.key_description.hardware.purpose = vec![2, 3];
        })
        .accepted(),
        android(7, "the purpose of the key is in neither list", |answer| {
            answer.statement.key_description.hardware.purpose.clear();
        })
        .accepted(),
        android(
            7,
            "origin and purpose are in the software-enforced list only",
            |answer| {
                let description = &mut answer.statement.key_description;
                description.software = std::mem::take(&mut description.hardware);
            },
        )
        .accepted(),
        android(7, "both authorization lists are empty", |answer| {
            answer.statement.key_description.hardware = AuthorizationList::default();
        })
        .accepted(),
        android(7, "the key is for verifying only", |answer| {
            answer.statement.key_description.hardware.purpose = vec![3];
        }),
    ]
}
