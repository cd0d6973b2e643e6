//! The authenticator data: its bytes, its RP ID hash and its flags.

use passkeys::{UserVerification, audit::Reason};
use sha2::{Digest as _, Sha256};

use crate::step_by_step::{
    peer::{AuthenticatorData, Cbor, Map, flag},
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
            "a byte is missing at the end of the authenticator data",
            |data| {
                data.written = |bytes| bytes[..bytes.len() - 1].to_vec();
            },
        ),
        bytes("a byte stands behind the authenticator data", |data| {
            data.written = |bytes| [bytes.as_slice(), &[0]].concat();
        }),
        bytes(
            "an empty map stands behind the authenticator data, and ED is not set",
            |data| {
                data.written = |bytes| [bytes.as_slice(), &[0xa0]].concat();
            },
        ),
        bytes("ED is set and nothing is there", |data| {
            data.flags |= flag::ED;
        }),
        bytes("ED is set and an array is there", |data| {
            data.flags |= flag::ED;
            data.extensions = Some(Cbor::Array(Vec::new()));
        }),
        // Readers of CBOR differ in whether they read past it.
        bytes("ED is set and a map behind a tag is there", |data| {
            data.flags |= flag::ED;
            data.extensions = Some(Cbor::Raw(vec![0xd9, 0xd9, 0xf7, 0xa0]));
        }),
        bytes("ED is set and two maps are there", |data| {
            data.flags |= flag::ED;
            data.extensions = Some(Cbor::Raw(vec![0xa0, 0xa0]));
        }),
        bytes("ED is set and half a map is there", |data| {
            data.flags |= flag::ED;
            data.extensions = Some(Cbor::Raw(vec![0xa2, 0x61, b'a', 1]));
        }),
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
        bytes("AT is not set and nothing is attested", |data| {
            data.flags &= !flag::AT;
            data.attested = None;
        }),
        bytes("AT is not set and a credential is attested", |data| {
            data.flags &= !flag::AT;
        }),
        bytes("AT is set and nothing is attested", |data| {
            data.attested = None;
        }),
        bytes("AT is set and only extensions are there", |data| {
            data.attested = None;
            data.flags |= flag::ED;
            data.extensions = Some(Cbor::Map(Map::default()));
        }),
        bytes("the length of the credential id is one too many", |data| {
            let attested = data.attested();
            attested.id_length = Some(attested.id.len() as u16 + 1);
        }),
        bytes("the length of the credential id is one too few", |data| {
            let attested = data.attested();
            attested.id_length = Some(attested.id.len() as u16 - 1);
        }),
        bytes("the length of the credential id is 65535", |data| {
            data.attested().id_length = Some(u16::MAX);
        }),
        bytes("the key is missing", |data| {
            data.attested().key_written = |_| Vec::new();
        }),
        sign_in("AT is set and nothing is attested", |answer| {
            answer.data.flags |= flag::AT;
        }),
        sign_in("AT is set and the credential is attested", |answer| {
            answer.data.attest(&answer.passkey.id, &answer.passkey.key);
        }),
        id("the credential id is empty", |answer| {
            answer.with_id(Vec::new());
        }),
        id("the credential id has 1 byte", |answer| {
            answer.with_id(vec![7]);
        })
        .accepted(),
        id("the credential id has 1023 bytes", |answer| {
            answer.with_id(vec![7; 1023]);
        })
        .accepted(),
        id("the credential id has 1024 bytes", |answer| {
            answer.with_id(vec![7; 1024]);
        }),
        id("the credential id has 4096 bytes", |answer| {
            answer.with_id(vec![7; 4096]);
        }),
    ]
}

fn rp_id() -> Vec<Row> {
    let hash = |change, apply| Row::both((14, 15), change, Data(apply), Reason::RpIdHash);
    [
        hash("it is of another site", |data| {
            data.rp_id_hash = Sha256::digest("evil.com").to_vec();
        }),
        hash("it is of a subdomain", |data| {
            data.rp_id_hash = Sha256::digest("login.example.com").to_vec();
        }),
        hash("it is of the origin", |data| {
            data.rp_id_hash = Sha256::digest("https://example.com").to_vec();
        }),
        hash("it is of the RP ID in upper case", |data| {
            data.rp_id_hash = Sha256::digest("EXAMPLE.COM").to_vec();
        }),
        hash("a bit of it is flipped", |data| data.rp_id_hash[31] ^= 1),
        hash("it is zero", |data| data.rp_id_hash = vec![0; 32]),
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
        eligible("BE is set now", |answer| answer.data.flags |= flag::BE),
        eligible("BE and BS are set now", |answer| {
            answer.data.flags |= flag::BE | flag::BS;
        }),
        eligible("BE is not set any more", |answer| {
            answer.data.flags &= !flag::BE;
        })
        .where_registered(|answer| answer.data.flags |= flag::BE),
        eligible("BS is set now, and BE was and is", |answer| {
            answer.data.flags |= flag::BS;
        })
        .where_registered(|answer| answer.data.flags |= flag::BE)
        .accepted(),
        eligible("BS is not set any more, and BE was and is", |answer| {
            answer.data.flags &= !flag::BS;
        })
        .where_registered(|answer| answer.data.flags |= flag::BE | flag::BS)
        .accepted(),
        eligible("BE is not set any more, and BS is", |answer| {
            answer.data.flags = answer.data.flags & !flag::BE | flag::BS;
        })
        .where_registered(|answer| answer.data.flags |= flag::BE | flag::BS)
        .because(Reason::BackupState),
    ]);
    rows
}
