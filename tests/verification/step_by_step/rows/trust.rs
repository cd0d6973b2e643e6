//! Attestation with trust anchors.

use std::time::Duration;

use passkeys::{
    Aaguid, Attestation,
    attestation::{Authority, TrustAnchors},
    audit::Reason,
};

use crate::step_by_step::{
    client::{Algorithm, Certificate, Der, Issuer, Map, Method, Registration, distinguished, oid},
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
        let site = Site::new(kind.configure(true), Some(anchors)).await;
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

/// Trust anchors may only report what leads nowhere; a statement that does not verify is rejected.
#[tokio::test]
async fn broken_attestation_is_rejected_where_untrusted_attestation_is_reported() {
    for kind in Kind::certified() {
        let reporting = || anchors().report_untrusted();
        let site = Site::new(kind.configure(true), Some(reporting)).await;
        let mut begun = site.begin_registration(kind, false).await;
        nothing_attested(&mut begun.response);
        let expected =
            Expected::Rejected(400, "attestation_verification_failed", Reason::Attestation);
        let outcome = site.finish_registration(&mut begun, expected).await;
        assert_eq!(outcome, Ok(()));
    }
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
    rows.extend(signatures());
    rows.extend(constraints());
    rows.extend(anchor());
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
        untrusted(
            "another authority issued the certificate, and that is reported",
            |answer| {
                answer.statement.certificate.issuer = stranger();
                answer.statement.authorities.clear();
            },
        )
        .where_trusted(|| anchors().report_untrusted())
        .accepted(),
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

/// The certificate of an intermediate authority, which the usual authority has issued.
fn vendor() -> Certificate {
    let mut vendor = stranger().certificate();
    vendor.issuer = Issuer::usual();
    vendor
}

/// Lets an intermediate authority issue the certificate.
fn by_vendor(answer: &mut Registration, vendor: Certificate) {
    answer.statement.certificate.issuer = stranger();
    answer.statement.authorities = vec![vendor];
}

/// Rows about the algorithms of certificates' signatures.
fn signatures() -> Vec<Row> {
    fn by(algorithm: Algorithm, answer: &mut Registration) {
        let issuer = Issuer {
            name: "Stranger",
            key: algorithm.key(6),
        };
        let mut vendor = issuer.certificate();
        vendor.issuer = Issuer::usual();
        answer.statement.certificate.issuer = issuer;
        answer.statement.authorities = vec![vendor];
    }
    let signed = |change, apply| untrusted(change, apply).by(with_chains());
    vec![
        signed("the certificate is signed by a key on P-384", |answer| {
            by(Algorithm::Es384, answer);
        })
        .accepted(),
        signed("the certificate is signed by a key on P-521", |answer| {
            by(Algorithm::Es512, answer);
        })
        .accepted(),
        signed("the certificate is signed by a key of RSA", |answer| {
            by(Algorithm::Rs256, answer);
        })
        .accepted(),
        signed("the certificate is signed by a key of Ed25519", |answer| {
            by(Algorithm::Ed25519, answer);
        })
        .accepted(),
        signed(
            "the certificate is signed by a key of ML-DSA-65",
            |answer| {
                by(Algorithm::MlDsa65, answer);
            },
        )
        .accepted(),
        signed(
            "the certificate is signed by a key of RSA, with SHA-1",
            |answer| {
                by(Algorithm::Rs256, answer);
                answer.statement.certificate.sha1 = true;
            },
        ),
    ]
}

/// Rows about what certificates say about others and themselves.
#[expect(clippy::too_many_lines, reason = "a table")]
fn constraints() -> Vec<Row> {
    let chain = |change, apply| untrusted(change, apply).by(with_chains());
    vec![
        chain(
            "the certificate of the intermediate authority has expired",
            |answer| {
                let mut vendor = vendor();
                vendor.valid = ["200101000000Z", "201231235959Z"];
                by_vendor(answer, vendor);
            },
        ),
        chain(
            "the intermediate authority may not sign certificates (key usage)",
            |answer| {
                let mut vendor = vendor();
                // cRLSign, the seventh bit of eight.
                vendor.set_extension(oid::KEY_USAGE, true, Der::new(3, &[1, 2]));
                by_vendor(answer, vendor);
            },
        ),
        chain(
            "the certificate may not sign statements (key usage)",
            |answer| {
                let usage = Der::new(3, &[2, 4]);
                answer
                    .statement
                    .certificate
                    .set_extension(oid::KEY_USAGE, true, usage);
            },
        ),
        chain(
            "the certificate may sign statements (key usage)",
            |answer| {
                let usage = Der::new(3, &[7, 0x80]);
                answer
                    .statement
                    .certificate
                    .set_extension(oid::KEY_USAGE, true, usage);
            },
        )
        .accepted(),
        chain(
            "the certificate has an unknown critical extension",
            |answer| {
                let value = Der::octets(b"new");
                answer
                    .statement
                    .certificate
                    .add_extension(&[1, 2, 3, 4], true, value);
            },
        ),
        chain(
            "the certificate of the intermediate authority has an unknown critical extension",
            |answer| {
                let mut vendor = vendor();
                vendor.add_extension(&[1, 2, 3, 4], true, Der::octets(b"new"));
                by_vendor(answer, vendor);
            },
        ),
        chain(
            "the intermediate authority may have no other below it",
            |answer| {
                let mut vendor = vendor();
                limit(&mut vendor, 0);
                by_vendor(answer, vendor);
            },
        )
        .accepted(),
        chain(
            "the intermediate authority may have no other below it, and has one",
            |answer| below_another(answer, 0),
        ),
        chain(
            "the intermediate authority may have one other below it, and has one",
            |answer| below_another(answer, 1),
        )
        .accepted(),
        chain(
            "name constraints permit the name of the certificate",
            |answer| {
                name_constraint(answer, 0, "AT");
            },
        )
        .by(named())
        .accepted(),
        chain(
            "name constraints do not permit the name of the certificate",
            |answer| {
                name_constraint(answer, 0, "DE");
            },
        )
        .by(named()),
        chain(
            "name constraints exclude the name of the certificate",
            |answer| {
                name_constraint(answer, 1, "at");
            },
        )
        .by(named()),
        chain("name constraints exclude another name", |answer| {
            name_constraint(answer, 1, "DE");
        })
        .by(named())
        .accepted(),
    ]
}

/// Rows about the trust anchor itself.
fn anchor() -> Vec<Row> {
    let of = |change, anchors: fn() -> TrustAnchors| {
        Row::registration(24, change, |_| {}, Reason::Untrusted)
            .by(Kind::packed())
            .where_trusted(anchors)
    };
    vec![
        of(
            "the trust anchor is the certificate of the statement",
            || {
                let certificates =
                    Algorithm::DEFAULT.map(|it| Certificate::of(&it.key(4)).encode());
                TrustAnchors::new(certificates.map(|it| Authority::from_der(it).unwrap()))
            },
        )
        .accepted(),
        of("the certificate of the trust anchor has expired", || {
            changed_anchor(|root| root.valid = ["200101000000Z", "201231235959Z"])
        })
        .without_original(),
        of(
            "the certificate of the trust anchor is not that of an authority",
            || {
                changed_anchor(|root| {
                    root.set_extension(oid::BASIC_CONSTRAINTS, true, Der::sequence(&[]));
                })
            },
        )
        .without_original(),
        of(
            "the trust anchor may not sign certificates (key usage)",
            || {
                changed_anchor(|root| {
                    root.set_extension(oid::KEY_USAGE, true, Der::new(3, &[1, 2]));
                })
            },
        )
        .without_original(),
        of(
            "the certificate of the trust anchor is of version 1",
            || {
                changed_anchor(|root| {
                    root.version = 0;
                    root.extensions.clear();
                })
            },
        )
        .accepted(),
    ]
}

fn changed_anchor(change: fn(&mut Certificate)) -> TrustAnchors {
    let mut root = Issuer::usual().certificate();
    change(&mut root);
    TrustAnchors::new([Authority::from_der(root.encode()).unwrap()])
}

/// Sets how many other authorities an authority may have below it.
fn limit(authority: &mut Certificate, length: u8) {
    let constraints = Der::sequence(&[Der::boolean(true), Der::integer(&[length])]);
    authority.set_extension(oid::BASIC_CONSTRAINTS, true, constraints);
}

/// Puts an authority below an intermediate one, which may have so many below it.
fn below_another(answer: &mut Registration, length: u8) {
    let issuer = Issuer {
        name: "Factory",
        key: Algorithm::Es256.key(7),
    };
    let mut factory = issuer.certificate();
    factory.issuer = stranger();
    let mut vendor = vendor();
    limit(&mut vendor, length);
    answer.statement.certificate.issuer = issuer;
    answer.statement.authorities = vec![factory, vendor];
}

/// Adds a permitted (0) or an excluded (1) country to the intermediate authority's certificate.
fn name_constraint(answer: &mut Registration, kind: u8, country: &str) {
    let name = distinguished(&[(oid::COUNTRY, Der::printable(country))]);
    let subtree = Der::sequence(&[Der::explicit(4, &name)]);
    let subtrees = Der::new(0xa0 | kind, &subtree.encode());
    let mut vendor = vendor();
    vendor.add_extension(oid::NAME_CONSTRAINTS, true, Der::sequence(&[subtrees]));
    by_vendor(answer, vendor);
}

/// Formats whose certificate has a subject in a country, and no other names.
fn named() -> Vec<Kind> {
    let mut kinds = with_chains();
    kinds.retain(|kind| !matches!(kind.method, Method::Tpm(_) | Method::SafetyNet));
    kinds
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
