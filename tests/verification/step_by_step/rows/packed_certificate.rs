//! The requirements of §8.2.1 on the certificate of a packed attestation.

use crate::step_by_step::{
    client::{Certificate, Der, Registration, oid},
    kind::Kind,
    row::Row,
    steps::Section,
};

#[tokio::test]
async fn every_packed_attestation_certificate_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

fn certificate(answer: &mut Registration) -> &mut Certificate {
    &mut answer.statement.certificate
}

pub(crate) fn rows() -> Vec<Row> {
    let certificate_is = |step, change, apply: fn(&mut Registration)| {
        Row::statement(Section::PackedCertificate, step, change, apply).by(Kind::packed())
    };
    vec![
        certificate_is(1, "version 1, which has no extensions", |answer| {
            certificate(answer).version = 0;
            certificate(answer).extensions.clear();
        }),
        certificate_is(1, "version 2", |answer| certificate(answer).version = 1),
        certificate_is(2, "no country", |answer| {
            certificate(answer).remove_name(oid::COUNTRY);
        }),
        certificate_is(2, "a country of three letters", |answer| {
            certificate(answer).rename(oid::COUNTRY, Der::printable("AUT"));
        }),
        certificate_is(2, "a country of digits", |answer| {
            certificate(answer).rename(oid::COUNTRY, Der::printable("43"));
        }),
        certificate_is(3, "no organisation", |answer| {
            certificate(answer).remove_name(oid::ORGANIZATION);
        }),
        certificate_is(4, "no organisational unit", |answer| {
            certificate(answer).remove_name(oid::ORGANIZATIONAL_UNIT);
        }),
        certificate_is(4, "another organisational unit", |answer| {
            certificate(answer).rename(oid::ORGANIZATIONAL_UNIT, Der::utf8("Sales"));
        }),
        certificate_is(4, "the organisational unit in lower case", |answer| {
            let lower = Der::utf8("authenticator attestation");
            certificate(answer).rename(oid::ORGANIZATIONAL_UNIT, lower);
        }),
        certificate_is(
            4,
            "another organisational unit beside the right one",
            |answer| {
                let other = (oid::ORGANIZATIONAL_UNIT, Der::utf8("Sales"));
                certificate(answer).subject.push(other);
            },
        ),
        certificate_is(5, "no common name", |answer| {
            certificate(answer).remove_name(oid::COMMON_NAME);
        }),
        certificate_is(6, "the AAGUID extension is critical", |answer| {
            let value = Der::octets(b"a model of these");
            certificate(answer).add_extension(oid::FIDO_AAGUID, true, value);
        }),
        certificate_is(7, "CA is true", with_ca),
        certificate_is(7, "CA is true, where attestation is not requested", with_ca)
            .unsolicited()
            .accepted(),
        certificate_is(7, "no basic constraints", |answer| {
            certificate(answer).remove_extension(oid::BASIC_CONSTRAINTS);
        }),
        certificate_is(8, "a serial number", |answer| {
            let value = Der::octets(b"0001");
            certificate(answer).add_extension(oid::FIDO_SERIAL_NUMBER, false, value);
        }),
    ]
}

fn with_ca(answer: &mut Registration) {
    certificate(answer).remove_extension(oid::BASIC_CONSTRAINTS);
    let ca = Der::sequence(&[Der::boolean(true)]);
    certificate(answer).add_extension(oid::BASIC_CONSTRAINTS, true, ca);
}
