//! The requirements of §8.3.1 on the certificate of a TPM's attestation key.

use crate::step_by_step::{
    client::{Certificate, Der, Registration, oid, tpm::names},
    kind::Kind,
    row::Row,
    steps::Section,
};

#[tokio::test]
async fn every_tpm_attestation_certificate_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

fn certificate(answer: &mut Registration) -> &mut Certificate {
    &mut answer.statement.certificate
}

pub(crate) fn rows() -> Vec<Row> {
    let certificate_is = |step, change, apply: fn(&mut Registration)| {
        Row::statement(Section::TpmCertificate, step, change, apply).by(Kind::tpm())
    };
    vec![
        certificate_is(1, "version 2", |answer| certificate(answer).version = 1),
        certificate_is(2, "a subject", |answer| {
            let name = (oid::COMMON_NAME, Der::utf8("TPM"));
            certificate(answer).subject.push(name);
        }),
        certificate_is(3, "no subject alternative name", |answer| {
            certificate(answer).remove_extension(oid::SUBJECT_ALT_NAME);
        }),
        certificate_is(3, "a host name as subject alternative name", |answer| {
            let names = Der::sequence(&[Der::new(0x82, b"tpm.example")]);
            certificate(answer).set_extension(oid::SUBJECT_ALT_NAME, true, names);
        }),
        certificate_is(3, "a manufacturer that the TCG does not list", |answer| {
            let names = names("id:12345678");
            certificate(answer).set_extension(oid::SUBJECT_ALT_NAME, true, names);
        }),
        certificate_is(3, "a manufacturer in lower case", |answer| {
            let names = names("id:4e544300");
            certificate(answer).set_extension(oid::SUBJECT_ALT_NAME, true, names);
        })
        .accepted(),
        certificate_is(3, "an empty manufacturer", |answer| {
            let names = names("");
            certificate(answer).set_extension(oid::SUBJECT_ALT_NAME, true, names);
        }),
        certificate_is(3, "a manufacturer without model and version", |answer| {
            let manufacturer = [Der::oid(&[2, 23, 133, 2, 1]), Der::utf8("id:4E544300")];
            let name = Der::sequence(&[Der::set(&[Der::sequence(&manufacturer)])]);
            let names = Der::sequence(&[Der::explicit(4, &name)]);
            certificate(answer).set_extension(oid::SUBJECT_ALT_NAME, true, names);
        }),
        certificate_is(4, "no extended key usage", |answer| {
            certificate(answer).remove_extension(oid::EXTENDED_KEY_USAGE);
        }),
        certificate_is(4, "the extended key usage of web servers", |answer| {
            let usage = Der::sequence(&[Der::oid(&[1, 3, 6, 1, 5, 5, 7, 3, 1])]);
            certificate(answer).set_extension(oid::EXTENDED_KEY_USAGE, false, usage);
        }),
        certificate_is(5, "CA is true", |answer| {
            let ca = Der::sequence(&[Der::boolean(true)]);
            certificate(answer).set_extension(oid::BASIC_CONSTRAINTS, true, ca);
        }),
        certificate_is(5, "no basic constraints", |answer| {
            certificate(answer).remove_extension(oid::BASIC_CONSTRAINTS);
        }),
        certificate_is(6, "the AAGUID of another model", |answer| {
            let value = Der::octets(b"another of those");
            certificate(answer).add_extension(oid::FIDO_AAGUID, false, value);
        }),
        certificate_is(6, "the AAGUID of the authenticator data", |answer| {
            let value = Der::octets(&answer.data.attested().aaguid.clone());
            certificate(answer).add_extension(oid::FIDO_AAGUID, false, value);
        })
        .accepted(),
    ]
}
