//! Credentials to verify a response against if its credential ID is unknown, against a timing side
//! channel.
//!
//! A response that verifies against them is rejected nevertheless, so their private keys need not be
//! secret: the one of the first two is the SHA-256 of `passkeys: nobody's passkey`.

use std::sync::LazyLock;

use time::OffsetDateTime;

use crate::{Credential, CredentialId, domain::base64url};

/// ES256, device-bound.
pub(super) static ES256: LazyLock<Credential> = LazyLock::new(|| credential(es256()));

/// ES256, synced.
pub(super) static SYNCHRONISED: LazyLock<Credential> = LazyLock::new(|| Credential {
    backup_eligible: Some(true),
    ..credential(es256())
});

/// RS256, device-bound.
pub(super) static RS256: LazyLock<Credential> = LazyLock::new(|| credential(rs256()));

fn credential(public_key: Vec<u8>) -> Credential {
    let id = CredentialId::from_array([0]);
    Credential {
        backup_eligible: Some(false),
        ..Credential::new(id, "", public_key, OffsetDateTime::UNIX_EPOCH)
    }
}

/// Returns an ES256 `COSE_Key`: `{1: 2, 3: -7, -1: 1, -2: x, -3: y}`.
fn es256() -> Vec<u8> {
    let [x, y] = [
        "UP0t0dqvjzU4yDd920k9b-XLOeUAPmfA8BZ6wQFV-PE",
        "3v3PN3UeZhbmP3ItbGK-x_84Ay0IoZaGVOPK8U6j5dg",
    ]
    .map(bytes);
    let head = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20";
    [head, x.as_slice(), b"\x22\x58\x20", &y].concat()
}

/// Returns an RS256 `COSE_Key`: `{1: 3, 3: -257, -1: n, -2: 65537}`.
fn rs256() -> Vec<u8> {
    let n = bytes(
        "5uhdBoM9680QG4FqHbkL5t-\
     Qd2tx1z4Vh0bgCy0FVWkRafIA9z7jjpR5DMEosDCotgnFsIZU11NdsMV03mhCDycqS-\
     hTvqc7g9Ei6uDHq5ZtcUyaie_9_fGEfF8LUaHEoLlSMCwMGKjDIf12x894pKDENGxb1cFvu-\
     sFECrlFJs82serVcX-5covaL3a23nr4GqcFjnm-eEYaEsHkGOHMLfCzvzXFUqCaUjqpuHBGMhXZMwNlv\
     srEEDA9u-\
     oC0S2mwy_tjeO_7Wli3yakZ46Cla55lrH3h_dJTfBMPiJ2WedyWw1lc3wOkB7JjihrPwtBRSU5Kz3H6T\
     25isbwsn48Q",
    );
    let head = b"\xa4\x01\x03\x03\x39\x01\x00\x20\x59\x01\x00";
    [head, n.as_slice(), b"\x21\x43\x01\x00\x01"].concat()
}

fn bytes(text: &str) -> Vec<u8> {
    base64url::decode(text).unwrap_or_default()
}
