//! Trust anchors: the attestation certificates of the specification's examples lead to one root.

use passkeys::{
    Algorithm, Attestation, Error, Passkeys, RegistrationResult,
    attestation::{AttestationType, Authority, TrustAnchors},
    audit::Reason,
    store::MemoryRepository,
};
use passkeys_test_support::{App, World};
use serde_cbor_2::Value as Cbor;
use serde_json::Value;

use super::rigged::{Example, Rigged, Vectors, bytes};

const PACKED: &str = "Packed Attestation with ES256 Credential";
const ITSELF: &str = "ES256 Credential with Self Attestation";
const NONE: &str = "ES256 Credential with No Attestation";
const APPLE: &str = "Apple Anonymous Attestation with ES256 Credential";
const TPM: &str = "TPM Attestation with ES256 Credential";
const ANDROID: &str = "Android Key Attestation with ES256 Credential";
const U2F: &str = "FIDO U2F Attestation with ES256 Credential";

/// The root of another manufacturer: one of Yubico's.
const ELSEWHERE: &str = "-----BEGIN CERTIFICATE-----
MIIDHjCCAgagAwIBAgIEG0BT9zANBgkqhkiG9w0BAQsFADAuMSwwKgYDVQQDEyNZ
dWJpY28gVTJGIFJvb3QgQ0EgU2VyaWFsIDQ1NzIwMDYzMTAgFw0xNDA4MDEwMDAw
MDBaGA8yMDUwMDkwNDAwMDAwMFowLjEsMCoGA1UEAxMjWXViaWNvIFUyRiBSb290
IENBIFNlcmlhbCA0NTcyMDA2MzEwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEK
AoIBAQC/jwYuhBVlqaiYWEMsrWFisgJ+PtM91eSrpI4TK7U53mwCIawSDHy8vUmk
5N2KAj9abvT9NP5SMS1hQi3usxoYGonXQgfO6ZXyUA9a+KAkqdFnBnlyugSeCOep
8EdZFfsaRFtMjkwz5Gcz2Py4vIYvCdMHPtwaz0bVuzneueIEz6TnQjE63Rdt2zbw
nebwTG5ZybeWSwbzy+BJ34ZHcUhPAY89yJQXuE0IzMZFcEBbPNRbWECRKgjq//qT
9nmDOFVlSRCt2wiqPSzluwn+v+suQEBsUjTGMEd25tKXXTkNW21wIWbxeSyUoTXw
LvGS6xlwQSgNpk2qXYwf8iXg7VWZAgMBAAGjQjBAMB0GA1UdDgQWBBQgIvz0bNGJ
hjgpToksyKpP9xv9oDAPBgNVHRMECDAGAQH/AgEAMA4GA1UdDwEB/wQEAwIBBjAN
BgkqhkiG9w0BAQsFAAOCAQEAjvjuOMDSa+JXFCLyBKsycXtBVZsJ4Ue3LbaEsPY4
MYN/hIQ5ZM5p7EjfcnMG4CtYkNsfNHc0AhBLdq45rnT87q/6O3vUEtNMafbhU6kt
hX7Y+9XFN9NpmYxr+ekVY5xOxi8h9JDIgoMP4VB1uS0aunL1IGqrNooL9mmFnL2k
LVVee6/VR6C5+KSTCMCWppMuJIZII2v9o4dkoZ8Y7QRjQlLfYzd3qGtKbw7xaF1U
sG/5xUb/Btwb2X2g4InpiB/yt/3CpQXpiWX/K4mBvUKiGn05ZsqeY1gx4g0xLBqc
U9psmyPzK+Vsgw2jeRQ5JlKDyqE0hebfC1tvFu0CCrJFcw==
-----END CERTIFICATE-----
";

fn elsewhere() -> Authority {
    Authority::from_pem(ELSEWHERE).unwrap()
}

/// Registers an example's passkey with these trust anchors.
async fn register(
    anchors: TrustAnchors,
    vectors: &Vectors,
    example: &Example,
) -> Result<RegistrationResult, Option<Reason>> {
    let rigged = Rigged::default();
    let passkeys = Passkeys::with_config(
        App,
        MemoryRepository::default(),
        vectors.builder().build().unwrap(),
    )
    .challenges(rigged.clone())
    .trust_anchors(anchors);
    let world = World::of(passkeys);
    let registered = rigged.register(&world.passkeys, example).await;
    registered.map_err(|error| {
        assert!(
            matches!(error, Error::AttestationVerificationFailed),
            "{error:?}"
        );
        world.audit.last_reason()
    })
}

/// Returns the U2F example without its AAGUID, which the signature does not cover.
fn u2f(vectors: &Vectors) -> Example {
    let mut example = vectors.example(U2F).clone();
    let registration = &mut example.registration;
    let object =
        registration["attestationObject"].replace(&registration["aaguid"], &"00".repeat(16));
    registration.insert("attestationObject".into(), object);
    example
}

fn member<'a>(map: &'a mut Cbor, name: &str) -> &'a mut Cbor {
    let Cbor::Map(members) = map else {
        panic!("{name} is a member of a map");
    };
    members.get_mut(&Cbor::Text(name.into())).unwrap()
}

fn trusting(vectors: &Vectors) -> TrustAnchors {
    TrustAnchors::new([elsewhere(), Authority::from_der(vectors.root()).unwrap()])
}

#[tokio::test]
async fn attestation_that_leads_to_a_trust_anchor_registers_and_names_the_authority() {
    let vectors = Vectors::load();
    for (name, attestation_type) in [
        (PACKED, AttestationType::Basic),
        (U2F, AttestationType::Basic),
        (APPLE, AttestationType::AnonymizationCa),
        (TPM, AttestationType::AttestationCa),
        (ANDROID, AttestationType::Basic),
    ] {
        let example = match name {
            U2F => u2f(&vectors),
            _ => vectors.example(name).clone(),
        };
        let registered = register(trusting(&vectors), &vectors, &example)
            .await
            .unwrap();
        let attestation = registered.attestation().unwrap();
        assert_eq!(attestation.attestation_type(), attestation_type, "{name}");
        // The manufacturer's key signs it in this format only.
        let proven = registered.credential().aaguid.filter(|_| name == PACKED);
        assert_eq!(attestation.aaguid(), proven, "{name}");
        assert_eq!(attestation.authority(), Some(&*vectors.root()), "{name}");
        assert_eq!(attestation.trust_path().count(), 1, "{name}");
        assert!(registered.credential().attestation_verified, "{name}");
    }
}

#[tokio::test]
async fn u2f_attestation_with_an_aaguid_that_nobody_signed_is_rejected() {
    let vectors = Vectors::load();
    let example = vectors.example(U2F);
    let answer = register(trusting(&vectors), &vectors, example).await;
    assert_eq!(answer.unwrap_err(), Some(Reason::Attestation));
    // Without trust anchors it is accepted, and the AAGUID is not reported.
    for attestation in [Attestation::None, Attestation::Direct] {
        let registered = register_under(attestation, &vectors, example).await;
        assert_eq!(registered.credential().aaguid, None);
    }
}

#[tokio::test]
async fn attestation_without_trust_anchors_is_reported_and_names_no_authority() {
    let vectors = Vectors::load();
    for (name, format, attestation_type) in [
        (ITSELF, "packed", AttestationType::SelfAttestation),
        (PACKED, "packed", AttestationType::Basic),
        (U2F, "fido-u2f", AttestationType::Basic),
    ] {
        let example = vectors.example(name);
        let registered = register_under(Attestation::Direct, &vectors, example).await;
        let attestation = registered.attestation().unwrap();
        assert_eq!(attestation.format(), format);
        assert_eq!(attestation.attestation_type(), attestation_type);
        assert_eq!(attestation.authority(), None);
        assert_eq!(attestation.aaguid(), None, "anybody can sign for any model");
    }
}

/// A statement that was not asked for proves nothing, whether or not it would verify.
#[tokio::test]
async fn attestation_that_was_not_asked_for_is_recorded_by_format_and_not_reported() {
    let vectors = Vectors::load();
    for (name, format) in [
        (NONE, "none"),
        (ITSELF, "packed"),
        (PACKED, "packed"),
        (TPM, "tpm"),
    ] {
        let registered = register_under(Attestation::None, &vectors, vectors.example(name)).await;
        assert_eq!(registered.attestation(), None, "{name}");
        let recorded = registered.credential();
        assert_eq!(recorded.attestation_format.as_deref(), Some(format));
        assert!(!recorded.attestation_verified, "{name}");
    }
}

/// Registers an example's passkey without trust anchors.
async fn register_under(
    attestation: Attestation,
    vectors: &Vectors,
    example: &Example,
) -> RegistrationResult {
    let rigged = Rigged::default();
    let config = vectors.builder().attestation(attestation).build().unwrap();
    let passkeys =
        Passkeys::with_config(App, MemoryRepository::default(), config).challenges(rigged.clone());
    let registered = rigged.register(&passkeys, example).await;
    registered.unwrap()
}

#[tokio::test]
async fn none_and_self_attestation_are_rejected_where_trust_anchors_are_set() {
    let vectors = Vectors::load();
    for (name, reason) in [(NONE, Reason::Attestation), (ITSELF, Reason::Untrusted)] {
        let answer = register(trusting(&vectors), &vectors, vectors.example(name)).await;
        assert_eq!(answer.unwrap_err(), Some(reason), "{name}");
    }
}

#[tokio::test]
async fn untrusted_attestation_names_no_authority_where_it_is_reported() {
    let vectors = Vectors::load();
    let reporting = || TrustAnchors::new([elsewhere()]).report_untrusted();
    for name in [PACKED, TPM, ITSELF] {
        let example = vectors.example(name);
        let registered = register(reporting(), &vectors, example).await.unwrap();
        let attestation = registered.attestation().unwrap();
        assert_eq!(attestation.authority(), None, "{name}");
        assert_eq!(attestation.aaguid(), None, "{name}");
    }
    let answer = register(reporting(), &vectors, vectors.example(NONE)).await;
    assert_eq!(answer.unwrap_err(), Some(Reason::Attestation));
}

#[tokio::test]
async fn attestation_that_leads_to_another_authority_is_rejected() {
    let vectors = Vectors::load();
    for anchors in [TrustAnchors::new([elsewhere()]), TrustAnchors::new([])] {
        let answer = register(anchors, &vectors, vectors.example(PACKED)).await;
        assert_eq!(answer.unwrap_err(), Some(Reason::Untrusted));
    }
}

/// An attacker can create a chain of certificates with a root of their own.
#[tokio::test]
async fn root_certificate_sent_with_the_attestation_is_not_a_trust_anchor() {
    let vectors = Vectors::load();
    let mut example = vectors.example(PACKED).clone();
    let object = bytes(&example.registration, "attestationObject");
    let mut object: Cbor = serde_cbor_2::from_slice(&object).unwrap();
    let Cbor::Array(certificates) = member(member(&mut object, "attStmt"), "x5c") else {
        panic!("x5c is a list");
    };
    certificates.push(Cbor::Bytes(vectors.root()));
    let object = serde_cbor_2::to_vec(&object).unwrap();
    let hex: Vec<_> = object.iter().map(|byte| format!("{byte:02x}")).collect();
    let registration = &mut example.registration;
    registration.insert("attestationObject".into(), hex.concat());
    let answer = register(TrustAnchors::new([elsewhere()]), &vectors, &example).await;
    assert_eq!(answer.unwrap_err(), Some(Reason::Untrusted));
    // A chain that ends in a trust anchor is accepted with the root included.
    let registered = register(trusting(&vectors), &vectors, &example)
        .await
        .unwrap();
    assert_eq!(registered.attestation().unwrap().trust_path().count(), 2);
}

#[tokio::test]
async fn trust_anchor_may_be_limited_to_authenticator_models() {
    let vectors = Vectors::load();
    let models = |name: &str| {
        let aaguid = bytes(&vectors.example(name).registration, "aaguid");
        let aaguid = passkeys::Aaguid::new(aaguid.try_into().unwrap()).unwrap();
        let authority = Authority::from_der(vectors.root()).unwrap();
        TrustAnchors::new([authority.only_models([aaguid])])
    };
    let packed = vectors.example(PACKED);
    register(models(PACKED), &vectors, packed).await.unwrap();
    let answer = register(models(ITSELF), &vectors, packed).await;
    assert_eq!(answer.unwrap_err(), Some(Reason::Untrusted));
    // U2F security keys do not say which model they are.
    let answer = register(models(U2F), &vectors, &u2f(&vectors)).await;
    assert_eq!(answer.unwrap_err(), Some(Reason::Untrusted));
}

#[tokio::test]
async fn trust_anchors_request_direct_attestation_whatever_the_configuration() {
    let vectors = Vectors::load();
    let passkeys = Passkeys::with_config(
        App,
        MemoryRepository::default(),
        vectors.builder().build().unwrap(),
    );
    let user = passkeys_test_support::ada();
    let asked = async |passkeys: &Passkeys<App>| {
        let begun = passkeys.registration().begin(&user).await.unwrap();
        serde_json::to_value(&begun).unwrap()["publicKey"]["attestation"].clone()
    };
    assert_eq!(asked(&passkeys).await, Value::from("none"));
    let passkeys = passkeys.trust_anchors(trusting(&vectors));
    assert_eq!(asked(&passkeys).await, Value::from("direct"));
}

#[tokio::test]
async fn trust_anchors_offer_the_configured_algorithms() {
    let vectors = Vectors::load();
    for (configured, offered) in [
        (
            &[Algorithm::EdDsa, Algorithm::Rs256, Algorithm::Es256][..],
            &[-8, -257, -7][..],
        ),
        (&[Algorithm::EdDsa], &[-8]),
    ] {
        let config = vectors.builder().algorithms(configured.iter().copied());
        let repository = MemoryRepository::default();
        let passkeys = Passkeys::with_config(App, repository, config.build().unwrap())
            .trust_anchors(trusting(&vectors));
        let user = passkeys_test_support::ada();
        let begun = passkeys.registration().begin(&user).await.unwrap();
        let options = serde_json::to_value(&begun).unwrap();
        let parameters = options["publicKey"]["pubKeyCredParams"].as_array();
        let algorithms: Vec<_> = parameters.unwrap().iter().map(|it| &it["alg"]).collect();
        assert_eq!(algorithms, offered);
    }
}

#[test]
fn trust_anchor_that_is_not_a_certificate_is_rejected() {
    let twice = format!("{ELSEWHERE}{ELSEWHERE}");
    let key = ELSEWHERE.replace("CERTIFICATE", "PUBLIC KEY");
    for pem in ["", "MIID", &twice, &key] {
        assert!(Authority::from_pem(pem).is_err(), "{pem}");
    }
    assert!(Authority::from_der([0x30, 0x00]).is_err());
    assert!(Authority::from_pem(&format!("\n  {ELSEWHERE}\n")).is_ok());
}
