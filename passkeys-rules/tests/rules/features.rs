//! Values that need a Cargo feature of `passkeys`.

use passkeys_rules::{Algorithm, Attestation, Draft, Feature};

use crate::valid;

#[test]
fn value_that_needs_a_cargo_feature_is_rejected_where_the_feature_is_off() {
    let draft = Draft {
        algorithms: Some(vec!["ML-DSA-65", "ES256", "ES512"]),
        attestation: Some("direct"),
        ..valid()
    };
    let messages = |on: &[Feature]| -> Vec<String> {
        let checked = draft.check_with(|feature| on.contains(&feature));
        let violations = checked.err().unwrap_or_default();
        let violations = violations.iter();
        violations
            .map(|violation| format!("{}: {violation}", violation.path()))
            .collect()
    };
    let algorithms = [
        "algorithms[0]: `ML-DSA-65` needs the Cargo feature `aws-lc-rs` of `passkeys`, which is off; add it in Cargo.toml, `passkeys = { .., features = [\"aws-lc-rs\"] }`",
        "algorithms[2]: `ES512` needs the Cargo feature `aws-lc-rs` of `passkeys`, which is off; add it in Cargo.toml, `passkeys = { .., features = [\"aws-lc-rs\"] }`",
    ];
    let attestation = "attestation: `direct` needs the Cargo feature `attestation` of `passkeys`, which is off; add it in Cargo.toml, `passkeys = { .., features = [\"attestation\"] }`";

    assert_eq!(messages(&[Feature::AwsLcRs, Feature::Attestation]), [""; 0]);
    assert_eq!(messages(&[Feature::AwsLcRs]), [attestation]);
    assert_eq!(messages(&[Feature::Attestation]), algorithms);
    assert_eq!(messages(&[]), [algorithms[0], algorithms[1], attestation]);
}

#[test]
fn missing_feature_is_reported_beside_other_mistakes_in_the_order_of_the_keys() {
    let draft = Draft {
        algorithms: Some(vec!["ES257"]),
        attestation: Some("indirect"),
        timeout: Some("5"),
        ..valid()
    };
    let violations = draft.check_with(|_| false).unwrap_err();
    let places = violations
        .iter()
        .map(|violation| violation.place.to_string());

    assert!(places.eq(["algorithms[0]", "attestation", "timeout"]));
}

#[test]
fn defaults_need_no_cargo_feature() {
    assert_eq!(valid().needs(), []);
    let words = |all: &[Algorithm]| all.iter().map(|it| it.as_str()).collect();
    let draft = Draft {
        algorithms: Some(words(Algorithm::DEFAULT)),
        attestation: Some(Attestation::None.as_str()),
        ..valid()
    };
    assert_eq!(draft.needs(), []);
    let draft = Draft {
        algorithms: Some(words(Algorithm::ALL)),
        ..valid()
    };
    let needs = draft.needs();
    assert_eq!(Algorithm::DEFAULT.len() + needs.len(), Algorithm::ALL.len());
}
