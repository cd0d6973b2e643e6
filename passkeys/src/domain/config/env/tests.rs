use std::{
    ffi::OsString,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use passkeys_rules::Key;

use super::{names::name, read};
use crate::{
    Algorithm, BackupEligibility, Config, ConfigError, Extension, Hint, LargeBlob, Profile,
    UserVerification,
};

/// Variables of a configuration without mistakes.
const VALID: [(&str, &str); 2] = [
    ("PASSKEYS_RP_ID", "example.com"),
    ("PASSKEYS_ORIGINS", "https://example.com"),
];

fn read_all(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    read_except(variables, &[])
}

fn read_except(variables: &[(&str, &str)], own: &[&str]) -> Result<Config, ConfigError> {
    let variables = variables
        .iter()
        .map(|(name, value)| (name.into(), value.into()));
    let own: Vec<_> = own.iter().map(|&own| own.to_owned()).collect();
    read(variables, &own)
}

/// Reads the configuration of `example.com` with these variables, which replace those of it.
fn read_with(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    read_all(&[&VALID, variables].concat())
}

/// Returns the mistakes in the configuration of `example.com` with these variables.
#[track_caller]
fn mistakes(variables: &[(&str, &str)]) -> Vec<String> {
    let error = read_with(variables).unwrap_err();
    error.mistakes().collect()
}

#[test]
fn from_env_reads_each_key_from_its_variable_and_splits_lists_at_commas() {
    let config = read_all(&[
        ("PASSKEYS_RP_ID", "example.com"),
        (
            "PASSKEYS_ORIGINS",
            "https://example.com, https://www.example.com",
        ),
        ("PASSKEYS_USER_VERIFICATION", "preferred"),
        ("PASSKEYS_TOP_ORIGINS", "https://portal.example.org"),
        ("PASSKEYS_CONDITIONAL_CREATE", "true"),
        ("PASSKEYS_ALGORITHMS", "EdDSA, ES256"),
        ("PASSKEYS_BACKUP_ELIGIBILITY", "report"),
        ("PASSKEYS_MAX_CREDENTIALS", "5"),
        ("PASSKEYS_FRESH", "1h"),
        ("PASSKEYS_EXTENSIONS", "prf, large_blob=required"),
        ("PASSKEYS_CHALLENGE_TTL", "2m"),
        ("PASSKEYS_MANAGE_URL", "https://example.com/passkeys"),
        (
            "PASSKEYS_APPLE_APPS",
            "ABCDE12345.com.example.a,ABCDE12345.com.example.b",
        ),
        ("PATH", "/bin"),
        ("RP_ID", "example.org"),
    ])
    .unwrap();
    assert_eq!(config.rp_id(), "example.com");
    let origins = ["https://example.com", "https://www.example.com"];
    assert!(config.origins().eq(origins));
    assert_eq!(config.user_verification(), UserVerification::Preferred);
    assert!(config.top_origins().eq(["https://portal.example.org"]));
    assert!(config.conditional_create());
    assert_eq!(config.algorithms(), [Algorithm::EdDsa, Algorithm::Es256]);
    assert_eq!(config.backup_eligibility(), BackupEligibility::Report);
    assert_eq!(config.max_credentials(), 5);
    assert_eq!(config.fresh(), Some(Duration::from_hours(1)));
    let large_blob = Extension::LargeBlob(LargeBlob::Required);
    assert_eq!(config.extensions(), [Extension::Prf, large_blob]);
    assert_eq!(config.challenge_ttl().as_secs(), 120);
    assert_eq!(config.manage_url(), Some("https://example.com/passkeys"));
    assert_eq!(config.apple_apps().count(), 2);
}

#[test]
fn from_env_reads_the_profiles_that_are_listed() {
    let config = read_with(&[
        ("PASSKEYS_PROFILES", "security_key, this_device"),
        ("PASSKEYS_PROFILE_SECURITY_KEY_HINTS", "security-key,hybrid"),
        ("PASSKEYS_PROFILE_SECURITY_KEY_TIMEOUT", "2m"),
        ("PASSKEYS_PROFILE_THIS_DEVICE_HINTS", "client-device"),
    ])
    .unwrap();
    let names: Vec<_> = config.profiles().map(Profile::name).collect();
    assert_eq!(names, ["security_key", "this_device"]);
    let security_key = config.profile("security_key").unwrap();
    assert_eq!(security_key.hints(), [Hint::SecurityKey, Hint::Hybrid]);
    assert_eq!(security_key.timeout().as_secs(), 120);
    let this_device = config.profile("this_device").unwrap();
    assert_eq!(this_device.hints(), [Hint::ClientDevice]);
    assert_eq!(this_device.timeout(), config.timeout());
}

#[test]
fn white_space_around_values_and_empty_elements_are_ignored() {
    let config = read_all(&[
        ("PASSKEYS_RP_ID", " example.com\r\n"),
        (
            "PASSKEYS_ORIGINS",
            "\u{feff}https://example.com,\n https://www.example.com,,\r\n",
        ),
        ("PASSKEYS_RP_NAME", "\tBob's \"Example\" # 1 "),
        ("PASSKEYS_FRESH", "10m "),
    ])
    .unwrap();
    assert_eq!(config.rp_id(), "example.com");
    assert_eq!(config.origins().count(), 2);
    assert_eq!(config.rp_name(), "Bob's \"Example\" # 1");
}

#[test]
fn value_that_is_not_written_as_in_a_variable_is_a_mistake_with_the_value_to_write() {
    for (key, value, rule, fix) in [
        (
            "RP_ID",
            r#""example.com""#,
            "the quotes are part of",
            "example.com",
        ),
        (
            "RP_ID",
            "'example.com' ",
            "the quotes are part of",
            "example.com",
        ),
        ("RP_NAME", "“Example”", "the quotes are part of", "Example"),
        ("FRESH", r#""10m""#, "the quotes are part of", "10m"),
        (
            "ORIGINS",
            r#""https://example.com,https://www.example.com""#,
            "the quotes are part of",
            "https://example.com,https://www.example.com",
        ),
        (
            "ORIGINS",
            r#""https://example.com", "https://www.example.com""#,
            "the quotes are part of",
            "https://example.com,https://www.example.com",
        ),
        (
            "ORIGINS",
            r#"["https://example.com", "https://www.example.com"]"#,
            "a list has no brackets",
            "https://example.com,https://www.example.com",
        ),
        (
            "ORIGINS",
            "[https://example.com]",
            "a list has no brackets",
            "https://example.com",
        ),
        (
            "ORIGINS",
            "https://example.com https://www.example.com",
            "the elements of a list are separated by commas",
            "https://example.com,https://www.example.com",
        ),
        (
            "ORIGINS",
            "https://example.com;https://www.example.com;",
            "the elements of a list are separated by commas",
            "https://example.com,https://www.example.com",
        ),
        (
            "ORIGINS",
            "https://example.com\nhttps://www.example.com",
            "the elements of a list are separated by commas",
            "https://example.com,https://www.example.com",
        ),
        (
            "HINTS",
            "hybrid|security-key",
            "the elements of a list are separated by commas",
            "hybrid,security-key",
        ),
        (
            "RP_ID",
            "example.com # production",
            "`#` and what follows",
            "example.com",
        ),
        (
            "ORIGINS",
            "https://example.com # production",
            "`#` and what follows",
            "https://example.com",
        ),
    ] {
        let name = format!("PASSKEYS_{key}");
        let others = VALID.iter().copied().filter(|(other, _)| *other != name);
        let variables: Vec<_> = others.chain([(name.as_str(), value)]).collect();
        let mistakes: Vec<_> = read_all(&variables).unwrap_err().mistakes().collect();
        assert_eq!(mistakes.len(), 1, "{mistakes:#?}");
        let beginning = format!("{name}: {rule}");
        assert!(mistakes[0].starts_with(&beginning), "{}", mistakes[0]);
        let ending = format!("; write `{name}={fix}`");
        assert!(mistakes[0].ends_with(&ending), "{}", mistakes[0]);
    }
}

#[test]
fn value_that_is_in_quotes_is_checked_with_the_others() {
    let mistakes = mistakes(&[
        ("PASSKEYS_RP_NAME", r#""""#),
        ("PASSKEYS_CHALLENGE_TTL", r#""2m""#),
        ("PASSKEYS_TIMEOUT", "5m"),
    ]);
    assert!(
        mistakes
            .iter()
            .any(|it| it.contains("PASSKEYS_CHALLENGE_TTL=2m`"))
    );
    let timeout = mistakes
        .iter()
        .find(|it| it.starts_with("PASSKEYS_TIMEOUT: "));
    assert!(
        timeout
            .unwrap()
            .ends_with("or write `PASSKEYS_CHALLENGE_TTL=5m`")
    );
}

#[test]
fn words_of_one_value_are_not_taken_for_a_list() {
    let mistakes = mistakes(&[("PASSKEYS_HINTS", "security key")]);
    assert_eq!(mistakes.len(), 1);
    assert!(
        mistakes[0].ends_with("did you mean `security-key`?"),
        "{mistakes:?}"
    );
    let origins = read_all(&[VALID[0], ("PASSKEYS_ORIGINS", "https://my example.com")]);
    let mistakes = origins.unwrap_err().to_string();
    assert!(
        mistakes.starts_with("PASSKEYS_ORIGINS, item 1: "),
        "{mistakes}"
    );
}

#[test]
fn variable_that_is_empty_is_a_mistake() {
    for value in ["", " ", "\r"] {
        let error = read_all(&[
            VALID[1],
            ("PASSKEYS_RP_ID", value),
            ("PASSKEYS_FRESH", value),
        ]);
        let mistakes: Vec<_> = error.unwrap_err().mistakes().collect();
        assert_eq!(
            mistakes,
            [
                "PASSKEYS_RP_ID: the variable is set, and empty; set it, such as \
                 `PASSKEYS_RP_ID=example.com`",
                "PASSKEYS_FRESH: the variable is set, and empty; set it, such as `PASSKEYS_FRESH=10m`, \
                 or remove it",
            ]
        );
    }
    let none = mistakes(&[("PASSKEYS_PROFILES", " ,")]);
    assert_eq!(
        none,
        [
            "PASSKEYS_PROFILES: the variable has no element; set it, such as \
             `PASSKEYS_PROFILES=security_key,this_device`, or remove it"
        ]
    );
}

#[test]
fn misspelt_variable_is_a_mistake_that_names_the_one_that_was_meant() {
    for (variable, meant) in [
        ("PASSKEYS_ORIGIN", "PASSKEYS_ORIGINS"),
        ("PASSKEYS_RPID", "PASSKEYS_RP_ID"),
        ("PASSKEYS_RP_ORIGINS", "PASSKEYS_ORIGINS"),
        ("PASSKEYS_DOMAIN", "PASSKEYS_RP_ID"),
        ("PASSKEYS_NAME", "PASSKEYS_RP_NAME"),
        ("PASSKEYS_USERVERIFICATION", "PASSKEYS_USER_VERIFICATION"),
        ("PASSKEYS_USER-VERIFICATION", "PASSKEYS_USER_VERIFICATION"),
        ("PASSKEYS_ALGORITHM", "PASSKEYS_ALGORITHMS"),
        ("PASSKEYS_TTL", "PASSKEYS_CHALLENGE_TTL"),
        ("passkeys_fresh", "PASSKEYS_FRESH"),
        ("Passkeys_Fresh", "PASSKEYS_FRESH"),
        ("PASSKEY_FRESH", "PASSKEYS_FRESH"),
        ("PASSKEYS_PROFILE", "PASSKEYS_PROFILES"),
        ("PASSKEYS_PROFILE_KEY_HINT", "PASSKEYS_PROFILE_KEY_HINTS"),
        ("PASSKEYS_PROFILE_KEYS_HINTS", "PASSKEYS_PROFILE_KEY_HINTS"),
    ] {
        let mistakes = mistakes(&[
            ("PASSKEYS_PROFILES", "key"),
            ("PASSKEYS_PROFILE_KEY_TIMEOUT", "1m"),
            (variable, "secret"),
        ]);
        assert_eq!(mistakes.len(), 1, "{mistakes:#?}");
        let expected = format!("{variable}: there is no such variable; did you mean `{meant}`?");
        assert!(mistakes[0].starts_with(&expected), "{}", mistakes[0]);
        assert!(mistakes[0].contains("`Config::from_env_except`"));
        assert!(!mistakes[0].contains("secret"));
    }
}

#[test]
fn variable_of_a_profile_that_is_not_listed_is_a_mistake() {
    let mistakes = mistakes(&[
        ("PASSKEYS_PROFILES", "security_key"),
        ("PASSKEYS_PROFILE_SECURITY_KEY_HINTS", "security-key"),
        ("PASSKEYS_PROFILE_THIS_DEVICE_HINTS", "client-device"),
    ]);
    assert_eq!(
        mistakes,
        [
            "PASSKEYS_PROFILE_THIS_DEVICE_HINTS: there is no profile `this_device`: \
             `PASSKEYS_PROFILES` has `security_key`; write `PASSKEYS_PROFILES=security_key,this_device`"
        ]
    );
    let none = self::mistakes(&[("PASSKEYS_PROFILE_ADMIN_FRESH", "1m")]);
    assert_eq!(
        none,
        [
            "PASSKEYS_PROFILE_ADMIN_FRESH: there is no profile `admin`: `PASSKEYS_PROFILES` is not \
             set; write `PASSKEYS_PROFILES=admin`"
        ]
    );
}

#[test]
fn variables_of_others_are_no_mistake() {
    read_with(&[
        // The application's own, which a warning names.
        ("PASSKEYS_DATABASE_URL", "postgres://localhost"),
        ("PASSKEYS_DECOY_SECRET", "secret"),
        ("PASSKEYS_", ""),
        ("PASSKEY_DATABASE_URL", "postgres://localhost"),
        // Kubernetes sets these where a service is called `passkeys`.
        ("PASSKEYS_SERVICE_HOST", "10.0.0.1"),
        ("PASSKEYS_SERVICE_PORT", "80"),
        ("PASSKEYS_SERVICE_PORT_HTTP", "80"),
        ("PASSKEYS_PORT", "tcp://10.0.0.1:80"),
        ("PASSKEYS_PORT_80_TCP", "tcp://10.0.0.1:80"),
        ("PASSKEYS_PORT_80_TCP_ADDR", "10.0.0.1"),
    ])
    .unwrap();
}

#[test]
fn variables_of_the_application_may_resemble_those_of_the_configuration() {
    let variables = [
        VALID[0],
        VALID[1],
        ("PASSKEYS_ORIGIN", "x"),
        ("PASSKEYS_TTL", "y"),
    ];
    let own = ["PASSKEYS_ORIGIN", "PASSKEYS_TTL", "PASSKEYS_NOT_SET"];
    assert!(read_except(&variables, &own).is_ok());
    let some = read_except(&variables, &own[1..]).unwrap_err().to_string();
    assert!(some.starts_with("PASSKEYS_ORIGIN: "), "{some}");

    let own = read_except(&VALID, &["PASSKEYS_RP_ID"])
        .unwrap_err()
        .to_string();
    assert!(
        own.contains("PASSKEYS_RP_ID: this variable is of the configuration"),
        "{own}"
    );
}

#[test]
fn from_env_names_the_variable_of_each_mistake_in_a_profile() {
    let keys = mistakes(&[
        ("PASSKEYS_PROFILES", "a,b"),
        ("PASSKEYS_PROFILE_A_HINTS", "hybrid,phone"),
        ("PASSKEYS_PROFILE_A_USER_VERIFICATION", "preferred"),
        ("PASSKEYS_PROFILE_A_RP_ID", "example.org"),
    ]);
    assert_eq!(keys.len(), 4, "{keys:#?}");
    for (mistake, beginning) in keys.iter().zip([
        "PASSKEYS_PROFILES, item 2: profile `b` sets nothing",
        "PASSKEYS_PROFILE_A_RP_ID: this cannot differ by profile; set `PASSKEYS_RP_ID` instead",
        "PASSKEYS_PROFILE_A_USER_VERIFICATION: a profile can only be stricter: \
         `PASSKEYS_USER_VERIFICATION` is `required`, and `preferred` would loosen that; write \
         `PASSKEYS_PROFILE_A_USER_VERIFICATION=required`, remove the variable, or write \
         `PASSKEYS_USER_VERIFICATION=preferred`",
        "PASSKEYS_PROFILE_A_HINTS, item 2: `phone` is not a known value",
    ]) {
        assert!(mistake.starts_with(beginning), "{mistake}");
    }
    assert!(
        keys[0].contains("`PASSKEYS_PROFILE_B_HINTS`"),
        "{}",
        keys[0]
    );

    let names = mistakes(&[("PASSKEYS_PROFILES", "security-key")]);
    assert_eq!(names.len(), 1, "{names:#?}");
    assert!(names[0].ends_with("write `security_key`"), "{}", names[0]);
}

#[test]
fn value_whose_cargo_feature_is_off_is_rejected() {
    let read = |key: &'static str, value: &'static str| {
        let error = read_with(&[(key, value)]).err();
        error.map(|error| error.to_string())
    };
    let error = read("PASSKEYS_ALGORITHMS", "ES256,ES512");
    assert_eq!(error.is_some(), cfg!(not(feature = "aws-lc-rs")));
    if let Some(error) = error {
        let expected = "PASSKEYS_ALGORITHMS, item 2: `ES512` needs the Cargo feature `aws-lc-rs`";
        assert!(error.starts_with(expected), "{error}");
    }
    let error = read("PASSKEYS_ATTESTATION", "direct");
    assert_eq!(error.is_some(), cfg!(not(feature = "attestation")));
}

#[test]
fn from_env_names_the_variable_of_each_mistake() {
    let error = read_all(&[("PASSKEYS_ORIGINS", "https://example.com,ftp://x")]).unwrap_err();
    let mistakes: Vec<_> = error.mistakes().collect();
    assert_eq!(mistakes.len(), 2, "{mistakes:#?}");
    assert_eq!(
        mistakes[0],
        "PASSKEYS_RP_ID: the variable is not set; set it, such as `PASSKEYS_RP_ID=example.com`"
    );
    assert!(mistakes[1].starts_with("PASSKEYS_ORIGINS, item 2: "));
}

#[test]
fn every_mistake_is_reported_at_once() {
    let error = read_all(&[
        ("PASSKEYS_RP_ID", r#""example.com""#),
        (
            "PASSKEYS_ORIGINS",
            "https://example.com/ https://evilexample.com",
        ),
        ("PASSKEYS_USER_VERIFICATION", "yes"),
        ("PASSKEYS_FRESH", ""),
        ("PASSKEYS_HINT", "hybrid"),
        ("PASSKEYS_PROFILE_ADMIN_HINTS", "hybrid"),
    ])
    .unwrap_err();
    let variables = error.mistakes().map(|mistake| {
        let end = mistake.find([':', ',']).unwrap();
        mistake[..end].to_owned()
    });
    let variables: Vec<_> = variables.collect();
    assert_eq!(
        variables,
        [
            "PASSKEYS_RP_ID",
            "PASSKEYS_ORIGINS",
            "PASSKEYS_ORIGINS",
            "PASSKEYS_ORIGINS",
            "PASSKEYS_USER_VERIFICATION",
            "PASSKEYS_FRESH",
            "PASSKEYS_HINT",
            "PASSKEYS_PROFILE_ADMIN_HINTS",
        ],
        "{error}"
    );
}

/// Each is of a rule whose message names a key.
#[test]
fn messages_speak_of_variables_and_not_of_the_attribute() {
    let long = "5m";
    for variables in [
        &[("PASSKEYS_CHALLENGE_TTL", "1m"), ("PASSKEYS_TIMEOUT", long)][..],
        &[("PASSKEYS_RP_ID", "")],
        &[("PASSKEYS_RP_ID", "com")],
        &[("PASSKEYS_ORIGINS", "https://evilexample.com")],
        &[("PASSKEYS_ORIGINS", "http://localhost:3000")],
        &[
            ("PASSKEYS_RP_ID", "www.example.com"),
            ("PASSKEYS_ORIGINS", "https://a.example.com"),
        ],
        &[(
            "PASSKEYS_ORIGINS",
            "https://example.com,https://example.com",
        )],
        &[("PASSKEYS_RELATED_ORIGINS", "https://www.example.com")],
        &[("PASSKEYS_ALGORITHMS", "-7")],
        &[("PASSKEYS_LEGACY_ATTESTATION", "tpm-sha1")],
        &[
            ("PASSKEYS_ATTESTATION", "direct"),
            ("PASSKEYS_CONDITIONAL_CREATE", "true"),
        ],
        &[
            ("PASSKEYS_AUTHENTICATOR_ATTACHMENT", "platform"),
            ("PASSKEYS_HINTS", "security-key"),
        ],
        &[("PASSKEYS_MANAGE_URL", "https://example.org/passkeys")],
        &[("PASSKEYS_ANDROID_APPS", "com.example.app")],
        &[
            ("PASSKEYS_RP_ID", "example.com"),
            ("PASSKEYS_APPLE_APPS", "ABCDE12345.com.example.app"),
            ("PASSKEYS_ORIGINS", "https://a.example.com"),
        ],
        &[
            ("PASSKEYS_PROFILES", "a"),
            ("PASSKEYS_PROFILE_A_AUTHENTICATOR_ATTACHMENT", "platform"),
            ("PASSKEYS_HINTS", "security-key"),
        ],
        &[
            ("PASSKEYS_PROFILES", "a"),
            ("PASSKEYS_PROFILE_A_ALGORITHMS", "ES512"),
        ],
        &[
            ("PASSKEYS_PROFILES", "a,a"),
            ("PASSKEYS_PROFILE_A_HINTS", "hybrid"),
        ],
    ] {
        let replaced = |name: &str| variables.iter().any(|(other, _)| *other == name);
        let others = VALID.into_iter().filter(|(name, _)| !replaced(name));
        let all: Vec<_> = others.chain(variables.iter().copied()).collect();
        let error = read_all(&all).unwrap_err().to_string();
        println!("{error}\n");
        for &key in Key::ALL {
            for word in [format!("`{key}`"), format!("`{key}["), format!("`{key} =")] {
                assert!(!error.contains(&word), "{error}");
            }
        }
        for word in [" = ", "the key", "`\""] {
            let of_cargo = error
                .replace("passkeys = {", "")
                .replace("features = [", "");
            assert!(!of_cargo.contains(word), "{error}");
        }
    }
}

#[test]
fn mistakes_in_names_and_values_are_escaped_and_cut() {
    let long = "x".repeat(10_000);
    let name = format!("PASSKEYS_PROFILE_{long}\n\u{202e}_HINTS");
    let error = read_with(&[(&name, "hybrid")]).unwrap_err().to_string();
    assert!(
        error.len() < 2000 && !error.contains(['\n', '\u{202e}']),
        "{error}"
    );
    let error = read_with(&[("PASSKEYS_MANAGE_URL", &format!("\"\u{202e}{long}\""))]);
    let error = error.unwrap_err().to_string();
    assert!(error.len() < 2000 && !error.contains('\u{202e}'), "{error}");
}

#[test]
fn every_key_has_a_variable_that_is_known() {
    for &key in Key::ALL {
        let name = name(key);
        let error = read_with(&[(name.as_str(), "")]).unwrap_err().to_string();
        assert!(!error.contains("no such variable"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn from_env_names_each_variable_that_is_not_utf8() {
    use std::os::unix::ffi::OsStringExt as _;

    let bytes = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    let variables: [(&str, OsString); 8] = [
        ("PASSKEYS_RP_ID", "example.com".into()),
        // In Latin-1.
        ("PASSKEYS_ORIGINS", bytes(b"https://b\xfccher.example")),
        ("PASSKEYS_CHALLENGE_TTL", bytes(b"10\xff")),
        // Perhaps not longer than the lifetime.
        ("PASSKEYS_TIMEOUT", "10m".into()),
        ("PASSKEYS_SIGN_COUNT", "ignore".into()),
        ("PASSKEYS_PROFILES", "a".into()),
        ("PASSKEYS_PROFILE_A_HINTS", bytes(b"\xff")),
        ("PASSKEYS_PROFILE_A_TIMEOUT", "9m".into()),
    ];
    let variables = variables.map(|(name, value)| (name.into(), value));
    let error = read(variables, &[]).unwrap_err();
    let mistakes: Vec<_> = error.mistakes().collect();
    let utf8 = "the variable is not UTF-8; encode its value as UTF-8, or remove it";
    assert_eq!(mistakes.len(), 4, "{mistakes:#?}");
    assert_eq!(mistakes[3], format!("PASSKEYS_PROFILE_A_HINTS: {utf8}"));
    assert_eq!(mistakes[0], format!("PASSKEYS_ORIGINS: {utf8}"));
    assert_eq!(mistakes[1], format!("PASSKEYS_CHALLENGE_TTL: {utf8}"));
    assert!(mistakes[2].starts_with("PASSKEYS_SIGN_COUNT: "));
}

/// Text of what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn variables_without_effect_are_logged_without_their_values() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        let foreign = ("PASSKEYS_DATABASE_URL\n", "postgres://secret");
        read_with(&[foreign, ("PASSKEYS_SERVICE_HOST", "10.0.0.1")]).unwrap();
        let own = [VALID[0], VALID[1], ("PASSKEYS_OWN", "secret")];
        read_except(&own, &["PASSKEYS_OWN"]).unwrap();
    });
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(
        log.contains("WARN") && log.contains(r#"["PASSKEYS_DATABASE_URL\n"]"#),
        "{log}"
    );
    assert!(log.contains("`Config::from_env_except`"), "{log}");
    assert!(!log.contains("secret"), "{log}");
}

#[test]
fn from_env_explains_extensions_in_the_words_of_variables() {
    for (value, mistake) in [
        (
            "",
            "PASSKEYS_EXTENSIONS: the variable is set, and empty; set it, such as \
             `PASSKEYS_EXTENSIONS=prf,large_blob=preferred`, or remove it",
        ),
        (
            "large_blob",
            "PASSKEYS_EXTENSIONS, item 1: extension `large_blob` needs a value; write \
             `large_blob=preferred`",
        ),
        (
            "prf,pfr",
            "PASSKEYS_EXTENSIONS, item 2: unknown extension `pfr`; did you mean `prf`?",
        ),
        (
            "prf large_blob=preferred",
            "PASSKEYS_EXTENSIONS: the elements of a list are separated by commas; write \
             `PASSKEYS_EXTENSIONS=prf,large_blob=preferred`",
        ),
        (
            "large_blob=required,large_blob=preferred",
            "PASSKEYS_EXTENSIONS, item 2: `large_blob=preferred` is listed already, as \
             `PASSKEYS_EXTENSIONS`, item 1; remove one of them",
        ),
    ] {
        assert_eq!(mistakes(&[("PASSKEYS_EXTENSIONS", value)]), [mistake]);
    }
    let discouraged = ("PASSKEYS_RESIDENT_KEY", "discouraged");
    assert_eq!(
        mistakes(&[
            discouraged,
            ("PASSKEYS_EXTENSIONS", "large_blob = preferred")
        ]),
        [
            "PASSKEYS_EXTENSIONS, item 1: extension `large_blob` needs discoverable passkeys, and \
             `PASSKEYS_RESIDENT_KEY=discouraged` asks for others; remove one of the two"
        ]
    );
}
