//! Attestation with trust anchors.

use std::time::Duration;

use passkeys::{
    Aaguid, Attestation,
    attestation::{Authority, TrustAnchors},
    audit::Reason,
};

use crate::step_by_step::{
    client::{Algorithm, Issuer, Map, Method, Registration, oid},
    kind::Kind,
    row::{Expected, Row},
    site::Site,
};

#[tokio::test]
async fn every_attestation_trust_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

/// Certificates are verified at the time of the configured clock, which the test advances.
#[tokio::test]
async fn attestation_certificate_that_expires_by_the_configured_clock_is_rejected() {
    for kind in Kind::certified() {
        let site = Site::new(kind, |config| config, Some(anchors)).await;
        site.wait(Duration::from_hours(30 * 366 * 24));
        let mut begun = site.begin_registration(kind, false).await;
        let expected =
            Expected::Rejected(400, "attestation_verification_failed", Reason::Untrusted);
        let outcome = site.finish_registration(&mut begun, expected).await;
        assert_eq!(outcome, Ok(()));
    }
}

/// Trusts the usual authority for all models.
fn anchors() -> TrustAnchors {
    TrustAnchors::new([Authority::from_der(Issuer::usual().certificate().encode()).unwrap()])
}

/// Trusts the usual authority for one model.
fn anchors_of_a_model() -> TrustAnchors {
    let model = Aaguid::new(*b"a model of these").unwrap();
    let authority = Authority::from_der(Issuer::usual().certificate().encode()).unwrap();
    TrustAnchors::new([authority.only_models([model])])
}

/// An authority with the name of the usual one and another key.
fn impostor() -> Issuer {
    Issuer {
        key: Algorithm::Es256.key(6),
        ..Issuer::usual()
    }
}

/// An unknown authority.
fn stranger() -> Issuer {
    Issuer {
        name: "Stranger",
        key: Algorithm::Es256.key(6),
    }
}

fn untrusted(change: &'static str, apply: fn(&mut Registration)) -> Row {
    Row::registration(24, change, apply, Reason::Untrusted)
        .by(Kind::certified())
        .where_trusted(anchors)
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = statements();
    rows.extend(certificates());
    rows.extend(authorities());
    rows
}

/// Rows about the presence of certificates and the authenticator's model.
fn statements() -> Vec<Row> {
    vec![
        Row::registration(
            24,
            "no attestation, where attestation is required",
            nothing_attested,
            Reason::Attestation,
        )
        .by(Kind::packed()),
        Row::registration(
            24,
            "no attestation, where attestation is requested and not required",
            nothing_attested,
            Reason::Attestation,
        )
        .by(Kind::packed())
        .where_config(|config| config.attestation(Attestation::Indirect))
        .accepted(),
        Row::registration(
            24,
            "no attestation, where one authority is trusted",
            nothing_attested,
            Reason::Attestation,
        )
        .by(Kind::packed())
        .where_trusted(anchors),
        untrusted("self attestation", |answer| {
            answer.statement.attest_itself(&answer.passkey);
        })
        .by(Kind::packed()),
        untrusted("the authenticator is another model", |answer| {
            answer.data.attested().aaguid = *b"another of those";
        })
        .by(Kind::packed())
        .where_trusted(anchors_of_a_model),
        untrusted("the authenticator has no AAGUID", |answer| {
            answer.data.attested().aaguid = [0; 16];
        })
        .by(Kind::packed())
        .where_trusted(anchors_of_a_model),
    ]
}

/// Rows about issuer and validity of the certificate.
fn certificates() -> Vec<Row> {
    vec![
        untrusted("another authority issued the certificate", |answer| {
            answer.statement.certificate.issuer = stranger();
            answer.statement.authorities.clear();
        }),
        untrusted(
            "another authority of the same name issued the certificate",
            |answer| {
                answer.statement.certificate.issuer = impostor();
                answer.statement.authorities.clear();
            },
        ),
        untrusted(
            "a bit of the certificate's signature is flipped",
            |answer| {
                answer.statement.certificate.signature = |mut signature| {
                    *signature.last_mut().unwrap() ^= 1;
                    signature
                };
            },
        ),
        untrusted("the certificate has expired", |answer| {
            answer.statement.certificate.valid = ["200101000000Z", "201231235959Z"];
        }),
        untrusted("the certificate is not valid yet", |answer| {
            answer.statement.certificate.valid = ["490101000000Z", "491231235959Z"];
        }),
    ]
}

/// Rows about the certificates between the first and the trust anchor.
fn authorities() -> Vec<Row> {
    vec![
        untrusted(
            "another authority issued the certificate, and its certificate is included",
            |answer| {
                answer.statement.certificate.issuer = stranger();
                answer.statement.authorities = vec![stranger().certificate()];
            },
        )
        .by(with_chains()),
        untrusted("another authority of the same name is included", |answer| {
            answer.statement.certificate.issuer = impostor();
            answer.statement.authorities = vec![impostor().certificate()];
        })
        .by(with_chains()),
        untrusted(
            "the issuer's certificate is not that of an authority (CA is false)",
            |answer| {
                let mut vendor = stranger().certificate();
                vendor.remove_extension(oid::BASIC_CONSTRAINTS);
                vendor.issuer = Issuer::usual();
                answer.statement.certificate.issuer = stranger();
                answer.statement.authorities = vec![vendor];
            },
        )
        .by(with_chains()),
        untrusted(
            "an intermediate authority issued the certificate",
            |answer| {
                let mut vendor = stranger().certificate();
                vendor.issuer = Issuer::usual();
                answer.statement.certificate.issuer = stranger();
                answer.statement.authorities = vec![vendor];
            },
        )
        .by(with_chains())
        .accepted(),
        untrusted(
            "the intermediate certificates are in the wrong order",
            |answer| {
                let mut vendor = stranger().certificate();
                vendor.issuer = Issuer::usual();
                answer.statement.certificate.issuer = stranger();
                answer.statement.authorities = vec![Issuer::usual().certificate(), vendor];
            },
        )
        .by(with_chains()),
        untrusted(
            "the certificate of an unrelated authority is included",
            |answer| {
                answer.statement.authorities = vec![stranger().certificate()];
            },
        )
        .by(with_chains()),
        untrusted("the trust anchor's certificate is not included", |answer| {
            answer.statement.authorities.clear();
        })
        .accepted(),
    ]
}

fn nothing_attested(answer: &mut Registration) {
    answer.statement.format = "none".into();
    answer.statement.edit = |statement| *statement = Map::default();
}

/// Formats that include the certificates of authorities.
fn with_chains() -> Vec<Kind> {
    let mut kinds = Kind::certified();
    kinds.retain(|kind| kind.method != Method::FidoU2f);
    kinds
}
