//! The authenticator data: its bytes, its RP ID hash and its flags.

use passkeys::{UserVerification, audit::Reason};
use sha2::{Digest as _, Sha256};

use crate::step_by_step::{
    client::{AuthenticatorData, Cbor, Map, Passkey, flag},
    row::{Change::Data, Row, unattested},
    steps::{Section, Step},
};

#[tokio::test]
async fn every_authenticator_data_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = bytes();
    rows.extend(attested_bytes());
    rows.extend(rp_id());
    rows.extend(user());
    rows.extend(conditional());
    rows.extend(backup());
    rows
}

fn bytes() -> Vec<Row> {
    let bytes = |change, apply| Row::both((13, 7), change, Data(apply), Reason::Malformed);
    [
        bytes("the authenticator data is empty", |data| {
            data.written = |_| Vec::new();
        }),
        bytes("the authenticator data ends within the counter", |data| {
            data.written = |bytes| bytes[..36].to_vec();
        }),
        bytes(
            "the last byte is missing from the authenticator data",
            |data| {
                data.written = |bytes| bytes[..bytes.len() - 1].to_vec();
            },
        ),
        bytes("a byte follows the authenticator data", |data| {
            data.written = |bytes| [bytes.as_slice(), &[0]].concat();
        }),
        bytes(
            "an empty map follows the authenticator data, and ED is not set",
            |data| {
                data.written = |bytes| [bytes.as_slice(), &[0xa0]].concat();
            },
        ),
        bytes("ED is set and there are no extensions", |data| {
            data.flags |= flag::ED;
        }),
        bytes("ED is set and the extensions are an array", |data| {
            data.flags |= flag::ED;
            data.extensions = Some(Cbor::Array(Vec::new()));
        }),
        // CBOR parsers differ in whether they skip a tag.
        bytes("ED is set and the extensions are a tagged map", |data| {
            data.flags |= flag::ED;
            data.extensions = Some(Cbor::Raw(vec![0xd9, 0xd9, 0xf7, 0xa0]));
        }),
        bytes("ED is set and the extensions are two maps", |data| {
            data.flags |= flag::ED;
            data.extensions = Some(Cbor::Raw(vec![0xa0, 0xa0]));
        }),
        bytes("ED is set and the extensions are a truncated map", |data| {
            data.flags |= flag::ED;
            data.extensions = Some(Cbor::Raw(vec![0xa2, 0x61, b'a', 1]));
        }),
        bytes(
            "ED is set and the extensions are a map without a length",
            |data| {
                data.flags |= flag::ED;
                data.extensions = Some(Cbor::Raw(vec![0xbf, 0xff]));
            },
        ),
        // Security keys in use write it so.
        bytes(
            "ED is set and the extensions' number is written in two bytes",
            |data| {
                data.flags |= flag::ED;
                data.extensions = Some(Cbor::Raw(vec![0xb8, 1, 0x61, b'a', 1]));
            },
        )
        .map(Row::accepted),
        bytes("reserved flags are set", |data| {
            data.flags |= flag::RESERVED_1 | flag::RESERVED_2;
        })
        .map(Row::accepted),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn attested_bytes() -> Vec<Row> {
    let bytes = |change, apply: fn(&mut AuthenticatorData)| {
        let step = Step(Section::Registration, 13);
        Row::new(step, change, Data(apply), unattested(Reason::Malformed))
    };
    let id = |change, apply| Row::registration(25, change, apply, Reason::Malformed);
    let sign_in = |change, apply| Row::sign_in(7, change, apply, Reason::Malformed);
    vec![
        bytes(
            "AT is not set and there is no attested credential data",
            |data| {
                data.flags &= !flag::AT;
                data.attested = None;
            },
        ),
        bytes(
            "AT is not set and there is attested credential data",
            |data| {
                data.flags &= !flag::AT;
            },
        ),
        bytes(
            "AT is set and there is no attested credential data",
            |data| {
                data.attested = None;
            },
        ),
        bytes("AT is set and there are only extensions", |data| {
            data.attested = None;
            data.flags |= flag::ED;
            data.extensions = Some(Cbor::Map(Map::default()));
        }),
        bytes("the length of the credential ID is one too many", |data| {
            let attested = data.attested();
            attested.id_length = Some(attested.id.len() as u16 + 1);
        }),
        bytes("the length of the credential ID is one too few", |data| {
            let attested = data.attested();
            attested.id_length = Some(attested.id.len() as u16 - 1);
        }),
        bytes("the length of the credential ID is 65535", |data| {
            data.attested().id_length = Some(u16::MAX);
        }),
        bytes("the public key is missing", |data| {
            data.attested().key_written = |_| Vec::new();
        }),
        sign_in(
            "AT is set and there is no attested credential data",
            |answer| {
                answer.data.flags |= flag::AT;
            },
        ),
        sign_in(
            "AT is set and the attested credential data has an empty ID",
            |answer| answer.data.attest(&[], &answer.passkey.key),
        ),
        // Some clients have sent it, and no step demands that it is missing.
        sign_in(
            "AT is set and there is attested credential data",
            |answer| {
                answer.data.attest(&answer.passkey.id, &answer.passkey.key);
            },
        )
        .accepted(),
        sign_in(
            "AT is set and there is attested credential data of another passkey",
            |answer| {
                let other = Passkey::bobs();
                answer.data.attest(&other.id, &other.key);
            },
        )
        .accepted(),
        id("the credential ID is empty", |answer| {
            answer.with_id(Vec::new());
        }),
        id("the credential ID has 1 byte", |answer| {
            answer.with_id(vec![7]);
        })
        .accepted(),
        id("the credential ID has 1023 bytes", |answer| {
            answer.with_id(vec![7; 1023]);
        })
        .accepted(),
        id("the credential ID has 1024 bytes", |answer| {
            answer.with_id(vec![7; 1024]);
        }),
        id("the credential ID has 4096 bytes", |answer| {
            answer.with_id(vec![7; 4096]);
        }),
    ]
}

fn rp_id() -> Vec<Row> {
    let hash = |change, apply| Row::both((14, 15), change, Data(apply), Reason::RpIdHash);
    [
        hash("`rpIdHash` is that of another domain", |data| {
            data.rp_id_hash = Sha256::digest("evil.com").to_vec();
        }),
        hash("`rpIdHash` is that of a subdomain", |data| {
            data.rp_id_hash = Sha256::digest("login.example.com").to_vec();
        }),
        hash("`rpIdHash` is that of the origin", |data| {
            data.rp_id_hash = Sha256::digest("https://example.com").to_vec();
        }),
        hash("`rpIdHash` is that of the RP ID in upper case", |data| {
            data.rp_id_hash = Sha256::digest("EXAMPLE.COM").to_vec();
        }),
        hash("a bit of `rpIdHash` is flipped", |data| {
            data.rp_id_hash[31] ^= 1;
        }),
        hash("`rpIdHash` is zero", |data| data.rp_id_hash = vec![0; 32]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn user() -> Vec<Row> {
    let present = |change, apply| Row::both((15, 16), change, Data(apply), Reason::UserNotPresent);
    let verified =
        |change, apply| Row::both((16, 17), change, Data(apply), Reason::UserNotVerified);
    [
        present("UP is not set", |data| data.flags &= !flag::UP),
        present("UP and UV are not set", |data| {
            data.flags &= !(flag::UP | flag::UV);
        }),
        present("UP is not set, where verification is discouraged", |data| {
            data.flags &= !flag::UP;
        })
        .map(|row| {
            row.where_config(|config| config.user_verification(UserVerification::Discouraged))
        }),
        verified("UV is not set, where it is required", |data| {
            data.flags &= !flag::UV;
        }),
        verified("UV is not set, where it is preferred", |data| {
            data.flags &= !flag::UV;
        })
        .map(|row| {
            row.where_config(|config| config.user_verification(UserVerification::Preferred))
                .accepted()
        }),
        verified("UV is not set, where it is discouraged", |data| {
            data.flags &= !flag::UV;
        })
        .map(|row| {
            row.where_config(|config| config.user_verification(UserVerification::Discouraged))
                .accepted()
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Conditional creation, without user presence and user verification. It excludes attestation.
fn conditional() -> Vec<Row> {
    let row = |step, change, apply: fn(&mut AuthenticatorData), reason| {
        let step = Step(Section::Registration, step);
        Row::new(step, change, Data(apply), unattested(reason))
            .uncertified()
            .where_conditional()
    };
    vec![
        row(
            15,
            "UP is not set, where mediation is conditional",
            |data| data.flags &= !flag::UP,
            Reason::UserNotPresent,
        )
        .accepted(),
        row(
            16,
            "UV is not set, where mediation is conditional",
            |data| data.flags &= !(flag::UP | flag::UV),
            Reason::UserNotVerified,
        )
        .accepted(),
    ]
}

fn backup() -> Vec<Row> {
    let state = |change, apply| Row::both((17, 18), change, Data(apply), Reason::BackupState);
    let eligible = |change, apply| Row::sign_in(19, change, apply, Reason::BackupEligibility);
    let mut rows: Vec<Row> = state("BS is set and BE is not", |data| data.flags |= flag::BS).into();
    rows.extend([
        Row::registration(
            17,
            "BE is set and BS is not",
            |answer| answer.data.flags |= flag::BE,
            Reason::BackupState,
        )
        .accepted(),
        Row::registration(
            17,
            "BE and BS are set",
            |answer| answer.data.flags |= flag::BE | flag::BS,
            Reason::BackupState,
        )
        .accepted(),
        eligible("BE is set, and was not at registration", |answer| {
            answer.data.flags |= flag::BE;
        }),
        eligible(
            "BE and BS are set, and were not at registration",
            |answer| {
                answer.data.flags |= flag::BE | flag::BS;
            },
        ),
        eligible("BE is not set, and was at registration", |answer| {
            answer.data.flags &= !flag::BE;
        })
        .where_registered(|answer| answer.data.flags |= flag::BE),
        eligible("BS has become set, and BE is unchanged", |answer| {
            answer.data.flags |= flag::BS;
        })
        .where_registered(|answer| answer.data.flags |= flag::BE)
        .accepted(),
        eligible("BS is no longer set, and BE is unchanged", |answer| {
            answer.data.flags &= !flag::BS;
        })
        .where_registered(|answer| answer.data.flags |= flag::BE | flag::BS)
        .accepted(),
        eligible(
            "BS is set and BE is not, although it was at registration",
            |answer| {
                answer.data.flags = answer.data.flags & !flag::BE | flag::BS;
            },
        )
        .where_registered(|answer| answer.data.flags |= flag::BE | flag::BS)
        .because(Reason::BackupState),
    ]);
    rows
}
