//! Errors as `main`, `unwrap` and `expect` print them: their `Debug` reads like their `Display`.

use std::{collections::BTreeSet, error::Error, fs, io, path::Path};

use passkeys::{
    Aaguid, Config, CredentialId, Passkeys, UserHandle,
    attestation::{Authority, FidoMetadata, TrustAnchors},
    sqlx::SqlitePool,
    store::{MemoryRepository, PostgresError, SealedChallenges, SqliteRepository, StoreError},
    time::OffsetDateTime,
};
use passkeys_rules::{Draft, OriginProblem, ProfileDraft, RpIdProblem, Rule, Violation};
use passkeys_test_support::App;

/// Errors by the name of their type.
type Errors = Vec<(&'static str, Box<dyn Error>)>;

fn error<T, E: Error + 'static>(result: Result<T, E>) -> Box<dyn Error> {
    match result {
        Ok(_) => panic!("no {}", std::any::type_name::<E>()),
        Err(error) => Box::new(error),
    }
}

/// Returns the violations of a configuration.
fn violations(draft: &Draft<'_>) -> Vec<Violation> {
    draft.check().unwrap_err()
}

/// Returns an error of each type of the rules, which the message of a violation consists of.
#[expect(clippy::too_many_lines, reason = "one case for each type")]
fn of_the_rules() -> Errors {
    let mut errors: Errors = Vec::new();
    let base = Draft {
        rp_id: Some("example.com"),
        origins: Some(vec!["https://example.com"]),
        ..Draft::default()
    };
    let drafts = [
        Draft {
            rp_id: Some("example.com:3000"),
            ..base.clone()
        },
        Draft {
            rp_id: Some("exa_mple..com"),
            ..base.clone()
        },
        Draft {
            rp_name: Some(""),
            ..base.clone()
        },
        Draft {
            origins: Some(vec!["example.com"]),
            ..base.clone()
        },
        Draft {
            origins: Some(vec!["android:apk-key-hash:x="]),
            ..base.clone()
        },
        Draft {
            origins: Some(vec!["https://evilexample.com"]),
            ..base.clone()
        },
        Draft {
            related_origins: Some(vec!["https://www.example.com"]),
            ..base.clone()
        },
        Draft {
            user_verification: Some("yes"),
            ..base.clone()
        },
        Draft {
            extensions: Some(vec!["pfr"]),
            ..base.clone()
        },
        Draft {
            challenge_ttl: Some("0s"),
            ..base.clone()
        },
        Draft {
            max_credentials: Some("0"),
            ..base.clone()
        },
        Draft {
            manage_url: Some("/passkeys"),
            ..base.clone()
        },
        Draft {
            android_apps: Some(vec!["example"]),
            ..base.clone()
        },
        Draft {
            apple_apps: Some(vec!["example"]),
            ..base.clone()
        },
        Draft {
            profiles: Some(vec![ProfileDraft {
                name: "A",
                values: Draft::default(),
            }]),
            ..base.clone()
        },
    ];
    for draft in drafts {
        for violation in violations(&draft) {
            match violation.rule.clone() {
                Rule::RpId(error) => {
                    if let RpIdProblem::Host(problem) = &error.problem {
                        errors.push(("HostProblem", Box::new(problem.clone())));
                    }
                    errors.push(("RpIdProblem", Box::new(error.problem.clone())));
                    errors.push(("RpIdError", Box::new(error)));
                }
                Rule::RpName(error) => errors.push(("RpNameError", Box::new(error))),
                Rule::Origin(error) => {
                    if let OriginProblem::KeyHash(problem) = &error.problem {
                        errors.push(("KeyHashProblem", Box::new(problem.clone())));
                    }
                    errors.push(("OriginProblem", Box::new(error.problem.clone())));
                    errors.push(("OriginError", Box::new(error)));
                }
                Rule::Scope(error) => errors.push(("ScopeError", Box::new(error))),
                Rule::Related(error) => errors.push(("RelatedError", Box::new(error))),
                Rule::Word(error) => errors.push(("UnknownWord", Box::new(error))),
                Rule::Extension(error) => errors.push(("ExtensionError", Box::new(error))),
                Rule::Duration(error) => {
                    errors.push(("DurationProblem", Box::new(error.problem.clone())));
                    errors.push(("DurationError", Box::new(error)));
                }
                Rule::Number(error) => errors.push(("NumberError", Box::new(error))),
                Rule::Page(error) => {
                    errors.push(("PageProblem", Box::new(error.problem.clone())));
                    errors.push(("PageError", Box::new(error)));
                }
                Rule::AndroidApp(error) => {
                    errors.push(("AndroidAppProblem", Box::new(error.problem.clone())));
                    errors.push(("AndroidAppError", Box::new(error)));
                }
                Rule::AppleApp(error) => {
                    errors.push(("AppleAppProblem", Box::new(error.problem.clone())));
                    errors.push(("AppleAppError", Box::new(error)));
                }
                Rule::ProfileName(error) => errors.push(("ProfileNameError", Box::new(error))),
                _ => {}
            }
            errors.push(("Rule", Box::new(violation.rule.clone())));
            errors.push(("Violation", Box::new(violation)));
        }
    }
    errors
}

/// Returns an error of each type of the library.
async fn of_the_library() -> Errors {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let repository = SqliteRepository::new(SqlitePool::connect_lazy("sqlite::memory:").unwrap());
    let anchors = TrustAnchors::new(Vec::<Authority>::new());
    let cause = io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused");
    let full = SealedChallenges::new([7; 32]).unwrap().with_capacity(0);
    let without_room = passkeys.clone().challenges(full);
    vec![
        ("StoreError", Box::new(StoreError::new(cause))),
        ("ConfigError", error(Config::new("example.com:3000", ["x"]))),
        (
            "PostgresError",
            Box::new(PostgresError::new("lost connection")),
        ),
        ("WeakSecret", error(passkeys.clone().decoy_secret(b"short"))),
        ("WeakSecret", error(SealedChallenges::new(b"short"))),
        ("InvalidTableName", error(repository.table("a b"))),
        ("InvalidCredentialId", error("%".parse::<CredentialId>())),
        ("InvalidUserHandle", error("%".parse::<UserHandle>())),
        ("InvalidAaguid", error("x".parse::<Aaguid>())),
        ("InvalidCertificate", error(Authority::from_pem("x"))),
        (
            "InvalidMetadata",
            error(FidoMetadata::verify("x", OffsetDateTime::UNIX_EPOCH)),
        ),
        (
            "ReplaceError",
            error(passkeys.replace_trust_anchors(anchors)),
        ),
        ("Error", Box::new(passkeys::Error::NoPasskeys)),
        ("CheckError", error(without_room.check().await)),
    ]
}

/// Returns the types of errors in the sources of the library and of the rules.
fn error_types() -> BTreeSet<String> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![package.join("src"), package.join("../passkeys-rules/src")];
    let mut types = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                collect(&fs::read_to_string(&path).unwrap(), &mut types);
            }
        }
    }
    types
}

/// Collects the types that derive or implement the trait `Error` in a file.
fn collect(source: &str, types: &mut BTreeSet<String>) {
    let name = |text: &str| -> String {
        let letters = text.chars().take_while(|char| char.is_alphanumeric());
        letters.collect()
    };
    let mut derives = false;
    for line in source.lines() {
        if let Some(derived) = line.strip_prefix("#[derive(") {
            let mut traits = derived.split([',', ')']).map(str::trim);
            derives = traits.any(|derived| derived == "Error" || derived == "thiserror::Error");
            let by_hand = !derived.contains("Debug");
            assert!(
                !derives || by_hand,
                "write `debug_as_display!` instead: {line}"
            );
        }
        let declared = line
            .strip_prefix("pub struct ")
            .or(line.strip_prefix("pub enum "));
        if let (Some(declared), true) = (declared, derives) {
            types.insert(name(declared));
            derives = false;
        }
        if let Some(implemented) = line.strip_prefix("impl std::error::Error for ") {
            types.insert(name(implemented));
        }
    }
}

#[tokio::test]
async fn debug_of_every_public_error_reads_like_its_display() {
    let errors = of_the_rules().into_iter().chain(of_the_library().await);
    let mut shown = BTreeSet::new();
    for (name, error) in errors {
        let (debug, display) = (format!("{error:?}"), error.to_string());
        assert!(debug.contains(&display), "{name}: {debug}");
        shown.insert(name.to_owned());
    }
    let missing: Vec<_> = error_types().difference(&shown).cloned().collect();
    assert!(missing.is_empty(), "add an error of each: {missing:?}");
}

#[test]
fn debug_of_an_error_for_the_log_has_the_cause_that_its_message_does_not_tell_a_client() {
    let refused = || io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused");
    let error = StoreError::new(refused());
    assert_eq!(
        format!("{error:?}"),
        "storage is unavailable: connection refused"
    );
    let error = passkeys::Error::from(StoreError::new(refused()));
    assert_eq!(
        format!("{error:?}"),
        "storage is unavailable: connection refused"
    );
    assert!(!error.to_string().contains("refused"));
    let error = passkeys::Error::InvalidUser("the ID is empty");
    assert!(format!("{error:?}").ends_with("the ID is empty"));
    assert!(!error.to_string().contains("ID"));
}

#[test]
fn main_that_returns_an_error_prints_the_rule_and_the_fix() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let error: Box<dyn Error> = error(passkeys.decoy_secret(b"short"));
    let printed = format!("Error: {error:?}");
    let expected = "Error: the secret has 5 bytes; give at least 32, from a random source";
    assert_eq!(printed, expected);
}
