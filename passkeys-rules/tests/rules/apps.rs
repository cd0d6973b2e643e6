//! Validation of `android_apps` and `apple_apps`.

use passkeys_rules::{Draft, Origin};

use crate::{ANDROID, messages, only_violation, valid};

fn android(apps: Vec<&str>) -> Draft<'_> {
    Draft {
        origins: Some(vec!["https://example.com", ANDROID]),
        android_apps: Some(apps),
        ..valid()
    }
}

fn apple(apps: Vec<&str>) -> Draft<'_> {
    Draft {
        apple_apps: Some(apps),
        ..valid()
    }
}

#[test]
fn each_part_of_a_package_name_starts_with_a_letter() {
    for name in [
        "com.example",
        "com.example.app",
        "Com.Example.App_2",
        "a.b.c.d.e",
    ] {
        assert_eq!(android(vec![name]).check().unwrap().android_apps, [name]);
    }
    let advice = "write the `applicationId` of the app's `build.gradle`, such as `com.example.app`";
    for (name, message) in [
        ("", format!("`\"\"` is empty; {advice}")),
        (
            "app",
            format!(
                "`app` has one part, and package names have two or more, with dots between; {advice}"
            ),
        ),
        (
            "com.example.my-app",
            format!(
                "`com.example.my-app` has the character `-`, and package names have letters, digits, `_` and dots; {advice}"
            ),
        ),
        (
            "com.1example",
            format!(
                "`com.1example` has the part `1example`, and each part of a package name starts with a letter; {advice}"
            ),
        ),
        (
            "com._example",
            format!(
                "`com._example` has the part `_example`, and each part of a package name starts with a letter; {advice}"
            ),
        ),
        (
            "com.example.",
            format!(
                "`com.example.` has the part `\"\"`, and each part of a package name starts with a letter; {advice}"
            ),
        ),
        (
            " com.example.app",
            "` com.example.app` has the character ` `, and package names have letters, digits, `_` and dots; write `com.example.app`".to_owned(),
        ),
        (
            "https://play.google.com/store/apps/details?hl=de&id=com.example.app",
            "`https://play.google.com/store/apps/details?hl=de&id=com.example.app` is an address, and an app is named by its package; write `com.example.app`".to_owned(),
        ),
        (
            "https://example.com",
            format!(
                "`https://example.com` is an address, and an app is named by its package; {advice}"
            ),
        ),
    ] {
        let violation = only_violation(&android(vec![name]));
        assert_eq!(violation.to_string(), format!("Android app {message}"));
        assert_eq!(violation.place.to_string(), "android_apps[0]");
    }
}

#[test]
fn android_app_requires_an_android_origin() {
    let draft = Draft {
        android_apps: Some(vec!["com.example.app", "com.example.other"]),
        ..valid()
    };
    assert_eq!(
        messages(&draft),
        [
            "android_apps: an Android app signs people in from the origin of its certificate, and \
             `origins` has none; add `android:apk-key-hash:` and the SHA-256 fingerprint of the \
             certificate that signs the app, in base64url without padding"
        ],
    );
}

#[test]
fn app_id_is_a_prefix_and_a_bundle_id() {
    for id in [
        "ABCDE12345.com.example.app",
        "0123456789.My-App",
        "ABCDEFGHIJ.1.2",
    ] {
        assert_eq!(apple(vec![id]).check().unwrap().apple_apps, [id]);
    }
    for (id, problem) in [
        ("", "`\"\"` is empty"),
        (
            "com.example.app",
            "`com.example.app` does not start with a prefix of ten capital letters and digits",
        ),
        (
            "abcde12345.com.example.app",
            "`abcde12345.com.example.app` does not start with a prefix of ten capital letters and digits",
        ),
        (
            "ABCDE123456.com.example.app",
            "`ABCDE123456.com.example.app` does not start with a prefix of ten capital letters and digits",
        ),
        (
            "ABCDE12345",
            "`ABCDE12345` has no bundle ID after the prefix",
        ),
        (
            "ABCDE12345.com.example.*",
            "`ABCDE12345.com.example.*` is a pattern, and each app is listed by itself",
        ),
        (
            "ABCDE12345.com.example.my_app",
            "`ABCDE12345.com.example.my_app` has the character `_`, and bundle IDs have letters, digits, `-` and dots",
        ),
        (
            "ABCDE12345.com..app",
            "`ABCDE12345.com..app` has two dots in a row, or one at its end",
        ),
    ] {
        let violation = only_violation(&apple(vec![id]));
        assert_eq!(
            violation.to_string(),
            format!(
                "Apple app {problem}; write the app's App ID prefix (your team ID, unless the app \
                 is old), a dot and its bundle ID, such as `ABCDE12345.com.example.app`"
            ),
        );
        assert_eq!(violation.place.to_string(), "apple_apps[0]");
    }
}

#[test]
fn apple_app_requires_the_origin_of_the_rp_id() {
    let draft = Draft {
        origins: Some(vec![
            "https://www.example.com",
            "https://example.com:8443",
            ANDROID,
        ]),
        ..apple(vec!["ABCDE12345.com.example.app"])
    };
    assert_eq!(
        messages(&draft),
        [
            "apple_apps: an app on Apple's systems signs people in from the origin \
             `https://example.com`, and `origins` does not have it; add it"
        ],
    );
}

#[test]
fn duplicate_app_is_rejected() {
    let twice = vec!["com.example.app", "com.example.app"];
    assert_eq!(
        messages(&android(twice)),
        [
            "android_apps[1]: `com.example.app` is listed already, as `android_apps[0]`; remove one of them"
        ],
    );
    let twice = vec!["ABCDE12345.com.example.app", "ABCDE12345.com.example.app"];
    assert_eq!(
        messages(&apple(twice)),
        [
            "apple_apps[1]: `ABCDE12345.com.example.app` is listed already, as `apple_apps[0]`; remove one of them"
        ],
    );
}

#[test]
fn fingerprint_of_an_android_origin_has_the_form_of_keytool() {
    for (origin, fingerprint) in [
        (
            ANDROID,
            "12:34:56:78:9A:BC:DE:F0:12:34:56:78:9A:BC:DE:F0:12:34:56:78:9A:BC:DE:F0:12:34:56:78:9A:BC:DE:F0",
        ),
        (
            "android:apk-key-hash:__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA",
            "FF:FE:FD:FC:FB:FA:F9:F8:F7:F6:F5:F4:F3:F2:F1:F0:EF:EE:ED:EC:EB:EA:E9:E8:E7:E6:E5:E4:E3:E2:E1:E0",
        ),
    ] {
        let parsed = Origin::parse(origin).unwrap();
        assert_eq!(parsed.fingerprint().unwrap(), fingerprint);
        // The reverse is the suggestion for a pasted fingerprint.
        let error = Origin::parse(fingerprint).unwrap_err();
        assert_eq!(error.suggestion.unwrap(), origin);
    }
    assert_eq!(
        Origin::parse("https://example.com").unwrap().fingerprint(),
        None
    );
}
