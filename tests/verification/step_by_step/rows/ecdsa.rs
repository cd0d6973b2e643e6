//! The encoding of ECDSA signatures: two integers in DER, and not BER. The same rows apply to
//! sign-ins and to attestation statements.

use passkeys::audit::Reason;

use crate::step_by_step::{
    client::{Algorithm, Der, Method},
    kind::Kind,
    row::{Change, Expected, Row, unattested, unauthenticated},
    steps::{Section, Step},
};

#[tokio::test]
async fn every_ecdsa_signature_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (step, expected, kinds) in signatures() {
        let row = |change, written, expected| {
            Row::new(step, change, Change::Signature(written), expected).by(kinds.clone())
        };
        for (change, written) in [sequences(), numbers()].concat() {
            rows.push(row(change, written, expected));
        }
        // Both are valid: signatures are malleable, and the library identifies nothing by them.
        let change = "with the other valid second integer";
        rows.push(row(change, other_that_fits, Expected::Accepted));
    }
    rows
}

/// Steps that verify ECDSA signatures, and the kinds of passkeys that have them.
fn signatures() -> [(Step, Expected, Vec<Kind>); 5] {
    let elliptic = |mut kinds: Vec<Kind>| {
        kinds.retain(|kind| {
            let signed_with = match kind.method {
                Method::Packed(algorithm) => algorithm,
                _ => kind.algorithm,
            };
            matches!(signed_with, Algorithm::Es256 | Algorithm::Es384)
        });
        kinds
    };
    let (signature, statement) = (
        unauthenticated(Reason::Signature),
        unattested(Reason::Attestation),
    );
    [
        (
            Step(Section::SignIn, 21),
            signature,
            elliptic(Kind::signing_in()),
        ),
        (
            Step(Section::Packed, 2),
            statement,
            elliptic(Kind::packed()),
        ),
        (
            Step(Section::Packed, 6),
            statement,
            elliptic(Kind::packed_self()),
        ),
        (Step(Section::AndroidKey, 2), statement, Kind::android()),
        (Step(Section::FidoU2f, 5), statement, Kind::u2f()),
    ]
}

/// Description of a change to a signature, and the function that makes it.
type Broken = (&'static str, fn(Vec<u8>) -> Vec<u8>);

fn sequences() -> Vec<Broken> {
    vec![
        ("as two integers without DER encoding", |signature| {
            let size = order(&signature).len();
            integers(&signature)
                .iter()
                .flat_map(|integer| {
                    let integer = &integer[integer.len().saturating_sub(size)..];
                    [vec![0; size - integer.len()], integer.to_vec()].concat()
                })
                .collect()
        }),
        ("as a set", |mut signature| {
            signature[0] = 0x31;
            signature
        }),
        ("as bytes", |signature| Der::octets(&signature).encode()),
        ("wrapped in a second sequence", |signature| {
            Der::new(0x30, &signature).encode()
        }),
        (
            "whose sequence declares a greater length",
            |mut signature| {
                signature[1] += 1;
                signature
            },
        ),
        (
            "whose sequence declares a smaller length",
            |mut signature| {
                signature[1] -= 1;
                signature
            },
        ),
        (
            "whose sequence has a two-byte length, which is BER but not DER",
            |signature| [&[0x30, 0x81, signature[1]], &signature[2..]].concat(),
        ),
        (
            "whose sequence has indefinite length, which is BER but not DER",
            |signature| [&[0x30, 0x80], &signature[2..], &[0, 0]].concat(),
        ),
        (
            "whose sequence has a byte after the integers",
            |mut signature| {
                signature[1] += 1;
                signature.push(0);
                signature
            },
        ),
    ]
}

fn numbers() -> Vec<Broken> {
    vec![
        (
            "whose first integer has a superfluous leading zero",
            |signature| {
                let [r, s] = integers(&signature);
                sequence(&[[vec![0, 0], r].concat(), s])
            },
        ),
        (
            "whose second integer has a superfluous leading zero",
            |signature| {
                let [r, s] = integers(&signature);
                sequence(&[r, [vec![0, 0], s].concat()])
            },
        ),
        ("whose first integer is negative", |signature| {
            let [mut r, s] = integers(&signature);
            if r[0] == 0 {
                r.remove(0);
            }
            r[0] |= 0x80;
            sequence(&[r, s])
        }),
        ("whose first integer is zero", |signature| {
            let [_, s] = integers(&signature);
            sequence(&[vec![0], s])
        }),
        ("whose second integer is zero", |signature| {
            let [r, _] = integers(&signature);
            sequence(&[r, vec![0]])
        }),
        (
            "whose first integer is the order of the curve",
            |signature| {
                let [_, s] = integers(&signature);
                sequence(&[[&[0], order(&signature)].concat(), s])
            },
        ),
        (
            "whose second integer is the order of the curve",
            |signature| {
                let [r, _] = integers(&signature);
                sequence(&[r, [&[0], order(&signature)].concat()])
            },
        ),
        ("whose first integer is empty", |signature| {
            let [_, s] = integers(&signature);
            sequence(&[Vec::new(), s])
        }),
        (
            "whose first integer is much longer than the curve",
            |signature| {
                let [_, s] = integers(&signature);
                sequence(&[vec![1; 100], s])
            },
        ),
        ("whose first integer is bytes", |mut signature| {
            signature[2] = 4;
            signature
        }),
        ("with a third integer", |signature| {
            let [r, s] = integers(&signature);
            sequence(&[r, s, vec![1]])
        }),
        ("with one integer", |signature| {
            let [r, _] = integers(&signature);
            sequence(&[r])
        }),
        ("with no integer", |_| sequence(&[])),
        ("with its integers exchanged", |signature| {
            let [r, s] = integers(&signature);
            sequence(&[s, r])
        }),
    ]
}

fn other_that_fits(signature: Vec<u8>) -> Vec<u8> {
    let [r, s] = integers(&signature);
    sequence(&[r, minus(order(&signature), &s)])
}

/// Returns the two integers of an ECDSA signature, in DER.
fn integers(signature: &[u8]) -> [Vec<u8>; 2] {
    let (r, s) = signature[4..].split_at(signature[3].into());
    [r.to_vec(), s[2..].to_vec()]
}

/// Returns the order of the signature's curve.
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

/// Encodes both integers in a sequence, unchanged.
fn sequence(integers: &[Vec<u8>]) -> Vec<u8> {
    let integers: Vec<Der> = integers
        .iter()
        .map(|integer| Der::new(2, integer))
        .collect();
    Der::sequence(&integers).encode()
}

/// Returns the difference of two numbers in DER; the second is the smaller.
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
