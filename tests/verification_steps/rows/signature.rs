//! The signature of a sign-in: what it is over, and how it is written.

use passkeys::audit::Reason;

use crate::{
    kind::Kind,
    peer::{Algorithm, Assertion, Der, Passkey},
    row::Row,
};

#[tokio::test]
async fn every_row_ends_as_it_says() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = data();
    rows.extend(rsa());
    rows
}

fn signature(change: &'static str, apply: fn(&mut Assertion)) -> Row {
    Row::sign_in(21, change, apply, Reason::Signature)
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
        signature("over the hash first", |answer| {
            answer.signed = |mut data| {
                let at = data.len() - 32;
                data.rotate_left(at);
                data
            };
        }),
        signature("over nothing", |answer| answer.signed = |_| Vec::new()),
        signature("with another key", |answer| {
            answer.passkey.key = Passkey::bobs().key;
        }),
        signature("empty", |answer| answer.signature = |_| Vec::new()),
        signature("without its last byte", |answer| {
            answer.signature = |signature| signature[..signature.len() - 1].to_vec();
        }),
        signature("with a byte behind it", |answer| {
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
        rsa("longer than the modulus by a zero before it", |answer| {
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
