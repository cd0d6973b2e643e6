//! Android SafetyNet attestation, where it is accepted.

use passkeys::Attestation;

use crate::step_by_step::{client::Registration, kind::Kind, row::Row, steps::Section};

#[tokio::test]
async fn every_safetynet_attestation_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let safety_net = |step, change, apply: fn(&mut Registration)| {
        Row::statement(Section::SafetyNet, step, change, apply).by(Kind::safety_net())
    };
    vec![
        safety_net(1, "`ver` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("ver");
        }),
        safety_net(1, "`ver` is empty", |answer| {
            answer.statement.edit = |statement| statement.set("ver", "");
        }),
        safety_net(1, "`response` is missing", |answer| {
            answer.statement.edit = |statement| statement.remove("response");
        }),
        safety_net(1, "`response` is no JWS", |answer| {
            answer.statement.edit = |statement| statement.set("response", b"a.b.c".to_vec());
        }),
        safety_net(1, "the algorithm is `none`", |answer| {
            answer.statement.safety_net.algorithm = "none";
        }),
        safety_net(
            1,
            "the header has a member that must be understood",
            |answer| {
                answer.statement.safety_net.critical = true;
            },
        ),
        safety_net(
            1,
            "the response is empty, where attestation is not requested",
            |answer| {
                answer.statement.edit = |statement| *statement = <_>::default();
            },
        )
        .unsolicited()
        .accepted(),
        safety_net(
            2,
            "`nonce` is a hash of other authenticator data",
            |answer| {
                answer.statement.signed = |mut data| {
                    data[0] ^= 1;
                    data
                };
            },
        ),
        safety_net(2, "`nonce` is empty", |answer| {
            answer.statement.safety_net.nonce = |_| Vec::new();
        }),
        safety_net(3, "the certificate is for another host", |answer| {
            let certificate = answer.statement.certificate.clone();
            answer.statement.certificate = certificate.of_host("attest.example.com");
        }),
        safety_net(3, "the certificate is for a subdomain", |answer| {
            let certificate = answer.statement.certificate.clone();
            answer.statement.certificate = certificate.of_host("a.attest.android.com");
        }),
        safety_net(3, "a bit of the signature is flipped", |answer| {
            answer.statement.signature = |mut signature| {
                *signature.last_mut().unwrap() ^= 1;
                signature
            };
        }),
        safety_net(3, "the algorithm is ES256, and the key of RSA", |answer| {
            answer.statement.safety_net.algorithm = "ES256";
        }),
        safety_net(3, "`ctsProfileMatch` is false", |answer| {
            answer.statement.safety_net.certified = false;
        }),
        safety_net(3, "it is valid, where it is accepted", |_| {}).accepted(),
        safety_net(3, "it is valid, where it is not accepted", |_| {})
            .where_config(|config| {
                config
                    .attestation(Attestation::Direct)
                    .legacy_attestation([passkeys::LegacyAttestation::TpmSha1])
            })
            .without_original(),
    ]
}
