//! TPM attestation, of Windows Hello.

use passkeys::LegacyAttestation;

use crate::step_by_step::{
    client::{Algorithm, Cbor, Method, Registration},
    kind::Kind,
    row::Row,
    steps::Section,
};

#[tokio::test]
async fn every_tpm_attestation_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = syntax();
    rows.extend(public_area());
    rows.extend(certified());
    rows.extend(signature());
    rows.extend(sha1());
    rows
}

fn tpm(step: usize, change: &'static str, apply: fn(&mut Registration)) -> Row {
    Row::statement(Section::Tpm, step, change, apply).by(Kind::tpm())
}

fn syntax() -> Vec<Row> {
    vec![
        tpm(1, "`ver` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("ver");
        }),
        tpm(1, "`ver` is `1.2`", |answer| {
            answer.statement.edit = |statement| statement.set("ver", "1.2");
        }),
        tpm(1, "`alg` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("alg");
        }),
        tpm(1, "`sig` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("sig");
        }),
        tpm(1, "`certInfo` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("certInfo");
        }),
        tpm(1, "`pubArea` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("pubArea");
        }),
        tpm(1, "`x5c` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("x5c");
        }),
        tpm(1, "`x5c` is empty", |answer| {
            answer.statement.edit = |statement| statement.set("x5c", Vec::<Cbor>::new());
        }),
        tpm(1, "the statement is empty", empty),
        tpm(
            1,
            "the statement is empty, where attestation is not requested",
            empty,
        )
        .unsolicited()
        .accepted(),
    ]
}

fn empty(answer: &mut Registration) {
    answer.statement.edit = |statement| *statement = <_>::default();
}

fn public_area() -> Vec<Row> {
    vec![
        tpm(2, "`pubArea` is of another key", |answer| {
            let other = if answer.passkey.key.algorithm() == Algorithm::Rs256 {
                Algorithm::Es256
            } else {
                answer.passkey.key.algorithm()
            };
            answer.statement.tpm.other_key = Some(other.key(9));
        }),
        tpm(2, "`pubArea` is of a key of another type", |answer| {
            let other = if answer.passkey.key.algorithm() == Algorithm::Rs256 {
                Algorithm::Es256
            } else {
                Algorithm::Rs256
            };
            answer.statement.tpm.other_key = Some(other.key(1));
        }),
        tpm(2, "a byte follows `pubArea`", |answer| {
            answer.statement.tpm.public_area = |area| [area, vec![0]].concat();
        }),
        tpm(2, "`pubArea` lacks its last byte", |answer| {
            answer.statement.tpm.public_area = |area| area[..area.len() - 1].to_vec();
        }),
        tpm(2, "the type of the key is a symmetric cipher", |answer| {
            answer.statement.tpm.public_area = |mut area| {
                area[1] = 0x25;
                area
            };
        }),
        tpm(2, "the RSA key has another exponent", |answer| {
            answer.statement.tpm.public_area = |mut area| {
                let exponent = area.len() - 256 - 2 - 4;
                area[exponent..exponent + 4].copy_from_slice(&[0, 0, 0, 3]);
                area
            };
        })
        .by(rsa()),
        tpm(2, "the RSA key has its exponent in full", |answer| {
            answer.statement.tpm.public_area = |mut area| {
                let exponent = area.len() - 256 - 2 - 4;
                area[exponent..exponent + 4].copy_from_slice(&[0, 1, 0, 1]);
                area
            };
        })
        .by(rsa())
        .accepted(),
        tpm(2, "the curve is another one", |answer| {
            answer.statement.tpm.public_area = |mut area| {
                // After type, hash, attributes, policy, cipher and scheme.
                let curve = 2 + 2 + 4 + 2 + usize::from(area[9]) + 4;
                area[curve + 1] = if area[curve + 1] == 3 { 4 } else { 3 };
                area
            };
        })
        .by(elliptic()),
    ]
}

fn certified() -> Vec<Row> {
    vec![
        tpm(3, "the magic number is not TPM_GENERATED_VALUE", |answer| {
            answer.statement.tpm.magic = 0xff54_4348;
        }),
        tpm(4, "the type is that of a quote", |answer| {
            answer.statement.tpm.kind = 0x8018;
        }),
        tpm(
            5,
            "`extraData` is a hash of other authenticator data",
            |answer| {
                answer.statement.signed = |mut data| {
                    data[0] ^= 1;
                    data
                };
            },
        ),
        tpm(5, "`extraData` is a hash of other client data", |answer| {
            answer.statement.signed = |mut data| {
                *data.last_mut().unwrap() ^= 1;
                data
            };
        }),
        tpm(5, "`extraData` is empty", |answer| {
            answer.statement.tpm.extra_data = |_| Vec::new();
        }),
        tpm(5, "`extraData` lacks the last byte of the hash", |answer| {
            answer.statement.tpm.extra_data = |hash| hash[..hash.len() - 1].to_vec();
        }),
        tpm(6, "the name is of another key", |answer| {
            answer.statement.tpm.name = |mut name| {
                *name.last_mut().unwrap() ^= 1;
                name
            };
        }),
        tpm(6, "the name is empty", |answer| {
            answer.statement.tpm.name = |_| Vec::new();
        }),
        tpm(6, "the name begins with another hash function", |answer| {
            answer.statement.tpm.name = |mut name| {
                name[1] = 0x0d;
                name
            };
        }),
        tpm(6, "the name is a hash with SHA-384", |answer| {
            answer.statement.tpm.name_hash = 0x000c;
        })
        .accepted(),
        tpm(6, "the name is a hash with an unknown function", |answer| {
            answer.statement.tpm.name_hash = 0x0027;
        }),
        tpm(6, "the name is a hash with SHA-1", with_name_of_sha1),
        tpm(
            6,
            "the name is a hash with SHA-1, where `\"tpm-sha1\"` is accepted",
            with_name_of_sha1,
        )
        .where_config(with_sha1)
        .accepted(),
        tpm(6, "a byte follows `certInfo`", |answer| {
            answer.statement.tpm.certified = |info| [info, vec![0]].concat();
        }),
        tpm(6, "`certInfo` lacks its last byte", |answer| {
            answer.statement.tpm.certified = |info| info[..info.len() - 1].to_vec();
        }),
    ]
}

fn signature() -> Vec<Row> {
    vec![
        tpm(7, "a bit of `sig` is flipped", |answer| {
            answer.statement.signature = |mut signature| {
                *signature.last_mut().unwrap() ^= 1;
                signature
            };
        }),
        tpm(7, "`sig` is empty", |answer| {
            answer.statement.signature = |_| Vec::new();
        }),
        tpm(7, "`sig` is by another key", |answer| {
            let other = if answer.statement.signer.algorithm() == Algorithm::Rs256 {
                Algorithm::Es256
            } else {
                answer.statement.signer.algorithm()
            };
            answer.statement.signer = other.key(9);
        }),
        tpm(7, "`alg` is that of another kind of keys", |answer| {
            answer.statement.algorithm = if answer.statement.algorithm == -257 {
                -7
            } else {
                -257
            };
        }),
        tpm(7, "`alg` is unknown", |answer| {
            answer.statement.algorithm = -9999;
        }),
        tpm(7, "`alg` has no hash function", |answer| {
            answer.statement.algorithm = -8;
        }),
        tpm(7, "`sig` is a TPMT_SIGNATURE", |answer| {
            answer.statement.tpm.wrapped = true;
        })
        .accepted(),
        tpm(
            7,
            "`sig` is a TPMT_SIGNATURE with a flipped bit",
            |answer| {
                answer.statement.tpm.wrapped = true;
                answer.statement.signature = |mut signature| {
                    *signature.last_mut().unwrap() ^= 1;
                    signature
                };
            },
        ),
    ]
}

fn sha1() -> Vec<Row> {
    vec![
        tpm(7, "`alg` is RSA with SHA-1", by_sha1).by(signed_by_rsa()),
        tpm(
            7,
            "`alg` is RSA with SHA-1, where `\"tpm-sha1\"` is accepted",
            by_sha1,
        )
        .by(signed_by_rsa())
        .where_config(with_sha1)
        .accepted(),
        tpm(
            7,
            "`alg` is RSA with SHA-1 and a bit of `sig` is flipped, where `\"tpm-sha1\"` is accepted",
            |answer| {
                by_sha1(answer);
                answer.statement.signature = |mut signature| {
                    *signature.last_mut().unwrap() ^= 1;
                    signature
                };
            },
        )
        .by(signed_by_rsa())
        .where_config(with_sha1),
        tpm(
            5,
            "`extraData` is a hash with SHA-256 and `alg` RSA with SHA-1, where `\"tpm-sha1\"` is accepted",
            |answer| answer.statement.algorithm = -65535,
        )
        .by(signed_by_rsa())
        .where_config(with_sha1),
        tpm(
            7,
            "`alg` is RSA with SHA-1, where `\"android-safetynet\"` is accepted",
            by_sha1,
        )
        .by(signed_by_rsa())
        .where_config(|config| {
            config
                .attestation(passkeys::Attestation::Direct)
                .legacy_attestation([LegacyAttestation::AndroidSafetyNet])
        }),
        // RS1 is for TPMs only.
        Row::statement(
            Section::Packed,
            2,
            "`alg` is RSA with SHA-1, where `\"tpm-sha1\"` is accepted",
            |answer| answer.statement.algorithm = -65535,
        )
        .by(vec![Kind {
            algorithm: Algorithm::Es256,
            method: Method::Packed(Algorithm::Rs256),
        }])
        .where_config(with_sha1),
    ]
}

fn by_sha1(answer: &mut Registration) {
    answer.statement.sign_with_sha1();
}

fn with_name_of_sha1(answer: &mut Registration) {
    answer.statement.tpm.name_hash = 0x0004;
}

fn with_sha1(config: passkeys::ConfigBuilder) -> passkeys::ConfigBuilder {
    config
        .attestation(passkeys::Attestation::Direct)
        .legacy_attestation([LegacyAttestation::TpmSha1])
}

fn of(algorithms: &[Algorithm]) -> Vec<Kind> {
    let mut kinds = Kind::tpm();
    kinds.retain(|kind| algorithms.contains(&kind.algorithm));
    kinds
}

fn rsa() -> Vec<Kind> {
    of(&[Algorithm::Rs256])
}

fn elliptic() -> Vec<Kind> {
    of(&[Algorithm::Es256, Algorithm::Es384])
}

fn signed_by_rsa() -> Vec<Kind> {
    let mut kinds = Kind::tpm();
    kinds.retain(|kind| kind.method == Method::Tpm(Algorithm::Rs256));
    kinds
}
