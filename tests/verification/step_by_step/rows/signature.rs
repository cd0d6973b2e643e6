//! The signature of a sign-in: the signed data and the encoding.

use passkeys::audit::Reason;
use sha2::{Digest as _, Sha256};

use crate::step_by_step::{
    client::{Algorithm, Assertion, Der, Passkey},
    kind::Kind,
    row::Row,
};

#[tokio::test]
async fn every_assertion_signature_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = data();
    rows.extend(rsa());
    rows.extend(eddsa());
    rows
}

fn signature(change: &'static str, apply: fn(&mut Assertion)) -> Row {
    Row::sign_in(21, change, apply, Reason::Signature).by(Kind::of_every_algorithm())
}

fn data() -> Vec<Row> {
    vec![
        signature("over other authenticator data", |answer| {
            answer.signed = |mut data| {
                data[0] ^= 1;
                data
            };
        }),
        signature("over another counter", |answer| {
            answer.signed = |mut data| {
                data[36] ^= 1;
                data
            };
        }),
        signature("over another hash of the client data", |answer| {
            answer.signed = |mut data| {
                *data.last_mut().unwrap() ^= 1;
                data
            };
        }),
        signature("over the authenticator data only", |answer| {
            answer.signed = |data| data[..data.len() - 32].to_vec();
        }),
        signature("over the hash only", |answer| {
            answer.signed = |data| data[data.len() - 32..].to_vec();
        }),
        signature(
            "over the hash followed by the authenticator data",
            |answer| {
                answer.signed = |mut data| {
                    let at = data.len() - 32;
                    data.rotate_left(at);
                    data
                };
            },
        ),
        signature("over an empty message", |answer| {
            answer.signed = |_| Vec::new();
        }),
        signature("with another key", |answer| {
            answer.passkey.key = Passkey::bobs().key;
        }),
        signature("empty", |answer| answer.signature = |_| Vec::new()),
        signature("without its last byte", |answer| {
            answer.signature = |signature| signature[..signature.len() - 1].to_vec();
        }),
        signature("with a trailing byte", |answer| {
            answer.signature = |signature| [signature.as_slice(), &[0]].concat();
        }),
        signature("with a bit flipped", |answer| {
            answer.signature = |mut signature| {
                *signature.last_mut().unwrap() ^= 1;
                signature
            };
        }),
        signature("all zeros", |answer| {
            answer.signature = |signature| vec![0; signature.len()];
        }),
    ]
}

fn rsa() -> Vec<Row> {
    let rsa = |change, apply| {
        let mut kinds = Kind::signing_in();
        kinds.retain(|kind| kind.algorithm == Algorithm::Rs256);
        signature(change, apply).by(kinds)
    };
    vec![
        rsa("with a leading zero, longer than the modulus", |answer| {
            answer.signature = |signature| [&[0], signature.as_slice()].concat();
        }),
        rsa("the number one, as long as the modulus", |answer| {
            answer.signature = |signature| {
                let mut one = vec![0; signature.len()];
                one[255] = 1;
                one
            };
        }),
        rsa("larger than the modulus", |answer| {
            answer.signature = |_| vec![0xff; 256];
        }),
        rsa("in DER, as bits", |answer| {
            answer.signature = |signature| Der::bits(&signature).encode();
        }),
    ]
}

fn eddsa() -> Vec<Row> {
    let eddsa = |change, apply| signature(change, apply).by(Kind::eddsa());
    vec![
        eddsa(
            "of EdDSA, over the hash of what is to be signed",
            |answer| {
                answer.signed = |data| Sha256::digest(data).to_vec();
            },
        ),
        eddsa(
            "of EdDSA, with the group order added to the scalar",
            |answer| {
                answer.signature = |mut signature| {
                    add(&mut signature[32..], &ED25519_ORDER);
                    signature
                };
            },
        ),
        eddsa("of EdDSA, with the neutral element as nonce", |answer| {
            answer.signature = |mut signature| {
                signature[..32].fill(0);
                signature[0] = 1;
                signature
            };
        }),
        eddsa("of EdDSA, its halves exchanged", |answer| {
            answer.signature = |mut signature| {
                signature.rotate_left(32);
                signature
            };
        }),
        eddsa("of EdDSA, in DER, as two integers", |answer| {
            answer.signature = |signature| {
                let (point, number) = signature.split_at(32);
                Der::sequence(&[Der::integer(point), Der::integer(number)]).encode()
            };
        }),
        eddsa("of ES256, where the key is an EdDSA key", |answer| {
            answer.passkey.key = Algorithm::Es256.key(1);
        }),
    ]
}

/// 2²⁵² + 27742317777372353535851937790883648493, little-endian.
const ED25519_ORDER: [u8; 32] =
    *b"\xed\xd3\xf5\x5c\x1a\x63\x12\x58\xd6\x9c\xf7\xa2\xde\xf9\xde\x14\
    \x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10";

fn add(number: &mut [u8], more: &[u8]) {
    let mut carry = 0;
    for (digit, more) in std::iter::zip(number, more) {
        let sum = u16::from(*digit) + u16::from(*more) + carry;
        (*digit, carry) = (sum as u8, sum >> 8);
    }
}
