//! FIDO U2F attestation, of security keys that predate WebAuthn.

use crate::step_by_step::{
    client::{Algorithm, Cbor, Registration},
    kind::Kind,
    row::Row,
    steps::Section,
};

#[tokio::test]
async fn every_fido_u2f_attestation_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let u2f = |step, change, apply: fn(&mut Registration)| {
        Row::statement(Section::FidoU2f, step, change, apply).by(Kind::u2f())
    };
    vec![
        u2f(1, "`sig` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("sig");
        }),
        u2f(1, "`sig` is text", |answer| {
            answer.statement.edit = |statement| statement.set("sig", "signature");
        }),
        u2f(1, "`x5c` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("x5c");
        }),
        u2f(2, "`x5c` is empty", |answer| {
            answer.statement.edit = |statement| statement.set("x5c", Vec::<Cbor>::new());
        }),
        u2f(2, "`x5c` is the certificate twice", |answer| {
            answer.statement.edit = |statement| {
                let Cbor::Array(chain) = statement.get_mut("x5c") else {
                    panic!("an array")
                };
                chain.push(chain[0].clone());
            };
        }),
        u2f(3, "the certificate's key is on P-384", |answer| {
            let other = Algorithm::Es384.key(4);
            answer.statement.certificate.key = other.clone();
            answer.statement.signer = other;
        }),
        u2f(3, "the certificate's key is of RSA", |answer| {
            let other = Algorithm::Rs256.key(4);
            answer.statement.certificate.key = other.clone();
            answer.statement.signer = other;
        }),
        u2f(4, "the credential's key is on P-384", |answer| {
            answer.passkey.key = Algorithm::Es384.key(1);
            answer.data.attested().key = answer.passkey.key.cose();
        }),
        u2f(5, "`sig` is over another RP ID hash", |answer| {
            answer.statement.signed = |mut message| {
                message[1] ^= 1;
                message
            };
        }),
        u2f(5, "`sig` is over another client data hash", |answer| {
            answer.statement.signed = |mut message| {
                message[33] ^= 1;
                message
            };
        }),
        u2f(5, "`sig` is over another credential ID", |answer| {
            answer.statement.signed = |mut message| {
                message[65] ^= 1;
                message
            };
        }),
        u2f(5, "`sig` is over another key", |answer| {
            answer.statement.signed = |mut message| {
                *message.last_mut().unwrap() ^= 1;
                message
            };
        }),
        u2f(
            5,
            "`sig` is over a message that does not begin with zero",
            |answer| {
                answer.statement.signed = |mut message| {
                    message[0] = 5;
                    message
                };
            },
        ),
        u2f(5, "an AAGUID, which `sig` does not cover", with_aaguid).accepted(),
        u2f(
            5,
            "an AAGUID, which `sig` does not cover, where attestation is not requested",
            with_aaguid,
        )
        .unsolicited()
        .accepted(),
        u2f(5, "a bit of `sig` is flipped", broken),
        u2f(
            5,
            "a bit of `sig` is flipped, where attestation is not requested",
            broken,
        )
        .unsolicited()
        .accepted(),
    ]
}

fn with_aaguid(answer: &mut Registration) {
    answer.data.attested().aaguid = *b"a model of these";
}

fn broken(answer: &mut Registration) {
    answer.statement.signature = |mut signature| {
        *signature.last_mut().unwrap() ^= 1;
        signature
    };
}
