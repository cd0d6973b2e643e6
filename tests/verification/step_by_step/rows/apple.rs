//! Apple's anonymous attestation.

use crate::step_by_step::{
    client::{Cbor, Registration, oid},
    kind::Kind,
    row::Row,
    steps::Section,
};

#[tokio::test]
async fn every_apple_attestation_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let apple = |step, change, apply: fn(&mut Registration)| {
        Row::statement(Section::Apple, step, change, apply).by(Kind::apple())
    };
    vec![
        apple(1, "`x5c` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("x5c");
        }),
        apple(1, "`x5c` is empty", |answer| {
            answer.statement.edit = |statement| statement.set("x5c", Vec::<Cbor>::new());
        }),
        apple(1, "the certificate is not a certificate", |answer| {
            answer.statement.edit = |statement| {
                statement.set("x5c", vec![Cbor::Bytes(vec![0x30, 0])]);
            };
        }),
        apple(2, "the nonce is of other authenticator data", |answer| {
            answer.statement.signed = |mut data| {
                data[0] ^= 1;
                data
            };
        }),
        apple(2, "the nonce is of other client data", |answer| {
            answer.statement.signed = |mut data| {
                *data.last_mut().unwrap() ^= 1;
                data
            };
        }),
        apple(2, "there is no nonce", without_nonce),
        apple(
            2,
            "there is no nonce, where attestation is not requested",
            without_nonce,
        )
        .unsolicited()
        .accepted(),
        apple(3, "the certificate has another key", |answer| {
            answer.statement.certificate.key = answer.passkey.key.algorithm().key(9);
        }),
    ]
}

fn without_nonce(answer: &mut Registration) {
    answer.statement.extension = oid::FIDO_AAGUID;
}
