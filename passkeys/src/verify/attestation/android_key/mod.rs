//! Android key attestation
//! ([Level 3, §8.4](https://www.w3.org/TR/webauthn-3/#sctn-android-key-attestation)).

mod key_description;

use self::key_description::{GENERATED, KeyDescription, SIGN, VERIFY};
use super::{
    invalid::{Invalid, require},
    statement::{self, Model, Proof, Subject},
    verified::{AttestationType, KeyStorage},
};
use crate::verify::attestation_object::Statement;

pub(super) fn verify(statement: Statement<'_, '_>, subject: Subject<'_>) -> Result<Proof, Invalid> {
    let path = statement::certificates(statement)?;
    let certificate = &path[0];

    // The signature is by the key of the first certificate, with the algorithm `alg`, and that key is the
    // passkey's.
    require(
        certificate.public_key().as_ref() == Some(subject.key),
        "the key of its certificate is not the passkey's",
    )?;
    let claimed = statement.integer("alg");
    require(
        claimed == Some(subject.key.algorithm().cose().into()),
        "`alg` is not the algorithm of the passkey's key",
    )?;
    let scheme = statement::scheme(statement)?;
    let signature = statement.bytes("sig").ok_or("`sig` is not bytes")?;
    require(
        certificate.verifies(scheme, &subject.signed(), signature),
        "`sig` does not verify with the key of its certificate",
    )?;

    let extension = certificate.extension(key_description::OID);
    let description = extension
        .and_then(|extension| KeyDescription::parse(extension.extn_value.as_bytes()))
        .ok_or("its certificate has no key description that can be read")?;
    require(
        description.challenge == subject.client_data_hash,
        "`attestationChallenge` in its certificate is not the hash of the client data",
    )?;
    let [software, hardware] = &description.enforced;
    require(
        !software.all_applications && !hardware.all_applications,
        "`allApplications` in its certificate: the key is not this relying party's alone",
    )?;

    // The union of both lists, as where keys outside of hardware are accepted, too; which list it was is
    // reported. Android always writes both fields, and the specification's example neither.
    let origins = [software.origin, hardware.origin];
    let mut origins = origins.iter().flatten();
    require(
        origins.all(|origin| *origin == GENERATED),
        "`origin` in its certificate is not `KM_ORIGIN_GENERATED`: the key may exist elsewhere",
    )?;
    let lists = [&software.purposes, &hardware.purposes];
    let mut lists = lists.into_iter().filter(|purposes| !purposes.is_empty());
    require(
        lists.all(|purposes| {
            purposes.contains(&SIGN) && purposes.iter().all(|it| [SIGN, VERIFY].contains(it))
        }),
        "`purpose` in its certificate is not `KM_PURPOSE_SIGN` alone",
    )?;
    let in_hardware = hardware.origin == Some(GENERATED) && hardware.purposes.contains(&SIGN);
    let storage = match description.security_level {
        1 if in_hardware => KeyStorage::TrustedEnvironment,
        2 if in_hardware => KeyStorage::SecureElement,
        _ => KeyStorage::Software,
    };
    Ok(Proof {
        format: "android-key",
        attestation_type: AttestationType::Basic,
        path,
        // The signature is by the passkey's key, which signs what Android gives to it.
        model: Model::Claimed,
        key_storage: Some(storage),
        components: Vec::new(),
    })
}
