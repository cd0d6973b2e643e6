//! The signature of a sign-in: what it is over, and how it is written.

use passkeys::audit::Reason;

use crate::{
    kind::Kind,
    peer::{Algorithm, Assertion, Der, Passkey},
    row::{Change, Row},
};

#[tokio::test]
async fn every_row_ends_as_it_says() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = data();
    rows.extend(der());
    rows.extend(integers_in_der());
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

/// The two integers of an ECDSA signature, as DER has them.
fn integers(signature: &[u8]) -> [Vec<u8>; 2] {
    let (r, s) = signature[4..].split_at(signature[3].into());
    [r.to_vec(), s[2..].to_vec()]
}

/// The order of the curve whose signature this is.
fn order(signature: &[u8]) -> &'static [u8] {
    if signature.len() < 80 {
        &P256_ORDER
    } else {
        &P384_ORDER
    }
}

const P256_ORDER: [u8; 32] = *b"\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\
    \xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";

const P384_ORDER: [u8; 48] = *b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
    \xff\xff\xff\xff\xff\xff\xff\xff\xc7\x63\x4d\x81\xf4\x37\x2d\xdf\
    \x58\x1a\x0d\xb2\x48\xb0\xa7\x7a\xec\xec\x19\x6a\xcc\xc5\x29\x73";

/// Both integers in a sequence, as they are given.
fn sequence(integers: &[Vec<u8>]) -> Vec<u8> {
    let integers: Vec<Der> = integers
        .iter()
        .map(|integer| Der::new(2, integer))
        .collect();
    Der::sequence(&integers).encode()
}

fn ecdsa(change: &'static str, written: fn(Vec<u8>) -> Vec<u8>) -> Row {
    let mut row = signature(change, |_| {});
    row.apply = Change::Signature(written);
    row.by(elliptic())
}

fn elliptic() -> Vec<Kind> {
    let mut kinds = Kind::signing_in();
    kinds.retain(|kind| kind.algorithm != Algorithm::Rs256);
    kinds
}

fn der() -> Vec<Row> {
    vec![
        ecdsa("as two integers without DER", |signature| {
            let size = order(&signature).len();
            integers(&signature)
                .iter()
                .flat_map(|integer| {
                    let integer = &integer[integer.len().saturating_sub(size)..];
                    [vec![0; size - integer.len()], integer.to_vec()].concat()
                })
                .collect()
        }),
        ecdsa("as a set", |mut signature| {
            signature[0] = 0x31;
            signature
        }),
        ecdsa("as bytes", |signature| Der::octets(&signature).encode()),
        ecdsa("in a sequence of its own", |signature| {
            Der::new(0x30, &signature).encode()
        }),
        ecdsa("whose sequence says that it is longer", |mut signature| {
            signature[1] += 1;
            signature
        }),
        ecdsa("whose sequence says that it is shorter", |mut signature| {
            signature[1] -= 1;
            signature
        }),
        ecdsa(
            "whose sequence has its length in two bytes, as only BER may",
            |signature| [&[0x30, 0x81, signature[1]], &signature[2..]].concat(),
        ),
        ecdsa(
            "whose sequence has no length, as only BER may",
            |signature| [&[0x30, 0x80], &signature[2..], &[0, 0]].concat(),
        ),
        ecdsa(
            "whose sequence has a byte behind the integers",
            |mut signature| {
                signature[1] += 1;
                signature.push(0);
                signature
            },
        ),
    ]
}

fn integers_in_der() -> Vec<Row> {
    vec![
        ecdsa("whose first integer has a zero too many", |signature| {
            let [r, s] = integers(&signature);
            sequence(&[[vec![0, 0], r].concat(), s])
        }),
        ecdsa("whose second integer has a zero too many", |signature| {
            let [r, s] = integers(&signature);
            sequence(&[r, [vec![0, 0], s].concat()])
        }),
        ecdsa("whose first integer is negative", |signature| {
            let [mut r, s] = integers(&signature);
            if r[0] == 0 {
                r.remove(0);
            }
            r[0] |= 0x80;
            sequence(&[r, s])
        }),
        ecdsa("whose first integer is zero", |signature| {
            let [_, s] = integers(&signature);
            sequence(&[vec![0], s])
        }),
        ecdsa("whose second integer is zero", |signature| {
            let [r, _] = integers(&signature);
            sequence(&[r, vec![0]])
        }),
        ecdsa(
            "whose first integer is the order of the curve",
            |signature| {
                let [_, s] = integers(&signature);
                sequence(&[[&[0], order(&signature)].concat(), s])
            },
        ),
        ecdsa(
            "whose second integer is the order of the curve",
            |signature| {
                let [r, _] = integers(&signature);
                sequence(&[r, [&[0], order(&signature)].concat()])
            },
        ),
        ecdsa("whose first integer is empty", |signature| {
            let [_, s] = integers(&signature);
            sequence(&[Vec::new(), s])
        }),
        ecdsa(
            "whose first integer is much longer than the curve",
            |signature| {
                let [_, s] = integers(&signature);
                sequence(&[vec![1; 100], s])
            },
        ),
        ecdsa("whose first integer is bytes", |mut signature| {
            signature[2] = 4;
            signature
        }),
        ecdsa("with a third integer", |signature| {
            let [r, s] = integers(&signature);
            sequence(&[r, s, vec![1]])
        }),
        ecdsa("with one integer", |signature| {
            let [r, _] = integers(&signature);
            sequence(&[r])
        }),
        ecdsa("with no integer", |_| sequence(&[])),
        ecdsa("with its integers exchanged", |signature| {
            let [r, s] = integers(&signature);
            sequence(&[s, r])
        }),
        // Both are valid, and nothing here takes a signature for an identity.
        ecdsa("whose second integer is the other that fits", |signature| {
            let [r, s] = integers(&signature);
            sequence(&[r, minus(order(&signature), &s)])
        })
        .accepted(),
    ]
}

/// The difference of two numbers, the second of which is smaller, as DER has it.
fn minus(from: &[u8], what: &[u8]) -> Vec<u8> {
    let padded = [
        vec![0; (from.len() + 1).saturating_sub(what.len())],
        what.to_vec(),
    ]
    .concat();
    let padded = &padded[padded.len() - from.len()..];
    let mut difference = from.to_vec();
    let mut borrow = 0;
    for at in (0..from.len()).rev() {
        let next = i16::from(from[at]) - i16::from(padded[at]) - borrow;
        borrow = i16::from(next < 0);
        difference[at] = next.rem_euclid(256) as u8;
    }
    let zeros = difference.iter().take_while(|byte| **byte == 0).count();
    difference.drain(..zeros);
    if difference[0] & 0x80 != 0 {
        difference.insert(0, 0);
    }
    difference
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
