//! Metadata of the FIDO Alliance: who has signed it, how old it is, and which models it lists.

mod blob;

use std::time::Duration;

use passkeys::{
    Aaguid, Clock as _, Passkeys,
    attestation::{FidoMetadata, InvalidMetadata, ModelStatus, ReplaceError, TrustAnchors},
    audit::Reason,
    store::MemoryRepository,
    time::{self, OffsetDateTime},
};
use passkeys_test_support::{App, World};
use serde_json::{Value, json};

use self::blob::{Ca, SIGNER, Signer, entry, payload, signed, signer_params};
use crate::w3c_vectors::rigged::{Rigged, Vectors, bytes};

const GOOD: &str = "ee882879-721c-4913-9775-3dfcce97072a";
const OTHER: &str = "19083c3d-8383-4b18-bc03-8f1c9ab2fd1b";

/// The specification's example with a packed attestation.
const PACKED: &str = "Packed Attestation with ES256 Credential";

const BAD: [(&str, ModelStatus); 5] = [
    ("REVOKED", ModelStatus::Revoked),
    (
        "ATTESTATION_KEY_COMPROMISE",
        ModelStatus::AttestationKeyCompromise,
    ),
    (
        "USER_KEY_REMOTE_COMPROMISE",
        ModelStatus::UserKeyRemoteCompromise,
    ),
    (
        "USER_KEY_PHYSICAL_COMPROMISE",
        ModelStatus::UserKeyPhysicalCompromise,
    ),
    (
        "USER_VERIFICATION_BYPASS",
        ModelStatus::UserVerificationBypass,
    ),
];

fn model(aaguid: &str, statuses: &[&str]) -> Value {
    entry(aaguid, statuses, &Vectors::load().root())
}

/// Verifies a BLOB whose signer was certified by this authority.
fn verify(blob: &str, root: &Ca) -> Result<FidoMetadata, InvalidMetadata> {
    FidoMetadata::verify_with_roots(blob, &[root.authority()], OffsetDateTime::now_utc())
}

/// Returns the models that are trusted, in the order of the metadata.
fn trusted(anchors: &TrustAnchors) -> Vec<String> {
    let authorities = anchors.authorities().iter();
    let models = authorities.flat_map(|authority| authority.models().unwrap());
    models.map(Aaguid::to_string).collect()
}

#[test]
fn fido_metadata_signed_by_the_fido_alliance_is_accepted_with_number_and_date() {
    let now = OffsetDateTime::now_utc();
    let root = Ca::root();
    let intermediate = root.intermediate();
    let name = signer_params(SIGNER);
    for signer in [
        Signer::usual(&root),
        root.certify_rsa(&name),
        intermediate.certify(&name).with(&intermediate),
        // The root may be in the header, too.
        Signer::usual(&root).with(&root),
    ] {
        let blob = signer.sign(&payload(7, now, &[model(GOOD, &["FIDO_CERTIFIED_L1"])]));
        let metadata = verify(&format!("\n{blob}\n"), &root).unwrap();
        assert_eq!(metadata.number(), 7);
        assert_eq!(
            metadata.next_update(),
            (now + time::Duration::days(30)).date()
        );
        let anchors = metadata.trust_anchors().unwrap();
        assert_eq!(trusted(&anchors), [GOOD]);
        assert_eq!(anchors.metadata_number(), Some(7));
    }
}

#[test]
fn fido_metadata_of_another_signer_is_rejected() {
    let root = Ca::root();
    let intermediate = root.intermediate();
    let other = Ca::root();
    let now = OffsetDateTime::now_utc();
    let payload = payload(1, now, &[model(GOOD, &[])]);
    let mut expired = signer_params(SIGNER);
    expired.not_after = now - time::Duration::hours(1);
    let mut later = signer_params(SIGNER);
    later.not_before = now + time::Duration::hours(1);
    // The name as common name only, which is for people to read.
    let mut unnamed = signer_params(SIGNER);
    unnamed.subject_alt_names.clear();
    for signer in [
        root.certify(&signer_params("example.com")),
        root.certify(&signer_params("fidoalliance.org")),
        root.certify(&signer_params("*.fidoalliance.org")),
        root.certify(&signer_params("mds.fidoalliance.org.example.com")),
        root.certify(&unnamed),
        root.certify(&expired),
        root.certify(&later),
        other.certify(&signer_params(SIGNER)),
        other.certify(&signer_params(SIGNER)).with(&other),
        other.certify(&signer_params(SIGNER)).with(&root),
        intermediate.certify(&signer_params(SIGNER)),
        // A signer is no authority.
        {
            let mut chain = root.certify(&signer_params("example.com")).chain;
            let mut signer = other.certify(&signer_params(SIGNER));
            signer.chain.append(&mut chain);
            signer
        },
    ] {
        let answer = verify(&signer.sign(&payload), &root).unwrap_err();
        assert_eq!(answer, InvalidMetadata::Untrusted);
    }
    // Those of the tests are not GlobalSign.
    let blob = Signer::usual(&root).sign(&payload);
    let answer = FidoMetadata::verify(&blob, now).unwrap_err();
    assert_eq!(answer, InvalidMetadata::Untrusted);
    let answer = TrustAnchors::from_fido_metadata(&blob).unwrap_err();
    assert_eq!(answer, InvalidMetadata::Untrusted);
    assert!(verify(&blob, &root).is_ok());
}

#[test]
fn fido_metadata_that_was_changed_or_has_another_form_is_rejected() {
    let root = Ca::root();
    let signer = Signer::usual(&root);
    let rsa = root.certify_rsa(&signer_params(SIGNER));
    let now = OffsetDateTime::now_utc();
    let good = payload(1, now, &[model(GOOD, &["REVOKED"])]);
    let forged = payload(1, now, &[model(GOOD, &[])]);
    let part = |blob: &str, index: usize| blob.split('.').nth(index).unwrap().to_owned();
    for signer in [&signer, &rsa] {
        let (sent, other) = (signer.sign(&good), signer.sign(&forged));
        let changed = [part(&sent, 0), part(&other, 1), part(&sent, 2)].join(".");
        assert_eq!(
            verify(&changed, &root).unwrap_err(),
            InvalidMetadata::Signature
        );
    }
    // The algorithm is the key's.
    let confused = |header: &Value| signer.sign_with(header, &good);
    let mut header = signer.header();
    header["alg"] = "RS256".into();
    assert_eq!(
        verify(&confused(&header), &root).unwrap_err(),
        InvalidMetadata::Signature
    );

    let with = |name: &str, value: Value| {
        let mut header = signer.header();
        header[name] = value;
        confused(&header)
    };
    let chain = signer.header()["x5c"][0].clone();
    let blob = signer.sign(&good);
    for malformed in [
        String::new(),
        "a.b.c".into(),
        blob.replace('.', ""),
        format!("{blob}="),
        with("alg", "none".into()),
        with("alg", "HS256".into()),
        with("crit", json!(["b64"])),
        with("x5c", json!([])),
        with("x5c", Value::Null),
        with("x5c", json!(["MIID"])),
        with("x5c", vec![chain; 9].into()),
        signer.sign(&json!([])),
        signer.sign(&json!({ "no": 1, "nextUpdate": "2026-13-01", "entries": [] })),
        signer.sign(&json!({ "no": -1, "nextUpdate": "2026-12-01", "entries": [] })),
    ] {
        let answer = verify(&malformed, &root).unwrap_err();
        assert_eq!(answer, InvalidMetadata::Malformed, "{malformed}");
    }
}

#[test]
fn stale_fido_metadata_makes_no_trust_anchors_unless_that_is_accepted() {
    let root = Ca::root();
    let mut content = payload(1, OffsetDateTime::now_utc(), &[model(GOOD, &[])]);
    let next = OffsetDateTime::now_utc().date();
    content["nextUpdate"] = next.to_string().into();
    let blob = Signer::usual(&root).sign(&content);
    let end = next.midnight().assume_utc() + time::Duration::DAY;
    let at = |now| FidoMetadata::verify_with_roots(&blob, &[root.authority()], now).unwrap();
    let hour = Duration::from_hours(1);

    let fresh = at(end - time::Duration::SECOND);
    assert!(fresh.trust_anchors().is_ok());
    assert!(!fresh.is_stale(end - time::Duration::SECOND) && fresh.is_stale(end));

    let stale = at(end);
    let error = InvalidMetadata::Stale { next_update: next };
    assert_eq!(stale.trust_anchors().unwrap_err(), error);
    let message = error.to_string();
    assert!(message.contains(&next.to_string()), "{message}");
    assert!(stale.clone().accept_stale(hour).trust_anchors().is_ok());
    let later = at(end + time::Duration::HOUR).accept_stale(hour);
    assert_eq!(later.trust_anchors().unwrap_err(), error);
    assert!(stale.accept_stale(Duration::MAX).trust_anchors().is_ok());
}

#[test]
fn fido_metadata_older_than_known_is_rejected() {
    let now = OffsetDateTime::now_utc();
    let metadata = signed(&payload(7, now, &[]), now).unwrap();
    let metadata = metadata.not_older_than(6).unwrap();
    let metadata = metadata.not_older_than(7).unwrap();
    let older = InvalidMetadata::Older {
        number: 7,
        known: 8,
    };
    assert_eq!(metadata.not_older_than(8).unwrap_err(), older);
}

#[test]
fn revoked_or_compromised_models_in_fido_metadata_are_trusted_only_if_that_is_accepted() {
    let now = OffsetDateTime::now_utc();
    let good = model(GOOD, &["FIDO_CERTIFIED_L1", "UPDATE_AVAILABLE"]);
    for (bad, status) in BAD {
        // Also before and after a good report of the same day.
        for statuses in [
            &[bad][..],
            &[bad, "FIDO_CERTIFIED"],
            &["FIDO_CERTIFIED", bad],
        ] {
            let entries = [good.clone(), model(OTHER, statuses)];
            let metadata = signed(&payload(1, now, &entries), now).unwrap();
            let anchors = metadata.trust_anchors().unwrap();
            assert_eq!(trusted(&anchors), [GOOD], "{statuses:?}");
            for (_, accepted) in BAD {
                let metadata = metadata.clone().accept_status(accepted);
                let anchors = metadata.trust_anchors().unwrap();
                let both = trusted(&anchors).len() == 2;
                assert_eq!(both, accepted == status, "{statuses:?}, {accepted:?}");
            }
        }
    }
    // Each status has to be accepted.
    let entries = [model(GOOD, &["REVOKED", "USER_VERIFICATION_BYPASS"])];
    let metadata = signed(&payload(1, now, &entries), now).unwrap();
    let metadata = metadata.accept_status(ModelStatus::Revoked);
    assert!(trusted(&metadata.trust_anchors().unwrap()).is_empty());
    let metadata = metadata.accept_status(ModelStatus::UserVerificationBypass);
    assert_eq!(trusted(&metadata.trust_anchors().unwrap()), [GOOD]);
}

#[test]
fn revoked_model_that_only_the_crate_lists_is_not_trusted() {
    let now = OffsetDateTime::now_utc();
    let known = model("2cd2f727-f6ca-44da-8f48-5c2e5da000a2", &["FIDO_CERTIFIED"]);
    let metadata = signed(&payload(1, now, &[model(GOOD, &[]), known]), now).unwrap();
    assert_eq!(trusted(&metadata.trust_anchors().unwrap()), [GOOD]);
    let metadata = metadata.accept_status(ModelStatus::UserKeyRemoteCompromise);
    assert_eq!(trusted(&metadata.trust_anchors().unwrap()).len(), 2);
}

#[test]
fn entries_of_fido_metadata_that_cannot_be_read_leave_the_others_trusted() {
    let now = OffsetDateTime::now_utc();
    let mut new_member = model(OTHER, &[]);
    new_member["metadataStatement"]["inventedLater"] = true.into();
    for unreadable in [json!(7), new_member, model(OTHER, &["RETIRED_LATER"])] {
        let entries = [unreadable, model(GOOD, &[])];
        let metadata = signed(&payload(1, now, &entries), now).unwrap();
        assert_eq!(trusted(&metadata.trust_anchors().unwrap()), [GOOD]);
    }
}

/// Trust anchors are checked against the configured clock, which the test advances.
#[tokio::test]
async fn stale_trust_anchors_reject_registrations_until_newer_metadata_replaces_them() {
    let vectors = Vectors::load();
    let example = vectors.example(PACKED);
    let aaguid = bytes(&example.registration, "aaguid").try_into().unwrap();
    let aaguid = Aaguid::new(aaguid).unwrap().to_string();
    let anchors = |number, now| {
        let entries = [entry(&aaguid, &["FIDO_CERTIFIED"], &vectors.root())];
        let metadata = signed(&payload(number, now, &entries), now).unwrap();
        metadata.trust_anchors().unwrap()
    };
    let rigged = Rigged::default();
    let config = vectors.builder().build().unwrap();
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    let now = OffsetDateTime::now_utc();
    let unasked = passkeys.replace_trust_anchors(anchors(7, now));
    assert_eq!(unasked.unwrap_err(), ReplaceError::NotSet);
    let passkeys = passkeys
        .challenges(rigged.clone())
        .trust_anchors(anchors(7, now));
    let world = World::of(passkeys);

    world.clock.advance(Duration::from_hours(32 * 24));
    let answer = rigged.register(&world.passkeys, example).await;
    answer.unwrap_err();
    assert_eq!(world.audit.last_reason(), Some(Reason::StaleMetadata));

    let now = world.clock.now();
    let running = world.passkeys.clone();
    let older = running.replace_trust_anchors(anchors(6, now)).unwrap_err();
    let expected = ReplaceError::Older {
        current: 7,
        replacement: 6,
    };
    assert_eq!(older, expected);
    let answer = rigged.register(&world.passkeys, example).await;
    answer.unwrap_err();
    assert_eq!(world.audit.last_reason(), Some(Reason::StaleMetadata));

    running.replace_trust_anchors(anchors(8, now)).unwrap();
    let registered = rigged.register(&world.passkeys, example).await.unwrap();
    let proven = registered.attestation().unwrap().aaguid().unwrap();
    assert_eq!(proven.to_string(), aaguid);
    running.replace_trust_anchors(anchors(8, now)).unwrap();
    // Trust anchors of the application's own have no number.
    running
        .replace_trust_anchors(TrustAnchors::new([]))
        .unwrap();
}
